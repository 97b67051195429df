package authz_test

import (
	"strings"
	"testing"

	"holdfast/scanner/authz"
)

const (
	account = "111122223333"
	foreign = "444455556666"

	allowAll  = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	aPoint    = "arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7"
	aVault    = "arn:aws:backup:us-east-1:111122223333:backup-vault:prod"
	aTable    = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
	aBackup   = aTable + "/backup/01489602797149-73d8d5bc"
	aKey      = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
	aRole     = "arn:aws:iam::111122223333:role/Backup"
	theLinked = "arn:aws:iam::111122223333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
)

// policies parses statements, each a document of its own.
func policies(t testing.TB, kind authz.Kind, statements ...string) authz.Layer {
	t.Helper()
	var l authz.Layer
	for i, statement := range statements {
		d, err := authz.Parse(kind, []byte(`{"Version":"2012-10-17","Statement":[`+statement+`]}`))
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		l.Policies = append(l.Policies, authz.Policy{Name: string(rune('a' + i)), Document: d})
	}
	return l
}

func user(t testing.TB, statements ...string) *authz.Principal {
	return &authz.Principal{Type: authz.User, ARN: "arn:aws:iam::111122223333:user/alice", Tags: map[string]string{}, Identity: policies(t, authz.Identity, statements...)}
}

func resource(t testing.TB, arn, owner string, statements ...string) *authz.Resource {
	r := &authz.Resource{ARN: arn, Account: owner}
	if len(statements) > 0 {
		l := policies(t, authz.ResourcePolicy, statements...)
		r.Policy = &l
	}
	return r
}

