package awssim

import (
	"net/http"
	"slices"
	"strings"
)

func policyKey(p *orgPolicy) string { return p.id }

func listOrganizationPolicies(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "Policies", d.policies, policyKey, func(p *orgPolicy) bool { return p.kind == in.Filter }, (*orgPolicy).summary)
}

func describePolicy(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	p, err := d.policy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	return obj{"Policy": obj{"PolicySummary": p.summary(), "Content": p.content}}, nil
}

func listTargetsForPolicy(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	p, err := d.policy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "Targets", p.targets, strings.Clone, nil, func(id string) obj {
		row, _ := d.target(id)
		return row
	})
}

// listPoliciesForTarget shows what is attached to the target itself, not to what
// it is in.
func listPoliciesForTarget(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	if _, ok := d.target(in.TargetId); !ok {
		return nil, targetNotFound()
	}
	return orgList(c, in, "Policies", d.policies, policyKey,
		func(p *orgPolicy) bool { return p.kind == in.Filter && contains(p.targets, in.TargetId) }, (*orgPolicy).summary)
}

func targetNotFound() *apiError {
	return fail(http.StatusBadRequest, "TargetNotFoundException", "You specified a target that doesn't exist.")
}

// describeEffectivePolicy answers any account about itself, and administrators
// about all.
func describeEffectivePolicy(c *call) (any, error) {
	d, m, err := c.directory()
	if err != nil {
		return nil, err
	}
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	if in.TargetId != "" && in.TargetId != m.id {
		if m.id != d.management && len(m.delegated) == 0 {
			return nil, fail(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
		}
		if m = d.members[in.TargetId]; m == nil {
			return nil, targetNotFound()
		}
	}
	content := ""
	if slices.Contains(d.policyTypes, in.PolicyType) {
		content = d.effective(m, in.PolicyType)
	}
	if content == "" {
		return nil, fail(http.StatusBadRequest, "EffectivePolicyNotFoundException", "The effective policy of type %s was not found for the specified target.", in.PolicyType)
	}
	return obj{"EffectivePolicy": obj{"PolicyContent": content, "LastUpdatedTimestamp": epochOf(d.created), "TargetId": m.id, "PolicyType": in.PolicyType}}, nil
}

// listInvalidAccounts shows whose policies of a type do not work together.
func listInvalidAccounts(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	out, err := orgList(c, in, "Accounts", d.memberList(), memberKey, func(m *member) bool {
		return slices.ContainsFunc(d.errors, func(e policyError) bool { return e.account == m.id && e.kind == in.PolicyType })
	}, (*member).row)
	if err != nil {
		return nil, err
	}
	out.(obj)["PolicyType"] = in.PolicyType
	return out, nil
}

func listEffectivePolicyErrors(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	m := d.members[in.AccountId]
	if m == nil {
		return nil, accountNotFound()
	}
	out, err := orgList(c, in, "EffectivePolicyValidationErrors", d.errors, policyError.key,
		func(e policyError) bool { return e.account == m.id && e.kind == in.PolicyType }, func(e policyError) obj {
			return obj{"ErrorCode": e.code, "ErrorMessage": e.message, "PathToError": e.path, "ContributingPolicies": texts(e.policies)}
		})
	if err != nil {
		return nil, err
	}
	page := out.(obj)
	page["AccountId"], page["PolicyType"], page["Path"], page["EvaluationTimestamp"] = m.id, in.PolicyType, m.path(), epochOf(d.created)
	return page, nil
}
