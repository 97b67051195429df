package authz_test

import (
	"strings"
	"testing"

	"holdfast/scanner/authz"
)

// What accounts have, and what comes of it.
func TestAccountsAsTheyAre(t *testing.T) {
	const (
		backupFullAccess = `{"Effect":"Allow","Action":"backup:*","Resource":"*"},
			{"Effect":"Allow","Action":"dynamodb:DeleteBackup","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:CalledVia":["backup.amazonaws.com"]}}}`
		powerUser = `{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`
		self      = "arn:aws:iam::111122223333:role/DevRole"
		anyKey    = "arn:aws:kms:${Region}:111122223333:key/${KeyId}"
		keyPolicy = `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}`
	)
	workshop := func(id string) string {
		return `{"Effect":"Allow","Action":["dynamodb:CreateTable","dynamodb:CreateBackup","dynamodb:DeleteTable"],"Resource":"arn:aws:dynamodb:us-east-1:` + id + `:table/*"},
			{"Effect":"Allow","Action":["dynamodb:ListTables"],"Resource":"*"},
			{"Effect":"Deny","Action":"dynamodb:DeleteBackup","Resource":"arn:aws:dynamodb:us-east-1:` + id + `:table/*/backup/*"},
			{"Effect":"Allow","Action":["backup:CreateBackupPlan","backup:StartBackupJob"],"Resource":["arn:aws:backup:us-east-1:` + id + `:backup-plan:*","arn:aws:backup:us-east-1:` + id + `:backup-vault:*"]},
			{"Effect":"Deny","Action":"backup:DeleteBackupSelection","Resource":"arn:aws:backup:us-east-1:` + id + `:backup-plan:*"}`
	}
	role := func(statements ...string) *authz.Principal {
		p := user(t, statements...)
		p.Type, p.ARN = authz.Role, self
		return p
	}
	with := func(p *authz.Principal, change func(*authz.Principal)) *authz.Principal {
		change(p)
		return p
	}
	boundary := func(statements ...string) func(*authz.Principal) {
		l := policies(t, authz.Identity, statements...)
		return func(p *authz.Principal) { p.Boundary = &l }
	}
	scps := func(levels ...string) func(*authz.Principal) {
		return func(p *authz.Principal) {
			for _, level := range levels {
				p.SCPs = append(p.SCPs, policies(t, authz.SCP, strings.Split(level, "\n")...))
			}
		}
	}
	guard := `{"Effect":"Deny","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle","dynamodb:DeleteBackup"],"Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}}`
	vaultGuard := `{"Effect":"Deny","Principal":"*","Action":["backup:DeleteRecoveryPoint"],"Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/break-glass"}}}`
	member := func(p *authz.Principal) {
		p.Context = authz.NewContext(map[string]authz.Value{"aws:PrincipalOrgID": authz.One("o-own")})
	}
	for _, test := range []struct {
		name      string
		principal *authz.Principal
		action    string
		resource  *authz.Resource
		want      string
	}{
		{"the workshop alone cannot delete: nothing allows it", user(t, workshop("123456789")), "dynamodb:DeleteBackup", resource(t, anyBackup, account), "never (nothing in identity policies allows it)"},
		{"and cannot create either", user(t, workshop("123456789")), "dynamodb:CreateBackup", resource(t, aTable, account), "never (nothing in identity policies allows it)"},
		{"mended, it creates", user(t, workshop(account)), "dynamodb:CreateBackup", resource(t, aTable, account), "always"},
		{"and, beside a broad policy, does not keep points", user(t, workshop(account), powerUser), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "always"},
		{"nor backups in other Regions", user(t, workshop(account), powerUser), "dynamodb:DeleteBackup", resource(t, anyBackup, account), "when [in eu-west-1; ]"},

		{"AWSBackupFullAccess deletes points", user(t, backupFullAccess), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "always"},
		{"and DynamoDB's backups through AWS Backup", user(t, backupFullAccess), "dynamodb:DeleteBackup", resource(t, anyBackup, account), "when [ForAnyValue:StringEquals aws:CalledVia backup.amazonaws.com]"},
		{"a power user schedules the key's deletion", user(t, powerUser), "kms:ScheduleKeyDeletion", resource(t, anyKey, account, keyPolicy), "always"},
		{"unless the key's policy leaves the account out", user(t, powerUser), "kms:ScheduleKeyDeletion", resource(t, anyKey, account, strings.Replace(keyPolicy, account, aRole, 1)), "never (nothing in resource policy allows it)"},
		{"a power user edits no role", user(t, powerUser), "iam:PutRolePolicy", resource(t, self, account), "never (nothing in identity policies allows it)"},

		{"a Deny for one tag leaves the rest", user(t, powerUser, deny("backup:*", "*", `"StringEquals":{"aws:ResourceTag/keep":"yes"}`)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "when [not StringEquals aws:ResourceTag/keep yes]"},
		{"and DynamoDB's backups have none", user(t, powerUser, deny("backup:*", "*", `"StringEquals":{"aws:ResourceTag/keep":"yes"}`)), "backup:DeleteRecoveryPoint", resource(t, anyBackup, account), "always"},
		{"a Deny outside of the office", user(t, powerUser, deny("*", "*", `"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "when [not NotIpAddress aws:SourceIp 203.0.113.0/24]"},
		{"a Deny to foreigners binds no member", with(user(t, powerUser, deny("*", "*", `"StringNotEquals":{"aws:PrincipalOrgID":"o-own"}`)), member), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "always"},
		{"of an unknown organization it is open", user(t, powerUser, deny("*", "*", `"StringNotEquals":{"aws:PrincipalOrgID":"o-own"}`)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "when [not StringNotEquals aws:PrincipalOrgID o-own]"},

		{"a boundary without Deny", with(user(t, powerUser), boundary(`{"Effect":"Allow","Action":["backup:*","dynamodb:*"],"Resource":"*"}`)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "always"},
		{"a boundary that lacks the action", with(user(t, powerUser), boundary(`{"Effect":"Allow","Action":["backup:Create*","dynamodb:*"],"Resource":"*"}`)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "never (nothing in permissions boundary allows it)"},
		{"a role that takes its own boundary off", with(role(allowAll), boundary(`{"Effect":"Allow","Action":["dynamodb:*","iam:*"],"Resource":"*"}`)), "iam:DeleteRolePermissionsBoundary", resource(t, self, account), "always"},
		{"unless the boundary keeps itself", with(role(allowAll), boundary(allowAll, deny("iam:*Boundary", "*", ""))), "iam:DeleteRolePermissionsBoundary", resource(t, self, account), "never (permissions boundary, b, statement 1 denies it)"},

		{"an SCP on one level is enough for a Deny", with(role(allowAll), scps(allowAll, allowAll+"\n"+guard, allowAll)), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "never (service control policies, b, statement 1 denies it)"},
		{"and reaches both forms of points", with(role(allowAll), scps(allowAll+"\n"+guard)), "backup:DeleteRecoveryPoint", resource(t, anyBackup, account), "never (service control policies, b, statement 1 denies it)"},
		{"no SCP binds the management account", role(allowAll), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account), "always"},
		{"a vault's own Deny", role(allowAll), "backup:DeleteRecoveryPoint", resource(t, anyPoint, account, vaultGuard), "never (resource policy, a, statement 1 denies it)"},
		{"which who may change it goes round", role(allowAll), "backup:PutBackupVaultAccessPolicy", resource(t, aVault, account, vaultGuard), "always"},

		{"the next role of a chain", role(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`), "sts:AssumeRole",
			resource(t, aRole, account, `{"Effect":"Allow","Principal":{"AWS":"`+self+`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"42"}}}`), "when [StringEquals sts:ExternalId 42]"},
		{"one in a foreign account needs both sides", role(), "sts:AssumeRole",
			resource(t, strings.ReplaceAll(aRole, account, foreign), foreign, `{"Effect":"Allow","Principal":{"AWS":"`+self+`"},"Action":"sts:AssumeRole"}`), "never (nothing in identity policies allows it)"},
	} {
		engine := &authz.Engine{Now: engineNow, Regions: someRegions}
		q := &authz.Question{Principal: test.principal, Action: test.action, Resource: test.resource}
		a := engine.Ask(q)
		if got := show(a); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
		if a.Witness != nil && a.Witness.Principal == q.Principal && !engine.Covered(q, a.Witness) {
			t.Errorf("%s: the witness %+v is none that the question is about", test.name, a.Witness)
		}
	}
}
