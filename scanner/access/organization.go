package access

import (
	"cmp"
	"fmt"
	"slices"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

// Types of policies that an organization attaches to its tree.
const (
	serviceControl  = "SERVICE_CONTROL_POLICY"
	resourceControl = "RESOURCE_CONTROL_POLICY"
)

// An Organization is what the organization's shard says: the tree, and which
// policies hang where. Its zero value is one that was not collected: whatever an
// account asks of it is unread.
type Organization struct {
	header   *snapshot.Header
	row      *snapshot.Organization
	unread   []failure // what has no answer
	types    map[string]string
	typed    bool // the root said which types of policies are in force
	root     string
	accounts map[string]*snapshot.OrganizationAccount
	parents  map[string]string // of units
	names    map[string]string // of roots and units
	policies []*snapshot.OrganizationPolicy
	admins   []*snapshot.DelegatedAdministrator

	library authz.Library
	levels  map[level]authz.Layer
}

// A level is one type of policies at one place of the tree.
type level struct{ kind, place string }

// A failure is a call without an answer.
type failure struct {
	operation  string
	parameters map[string]string
	reason     snapshot.Reason
	text       string
}

func failed(operation string, parameters map[string]string, reason snapshot.Reason) failure {
	return failure{operation, parameters, reason, snapshot.CallID(operation, parameters) + ": " + string(reason)}
}

// Add takes a row of the organization's shard; others than the organization's are
// left out.
func (o *Organization) Add(row *snapshot.Row) {
	if o.accounts == nil {
		o.types, o.accounts = map[string]string{}, map[string]*snapshot.OrganizationAccount{}
		o.parents, o.names, o.levels = map[string]string{}, map[string]string{}, map[level]authz.Layer{}
	}
	switch {
	case row.Header != nil:
		o.header = row.Header
	case row.Gap != nil:
		o.unread = append(o.unread, failed(row.Gap.Operation, row.Gap.Parameters, row.Gap.Reason))
	case row.Unread != nil:
		o.unread = append(o.unread, failed(row.Unread.Operation, row.Unread.Parameters, row.Unread.Reason))
	case row.Organization != nil:
		o.row = row.Organization
	case row.OrganizationRoot != nil:
		o.root, o.typed = row.OrganizationRoot.Id, true
		o.names[o.root] = cmp.Or(row.OrganizationRoot.Name, o.root)
		for _, t := range row.OrganizationRoot.PolicyTypes {
			o.types[t.Type] = t.Status
		}
	case row.OrganizationalUnit != nil:
		o.parents[row.OrganizationalUnit.Id] = row.OrganizationalUnit.ParentId
		o.names[row.OrganizationalUnit.Id] = cmp.Or(row.OrganizationalUnit.Name, row.OrganizationalUnit.Id)
	case row.OrganizationAccount != nil:
		o.accounts[row.OrganizationAccount.Id] = row.OrganizationAccount
	case row.OrganizationPolicy != nil:
		o.policies = append(o.policies, row.OrganizationPolicy)
	case row.DelegatedAdministrator != nil:
		o.admins = append(o.admins, row.DelegatedAdministrator)
	}
}

// A Membership is how an account belongs to the organization.
type Membership uint8

const (
	// Unclear: AWS did not say whether the account is in an organization, or in which.
	Unclear Membership = iota
	// Alone: the account is in no organization.
	Alone
	// Member: the account is in this one.
	Member
	// Management: the account is this one's management account, which no SCP and no
	// RCP binds.
	Management
)

func (m Membership) String() string {
	return [...]string{"unclear", "alone", "member", "management"}[m]
}

// ID is the organization's; "" where it is not known.
func (o *Organization) ID() string {
	if o.row == nil {
		return ""
	}
	return o.row.Id
}

// ManagementAccount is its id; "" where it is not known.
func (o *Organization) ManagementAccount() string {
	if o.row == nil {
		return ""
	}
	return o.row.MasterAccountId
}

// Accounts lists the accounts that the organization named, sorted.
func (o *Organization) Accounts() []*snapshot.OrganizationAccount {
	list := make([]*snapshot.OrganizationAccount, 0, len(o.accounts))
	for _, account := range o.accounts {
		list = append(list, account)
	}
	slices.SortFunc(list, func(a, b *snapshot.OrganizationAccount) int { return cmp.Compare(a.Id, b.Id) })
	return list
}

// DelegatedAdministrators lists the accounts that act for the management account.
func (o *Organization) DelegatedAdministrators() []*snapshot.DelegatedAdministrator { return o.admins }

// MembershipOf says how an account belongs to the organization.
func (o *Organization) MembershipOf(account string) Membership {
	switch {
	case o.header == nil:
		return Unclear
	case o.row == nil:
		if o.header.Account == account && o.failedList("organizations:DescribeOrganization", "", "") == "" && o.asked() {
			return Alone // AWS said so; of other accounts it said nothing
		}
		return Unclear
	case account == o.row.MasterAccountId:
		return Management
	case account == o.header.Account || o.accounts[account] != nil:
		return Member
	}
	return Unclear
}

func (o *Organization) asked() bool { return slices.Contains(o.header.Collectors, "organizations") }

// SCPs are the service control policies that bind the principals of an account,
// from the root down; none where none can.
func (o *Organization) SCPs(account string) []authz.Layer { return o.layers(account, serviceControl) }

// RCPs are the resource control policies that protect the resources of an account,
// without the one that allows everything.
func (o *Organization) RCPs(account string) []authz.Layer { return o.layers(account, resourceControl) }

func (o *Organization) layers(account, kind string) []authz.Layer {
	switch o.MembershipOf(account) {
	case Alone, Management:
		return nil
	case Unclear:
		return []authz.Layer{unreadLayer(kind, o.whyUnclear(account))}
	}
	if o.row.FeatureSet == "CONSOLIDATED_BILLING" {
		return nil
	}
	if o.typed && o.types[kind] == "" {
		return nil
	}
	path, why := o.Path(account)
	switch {
	case why != "":
		return []authz.Layer{unreadLayer(kind, why)}
	case o.types[kind] != "ENABLED":
		return []authz.Layer{unreadLayer(kind, fmt.Sprintf("they are %s", o.types[kind]))}
	}
	if why := o.failedList("organizations:ListPolicies", "Filter", kind); why != "" {
		return []authz.Layer{unreadLayer(kind, why)}
	}
	var layers []authz.Layer
	for _, place := range append(path, account) {
		layers = append(layers, o.layer(kind, place))
	}
	return layers
}

func unreadLayer(kind, why string) authz.Layer {
	return authz.Layer{Name: layerName(kind), Unread: []string{why}}
}

func layerName(kind string) string {
	if kind == serviceControl {
		return "service control policies"
	}
	return "resource control policies"
}

// whyUnclear says why nothing is known of an account's organization.
func (o *Organization) whyUnclear(account string) string {
	switch {
	case o.header == nil || !o.asked():
		return "the organization was not collected"
	case o.row == nil:
		if why := o.failedList("organizations:DescribeOrganization", "", ""); why != "" {
			return why
		}
		return fmt.Sprintf("account %s asked, which is in no organization", o.header.Account)
	}
	if why := o.failedList("organizations:ListAccounts", "", ""); why != "" {
		return why
	}
	return fmt.Sprintf("organization %s does not have account %s", o.row.Id, account)
}

// failedList says why a call has no answer, "" where it has one.
func (o *Organization) failedList(operation, parameter, value string) string {
	for _, f := range o.unread {
		if f.operation == operation && (parameter == "" || f.parameters[parameter] == "" || f.parameters[parameter] == value) {
			return f.text
		}
	}
	return ""
}

// Path returns the root and the units above an account, the root first; why says
// what of it was not read.
func (o *Organization) Path(account string) (path []string, why string) {
	row := o.accounts[account]
	if row == nil || row.ParentId == "" || o.root == "" {
		for _, operation := range []string{"organizations:ListRoots", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent", "organizations:ListAccounts"} {
			if why := o.failedList(operation, "", ""); why != "" {
				return nil, why
			}
		}
		return nil, fmt.Sprintf("organization %s does not say where account %s is", o.row.Id, account)
	}
	for place := row.ParentId; place != o.root; place = o.parents[place] {
		if o.parents[place] == "" || slices.Contains(path, place) {
			return nil, fmt.Sprintf("the unit %s above account %s was not read", place, account)
		}
		path = append(path, place)
	}
	path = append(path, o.root)
	slices.Reverse(path)
	return path, ""
}

// layer is the policies of one type that are attached at one place. Accounts of
// one organization share it.
func (o *Organization) layer(kind, place string) authz.Layer {
	key := level{kind, place}
	layer, known := o.levels[key]
	if known {
		return layer
	}
	layer.Name = layerName(kind) + " of " + o.placeName(place)
	documentKind := authz.SCP
	if kind == resourceControl {
		documentKind = authz.RCP
	}
	some := false
	for _, p := range o.policies {
		if p.Type != kind {
			continue
		}
		attached := slices.ContainsFunc(p.Targets, func(t snapshot.PolicyTarget) bool { return t.TargetId == place })
		some = some || attached
		name := cmp.Or(p.Name, p.Id)
		switch why := o.failedList("organizations:ListTargetsForPolicy", "PolicyId", p.Id); {
		case !attached && why != "":
			layer.Unread = append(layer.Unread, fmt.Sprintf("policy %s may be attached here: %s", name, why))
		case attached && kind == resourceControl && p.AwsManaged:
			// RCPFullAWSAccess allows everything, and cannot be taken away
		case attached:
			addDocument(&o.library, &layer, documentKind, "policy "+name, p.Content, o.failedList("organizations:DescribePolicy", "PolicyId", p.Id))
		}
	}
	if !some && kind == serviceControl && len(layer.Unread) == 0 {
		// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_attach.html
		layer.Unread = append(layer.Unread, "no policy is listed here, and AWS never leaves a place without one")
	}
	o.levels[key] = layer
	return layer
}

func (o *Organization) placeName(place string) string {
	switch {
	case place == o.root:
		return "root " + place
	case o.parents[place] != "":
		return "unit " + o.names[place]
	}
	return "account " + place
}

// Context is what requests of, or for, an account carry of the organization, under
// the names of the principal's keys or the resource's.
func (o *Organization) Context(account, side string) authz.Context {
	id, paths := "aws:"+side+"OrgID", "aws:"+side+"OrgPaths"
	values := map[string]authz.Value{}
	switch o.MembershipOf(account) {
	case Alone:
		values[id], values[paths] = authz.Absent, authz.Absent
	case Member, Management:
		values[id] = authz.One(o.row.Id)
		if path, why := o.Path(account); why == "" {
			text := o.row.Id + "/"
			for _, place := range path {
				text += place + "/"
			}
			values[paths] = authz.Set(text)
		}
	}
	return authz.NewContext(values)
}
