package access

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

// A Principal is a user, a role or the root user, with all policies that bind it.
type Principal struct {
	authz.Principal
	Account string // 12 digits
	Name    string // "DevRole", "root"
	Path    string // "/ops/"
	// Attached says of each of Identity.Policies what it is, in the same order.
	Attached []Attached
	Boundary string   // ARN of the permissions boundary, "" where there is none
	Groups   []string // ARNs, of a user

	// Of roles:
	Trust         *authz.Layer // who may assume it
	Trusted       Trusted
	ServiceLinked bool
	LastUsed      *time.Time // nil: not within the last 400 days
}

// Attached is how a policy comes to a principal.
type Attached struct {
	Policy string // ARN of a managed policy; "" for an inline one
	Name   string // of the policy
	Via    string // ARN of the group that has it, "" where the principal itself does
}

// A Group is an IAM group; users name theirs.
type Group struct {
	ARN, Name string
	Layer     authz.Layer
	Attached  []Attached
}

// A ManagedPolicy is one of the account's own, or one of AWS's that it uses.
type ManagedPolicy struct {
	ARN, Name string
	Default   string // id of the version in force
	Versions  []string
	layer     authz.Layer // the version in force alone
}

// identity gathers the policies of one user, group or role.
type identity struct {
	layer    authz.Layer
	attached []Attached
}

func (r *Reader) identity(inline []snapshot.PolicyDetail, managed []snapshot.AttachedPolicy) identity {
	var id identity
	for _, p := range inline {
		before := len(id.layer.Policies)
		addDocument(&r.library, &id.layer, authz.Identity, "inline policy "+p.PolicyName, p.PolicyDocument, "")
		if len(id.layer.Policies) > before {
			id.attached = append(id.attached, Attached{Name: p.PolicyName})
		}
	}
	for _, p := range managed {
		layer := r.managed(p.PolicyArn)
		id.layer.Policies = append(id.layer.Policies, layer.Policies...)
		id.layer.Unread = append(id.layer.Unread, layer.Unread...)
		for range layer.Policies {
			id.attached = append(id.attached, Attached{Policy: p.PolicyArn, Name: cmp.Or(p.PolicyName, lastSegment(p.PolicyArn))})
		}
	}
	return id
}

// managed is the layer of one managed policy.
func (r *Reader) managed(arn string) authz.Layer {
	if p := r.policies[arn]; p != nil {
		return p.layer
	}
	return authz.Layer{Unread: []string{"policy " + lastSegment(arn) + ": it is not among the policies that AWS sent"}}
}

func (r *Reader) policy(row *snapshot.IAMPolicy) *ManagedPolicy {
	p := &ManagedPolicy{ARN: row.Arn, Name: cmp.Or(row.PolicyName, lastSegment(row.Arn)), Default: row.DefaultVersionId}
	found := false
	for _, v := range row.PolicyVersionList {
		p.Versions = append(p.Versions, v.VersionId)
		if v.IsDefaultVersion || v.VersionId == row.DefaultVersionId {
			if !found {
				addDocument(&r.library, &p.layer, authz.Identity, "policy "+p.Name, v.PolicyDocument, "")
			}
			found = true
		}
	}
	if !found {
		p.layer.Unread = append(p.layer.Unread, "policy "+p.Name+": AWS sent no version that is in force")
	}
	return p
}

func (r *Reader) boundary(arn string) *authz.Layer {
	if arn == "" {
		return nil
	}
	layer := r.managed(arn)
	return &layer
}

func (r *Reader) user(row *snapshot.IAMUser, groups map[string]*Group) *Principal {
	id := r.identity(row.UserPolicyList, row.AttachedManagedPolicies)
	p := r.principal(authz.User, row.Arn, row.UserId, row.Tags)
	p.Name, p.Path = cmp.Or(row.UserName, lastSegment(row.Arn)), row.Path
	for _, name := range row.GroupList {
		g := groups[name]
		if g == nil {
			id.layer.Unread = append(id.layer.Unread, "group "+name+": it is not among the groups that AWS sent")
			continue
		}
		p.Groups = append(p.Groups, g.ARN)
		for i, policy := range g.Layer.Policies {
			policy.Name += " of group " + name
			id.layer.Policies = append(id.layer.Policies, policy)
			attached := g.Attached[i]
			attached.Via = g.ARN
			id.attached = append(id.attached, attached)
		}
		for _, unread := range g.Layer.Unread {
			id.layer.Unread = append(id.layer.Unread, unread+" (group "+name+")")
		}
	}
	p.Identity, p.Attached = id.layer, id.attached
	p.Boundary, p.Principal.Boundary = row.PermissionsBoundaryArn, r.boundary(row.PermissionsBoundaryArn)
	return p
}

func (r *Reader) role(row *snapshot.IAMRole) *Principal {
	id := r.identity(row.RolePolicyList, row.AttachedManagedPolicies)
	p := r.principal(authz.Role, row.Arn, row.RoleId, row.Tags)
	p.Name, p.Path = cmp.Or(row.RoleName, lastSegment(row.Arn)), row.Path
	p.Identity, p.Attached = id.layer, id.attached
	p.Boundary, p.Principal.Boundary = row.PermissionsBoundaryArn, r.boundary(row.PermissionsBoundaryArn)
	p.ServiceLinked = serviceLinked(row.Arn)
	if row.RoleLastUsed != nil {
		p.LastUsed = row.RoleLastUsed.LastUsedDate
	}
	p.Trust = &authz.Layer{Name: "trust policy"}
	addDocument(&r.library, p.Trust, authz.ResourcePolicy, "trust policy", row.AssumeRolePolicyDocument, "")
	p.Trusted = trustedBy(row.AssumeRolePolicyDocument)
	p.SessionTags = p.Trusted.Tags
	return p
}

// root is the account's root user. Nothing lists it, and it is always there.
func (r *Reader) root() *Principal {
	p := r.principal(authz.Root, "arn:"+r.account.Partition+":iam::"+r.account.ID+":root", r.account.ID, nil)
	p.Name = "root"
	return p
}

// principal is what all have in common.
func (r *Reader) principal(kind authz.PrincipalType, arn, id string, tags []snapshot.Tag) *Principal {
	p := &Principal{Account: r.account.ID}
	p.Type, p.ARN, p.ID = kind, arn, id
	p.Tags = map[string]string{}
	for _, t := range tags {
		p.Tags[t.Key] = t.Value
	}
	p.SCPs, p.Context = r.scps, r.context
	return p
}

// sortedGroups lists groups by ARN.
func sortedGroups(groups map[string]*Group) []*Group {
	list := make([]*Group, 0, len(groups))
	for _, g := range groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *Group) int { return cmp.Compare(a.ARN, b.ARN) })
	return list
}
