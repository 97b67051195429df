package access_test

import (
	"testing"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

const (
	deletePoint = "backup:DeleteRecoveryPoint"
	denyDelete  = `{"Effect":"Deny","Action":"backup:DeleteRecoveryPoint","Resource":"*"}`
	allowBackup = `{"Effect":"Allow","Action":"backup:*","Resource":"*"}`
)

func TestUsersHaveTheirGroupsPolicies(t *testing.T) {
	user := &snapshot.IAMUser{Arn: "arn:aws:iam::" + own + ":user/ops/bob", UserName: "bob", Path: "/ops/", GroupList: []string{"admins"}}
	group := &snapshot.IAMGroup{Arn: "arn:aws:iam::" + own + ":group/admins", GroupName: "admins", AttachedManagedPolicies: attached("arn:aws:iam::aws:policy/AWSBackupFullAccess")}
	policy := managed("arn:aws:iam::aws:policy/AWSBackupFullAccess", allowBackup)

	a := account(nil, snapshot.Row{IAMUser: user}, snapshot.Row{IAMGroup: group}, policy)
	p, _ := a.Principal("bob")
	if len(p.Attached) != 1 || p.Attached[0].Via != group.Arn || p.Attached[0].Policy != "arn:aws:iam::aws:policy/AWSBackupFullAccess" {
		t.Errorf("bob has %+v; want AWSBackupFullAccess by the group", p.Attached)
	}
	if p.Identity.Policies[0].Name != "policy AWSBackupFullAccess of group admins" {
		t.Errorf("the policy is called %q", p.Identity.Policies[0].Name)
	}
	a = account(anOrganization(), snapshot.Row{IAMUser: user}, snapshot.Row{IAMGroup: group}, policy)
	expect(t, verdict(t, a, "bob", deletePoint), authz.Always, "")

	a = account(anOrganization(), snapshot.Row{IAMUser: user}, policy)
	expect(t, verdict(t, a, "bob", deletePoint), authz.Unknown, "group admins: it is not among the groups that AWS sent")
}

func TestOnlyTheVersionInForceCounts(t *testing.T) {
	r := role("dev")
	r.AttachedManagedPolicies = attached("arn:aws:iam::" + own + ":policy/dev")
	policy := managed("arn:aws:iam::"+own+":policy/dev", denyDelete)
	policy.IAMPolicy.PolicyVersionList[0].PolicyDocument = document(allowAll)
	a := account(anOrganization(), snapshot.Row{IAMRole: r}, policy)
	expect(t, verdict(t, a, "dev", deletePoint), authz.Never, "")

	policy.IAMPolicy.DefaultVersionId = "v1"
	policy.IAMPolicy.PolicyVersionList[0].IsDefaultVersion, policy.IAMPolicy.PolicyVersionList[1].IsDefaultVersion = true, false
	a = account(anOrganization(), snapshot.Row{IAMRole: r}, policy)
	expect(t, verdict(t, a, "dev", deletePoint), authz.Always, "")
}

func TestPoliciesThatAreNotThereMakeAnswersUnknown(t *testing.T) {
	missing := role("dev", allowBackup)
	missing.AttachedManagedPolicies = attached("arn:aws:iam::" + own + ":policy/guard")
	unparsable := role("ops", allowBackup)
	unparsable.RolePolicyList = append(unparsable.RolePolicyList, snapshot.PolicyDetail{PolicyName: "odd", PolicyDocument: snapshot.PolicyDocument{Unreadable: "%7B"}})
	halfRead := role("app", allowBackup, `{"Effect":"Deny","Action":"backup:*","Resource":"*","Conditions":{}}`)
	bounded := role("bounded", allowBackup)
	bounded.PermissionsBoundaryArn = "arn:aws:iam::" + own + ":policy/boundary"
	a := account(anOrganization(), snapshot.Row{IAMRole: missing}, snapshot.Row{IAMRole: unparsable}, snapshot.Row{IAMRole: halfRead}, snapshot.Row{IAMRole: bounded})
	expect(t, verdict(t, a, "dev", deletePoint), authz.Unknown, "policy guard: it is not among the policies that AWS sent")
	expect(t, verdict(t, a, "ops", deletePoint), authz.Unknown, "inline policy odd: it is not JSON")
	expect(t, verdict(t, a, "app", deletePoint), authz.Unknown, "Conditions")
	expect(t, verdict(t, a, "bounded", deletePoint), authz.Unknown, "policy boundary")
}

func TestABoundaryWithoutDenyLimits(t *testing.T) {
	bounded := role("dev", allowAll)
	bounded.PermissionsBoundaryArn = "arn:aws:iam::" + own + ":policy/boundary"
	a := account(anOrganization(), snapshot.Row{IAMRole: bounded}, managed(bounded.PermissionsBoundaryArn, `{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}`))
	expect(t, verdict(t, a, "dev", deletePoint), authz.Never, "")
}

func TestRootIsAlwaysThere(t *testing.T) {
	a := account(anOrganization())
	expect(t, verdict(t, a, "root", deletePoint), authz.Always, "")
	a = account(anOrganization(policyRow("SERVICE_CONTROL_POLICY", "p-guard", false, []string{"ou-1"}, denyDelete)))
	expect(t, verdict(t, a, "root", deletePoint), authz.Never, "")
}

func TestWhatWasNotSweptIsSaid(t *testing.T) {
	if a := account(nil); len(a.Unlisted) != 0 {
		t.Errorf("unlisted %q", a.Unlisted)
	}
	a := account(nil, snapshot.Row{Gap: &snapshot.Gap{Operation: "iam:GetAccountAuthorizationDetails", Reason: snapshot.Denied}})
	if len(a.Unlisted) != 1 || a.Unlisted[0] != "iam:GetAccountAuthorizationDetails: denied" {
		t.Errorf("unlisted %q", a.Unlisted)
	}
}

func TestTrustIsRead(t *testing.T) {
	backup := role("backup")
	backup.AssumeRolePolicyDocument = trusts(`{"Service":"backup.amazonaws.com"}`)
	people := role("people")
	people.AssumeRolePolicyDocument = document(`{"Effect":"Allow","Principal":{"AWS":["` + stranger + `","arn:aws:iam::` + own + `:root"],"Service":"backup.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}`)
	odd := role("odd")
	odd.AssumeRolePolicyDocument = snapshot.PolicyDocument{Unreadable: "x"}
	a := account(nil, snapshot.Row{IAMRole: backup}, snapshot.Row{IAMRole: people}, snapshot.Row{IAMRole: odd})
	for name, want := range map[string]bool{"backup": true, "people": false, "odd": false} {
		p, _ := a.Principal(name)
		if got := p.Trusted.Only("backup.amazonaws.com"); got != want {
			t.Errorf("%s is trusted only by AWS Backup: %t, want %t", name, got, want)
		}
	}
	if p, _ := a.Principal("people"); !p.SessionTags {
		t.Error("sessions of people may bring tags, its trust policy says")
	}
}
