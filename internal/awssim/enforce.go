package awssim

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// EnforceIAM makes identity policies decide from now on who may call what: of users
// with their groups, and of roles that were assumed. It is no IAM: an Allow counts
// only if it has no Condition and its Resource is *, a Deny counts whatever it says
// besides its actions. Boundaries and the organization's policies are not looked at.
func (s *Simulator) EnforceIAM() { s.enforced.Store(true) }

// permitted says whether the caller's own policies let it do the operation.
// GetCallerIdentity needs no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *call) permitted(op *operation) bool {
	if !c.sim.enforced.Load() || op.full == "sts:GetCallerIdentity" {
		return true
	}
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	allowed := false
	for _, document := range c.region.account.documentsOf(c.caller) {
		for _, s := range statements(document) {
			switch {
			case !s.about(op.full):
			case s.Effect == "Deny":
				return false
			case s.Condition == nil && slices.Equal(s.Resource, oneOrMore{"*"}):
				allowed = true
			}
		}
	}
	return allowed
}

// documentsOf are the policies of a user and its groups, or of the role of a session.
func (a *account) documentsOf(caller *credential) (documents []string) {
	parts := strings.Split(caller.arn[strings.LastIndexByte(caller.arn, ':')+1:], "/")
	var all []*identity
	switch parts[0] {
	case "user":
		u := a.iam.users[parts[len(parts)-1]]
		if u == nil {
			return nil
		}
		all = append(all, u)
		for _, name := range u.groups {
			all = append(all, a.iam.groups[name])
		}
	case "assumed-role":
		all = append(all, a.iam.roles[parts[1]])
	}
	for _, id := range all {
		if id == nil {
			continue
		}
		for _, document := range id.inline {
			documents = append(documents, document)
		}
		for _, arn := range id.attached {
			if p := a.policy(arn); p != nil {
				documents = append(documents, p.version(p.standard).document)
			}
		}
	}
	return documents
}

type policyStatement struct {
	Effect                      string
	Action, NotAction, Resource oneOrMore
	Condition                   json.RawMessage
}

// about says whether the statement is about an action; case does not matter.
func (s policyStatement) about(action string) bool {
	matches := func(pattern string) bool {
		ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(action))
		return ok
	}
	if s.NotAction != nil {
		return !slices.ContainsFunc(s.NotAction, matches)
	}
	return slices.ContainsFunc(s.Action, matches)
}

// A oneOrMore is a text or a list of texts.
type oneOrMore []string

// UnmarshalJSON reads both.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// statements are those of a policy; one may stand without a list around it.
func statements(document string) []policyStatement {
	var many struct{ Statement []policyStatement }
	if json.Unmarshal([]byte(document), &many) == nil {
		return many.Statement
	}
	var one struct{ Statement policyStatement }
	if json.Unmarshal([]byte(document), &one) == nil {
		return []policyStatement{one.Statement}
	}
	return nil
}
