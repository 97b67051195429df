package authz_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/authz"
)

const (
	anyPoint  = "arn:aws:backup:${Region}:111122223333:recovery-point:${RecoveryPointId}"
	anyBackup = "arn:aws:dynamodb:${Region}:111122223333:table/${TableName}/backup/${BackupName}"
	anyVault  = "arn:aws:backup:${Region}:111122223333:backup-vault:${BackupVaultName}"
)

// show renders an answer on one line for comparison.
func show(a authz.Answer) string {
	var b strings.Builder
	b.WriteString(a.Verdict.String())
	for _, cube := range a.Cubes {
		b.WriteString(" [")
		if cube.Session != "" {
			fmt.Fprintf(&b, "as %s; ", cube.Session)
		}
		if cube.Regions != nil {
			fmt.Fprintf(&b, "in %s; ", strings.Join(cube.Regions, ","))
		}
		for i, c := range cube.Constraints {
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(c.Text)
		}
		b.WriteString("]")
	}
	for _, r := range a.Reasons {
		fmt.Fprintf(&b, " (%s)", r)
	}
	for _, d := range a.Doubts {
		fmt.Fprintf(&b, " ?%s", d)
	}
	if a.Verdict == authz.When && !a.Complete {
		b.WriteString(" …")
	}
	return b.String()
}

func deny(action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return `{"Effect":"Deny","Action":"` + action + `","Resource":"` + resource + `"` + condition + `}`
}

