package awssim

import (
	"slices"
	"strconv"
	"strings"
)

// A detail is one item of GetAccountAuthorizationDetails.
type detail struct {
	kind   string // as in Filter
	key    string // place in the order
	list   string // which list it stands in
	render func() obj
}

// accountAuthorizationDetails has users, groups, roles and policies in one order
// that has nothing to do with their kind, so that any page can hold any of them.
// Of AWS's own policies it shows those in use.
func accountAuthorizationDetails(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	var all []detail
	add := func(kind, list, arn string, render func() obj) {
		if len(in.Filter) == 0 || slices.Contains(in.Filter, kind) {
			all = append(all, detail{kind: kind, list: list, key: seqKey(mix(hash(arn))), render: render})
		}
	}
	for _, u := range a.iam.users {
		add("User", "UserDetailList", u.arn, func() obj { return a.detail(u) })
	}
	for _, g := range a.iam.groups {
		add("Group", "GroupDetailList", g.arn, func() obj { return a.detail(g) })
	}
	for _, r := range a.iam.roles {
		add("Role", "RoleDetailList", r.arn, func() obj { return a.detail(r) })
	}
	for _, p := range a.iam.policies {
		add("LocalManagedPolicy", "Policies", p.arn, func() obj { return a.policyDetail(p) })
	}
	for _, arn := range a.iam.foreign() {
		if p := awsPolicy(a.partition, arn); p != nil {
			add("AWSManagedPolicy", "Policies", arn, func() obj { return a.policyDetail(p) })
		}
	}
	slices.SortFunc(all, func(x, y detail) int { return strings.Compare(x.key, y.key) })
	rows, out, err := iamList(c, in, all, func(d detail) string { return d.key })
	if err != nil {
		return nil, err
	}
	for _, list := range []string{"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"} {
		items := []obj{}
		for _, d := range rows {
			if d.list == list {
				items = append(items, d.render())
			}
		}
		out[list] = items
	}
	return out, nil
}

// foreign are the managed policies in use that are not the account's own.
func (i *identities) foreign() []string {
	var out []string
	for _, all := range []map[string]*identity{i.users, i.roles, i.groups} {
		for _, id := range all {
			for _, arn := range append([]string{id.boundary}, id.attached...) {
				if arn != "" && i.policies[arn] == nil {
					out = insertOnce(out, arn)
				}
			}
		}
	}
	return out
}

// row is an identity as Get, Create and List show it.
func (id *identity) row() obj {
	out := obj{"Path": id.path, id.kind + "Name": id.name, id.kind + "Id": id.id, "Arn": id.arn, "CreateDate": epochOf(id.created)}
	out.set("Description", id.description)
	if id.kind == "Role" {
		out["AssumeRolePolicyDocument"] = encodeDocument(id.trust)
		out["MaxSessionDuration"] = 3600
		out["RoleLastUsed"] = id.used()
	}
	if id.boundary != "" {
		out["PermissionsBoundary"] = obj{"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": id.boundary}
	}
	if id.kind != "Group" && len(id.tags.values) > 0 {
		out["Tags"] = id.tags.objects()
	}
	return out
}

func (id *identity) used() obj {
	out := obj{}
	out.set("LastUsedDate", epochOf(id.lastUsed))
	out.set("Region", id.lastRegion)
	return out
}

// detail is an identity as GetAccountAuthorizationDetails shows it.
func (a *account) detail(id *identity) obj {
	out := id.row()
	delete(out, "Description")
	delete(out, "MaxSessionDuration")
	policies := []obj{}
	for _, name := range sortedKeys(id.inline) {
		policies = append(policies, obj{"PolicyName": name, "PolicyDocument": encodeDocument(id.inline[name])})
	}
	out[id.kind+"PolicyList"] = policies
	out["AttachedManagedPolicies"] = a.attachedRows(id)
	if id.kind == "User" {
		out["GroupList"] = slices.Clone(id.groups)
	}
	if id.kind == "Role" {
		out["InstanceProfileList"] = []obj{}
	}
	return out
}

func (a *account) attachedRows(id *identity) []obj {
	out := []obj{}
	for _, arn := range id.attached {
		out = append(out, obj{"PolicyName": arn[strings.LastIndexByte(arn, '/')+1:], "PolicyArn": arn})
	}
	return out
}

// row is a policy as GetPolicy and ListPolicies show it.
func (a *account) policyRow(p *managedPolicy) obj {
	attached, boundary := a.iam.usage(p.arn)
	return obj{"PolicyName": p.name, "PolicyId": p.id, "Arn": p.arn, "Path": p.path, "DefaultVersionId": p.standard,
		"AttachmentCount": attached, "PermissionsBoundaryUsageCount": boundary, "IsAttachable": true,
		"CreateDate": epochOf(p.created), "UpdateDate": epochOf(p.updated)}
}

func (a *account) policyDetail(p *managedPolicy) obj {
	out := a.policyRow(p)
	versions := []obj{}
	for i := len(p.versions) - 1; i >= 0; i-- {
		versions = append(versions, p.versionRow(&p.versions[i], true))
	}
	out["PolicyVersionList"] = versions
	return out
}

func (p *managedPolicy) versionRow(v *policyVersion, document bool) obj {
	out := obj{"VersionId": v.id, "IsDefaultVersion": v.id == p.standard, "CreateDate": epochOf(v.created)}
	if document {
		out["Document"] = encodeDocument(v.document)
	}
	return out
}

// accountSummary counts what is there; the rest is the scenario's or 0.
// quotas are the limits that GetAccountSummary shows, for an account that nobody raised.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
var quotas = map[string]int{
	"AccessKeysPerUserQuota": 2, "AssumeRolePolicySizeQuota": 2048, "AttachedPoliciesPerGroupQuota": 10, "AttachedPoliciesPerRoleQuota": 10,
	"AttachedPoliciesPerUserQuota": 10, "GlobalEndpointTokenVersion": 1, "GroupPolicySizeQuota": 5120, "GroupsPerUserQuota": 10, "GroupsQuota": 300,
	"InstanceProfilesQuota": 1000, "PoliciesQuota": 1500, "PolicySizeQuota": 6144, "PolicyVersionsInUseQuota": 10000, "RolePolicySizeQuota": 10240,
	"RolesQuota": 1000, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2, "UserPolicySizeQuota": 2048, "UsersQuota": 5000,
	"VersionsPerPolicyQuota": maxVersions,
}

func accountSummary(c *call) (any, error) {
	i := c.region.account.iam
	versions := 0
	for _, p := range i.policies {
		versions += len(p.versions)
	}
	out := entries{"AccountMFAEnabled": "1", "AccountAccessKeysPresent": "0", "AccountSigningCertificatesPresent": "0", "MFADevices": "0", "MFADevicesInUse": "0",
		"InstanceProfiles": "0", "Providers": "0", "ServerCertificates": "0", "PolicyVersionsInUse": strconv.Itoa(versions),
		"Users": strconv.Itoa(len(i.users)), "Roles": strconv.Itoa(len(i.roles)), "Groups": strconv.Itoa(len(i.groups)), "Policies": strconv.Itoa(len(i.policies))}
	for k, v := range quotas {
		out[k] = strconv.Itoa(v)
	}
	for k, v := range i.summary {
		out[k] = v
	}
	return obj{"SummaryMap": out}, nil
}

func listAccountAliases(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	rows := []string{}
	if a.iam.alias != "" {
		rows = append(rows, a.iam.alias)
	}
	rows, out, err := iamList(c, in, rows, func(s string) string { return s })
	if err != nil {
		return nil, err
	}
	out["AccountAliases"] = rows
	return out, nil
}
