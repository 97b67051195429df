package facts_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// A lock refuses backups of any service; so the rules that send volumes here count
// beside those that send tables.
func TestSendersAreOfAnyService(t *testing.T) {
	volumes := daily(rule("Volumes", "", 5))
	volumes.BackupPlanArn, volumes.BackupPlanId = strings.Replace(volumes.BackupPlanArn, "plan-1", "plan-2", 1), "plan-2"
	idle := daily(rule("Idle", "", 1))
	idle.BackupPlanArn, idle.BackupPlanId = strings.Replace(idle.BackupPlanArn, "plan-1", "plan-3", 1), "plan-3"
	disks := everything()
	disks.BackupPlanId, disks.SelectionId, disks.Resources = "plan-2", "sel-2", []string{"arn:aws:ec2:*:*:volume/*"}
	all := inDublin(t, orders(), mainVault(), vaultKey(), daily(rule("Daily", "", 366), rule("Ever", "cron(0 12 ? * * *)", 0)), everything(), volumes, disks, idle)
	got := only(t, all, facts.KindVault).Vault
	plan := "arn:aws:backup:eu-west-1:111122223333:backup-plan:"
	want := []facts.Sender{
		{PlanRule: plan + "plan-1/Daily", Retention: facts.Retention{DeleteAfterDays: p(366)}},
		{PlanRule: plan + "plan-1/Ever", Retention: facts.Retention{KeptForEver: true}},
		{PlanRule: plan + "plan-2/Volumes", Retention: facts.Retention{DeleteAfterDays: p(5)}},
	}
	if diff := cmp.Diff(want, got.Senders); diff != "" {
		t.Error(diff)
	}
	same(t, "shortest_retention_days", got.ShortestRetentionDays, 5)
	if got.RefusedSenders != 2 || got.NamedByRules != 2 { // 5 < 7 days, for ever > 400
		t.Errorf("%d refused, named by %d", got.RefusedSenders, got.NamedByRules)
	}
}

func TestRefusedSenders(t *testing.T) {
	for _, c := range []struct {
		days, min, max int64 // 0: for ever, or no bound
		locked         bool
		want           int
	}{
		{366, 366, 366, true, 0}, {365, 366, 0, true, 1}, {367, 0, 366, true, 1}, {0, 366, 0, true, 0}, {0, 0, 366, true, 1}, {1, 366, 366, false, 0},
	} {
		row := mainVault()
		row.MinRetentionDays, row.MaxRetentionDays, row.Locked = &c.min, &c.max, &c.locked
		got := only(t, inDublin(t, orders(), row, vaultKey(), daily(rule("Daily", "", c.days)), everything()), facts.KindVault).Vault
		if got.RefusedSenders != c.want {
			t.Errorf("%+v: %d", c, got.RefusedSenders)
		}
	}
}

// What another Region's plans copy here is not known without them.
func TestSendersOfAnotherRegion(t *testing.T) {
	copies := daily(copyTo(rule("Daily", "", 366), keep(30)))
	vault := mainVault()
	vault.BackupVaultArn, vault.BackupVaultName, vault.EncryptionKeyArn = vaultARN(ohio, "Far"), "Far", ""
	here := shard(t, dublin, settings(true, true), orders(), copies, everything(), mainVault())
	got := named(t, derive(t, here, shard(t, ohio, settings(true, true), vault)), facts.KindVault, "Far")
	if diff := cmp.Diff([]facts.Sender{{PlanRule: copies.BackupPlanArn + "/Daily", Copies: true, Retention: facts.Retention{DeleteAfterDays: p(30)}}}, got.Vault.Senders); diff != "" {
		t.Error(diff)
	}
	if hides(got, "senders") {
		t.Errorf("gaps %+v", got.Gaps)
	}
	far := point(tableARN(ohio, "Orders"), time.Hour)
	far.BackupVaultArn, far.BackupVaultName = vault.BackupVaultArn, "Far"
	for _, operation := range []string{"backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections", "backup:GetBackupSelection"} {
		without := shard(t, dublin, settings(true, true), orders(), mainVault(), gap(operation, "BackupPlanId", "plan-1"))
		got := named(t, derive(t, without, shard(t, ohio, settings(true, true), vault, far)), facts.KindVault, "Far")
		if !hides(got, "senders") || !hides(got, "shortest_retention_days") || !hides(got, "refused_senders") || hides(got, "lock") {
			t.Errorf("%s: gaps %+v", operation, got.Gaps)
		}
	}
}

func TestPointsOfAVault(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	ever, expired := point(arn, time.Hour), point(arn, 2*time.Hour)
	ever.CalculatedLifecycle, expired.Status = &snapshot.CalculatedLifecycle{}, "EXPIRED"
	foreign := point("arn:aws:dynamodb:eu-west-1:999999999999:table/Theirs", time.Hour)
	got := only(t, inDublin(t, orders(), mainVault(), ever, expired, foreign), facts.KindVault).Vault
	same(t, "dynamodb_points", got.DynamoDBPoints, 3)
	same(t, "points_for_ever", got.PointsForEver, 1)
	same(t, "foreign_points", got.ForeignPoints, 1)
	if diff := cmp.Diff([]facts.StatusCount{{Status: "COMPLETED", Count: 2}, {Status: "EXPIRED", Count: 1}}, got.PointsByStatus); diff != "" {
		t.Error(diff)
	}
}

func TestLegalHoldsOfAVault(t *testing.T) {
	hold := func(id, status, selected string) *snapshot.LegalHold {
		return &snapshot.LegalHold{LegalHoldArn: id, LegalHoldId: id, Status: status, RecoveryPointSelection: json.RawMessage(selected)}
	}
	world := []any{orders(), mainVault(), daily(), everything()}
	got := only(t, inDublin(t, append(world,
		hold("1", "ACTIVE", `{"VaultNames":["Main","Other"]}`), hold("2", "ACTIVE", `{"VaultNames":["Other"]}`), hold("3", "ACTIVE", `{"ResourceIdentifiers":["x"]}`),
		hold("4", "CREATING", `{"VaultNames":["Main"]}`), hold("5", "CANCELING", `{"VaultNames":["Main"]}`), hold("6", "CANCELED", `{}`))...), facts.KindVault)
	same(t, "legal_holds", got.Vault.LegalHolds, 2)
	odd := only(t, inDublin(t, append(world, hold("1", "ACTIVE", `{"VaultNames":"Main"}`))...), facts.KindVault)
	absent(t, "legal_holds of an odd hold", odd.Vault.LegalHolds)
}
