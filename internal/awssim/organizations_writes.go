package awssim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// organizationWrites are what makes an organization. Only its management account may.
func organizationWrites() []operation {
	return []operation{
		{name: "CreateOrganization", writes: true, handle: createOrganization},
		{name: "CreateAccount", writes: true, handle: management(createAccount)},
		{name: "DescribeCreateAccountStatus", handle: management(describeCreateAccountStatus)},
		{name: "CreateOrganizationalUnit", writes: true, handle: management(createUnit)},
		{name: "MoveAccount", writes: true, handle: management(moveAccount)},
		{name: "EnablePolicyType", writes: true, handle: management(enablePolicyType)},
		{name: "CreatePolicy", writes: true, handle: management(createOrganizationPolicy)},
		{name: "AttachPolicy", writes: true, handle: management(attachOrganizationPolicy)},
		{name: "RegisterDelegatedAdministrator", writes: true, handle: management(registerDelegatedAdministrator)},
		{name: "EnableAWSServiceAccess", writes: true, handle: management(enableServiceAccess)},
	}
}

func management(h func(*call, *directory, orgRequest) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		d, m, err := c.directory()
		if err != nil {
			return nil, err
		}
		if m.id != d.management {
			return nil, fail(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
		}
		in, err := c.orgRequest()
		if err != nil {
			return nil, err
		}
		return h(c, d, in)
	}
}

// newDirectory is an organization that has nothing but its root.
func newDirectory(id, management, partition, featureSet string, created time.Time) *directory {
	d := &directory{id: id, management: management, partition: partition, featureSet: featureSet, created: created,
		units: map[string]*unit{}, members: map[string]*member{}}
	d.root = &unit{id: "r-" + shortID(hash("root", d.id), 4), name: "Root"}
	d.root.arn = d.arn("root", d.root.id)
	d.units[d.root.id] = d.root
	return d
}

func (d *directory) addMember(id, name string, joined time.Time) *member {
	m := &member{id: id, name: or(name, "account-"+id), arn: d.arn("account", id), state: "ACTIVE", joined: joined, method: "CREATED", parent: d.root}
	d.members[id] = m
	return m
}

func (d *directory) addUnit(parent *unit, name string) *unit {
	u := &unit{id: "ou-" + d.root.id[2:] + "-" + shortID(hash("ou", d.id, name), 8), name: name, parent: parent}
	u.arn = d.arn("ou", u.id)
	return u
}

// enable makes a type of policy count, and attaches AWS's own of that type to
// everything there is.
func (d *directory) enable(kind string) {
	d.policyTypes = insertOnce(d.policyTypes, kind)
	standard, ok := fullAccess[kind]
	if !ok {
		return
	}
	p := d.addPolicy(kind, standard.name, standard.content)
	p.managed, p.id, p.description = true, "p-"+standard.name, "Allows access to every operation"
	p.arn = "arn:" + d.partition + ":organizations::aws:policy/" + strings.ToLower(kind) + "/" + p.id
	p.targets = append(sortedKeys(d.units), sortedKeys(d.members)...)
	slices.Sort(p.targets)
}

// arrived attaches AWS's own policies to what is new.
func (d *directory) arrived(id string) {
	for _, p := range d.policies {
		if p.managed {
			p.targets = insertOnce(p.targets, id)
		}
	}
}

func createOrganization(c *call) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	id := c.caller.account
	if d := c.sim.directory; d != nil {
		if d.members[id] != nil {
			return nil, fail(http.StatusBadRequest, "AlreadyInOrganizationException", "The provided account is already a member of an organization.")
		}
		return nil, fail(http.StatusBadRequest, "UnsupportedAPIEndpointException", "awssim has one organization, and it is there already")
	}
	a := c.sim.accounts[id]
	d := newDirectory("o-"+shortID(hash("organization", id), 10), id, a.partition, or(in.FeatureSet, "ALL"), c.now)
	d.addMember(id, or(a.name, "management"), c.now).method = "INVITED"
	if d.featureSet == "ALL" {
		d.enable(servicePolicy)
	}
	c.sim.directory = d
	return describeOrganization(c)
}

// createAccount makes an account whose Regions are those of the management account.
func createAccount(c *call, d *directory, in orgRequest) (any, error) {
	if in.AccountName == "" || in.Email == "" {
		return nil, fail(http.StatusBadRequest, "InvalidInputException", "You specified an invalid value.")
	}
	id := fmt.Sprintf("%012d", 1e11+hash("account", d.id, in.AccountName)%9e11)
	if d.members[id] != nil || c.sim.accounts[id] != nil {
		return nil, fail(http.StatusBadRequest, "ConstraintViolationException", "An account with that name is there already.")
	}
	a := &account{id: id, name: in.AccountName, partition: d.partition, regions: map[string]*region{}, iam: &identities{}}
	b := builder{sim: c.sim, clock: c.now}
	for _, name := range c.sim.accounts[d.management].regionNames {
		if err := b.region(a, RegionScenario{Name: name}); err != nil {
			return nil, err
		}
	}
	c.sim.accounts[id] = a
	m := d.addMember(id, in.AccountName, c.now)
	m.mail = in.Email
	d.arrived(id)
	row := m.creation()
	row["State"] = "IN_PROGRESS"
	delete(row, "AccountId")
	delete(row, "CompletedTimestamp")
	return obj{"CreateAccountStatus": row}, nil
}

