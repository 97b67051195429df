package awssim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxVersions is how many versions a managed policy may have.
const maxVersions = 5

func policyOperations() []operation {
	return []operation{
		{name: "CreatePolicy", writes: true, handle: createPolicy},
		{name: "GetPolicy", handle: withPolicy(getPolicy)},
		{name: "DeletePolicy", writes: true, handle: withPolicy(deletePolicy)},
		{name: "ListPolicies", handle: listPolicies},
		{name: "CreatePolicyVersion", writes: true, handle: withPolicy(createPolicyVersion)},
		{name: "GetPolicyVersion", handle: withPolicy(getPolicyVersion)},
		{name: "ListPolicyVersions", handle: withPolicy(listPolicyVersions)},
		{name: "SetDefaultPolicyVersion", writes: true, handle: withPolicy(setDefaultPolicyVersion)},
		{name: "DeletePolicyVersion", writes: true, handle: withPolicy(deletePolicyVersion)},
	}
}

func withPolicy(h func(c *call, in iamRequest, p *managedPolicy) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		in, a, err := c.iam()
		if err != nil {
			return nil, err
		}
		p := a.policy(in.PolicyArn)
		if p == nil {
			return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
		}
		if c.service.operations[c.operation].writes && a.iam.policies[p.arn] == nil {
			return nil, c.accessDenied(p.arn)
		}
		return h(c, in, p)
	}
}

// addPolicy makes a managed policy of the account; nil when there is one.
func (a *account) addPolicy(name, path, document string, at time.Time) *managedPolicy {
	p := newPolicy("arn:"+a.partition+":iam::"+a.id+":policy", name, or(path, "/"), document, at)
	if a.iam.policies[p.arn] != nil {
		return nil
	}
	if a.iam.policies == nil {
		a.iam.policies = map[string]*managedPolicy{}
	}
	a.iam.policies[p.arn] = p
	return p
}

func newPolicy(prefix, name, path, document string, at time.Time) *managedPolicy {
	p := &managedPolicy{name: name, path: path, arn: prefix + path + name, created: at}
	p.id = uniqueID("ANPA", p.arn)
	p.addVersion(document, true, at)
	return p
}

func (p *managedPolicy) addVersion(document string, standard bool, at time.Time) *policyVersion {
	p.made++
	v := policyVersion{id: fmt.Sprintf("v%d", p.made), document: document, created: at}
	p.versions = append(p.versions, v)
	if p.updated = at; standard {
		p.standard = v.id
	}
	return &v
}

func createPolicy(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	if in.PolicyName == "" {
		return nil, validationError("PolicyName is required")
	}
	if err := checkDocument(in.PolicyDocument); err != nil {
		return nil, err
	}
	p := a.addPolicy(in.PolicyName, in.Path, in.PolicyDocument, c.now)
	if p == nil {
		return nil, entityExists("A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
	}
	p.description = in.Description
	for _, t := range in.Tags {
		p.tags.put(t.Key, t.Value)
	}
	return obj{"Policy": a.policyRow(p)}, nil
}

func getPolicy(c *call, _ iamRequest, p *managedPolicy) (any, error) {
	row := c.region.account.policyRow(p)
	row.set("Description", p.description)
	if len(p.tags.values) > 0 {
		row["Tags"] = p.tags.objects()
	}
	return obj{"Policy": row}, nil
}

func deletePolicy(c *call, _ iamRequest, p *managedPolicy) (any, error) {
	a := c.region.account
	if attached, boundary := a.iam.usage(p.arn); attached+boundary > 0 || len(p.versions) > 1 {
		return nil, fail(http.StatusConflict, "DeleteConflict", "Cannot delete a policy attached to entities or with more than one version.")
	}
	delete(a.iam.policies, p.arn)
	return nil, nil
}

// listPolicies shows the account's own policies and AWS's; Scope is All, AWS or Local.
func listPolicies(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	rows := []*managedPolicy{}
	if in.Scope != "AWS" {
		for _, p := range a.iam.policies {
			rows = append(rows, p)
		}
	}
	if in.Scope != "Local" {
		rows = append(rows, awsPolicies(a.partition)...)
	}
	rows = slices.DeleteFunc(rows, func(p *managedPolicy) bool {
		attached, _ := a.iam.usage(p.arn)
		return bool(in.OnlyAttached) && attached == 0 || !strings.HasPrefix(p.path, in.PathPrefix)
	})
	slices.SortFunc(rows, func(x, y *managedPolicy) int { return strings.Compare(x.arn, y.arn) })
	rows, out, err := iamList(c, in, rows, func(p *managedPolicy) string { return p.arn })
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, p := range rows {
		list = append(list, a.policyRow(p))
	}
	out["Policies"] = list
	return out, nil
}

func createPolicyVersion(c *call, in iamRequest, p *managedPolicy) (any, error) {
	if err := checkDocument(in.PolicyDocument); err != nil {
		return nil, err
	}
	if len(p.versions) >= maxVersions {
		return nil, fail(http.StatusConflict, "LimitExceeded", "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
	}
	return obj{"PolicyVersion": p.versionRow(p.addVersion(in.PolicyDocument, bool(in.SetAsDefault), c.now), false)}, nil
}

func (p *managedPolicy) find(id string) (*policyVersion, error) {
	if v := p.version(id); v != nil {
		return v, nil
	}
	return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.arn, id)
}

func getPolicyVersion(_ *call, in iamRequest, p *managedPolicy) (any, error) {
	v, err := p.find(in.VersionId)
	if err != nil {
		return nil, err
	}
	return obj{"PolicyVersion": p.versionRow(v, true)}, nil
}

func listPolicyVersions(c *call, in iamRequest, p *managedPolicy) (any, error) {
	rows, out, err := iamList(c, in, p.versions, func(v policyVersion) string { return fmt.Sprintf("%9s", v.id) })
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, v := range rows {
		list = append(list, p.versionRow(&v, false))
	}
	out["Versions"] = list
	return out, nil
}

func setDefaultPolicyVersion(_ *call, in iamRequest, p *managedPolicy) (any, error) {
	v, err := p.find(in.VersionId)
	if err != nil {
		return nil, err
	}
	p.standard = v.id
	return nil, nil
}

func deletePolicyVersion(_ *call, in iamRequest, p *managedPolicy) (any, error) {
	v, err := p.find(in.VersionId)
	if err != nil {
		return nil, err
	}
	if v.id == p.standard {
		return nil, fail(http.StatusConflict, "DeleteConflict", "Cannot delete the default version of a policy.")
	}
	p.versions = slices.DeleteFunc(p.versions, func(x policyVersion) bool { return x.id == in.VersionId })
	return nil, nil
}
