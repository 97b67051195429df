package access_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/access"
	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

const (
	own        = "111122223333"
	management = "999988887777"
	stranger   = "444455556666"
	allowAll   = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	pointsARN  = "arn:aws:backup:eu-west-1:111122223333:recovery-point:${RecoveryPointId}"
)

var collected = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

// document is a policy of these statements.
func document(statements ...string) snapshot.PolicyDocument {
	return snapshot.PolicyDocument{Document: json.RawMessage(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)}
}

func inline(name string, statements ...string) []snapshot.PolicyDetail {
	return []snapshot.PolicyDetail{{PolicyName: name, PolicyDocument: document(statements...)}}
}

func attached(arns ...string) (list []snapshot.AttachedPolicy) {
	for _, arn := range arns {
		list = append(list, snapshot.AttachedPolicy{PolicyArn: arn})
	}
	return list
}

func managed(arn string, statements ...string) snapshot.Row {
	return snapshot.Row{IAMPolicy: &snapshot.IAMPolicy{Arn: arn, DefaultVersionId: "v2", PolicyVersionList: []snapshot.IAMPolicyVersion{
		{VersionId: "v1", PolicyDocument: document()},
		{VersionId: "v2", IsDefaultVersion: true, PolicyDocument: document(statements...)},
	}}}
}

func trusts(principal string) snapshot.PolicyDocument {
	return document(`{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}`)
}

func role(name string, statements ...string) *snapshot.IAMRole {
	r := &snapshot.IAMRole{Arn: "arn:aws:iam::" + own + ":role/" + name, RoleName: name, AssumeRolePolicyDocument: trusts(`{"Service":"ec2.amazonaws.com"}`)}
	if len(statements) > 0 {
		r.RolePolicyList = inline("own", statements...)
	}
	return r
}

// An anOrganization is the shard of one: root, two units, the member own below both.
func anOrganization(rows ...snapshot.Row) *access.Organization {
	o := &access.Organization{}
	all := []snapshot.Row{
		{Header: &snapshot.Header{Account: management, Region: snapshot.OrganizationShard}},
		{Organization: &snapshot.Organization{Id: "o-a1b2c3d4e5", FeatureSet: "ALL", MasterAccountId: management}},
		{OrganizationRoot: &snapshot.OrganizationRoot{Id: "r-ab12", PolicyTypes: []snapshot.PolicyType{
			{Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED"}, {Type: "RESOURCE_CONTROL_POLICY", Status: "ENABLED"},
		}}},
		{OrganizationalUnit: &snapshot.OrganizationalUnit{Id: "ou-1", Name: "Workloads", ParentId: "r-ab12"}},
		{OrganizationalUnit: &snapshot.OrganizationalUnit{Id: "ou-2", Name: "Prod", ParentId: "ou-1"}},
		{OrganizationAccount: &snapshot.OrganizationAccount{Id: own, ParentId: "ou-2"}},
		{OrganizationAccount: &snapshot.OrganizationAccount{Id: management, ParentId: "r-ab12"}},
		policyRow("SERVICE_CONTROL_POLICY", "p-full", true, []string{"r-ab12", "ou-1", "ou-2", own, management}, allowAll),
	}
	for _, row := range append(all, rows...) {
		o.Add(&row)
	}
	return o
}

func policyRow(kind, id string, awsManaged bool, targets []string, statements ...string) snapshot.Row {
	p := &snapshot.OrganizationPolicy{Id: id, Name: id, Type: kind, AwsManaged: awsManaged, Content: document(statements...)}
	for _, target := range targets {
		p.Targets = append(p.Targets, snapshot.PolicyTarget{TargetId: target})
	}
	return snapshot.Row{OrganizationPolicy: p}
}

// account reads rows as those of the global shard, and of eu-west-1's where they
// have a Region.
func account(organization *access.Organization, rows ...snapshot.Row) *access.Account {
	r := access.NewReader(own, organization)
	r.Add(&snapshot.Row{Header: &snapshot.Header{Account: own, Region: snapshot.Global, Partition: "aws", CollectedAt: collected, Collectors: []string{"iam"}}})
	regional := func(row *snapshot.Row) bool {
		return row.Table != nil || row.BackupVault != nil || row.KMSKey != nil || row.RecoveryPoint != nil || row.Gap != nil && !strings.HasPrefix(row.Gap.Operation, "iam:")
	}
	for _, row := range rows {
		if !regional(&row) {
			r.Add(&row)
		}
	}
	r.Add(&snapshot.Row{Header: &snapshot.Header{Account: own, Region: "eu-west-1", Partition: "aws", CollectedAt: collected}})
	for _, row := range rows {
		if regional(&row) {
			r.Add(&row)
		}
	}
	return r.Account()
}

// verdict asks about any recovery point of the account.
func verdict(t *testing.T, a *access.Account, principal, action string) authz.Answer {
	t.Helper()
	p, ok := a.Principal(principal)
	if !ok {
		t.Fatalf("there is no principal %s", principal)
	}
	return a.Ask(p, action, a.Open(pointsARN))
}

func expect(t *testing.T, got authz.Answer, want authz.Verdict, doubt string) {
	t.Helper()
	if got.Verdict != want {
		t.Errorf("got %s (reasons %v, doubts %q), want %s", got.Verdict, got.Reasons, got.Doubts, want)
	}
	if doubt != "" && !strings.Contains(strings.Join(got.Doubts, "; "), doubt) {
		t.Errorf("doubts are %q; want one with %q", got.Doubts, doubt)
	}
}