func TestAsk(t *testing.T) {
	scp := func(p *authz.Principal, statements ...string) *authz.Principal {
		p.SCPs = append(p.SCPs, policies(t, authz.SCP, statements...))
		return p
	}
	role := func(statements ...string) *authz.Principal {
		p := user(t, statements...)
		p.Type, p.ARN = authz.Role, "arn:aws:iam::111122223333:role/DevRole"
		return p
	}
	tagged := role(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"backup"}}}`)
	tagged.SessionTags = true
	unread := user(t, allowAll)
	unread.SCPs = []authz.Layer{{Name: "SCPs of root r-ab12", Unread: []string{"p-1: access denied"}}}
	allowIf := func(condition string) string {
		return `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + condition + `}}`
	}
	for _, test := range []struct {
		name      string
		principal *authz.Principal
		action    string
		resource  string
		want      string
	}{
		{"an SCP that was not read", unread, "backup:DeleteRecoveryPoint", anyPoint, "unknown ?SCPs of root r-ab12 not read: p-1: access denied"},
		{"a session may bring tags", tagged, "backup:DeleteRecoveryPoint", anyPoint, "when [StringEquals aws:PrincipalTag/team backup]"},
		{"what is not all of a set", user(t, allowAll, deny("*", "*", `"ForAllValues:StringEquals":{"aws:CalledVia":"backup.amazonaws.com"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [not ForAllValues:StringEquals aws:CalledVia backup.amazonaws.com]"},
		{"an element that is none of others", user(t, allowIf(`"ForAnyValue:StringLike":{"aws:CalledVia":"b*"}`), deny("*", "*", `"ForAnyValue:StringEquals":{"aws:CalledVia":"b"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [ForAnyValue:StringLike aws:CalledVia b*; not ForAnyValue:StringEquals aws:CalledVia b]"},
		{"service-linked roles are not edited", user(t, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:role/aws-*"}`), "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/${RolePath}",
			"when [resource is like arn:aws:iam::*:role/aws-*]"},
		{"none of them", user(t, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:role/aws-service-role/*"}`), "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/${RolePath}",
			"never (IAM refuses this on AWS's own policies and on service-linked roles)"},
		{"several elements", user(t, allowIf(`"ForAnyValue:StringEquals":{"aws:CalledVia":"a"},"ForAnyValue:StringLike":{"aws:CalledVia":"b*"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [ForAnyValue:StringEquals aws:CalledVia a; ForAnyValue:StringLike aws:CalledVia b*]"},
		{"a set under an operator for one value", user(t, allowAll, deny("*", "*", `"StringLike":{"aws:CalledVia":"*"}`), deny("*", "*", `"Null":{"aws:CalledVia":"true"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"unknown ?identity policies, b, statement 1: AWS's pages leave open what StringLike is of some values of aws:CalledVia" +
				" ?identity policies, c, statement 1: AWS's pages leave open what Null is of some values of aws:CalledVia"},
		{"a date as a text", user(t, allowIf(`"StringLike":{"aws:CurrentTime":"2027-*"}`)), "backup:DeleteRecoveryPoint", anyPoint, "unknown ?the search for a request gave up"},
		{"a key of another service", user(t, allowIf(`"StringEquals":{"kms:ViaService":"backup.us-east-1.amazonaws.com"}`)), "backup:DeleteRecoveryPoint", anyPoint, "never (nothing in identity policies allows it)"},
		{"a short pattern in a negated operator", user(t, allowIf(`"ArnNotLike":{"aws:SourceArn":"arn:*"},"ArnLike":{"aws:SourceArn":"arn:aws:backup:*:*:*"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"unknown ?identity policies, a, statement 1: AWS's pages leave open what ArnNotLike is of some values of aws:SourceArn"},
		{"two cubes that share a constraint", user(t, allowIf(`"StringEquals":{"aws:SourceVpce":"vpce-1","aws:SourceVpc":"vpc-1"}`), allowIf(`"StringEquals":{"aws:SourceVpce":"vpce-1","aws:UserAgent":"x"}`)),
			"backup:DeleteRecoveryPoint", anyPoint,
			"when [StringEquals aws:SourceVpc vpc-1; StringEquals aws:SourceVpce vpce-1] [StringEquals aws:SourceVpce vpce-1; StringEquals aws:UserAgent x]"},
		{"an address behind the end of a range", user(t, allowIf(`"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}`), deny("*", "*", `"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [IpAddress aws:SourceIp 10.0.0.0/7; not IpAddress aws:SourceIp 10.0.0.0/8]"},
		{"a number between two bounds", user(t, allowIf(`"NumericGreaterThan":{"aws:MultiFactorAuthAge":"300"},"NumericLessThan":{"aws:MultiFactorAuthAge":"301"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [NumericGreaterThan aws:MultiFactorAuthAge 300; NumericLessThan aws:MultiFactorAuthAge 301]"},
		{"nothing allows", user(t), "backup:DeleteRecoveryPoint", anyPoint, "never (nothing in identity policies allows it)"},
		{"everything is allowed", user(t, allowAll), "backup:DeleteRecoveryPoint", anyPoint, "always"},
		{"a Deny on vaults does not reach points", user(t, allowAll, deny("backup:DeleteRecoveryPoint", "arn:aws:backup:*:*:backup-vault:*", "")), "backup:DeleteRecoveryPoint", anyPoint, "always"},
		{"a Deny on points reaches those of its own form", user(t, allowAll, deny("backup:DeleteRecoveryPoint", "arn:aws:backup:*:*:recovery-point:*", "")), "backup:DeleteRecoveryPoint", anyPoint,
			"never (identity policies, b, statement 1 denies it)"},
		{"and not those of DynamoDB's", user(t, allowAll, deny("backup:DeleteRecoveryPoint", "arn:aws:backup:*:*:recovery-point:*", "")), "backup:DeleteRecoveryPoint", anyBackup, "always"},
		{"the workshop's account id", user(t, allowAll, deny("dynamodb:DeleteBackup", "arn:aws:dynamodb:us-east-1:123456789:table/*/backup/*", "")), "dynamodb:DeleteBackup", anyBackup, "always"},
		{"mended, it protects one Region", user(t, allowAll, deny("dynamodb:DeleteBackup", "arn:aws:dynamodb:us-east-1:111122223333:table/*/backup/*", "")), "dynamodb:DeleteBackup", anyBackup,
			"when [in eu-west-1,eu-central-1; ]"},
		{"only some vaults are protected", user(t, allowAll, deny("backup:DeleteBackupVault", "arn:aws:backup:*:*:backup-vault:prod-*", "")), "backup:DeleteBackupVault", anyVault,
			"when [resource is not like arn:aws:backup:*:*:backup-vault:prod-*]"},
		{"two Denies that cover everything together", user(t, allowAll, deny("backup:DeleteBackupVault", "arn:aws:backup:*:*:backup-vault:a*", ""),
			`{"Effect":"Deny","Action":"*","NotResource":"arn:aws:backup:*:*:backup-vault:a*"}`), "backup:DeleteBackupVault", anyVault,
			"never (identity policies, b, statement 1 denies it) (identity policies, c, statement 1 denies it)"},
		{"conditions that exclude each other", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}`,
			deny("*", "*", `"StringNotEquals":{"aws:SourceVpce":"vpce-2"}`)), "backup:DeleteRecoveryPoint", anyPoint, "never (identity policies, b, statement 1 denies it)"},
		{"MFA", user(t, allowAll, deny("backup:*", "*", `"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"when [not BoolIfExists aws:MultiFactorAuthPresent false]"},
		{"an endpoint and an address exclude each other", user(t, allowAll, deny("*", "*", `"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`), deny("*", "*", `"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}`)),
			"backup:DeleteRecoveryPoint", anyPoint, "never (identity policies, b, statement 1 denies it) (identity policies, c, statement 1 denies it)"},
		{"addresses outside of all ranges", user(t, allowAll, deny("*", "*", `"IpAddress":{"aws:SourceIp":["0.0.0.0/1","::/0"]}`), deny("*", "*", `"Null":{"aws:SourceIp":"true"}`), deny("*", "*", `"NotIpAddress":{"aws:SourceIp":"0.0.0.0/1"}`)),
			"backup:DeleteRecoveryPoint", anyPoint, "never (identity policies, b, statement 1 denies it) (identity policies, d, statement 1 denies it)"},
		{"a permission that has run out", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`),
			"backup:DeleteRecoveryPoint", anyPoint, "never (nothing in identity policies allows it)"},
		{"a key of another action", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}}`),
			"backup:DeleteRecoveryPoint", anyPoint, "never (nothing in identity policies allows it)"},
		{"its own tags are known", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"backup"}}}`),
			"backup:DeleteRecoveryPoint", anyPoint, "never (nothing in identity policies allows it)"},
		{"DynamoDB's backups have no tags", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/env":"dev"}}}`),
			"dynamodb:DeleteBackup", anyBackup, "never (nothing in identity policies allows it)"},
		{"points of AWS Backup's own do", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/env":"dev"}}}`),
			"backup:DeleteRecoveryPoint", anyPoint, "when [StringEquals aws:ResourceTag/env dev]"},
		{"ForAllValues lets an absent key pass", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:CalledVia":"backup.amazonaws.com"}}}`),
			"backup:DeleteRecoveryPoint", anyPoint, "when [ForAllValues:StringEquals aws:CalledVia backup.amazonaws.com]"},
		{"break-glass", scp(role(allowAll), allowAll, deny("backup:*", "*", `"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}`)),
			"backup:DeleteRecoveryPoint", anyPoint, "never (service control policies, b, statement 1 denies it)"},
		{"break-glass with a wildcard", scp(role(allowAll), allowAll, deny("backup:*", "*", `"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*Role"}`)),
			"backup:DeleteRecoveryPoint", anyPoint, "always"},
		{"an SCP level without allow", scp(scp(user(t, allowAll), allowAll), `{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}`),
			"backup:DeleteRecoveryPoint", anyPoint, "never (nothing in service control policies allows it)"},
		{"a lock to Regions", scp(user(t, allowAll), allowAll, deny("*", "*", `"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","us-gov-west-1"]}`)),
			"backup:DeleteRecoveryPoint", anyPoint, "when [in eu-central-1; ]"},
		{"an unknown operator in a Deny", user(t, allowAll, deny("*", "*", `"StringEqual":{"aws:SourceVpce":"vpce-1"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"unknown ?identity policies, b, statement 1: unknown operator StringEqual"},
		{"an unknown key in a Deny", user(t, allowAll, deny("*", "*", `"StringNotLike":{"aws:PrincipleArn":"*"}`)), "backup:DeleteRecoveryPoint", anyPoint,
			"unknown ?identity policies, b, statement 1: unknown condition key aws:PrincipleArn"},
		{"a wildcard in the type of a Deny", user(t, allowAll, deny("*", "arn:aws:backup:*:*:recovery-p*:*", "")), "backup:DeleteRecoveryPoint", anyPoint,
			"unknown ?identity policies, b, statement 1: AWS's pages leave open whether arn:aws:backup:*:*:recovery-p*:* matches: it has a wildcard in the resource type of its ARN"},
		{"a variable without known value", role(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:backup:*:*:backup-vault:${aws:SourceIdentity}-*"}`), "backup:DeleteBackupVault", anyVault,
			"when [aws:SourceIdentity is x; resource is like arn:aws:backup:*:*:backup-vault:x-*] …"},
		{"the two sides of a tag", role(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:SourceIdentity}"}}}`), "backup:DeleteBackupVault", anyVault,
			"when [aws:SourceIdentity is x; StringEquals aws:ResourceTag/team x] …"},
		{"all cases of one key", user(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`),
			"backup:DeleteBackupVault", anyVault, "always"},
		{"the shortest wait for a key", user(t, allowAll, deny("kms:*", "*", `"NumericLessThan":{"kms:ScheduleKeyDeletionPendingWindowInDays":"31"}`), deny("kms:*", "*", `"Null":{"kms:ScheduleKeyDeletionPendingWindowInDays":"true"}`)),
			"kms:ScheduleKeyDeletion", aKey, "never (identity policies, b, statement 1 denies it) (identity policies, c, statement 1 denies it)"},
	} {
		engine := &authz.Engine{Now: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), Regions: []string{"us-east-1", "eu-west-1", "eu-central-1"}}
		r := &authz.Resource{ARN: test.resource, Account: account}
		if test.resource == aKey {
			r = resource(t, aKey, account, `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}`)
		}
		q := &authz.Question{Principal: test.principal, Action: test.action, Resource: r}
		a := engine.Ask(q)
		if a.Witness != nil && !engine.Covered(q, a.Witness) {
			t.Errorf("%s: the witness %+v is none that the question is about", test.name, a.Witness)
		}
		if got := show(a); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
		if (a.Verdict == authz.Always || a.Verdict == authz.When) && a.Witness.Decide() != (authz.Decision{Outcome: authz.Allowed, Sure: true}) {
			t.Errorf("%s: witness %+v is not allowed", test.name, a.Witness)
		}
	}
}

// A role stands for any of its sessions, those too that the resource's policy names.
func TestAskTriesNamedSessions(t *testing.T) {
	const session = "arn:aws:sts::111122223333:assumed-role/DevRole/alice"
	p := &authz.Principal{Type: authz.Role, ARN: "arn:aws:iam::111122223333:role/DevRole", Tags: map[string]string{}}
	r := resource(t, aVault, account, `{"Effect":"Allow","Principal":{"AWS":"`+session+`"},"Action":"backup:DeleteBackupVault","Resource":"*"}`)
	engine := &authz.Engine{}
	a := engine.Ask(&authz.Question{Principal: p, Action: "backup:DeleteBackupVault", Resource: r})
	if got, want := show(a), "when [as "+session+"; ]"; got != want || a.Witness.Principal.ARN != session {
		t.Errorf("got %s by %s, want %s", got, a.Witness.Principal.ARN, want)
	}
	p.Identity = policies(t, authz.Identity, allowAll)
	if got := show(engine.Ask(&authz.Question{Principal: p, Action: "backup:DeleteBackupVault", Resource: r})); got != "always" {
		t.Errorf("got %s, want always: any session may", got)
	}
}