func TestWhatServicesDoBesideTheModel(t *testing.T) {
	denyAll := func(action string) string {
		return `{"Effect":"Deny","Principal":"*","Action":"` + action + `","Resource":"*"}`
	}
	allowTo := func(principal, action string) string {
		return `{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"` + action + `","Resource":"*"}`
	}
	root := &authz.Principal{Type: authz.Root, ARN: "arn:aws:iam::111122223333:root"}
	alice := user(t, allowAll)
	guarded := user(t, allowAll)
	guarded.SCPs = []authz.Layer{policies(t, authz.SCP, allowAll, `{"Effect":"Deny","Action":"backup:*","Resource":"*"}`)}
	linked := &authz.Principal{Type: authz.AssumedRole, ARN: "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForBackup/s", Behind: theLinked, Identity: policies(t, authz.Identity, allowAll), SCPs: guarded.SCPs}
	lookalike := *linked
	lookalike.Behind = "arn:aws:iam::111122223333:role/AWSServiceRoleForBackup"
	service := &authz.Principal{Type: authz.Service, ARN: "backup.amazonaws.com"}
	rcp := func(action string) *authz.Resource {
		r := resource(t, aKey, account, allowTo(account, "kms:*"))
		r.RCPs = []authz.Layer{policies(t, authz.RCP, denyAll(action))}
		return r
	}
	for _, test := range []struct {
		name      string
		principal *authz.Principal
		action    string
		resource  *authz.Resource
		want      string // outcome, with ? where it is not sure
	}{
		{"an SCP binds a user", guarded, "backup:DeleteRecoveryPoint", resource(t, aPoint, account), "ExplicitlyDenied"},
		{"an SCP does not bind a service-linked role", linked, "backup:DeleteRecoveryPoint", resource(t, aPoint, account), "Allowed"},
		{"its name makes no service-linked role", &lookalike, "backup:DeleteRecoveryPoint", resource(t, aPoint, account), "ExplicitlyDenied"},
		{"an RCP binds a key", alice, "kms:DisableKey", rcp("kms:DisableKey"), "ExplicitlyDenied"},
		{"an RCP does not bind RetireGrant", alice, "kms:RetireGrant", rcp("kms:RetireGrant"), "Allowed"},

		{"the default key policy lets the account decide", alice, "kms:DisableKey", resource(t, aKey, account, allowTo(account, "kms:*")), "Allowed"},
		{"a key policy without the account does not", alice, "kms:DisableKey", resource(t, aKey, account, allowTo(aRole, "kms:*")), "ImplicitlyDenied"},
		{"nor for an action that it does not name", alice, "kms:DisableKey", resource(t, aKey, account, allowTo(account, "kms:Decrypt")), "ImplicitlyDenied"},
		{"a key without a known policy is closed", alice, "kms:DisableKey", resource(t, aKey, account), "ImplicitlyDenied"},
		{"creating a key is about no key", alice, "kms:CreateKey", resource(t, "*", account), "Allowed"},
		{"a foreign key may be used", alice, "kms:Decrypt", resource(t, strings.ReplaceAll(aKey, account, foreign), foreign, allowTo(account, "kms:*")), "Allowed"},
		{"a foreign key may not be disabled", alice, "kms:DisableKey", resource(t, strings.ReplaceAll(aKey, account, foreign), foreign, allowTo(account, "kms:*")), "ImplicitlyDenied"},

		{"AWS Backup copies across accounts", alice, "backup:CopyIntoBackupVault", resource(t, strings.ReplaceAll(aVault, account, foreign), foreign, allowTo(account, "backup:CopyIntoBackupVault")), "Allowed"},
		{"and does nothing else across accounts", alice, "backup:DeleteRecoveryPoint", resource(t, strings.ReplaceAll(aPoint, account, foreign), foreign, allowTo(account, "backup:DeleteRecoveryPoint")), "ImplicitlyDenied"},
		{"a vault's wildcard is unsupported", alice, "backup:DeleteRecoveryPoint", resource(t, aPoint, account, denyAll("backup:Delete*")), "Allowed?"},
		{"a vault's own Deny works", alice, "backup:DeleteRecoveryPoint", resource(t, aPoint, account, denyAll("backup:DeleteRecoveryPoint")), "ExplicitlyDenied"},

		{"a table may be deleted across accounts", alice, "dynamodb:DeleteTable", resource(t, strings.ReplaceAll(aTable, account, foreign), foreign, allowTo(account, "dynamodb:*")), "Allowed"},
		{"its continuous backups may not be changed", alice, "dynamodb:UpdateContinuousBackups", resource(t, strings.ReplaceAll(aTable, account, foreign), foreign, allowTo(account, "dynamodb:*")), "ImplicitlyDenied"},
		{"a table's Deny binds the table", alice, "dynamodb:DeleteTable", resource(t, aTable, account, denyAll("dynamodb:*")), "ExplicitlyDenied"},
		{"a table's Deny does not reach its backups", alice, "dynamodb:DeleteBackup", resource(t, aBackup, account, denyAll("dynamodb:*")), "Allowed"},
		{"nobody changes a table's policy against it", alice, "dynamodb:DeleteResourcePolicy", resource(t, aTable, account, denyAll("dynamodb:*")), "ExplicitlyDenied"},
		{"but the root user", root, "dynamodb:DeleteResourcePolicy", resource(t, aTable, account, denyAll("dynamodb:*")), "Allowed"},

		{"AWS's policies are not edited", alice, "iam:CreatePolicyVersion", resource(t, "arn:aws:iam::aws:policy/AdministratorAccess", account), "ImplicitlyDenied"},
		{"own policies are", alice, "iam:CreatePolicyVersion", resource(t, "arn:aws:iam::111122223333:policy/Guard", account), "Allowed"},
		{"service-linked roles are not edited", alice, "iam:PutRolePolicy", resource(t, theLinked, account), "ImplicitlyDenied"},
		{"but deleted", alice, "iam:DeleteServiceLinkedRole", resource(t, theLinked, account), "Allowed"},

		{"a role's trust policy has the first word", alice, "sts:AssumeRole", resource(t, aRole, account, `{"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole"}`), "ImplicitlyDenied"},
		{"its account trusted, policies decide", alice, "sts:AssumeRole", resource(t, aRole, account, `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`), "Allowed"},
		{"itself trusted, it needs no policy", user(t), "sts:AssumeRole", resource(t, aRole, account, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sts:AssumeRole"}`), "Allowed"},
		{"a service that is trusted", service, "sts:AssumeRole", resource(t, aRole, account, `{"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole"}`), "Allowed"},
		{"a service that is not", service, "sts:AssumeRole", resource(t, aRole, account, `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","AWS":"111122223333"},"Action":"sts:AssumeRole"}`), "ImplicitlyDenied"},
	} {
		request := authz.Request{Principal: test.principal, Action: test.action, Resource: test.resource}
		got := request.Decide()
		text := got.Outcome.String()
		if !got.Sure {
			text += "?"
		}
		if text != test.want {
			t.Errorf("%s: got %s, want %s: %+v", test.name, text, test.want, request.Explain())
		}
	}
}

func TestUnreadLayersMayAllowAndDenyNothing(t *testing.T) {
	request := func(p *authz.Principal) *authz.Request {
		return &authz.Request{Principal: p, Action: "backup:DeleteRecoveryPoint", Resource: resource(t, aPoint, account)}
	}
	unread := authz.Layer{Name: "SCPs of root r-ab12", Unread: []string{"policy p-1: access denied"}}

	p := user(t, allowAll)
	p.SCPs = []authz.Layer{unread}
	got := request(p).Explain()
	if got.Outcome != authz.Allowed || got.Sure || strings.Join(got.Doubts, ";") != "SCPs of root r-ab12 not read: policy p-1: access denied" {
		t.Errorf("allowed by what was read: got %+v", got)
	}
	p = user(t)
	p.SCPs = []authz.Layer{unread}
	if got := request(p).Decide(); got != (authz.Decision{Outcome: authz.ImplicitlyDenied, Sure: true}) {
		t.Errorf("allowed by nothing, whatever the SCP says: got %+v", got)
	}
	p = user(t, allowAll, `{"Effect":"Deny","Action":"backup:*","Resource":"*"}`)
	p.SCPs = []authz.Layer{unread}
	if got := request(p).Decide(); got != (authz.Decision{Outcome: authz.ExplicitlyDenied, Sure: true}) {
		t.Errorf("denied, whatever the SCP says: got %+v", got)
	}
	p = user(t)
	p.Identity.Unread = []string{"policy Ops: it is not UTF-8"}
	if got := request(p).Decide(); got.Sure {
		t.Errorf("an unread identity policy may allow: got %+v", got)
	}
}