// creation is how an account was made, which takes AWS minutes and awssim no time.
func (m *member) creation() obj {
	return obj{"Id": "car-" + uuidDigits(hash("creation", m.id)), "AccountName": m.name, "State": "SUCCEEDED", "AccountId": m.id,
		"RequestedTimestamp": epochOf(m.joined), "CompletedTimestamp": epochOf(m.joined)}
}

func uuidDigits(id uint64) string { return strings.ReplaceAll(uuid(id), "-", "") }

func describeCreateAccountStatus(_ *call, d *directory, in orgRequest) (any, error) {
	for _, m := range d.members {
		if row := m.creation(); row["Id"] == in.CreateAccountRequestId {
			return obj{"CreateAccountStatus": row}, nil
		}
	}
	return nil, fail(http.StatusBadRequest, "CreateAccountStatusNotFoundException", "You specified an create account status that doesn't exist.")
}

func createUnit(c *call, d *directory, in orgRequest) (any, error) {
	_, parent, err := c.parent(d)
	if err != nil {
		return nil, err
	}
	u := d.addUnit(parent, in.Name)
	if d.units[u.id] != nil {
		return nil, fail(http.StatusBadRequest, "DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
	}
	d.units[u.id] = u
	d.arrived(u.id)
	return obj{"OrganizationalUnit": u.row()}, nil
}

func moveAccount(_ *call, d *directory, in orgRequest) (any, error) {
	m, from, to := d.members[in.AccountId], d.units[in.SourceParentId], d.units[in.DestinationParentId]
	switch {
	case m == nil:
		return nil, accountNotFound()
	case to == nil:
		return nil, fail(http.StatusBadRequest, "DestinationParentNotFoundException", "You specified a destination parent that doesn't exist.")
	case from == nil || m.parent != from:
		return nil, fail(http.StatusBadRequest, "SourceParentNotFoundException", "You specified a source parent that doesn't exist.")
	}
	m.parent = to
	return nil, nil
}

func enablePolicyType(_ *call, d *directory, in orgRequest) (any, error) {
	switch {
	case in.RootId != d.root.id:
		return nil, fail(http.StatusBadRequest, "RootNotFoundException", "You specified a root that doesn't exist.")
	case contains(d.policyTypes, in.PolicyType):
		return nil, fail(http.StatusBadRequest, "PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")
	}
	d.enable(in.PolicyType)
	row := d.root.row()
	row["PolicyTypes"] = d.policyTypeRows()
	return obj{"Root": row}, nil
}

func createOrganizationPolicy(_ *call, d *directory, in orgRequest) (any, error) {
	switch {
	case !isJSON(in.Content):
		return nil, fail(http.StatusBadRequest, "MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type.")
	case slices.ContainsFunc(d.policies, func(p *orgPolicy) bool { return p.kind == in.Type && p.name == in.Name }):
		return nil, fail(http.StatusBadRequest, "DuplicatePolicyException", "A policy with the same name already exists.")
	}
	p := d.addPolicy(in.Type, in.Name, in.Content)
	p.description = in.Description
	slices.SortFunc(d.policies, func(x, y *orgPolicy) int { return strings.Compare(x.id, y.id) })
	return obj{"Policy": obj{"PolicySummary": p.summary(), "Content": p.content}}, nil
}

func attachOrganizationPolicy(_ *call, d *directory, in orgRequest) (any, error) {
	p, err := d.policy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	switch _, ok := d.target(in.TargetId); {
	case !ok:
		return nil, targetNotFound()
	case !contains(d.policyTypes, p.kind):
		return nil, fail(http.StatusBadRequest, "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")
	case contains(p.targets, in.TargetId):
		return nil, fail(http.StatusBadRequest, "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
	}
	p.targets = insertOnce(p.targets, in.TargetId)
	return nil, nil
}

func registerDelegatedAdministrator(c *call, d *directory, in orgRequest) (any, error) {
	m := d.members[in.AccountId]
	switch {
	case m == nil:
		return nil, accountNotFound()
	case contains(m.delegated, in.ServicePrincipal):
		return nil, fail(http.StatusBadRequest, "AccountAlreadyRegisteredException", "The specified account is already a delegated administrator for this AWS service.")
	}
	m.delegated = insertOnce(m.delegated, in.ServicePrincipal)
	if m.delegatedAt.IsZero() {
		m.delegatedAt = c.now
	}
	return nil, nil
}

func enableServiceAccess(_ *call, d *directory, in orgRequest) (any, error) {
	d.services = insertOnce(d.services, in.ServicePrincipal)
	return nil, nil
}

func accountNotFound() *apiError {
	return fail(http.StatusBadRequest, "AccountNotFoundException", "You specified an account that doesn't exist.")
}
