package access_test

import (
	"testing"
	"time"

	"holdfast/scanner/access"
	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

func vault(name string, policy string) *snapshot.BackupVault {
	no := false
	v := &snapshot.BackupVault{BackupVaultArn: "arn:aws:backup:eu-west-1:" + own + ":backup-vault:" + name, BackupVaultName: name, Locked: &no}
	if policy != "" {
		v.AccessPolicy = document(policy).Document
	}
	return v
}

func point(vault, arn string) snapshot.Row {
	return snapshot.Row{RecoveryPoint: &snapshot.RecoveryPoint{ResourceArn: "arn:aws:dynamodb:eu-west-1:" + own + ":table/Orders", RecoveryPointArn: arn, BackupVaultName: vault}}
}

func TestPointsHaveTheirVaultsPolicy(t *testing.T) {
	deny := `{"Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}`
	a := account(anOrganization(), snapshot.Row{IAMRole: role("admin", allowAll)},
		snapshot.Row{BackupVault: vault("guarded", deny)}, snapshot.Row{BackupVault: vault("open", "")}, snapshot.Row{BackupVault: vault("odd", "")},
		snapshot.Row{Gap: &snapshot.Gap{Operation: "backup:GetBackupVaultAccessPolicy", Parameters: map[string]string{"BackupVaultName": "odd"}, Reason: snapshot.Throttled}},
		point("open", "arn:aws:backup:eu-west-1:"+own+":recovery-point:1"), point("open", "arn:aws:dynamodb:eu-west-1:"+own+":table/Orders/backup/1"))
	p, _ := a.Principal("admin")
	for name, want := range map[string]authz.Verdict{"guarded": authz.Never, "open": authz.Always, "odd": authz.Unknown} {
		v, ok := a.Resource("arn:aws:backup:eu-west-1:" + own + ":backup-vault:" + name)
		if !ok {
			t.Fatalf("no vault %s", name)
		}
		for _, form := range []string{access.RecoveryPoint, access.DynamoDBBackup} {
			if got := a.Ask(p, deletePoint, a.PointsIn(v, form)); got.Verdict != want {
				t.Errorf("%s of %s: %s %q", form, name, got.Verdict, got.Doubts)
			}
		}
		if name == "open" && (v.Vault.Points[access.RecoveryPoint] != 1 || v.Vault.Points[access.DynamoDBBackup] != 1) {
			t.Errorf("vault open holds %v", v.Vault.Points)
		}
	}
}

func TestKeysOfTheAccountHaveTheirPolicy(t *testing.T) {
	key := func(id string, policy *snapshot.PolicyDocument) snapshot.Row {
		return snapshot.Row{KMSKey: &snapshot.KMSKey{Arn: "arn:aws:kms:eu-west-1:" + own + ":key/" + id, KeyId: id, AWSAccountId: own, Policy: policy}}
	}
	delegating := document(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + own + `:root"},"Action":"kms:*","Resource":"*"}`)
	closed := document(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + own + `:role/keys"},"Action":"kms:*","Resource":"*"}`)
	foreign := key("foreign", nil)
	foreign.KMSKey.AWSAccountId = stranger
	a := account(anOrganization(), snapshot.Row{IAMRole: role("admin", allowAll)}, key("delegating", &delegating), key("closed", &closed), key("unread", nil), foreign)
	p, _ := a.Principal("admin")
	for id, want := range map[string]authz.Verdict{"delegating": authz.Always, "closed": authz.Never, "unread": authz.Unknown} {
		k, _ := a.Resource("arn:aws:kms:eu-west-1:" + own + ":key/" + id)
		if got := a.Ask(p, "kms:ScheduleKeyDeletion", &k.Resource); got.Verdict != want {
			t.Errorf("%s: %s %q, want %s", id, got.Verdict, got.Doubts, want)
		}
	}
	if n := len(a.Of("key")); n != 3 {
		t.Errorf("%d keys, want the account's 3", n)
	}
}

func TestTagsOfTablesAreKnownOrOpen(t *testing.T) {
	table := func(name string, tags ...snapshot.Tag) snapshot.Row {
		return snapshot.Row{Table: &snapshot.Table{TableArn: "arn:aws:dynamodb:eu-west-1:" + own + ":table/" + name, TableName: name, Tags: tags}}
	}
	allow := `{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}`
	a := account(anOrganization(), snapshot.Row{IAMRole: role("dev", allow)},
		table("mine", snapshot.Tag{Key: "team", Value: "a"}), table("theirs", snapshot.Tag{Key: "team", Value: "b"}), table("bare"), table("unread"),
		snapshot.Row{Gap: &snapshot.Gap{Operation: "dynamodb:ListTagsOfResource", Parameters: map[string]string{"ResourceArn": "arn:aws:dynamodb:eu-west-1:" + own + ":table/unread"}, Reason: snapshot.Denied}})
	p, _ := a.Principal("dev")
	for name, want := range map[string]authz.Verdict{"mine": authz.Always, "theirs": authz.Never, "bare": authz.Never, "unread": authz.When} {
		r, _ := a.Resource("arn:aws:dynamodb:eu-west-1:" + own + ":table/" + name)
		if got := a.Ask(p, "dynamodb:DeleteTable", &r.Resource); got.Verdict != want {
			t.Errorf("%s: %s, want %s", name, got.Verdict, want)
		}
	}
}

func TestRolesAreAssumedByTheirTrust(t *testing.T) {
	target := role("target")
	target.AssumeRolePolicyDocument = trusts(`{"AWS":"arn:aws:iam::` + own + `:root"}`)
	named := role("named")
	named.AssumeRolePolicyDocument = trusts(`{"AWS":"arn:aws:iam::` + own + `:role/plain"}`)
	assume := `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`
	a := account(anOrganization(), snapshot.Row{IAMRole: target}, snapshot.Row{IAMRole: named}, snapshot.Row{IAMRole: role("plain")}, snapshot.Row{IAMRole: role("able", assume)})
	for _, c := range []struct {
		who, whom string
		want      authz.Verdict
	}{{"able", "target", authz.Always}, {"plain", "target", authz.Never}, {"plain", "named", authz.Always}, {"able", "named", authz.Never}} {
		p, _ := a.Principal(c.who)
		r, _ := a.Resource("arn:aws:iam::" + own + ":role/" + c.whom)
		if got := a.Ask(p, "sts:AssumeRole", &r.Resource); got.Verdict != c.want {
			t.Errorf("%s into %s: %s %v %q, want %s", c.who, c.whom, got.Verdict, got.Reasons, got.Doubts, c.want)
		}
	}
}

func TestLocks(t *testing.T) {
	yes, no := true, false
	before, after := collected.Add(-time.Hour), collected.Add(time.Hour)
	for want, v := range map[string]*snapshot.BackupVault{
		"":           {},
		"none":       {Locked: &no},
		"governance": {Locked: &yes},
		"grace":      {Locked: &yes, LockDate: &after},
		"compliance": {Locked: &yes, LockDate: &before},
		"air_gapped": {VaultType: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", Locked: &yes},
	} {
		if got := access.LockOf(v, collected); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
