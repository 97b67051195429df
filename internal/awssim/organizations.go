package awssim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Organizations over awsJson1_1. Its policies are kept and shown, never enforced.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
var organizationsAPI = service{name: "organizations", protocol: awsJSON11, errorText: "Message", global: true, operations: index("organizations", append(organizationWrites(),
	operation{name: "DescribeOrganization", handle: describeOrganization},
	operation{name: "DescribeEffectivePolicy", handle: describeEffectivePolicy},
	operation{name: "ListRoots", handle: administrators(listRoots)},
	operation{name: "ListAccounts", handle: administrators(listAccounts)},
	operation{name: "DescribeAccount", handle: administrators(describeAccount)},
	operation{name: "ListAccountsForParent", handle: administrators(listAccountsForParent)},
	operation{name: "ListOrganizationalUnitsForParent", handle: administrators(listUnitsForParent)},
	operation{name: "DescribeOrganizationalUnit", handle: administrators(describeUnit)},
	operation{name: "ListChildren", handle: administrators(listChildren)},
	operation{name: "ListParents", handle: administrators(listParents)},
	operation{name: "ListPolicies", handle: administrators(listOrganizationPolicies)},
	operation{name: "DescribePolicy", handle: administrators(describePolicy)},
	operation{name: "ListTargetsForPolicy", handle: administrators(listTargetsForPolicy)},
	operation{name: "ListPoliciesForTarget", handle: administrators(listPoliciesForTarget)},
	operation{name: "ListDelegatedAdministrators", handle: administrators(listDelegatedAdministrators)},
	operation{name: "ListDelegatedServicesForAccount", handle: administrators(listDelegatedServices)},
	operation{name: "ListAWSServiceAccessForOrganization", handle: administrators(listServiceAccess)},
	operation{name: "ListAccountsWithInvalidEffectivePolicy", handle: administrators(listInvalidAccounts)},
	operation{name: "ListEffectivePolicyValidationErrors", handle: administrators(listEffectivePolicyErrors)},
)...)}

// A directory is an organization: a tree of accounts, and the policies on it.
type directory struct {
	id, management string
	partition      string
	created        time.Time
	featureSet     string // ALL, CONSOLIDATED_BILLING
	root           *unit
	units          map[string]*unit   // by id, with the root
	members        map[string]*member // by account id
	policyTypes    []string           // enabled in the root, sorted
	policies       []*orgPolicy       // by id
	services       []string           // with trusted access, sorted
	errors         []policyError
}

// A unit is the root or an organizational unit.
type unit struct {
	id, name, arn string
	parent        *unit // nil: the root
}

// A member is an account of the organization.
type member struct {
	id, name, arn string
	mail          string // empty: made of the id
	state         string // ACTIVE, SUSPENDED, PENDING_CLOSURE …
	joined        time.Time
	method        string // INVITED, CREATED
	parent        *unit
	delegated     []string // services it administers, sorted
	delegatedAt   time.Time
}

// An orgPolicy is a service control, resource control or backup policy.
type orgPolicy struct {
	id, arn, name, kind, description string
	managed                          bool // by AWS
	content                          string
	targets                          []string // ids, sorted
}

// A policyError is a row of ListEffectivePolicyValidationErrors.
type policyError struct {
	account, kind, code, message, path string
	policies                           []string
}

func (e policyError) key() string { return e.account + e.kind + e.path + e.code }

func notInUse() *apiError {
	return fail(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

// directory is the organization of the caller.
func (c *call) directory() (*directory, *member, error) {
	d := c.sim.directory
	if d == nil || d.members[c.caller.account] == nil {
		return nil, nil, notInUse()
	}
	return d, d.members[c.caller.account], nil
}

// administrators lets the management account and delegated administrators in.
func administrators(h func(*call, *directory) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		d, m, err := c.directory()
		if err != nil {
			return nil, err
		}
		if m.id != d.management && len(m.delegated) == 0 {
			return nil, fail(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
		}
		return h(c, d)
	}
}

func describeOrganization(c *call) (any, error) {
	d, _, err := c.directory()
	if err != nil {
		return nil, err
	}
	m := d.members[d.management]
	return obj{"Organization": obj{"Id": d.id, "Arn": d.arn("organization", ""), "FeatureSet": d.featureSet, "MasterAccountId": d.management,
		"MasterAccountArn": m.arn, "MasterAccountEmail": m.email(), "AvailablePolicyTypes": d.policyTypeRows()}}, nil
}

// arn is of something in the organization, "organization" of itself.
func (d *directory) arn(kind, id string) string {
	arn := "arn:" + d.partition + ":organizations::" + d.management + ":" + kind + "/" + d.id
	if id == "" {
		return arn
	}
	return arn + "/" + id
}

func (d *directory) policyTypeRows() []obj {
	out := []obj{}
	for _, t := range d.policyTypes {
		out = append(out, obj{"Type": t, "Status": "ENABLED"})
	}
	return out
}

func (m *member) email() string { return or(m.mail, "aws+"+m.id+"@example.com") }

func (m *member) row() obj {
	status := m.state
	if !slices.Contains([]string{"ACTIVE", "SUSPENDED", "PENDING_CLOSURE"}, status) {
		status = "SUSPENDED"
	}
	out := obj{"Id": m.id, "Arn": m.arn, "Email": m.email(), "Name": m.name, "Status": status, "State": m.state,
		"JoinedMethod": m.method, "JoinedTimestamp": epochOf(m.joined), "Paths": []string{m.path()}}
	return out
}

// path leads from the organization to the account: o-…/r-…/ou-…/111122223333/
func (m *member) path() string {
	path := m.id + "/"
	for u := m.parent; u != nil; u = u.parent {
		path = u.id + "/" + path
	}
	return m.arn[strings.LastIndex(m.arn, ":account/")+len(":account/"):len(m.arn)-len(m.id)] + path
}

func (u *unit) row() obj { return obj{"Id": u.id, "Arn": u.arn, "Name": u.name} }

// target finds the name and type of what a policy can be attached to.
func (d *directory) target(id string) (row obj, ok bool) {
	if m := d.members[id]; m != nil {
		return obj{"TargetId": id, "Arn": m.arn, "Name": m.name, "Type": "ACCOUNT"}, true
	}
	if u := d.units[id]; u != nil {
		kind := "ORGANIZATIONAL_UNIT"
		if u.parent == nil {
			kind = "ROOT"
		}
		return obj{"TargetId": id, "Arn": u.arn, "Name": u.name, "Type": kind}, true
	}
	return nil, false
}

func (d *directory) policy(id string) (*orgPolicy, error) {
	for _, p := range d.policies {
		if p.id == id {
			return p, nil
		}
	}
	return nil, fail(http.StatusBadRequest, "PolicyNotFoundException", "You specified a policy that doesn't exist.")
}

func (p *orgPolicy) summary() obj {
	out := obj{"Id": p.id, "Arn": p.arn, "Name": p.name, "Type": p.kind, "AwsManaged": p.managed}
	out["Description"] = p.description
	return out
}
