package access_test

import (
	"testing"

	"holdfast/scanner/access"
	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

func scp(id, target string, statements ...string) snapshot.Row {
	return policyRow("SERVICE_CONTROL_POLICY", id, false, []string{target}, statements...)
}

func TestSCPsBindLevelByLevel(t *testing.T) {
	admin := snapshot.Row{IAMRole: role("admin", allowAll)}
	for _, place := range []string{"r-ab12", "ou-1", "ou-2", own} {
		a := account(anOrganization(scp("p-guard", place, denyDelete)), admin)
		expect(t, verdict(t, a, "admin", deletePoint), authz.Never, "")
	}
	a := account(anOrganization(scp("p-guard", "ou-elsewhere", denyDelete), scp("p-other", stranger, denyDelete)), admin)
	expect(t, verdict(t, a, "admin", deletePoint), authz.Always, "")
}

func TestAnAllowHasToHoldAtEachLevel(t *testing.T) {
	o := &access.Organization{}
	for _, row := range []snapshot.Row{
		{Header: &snapshot.Header{Account: management}},
		{Organization: &snapshot.Organization{Id: "o-1", FeatureSet: "ALL", MasterAccountId: management}},
		{OrganizationRoot: &snapshot.OrganizationRoot{Id: "r-1", PolicyTypes: []snapshot.PolicyType{{Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED"}}}},
		{OrganizationAccount: &snapshot.OrganizationAccount{Id: own, ParentId: "r-1"}},
		policyRow("SERVICE_CONTROL_POLICY", "p-full", true, []string{"r-1"}, allowAll),
		scp("p-some", own, `{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}`),
	} {
		o.Add(&row)
	}
	a := account(o, snapshot.Row{IAMRole: role("admin", allowAll)})
	expect(t, verdict(t, a, "admin", deletePoint), authz.Never, "")
}

func TestTheManagementAccountIsNotBound(t *testing.T) {
	o := anOrganization(scp("p-guard", "r-ab12", denyDelete))
	if got := o.SCPs(management); got != nil {
		t.Errorf("SCPs of the management account: %v", got)
	}
	if got := len(o.SCPs(own)); got != 4 {
		t.Errorf("%d levels bind the member, want 4", got)
	}
	if got := o.MembershipOf(management); got != access.Management {
		t.Errorf("management account is %s", got)
	}
}

func TestWhatIsNotReadOfAnOrganizationLeavesLayersUnread(t *testing.T) {
	unread := func(operation string, parameters ...string) snapshot.Row {
		u := &snapshot.Unread{Operation: operation, Reason: snapshot.Denied, Parameters: map[string]string{}}
		for i := 0; i < len(parameters); i += 2 {
			u.Parameters[parameters[i]] = parameters[i+1]
		}
		return snapshot.Row{Unread: u}
	}
	noContent := scp("p-guard", "ou-1")
	noContent.OrganizationPolicy.Content = snapshot.PolicyDocument{}
	noTargets := scp("p-guard", "", denyDelete)
	noTargets.OrganizationPolicy.Targets = nil
	header := asker(own)
	silent := snapshot.Row{Header: &snapshot.Header{Account: own}}
	for name, c := range map[string]struct {
		organization *access.Organization
		doubt        string
	}{
		"no shard":      {nil, "the organization was not collected"},
		"not asked":     {organizationOf(silent), "the organization was not collected"},
		"refused":       {organizationOf(header, unread("organizations:DescribeOrganization")), "organizations:DescribeOrganization: denied"},
		"another asked": {organizationOf(asker(stranger)), "account 444455556666 asked"},
		"only itself": {organizationOf(header, snapshot.Row{Organization: &snapshot.Organization{Id: "o-1", MasterAccountId: management}},
			unread("organizations:ListRoots"), unread("organizations:ListPolicies", "Filter", "SERVICE_CONTROL_POLICY")), "organizations:ListRoots: denied"},
		"no list":    {anOrganization(unread("organizations:ListPolicies", "Filter", "SERVICE_CONTROL_POLICY")), "organizations:ListPolicies"},
		"no content": {anOrganization(noContent, unread("organizations:DescribePolicy", "PolicyId", "p-guard")), "organizations:DescribePolicy PolicyId=p-guard: denied"},
		"no targets": {anOrganization(noTargets, unread("organizations:ListTargetsForPolicy", "PolicyId", "p-guard")), "policy p-guard may be attached here"},
	} {
		t.Run(name, func(t *testing.T) {
			a := account(c.organization, snapshot.Row{IAMRole: role("admin", allowAll)}, snapshot.Row{IAMRole: role("reader", `{"Effect":"Allow","Action":"backup:List*","Resource":"*"}`)})
			expect(t, verdict(t, a, "admin", deletePoint), authz.Unknown, c.doubt)
			expect(t, verdict(t, a, "reader", deletePoint), authz.Never, "")
		})
	}
}

func asker(account string) snapshot.Row {
	return snapshot.Row{Header: &snapshot.Header{Account: account, Collectors: []string{"organizations"}}}
}

func organizationOf(rows ...snapshot.Row) *access.Organization {
	o := &access.Organization{}
	for _, row := range rows {
		o.Add(&row)
	}
	return o
}

func TestNoSCPsWhereNoneCanBe(t *testing.T) {
	for name, o := range map[string]*access.Organization{
		"no organization": organizationOf(asker(own)),
		"type disabled":   organizationOf(asker(own), snapshot.Row{Organization: &snapshot.Organization{Id: "o-1", MasterAccountId: management}}, snapshot.Row{OrganizationRoot: &snapshot.OrganizationRoot{Id: "r-1"}}),
		"billing only":    organizationOf(asker(own), snapshot.Row{Organization: &snapshot.Organization{Id: "o-1", FeatureSet: "CONSOLIDATED_BILLING", MasterAccountId: management}}),
	} {
		a := account(o, snapshot.Row{IAMRole: role("admin", allowAll)})
		if got := verdict(t, a, "admin", deletePoint); got.Verdict != authz.Always {
			t.Errorf("%s: %s %q", name, got.Verdict, got.Doubts)
		}
	}
}

func TestRCPsBindTablesAndNotRecoveryPoints(t *testing.T) {
	rcp := policyRow("RESOURCE_CONTROL_POLICY", "p-rcp", false, []string{"ou-2"}, `{"Effect":"Deny","Principal":"*","Action":["dynamodb:DeleteTable","backup:DeleteRecoveryPoint"],"Resource":"*"}`)
	full := policyRow("RESOURCE_CONTROL_POLICY", "p-RCPFullAWSAccess", true, []string{"r-ab12"}, `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`)
	a := account(anOrganization(rcp, full), snapshot.Row{IAMRole: role("admin", allowAll)}, snapshot.Row{Table: &snapshot.Table{TableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders", TableName: "Orders"}})
	expect(t, verdict(t, a, "admin", deletePoint), authz.Always, "")
	p, _ := a.Principal("admin")
	table, _ := a.Resource("arn:aws:dynamodb:eu-west-1:111122223333:table/Orders")
	expect(t, a.Ask(p, "dynamodb:DeleteTable", &table.Resource), authz.Never, "")
	expect(t, a.Ask(p, "dynamodb:DeleteTable", a.Open("arn:aws:dynamodb:${Region}:111122223333:table/${TableName}")), authz.Never, "")
}

func TestRequestsCarryTheOrganization(t *testing.T) {
	for condition, want := range map[string]authz.Verdict{
		`"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`:                                            authz.Always,
		`"StringEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}`:                                            authz.Never,
		`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/ou-1/*"}`:                 authz.Always,
		`"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/ou-1/ou-2/"}`:           authz.Always,
		`"ForAnyValue:StringEquals":{"aws:ResourceOrgPaths":"o-a1b2c3d4e5/r-ab12/ou-elsewhere/"}`:         authz.Never,
		`"StringEquals":{"aws:ResourceOrgID":"o-a1b2c3d4e5","aws:PrincipalOrgID":"${aws:ResourceOrgID}"}`: authz.Always,
	} {
		allow := `{"Effect":"Allow","Action":"backup:*","Resource":"*","Condition":{` + condition + `}}`
		a := account(anOrganization(), snapshot.Row{IAMRole: role("dev", allow)})
		if got := verdict(t, a, "dev", deletePoint); got.Verdict != want {
			t.Errorf("%s: %s %v %q, want %s", condition, got.Verdict, got.Cubes, got.Doubts, want)
		}
	}
}
