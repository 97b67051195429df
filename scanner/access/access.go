// Package access says who is there in an account, and which policies bind whom.
//
// In go rows of the snapshot: the organization's shard, which makes an
// [Organization] for all accounts of a run, and an account's own shards, which a
// [Reader] turns into an [Account]: its principals with all their policies, and
// its resources with theirs. [Account.Ask] then asks the engine of package authz
// what one of them can do.
//
// A policy that is missing, unreadable or not JSON leaves its layer unread, with
// the reason, and so does an organization that shows nothing of itself: answers
// that hang on it are unknown, and name it. Nothing here decides what is wrong
// with an answer; that is for facts and rules.
package access

import (
	"slices"
	"strings"
	"time"

	"holdfast/scanner/authz"
)

// An Account is one account of a run. It is for one goroutine, since it remembers
// what the engine found out.
type Account struct {
	ID        string // 12 digits
	Partition string
	// Collected is AWS's time at the beginning of the account's global shard: the
	// time at which questions are asked.
	Collected    time.Time
	Organization *Organization
	Regions      []string // of its shards, sorted

	Principals []*Principal // sorted by ARN; the root user is one of them
	Groups     []*Group     // sorted by ARN
	Policies   []*ManagedPolicy
	Resources  []*Resource // tables, vaults, keys, plans, roles and legal holds; sorted by ARN
	// Unlisted says why there may be more principals, groups and policies than
	// these; empty where all were read.
	Unlisted []string

	engine    authz.Engine
	rcps      []authz.Layer
	context   authz.Context
	byARN     map[string]*Principal
	resources map[string]*Resource
}

// Principal finds a principal by ARN, or by name where that names one only.
func (a *Account) Principal(name string) (*Principal, bool) {
	if p := a.byARN[name]; p != nil {
		return p, true
	}
	var found []*Principal
	for _, p := range a.Principals {
		if p.Name == name || strings.TrimPrefix(p.ARN, "arn:"+a.Partition+":iam::"+a.ID+":") == name {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil, false
	}
	return found[0], true
}

// Resource finds a table, vault, key, plan or role by ARN.
func (a *Account) Resource(arn string) (*Resource, bool) {
	r := a.resources[arn]
	return r, r != nil
}

// Of lists the resources of a type, as authz.ResourceTypes names them.
func (a *Account) Of(kind string) []*Resource {
	var list []*Resource
	for _, r := range a.Resources {
		if r.Type == kind {
			list = append(list, r)
		}
	}
	return list
}

// Ask asks whether the principal, of this account or another, is allowed the action
// on the resource: in any context, at the time of the snapshot, and where the
// resource's ARN leaves parts open on any such.
func (a *Account) Ask(p *Principal, action string, r *authz.Resource) authz.Answer {
	return a.AskIn(p, action, r, authz.Context{})
}

// AskIn asks as Ask does, with some keys of the context fixed.
func (a *Account) AskIn(p *Principal, action string, r *authz.Resource, context authz.Context) authz.Answer {
	return a.engine.Ask(&authz.Question{Principal: &p.Principal, Action: action, Resource: r, Context: context})
}

// Open returns a resource of this account that is not in the snapshot, or not a
// single one: its ARN may leave parts open, as authz.Operation.Resources writes
// them. Where the snapshot has it, the answer is that one.
func (a *Account) Open(arn string) *authz.Resource {
	if r := a.resources[arn]; r != nil {
		return &r.Resource
	}
	return &authz.Resource{ARN: arn, Account: a.owner(arn), RCPs: a.rcps, Context: a.context}
}

// owner is the account that the ARN names, else this one: a resource without an
// account in its ARN is asked about in the caller's.
func (a *Account) owner(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) == 6 && len(fields[4]) == 12 {
		return fields[4]
	}
	return a.ID
}

func (a *Account) index() {
	slices.SortFunc(a.Principals, func(x, y *Principal) int { return strings.Compare(x.ARN, y.ARN) })
	slices.SortFunc(a.Groups, func(x, y *Group) int { return strings.Compare(x.ARN, y.ARN) })
	slices.SortFunc(a.Policies, func(x, y *ManagedPolicy) int { return strings.Compare(x.ARN, y.ARN) })
	slices.SortFunc(a.Resources, func(x, y *Resource) int { return strings.Compare(x.ARN, y.ARN) })
	a.byARN, a.resources = map[string]*Principal{}, map[string]*Resource{}
	for _, p := range a.Principals {
		a.byARN[p.ARN] = p
	}
	for _, r := range a.Resources {
		a.resources[r.ARN] = r
	}
}
