package facts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func TestVaultLock(t *testing.T) {
	later := p(now.Add(50 * time.Hour))
	for _, c := range []struct {
		what, kind string
		locked     *bool
		date       *time.Time
		want       string
		days       *int
	}{
		{"not said", "BACKUP_VAULT", nil, nil, "", nil},
		{"unlocked", "BACKUP_VAULT", p(false), nil, "none", nil},
		{"governance", "BACKUP_VAULT", p(true), nil, "governance", nil},
		{"in grace", "BACKUP_VAULT", p(true), later, "grace", p(2)},
		{"compliance", "BACKUP_VAULT", p(true), ago(0), "compliance", nil},
		{"air-gapped", "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", p(true), ago(day), "air_gapped", nil},
	} {
		row := mainVault()
		row.VaultType, row.Locked, row.LockDate = c.kind, c.locked, c.date
		got := only(t, inDublin(t, orders(), row, daily(), everything()), facts.KindVault).Vault
		if got.Lock != c.want {
			t.Errorf("%s: lock = %q", c.what, got.Lock)
		}
		if diff := cmp.Diff(c.days, got.DaysUntilLock); diff != "" {
			t.Errorf("%s: days_until_lock: %s", c.what, diff)
		}
	}
}

func TestVaultIsJudgedOnlyIfItServesTables(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	for _, c := range []struct {
		what  string
		rows  []any
		want  bool
		named int
	}{
		{"nobody names it", nil, false, 0},
		{"a rule that covers a table", []any{daily(), everything()}, true, 1},
		{"two rules", []any{daily(rule("A", "", 7), rule("B", "cron(0 12 ? * * *)", 7)), everything()}, true, 2},
		{"a rule that covers none", []any{daily()}, false, 0},
		{"a point of a table", []any{point(arn, day)}, true, 0},
		{"a point of something else", []any{point("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", day)}, false, 0},
	} {
		got := of(inDublin(t, append(c.rows, orders(), mainVault())...), facts.KindVault)
		if (len(got) == 1) != c.want {
			t.Errorf("%s: %d vaults", c.what, len(got))
			continue
		}
		if !c.want {
			continue
		}
		if got[0].Vault.NamedByRules != c.named || (len(got[0].Serves) == 1) != (c.named > 0) {
			t.Errorf("%s: named by %d, serves %v", c.what, got[0].Vault.NamedByRules, got[0].Serves)
		}
	}
}

func TestVaultWhosePointsWereNotRead(t *testing.T) {
	unread := gap("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", "Main", "ByResourceType", "DynamoDB")
	nobody := only(t, inDublin(t, orders(), mainVault(), unread), facts.KindVault)
	if !hides(nobody, "lock") {
		t.Errorf("it may hold no point of DynamoDB, and is judged: gaps %+v", nobody.Gaps)
	}
	all := inDublin(t, orders(), mainVault(), daily(), everything(), unread)
	used := only(t, all, facts.KindVault)
	if hides(used, "lock") || !hides(used, "dynamodb_points") || used.Vault.DynamoDBPoints != nil {
		t.Errorf("gaps %+v", used.Gaps)
	}
	table := only(t, all, facts.KindTable)
	if !hides(table, "recovery.newest_point_age_hours") || !hides(table, "points") || hides(table, "coverage.covered") {
		t.Errorf("table's gaps %+v", table.Gaps)
	}
	if !unlisted(all, facts.KindBackup) {
		t.Error("a deleted table's points might be there")
	}
}

// lagARN is a logically air-gapped vault's.
var lagARN = vaultARN(dublin, "Gapped")

func TestPlanRuleKnowsItsVaults(t *testing.T) {
	r := copyTo(rule("Daily", "", 366), &snapshot.Lifecycle{MoveToColdStorageAfterDays: p(int64(31))})
	r.CopyActions = append(r.CopyActions,
		snapshot.CopyAction{DestinationBackupVaultArn: "arn:aws:backup:us-east-2:999999999999:backup-vault:Theirs"},
		snapshot.CopyAction{DestinationBackupVaultArn: vaultARN(ohio, "Missing")},
		snapshot.CopyAction{DestinationBackupVaultArn: vaultARN("ap-south-1", "Unscanned")})
	r.TargetLogicallyAirGappedBackupVaultArn = lagARN
	far := &snapshot.BackupVault{BackupVaultArn: vaultARN(ohio, "Far"), BackupVaultName: "Far", Locked: p(false)}
	all := derive(t, shard(t, dublin, settings(true, true), orders(), daily(r), everything(), mainVault()), shard(t, ohio, settings(true, true), far))
	s := only(t, all, facts.KindPlanRule)
	got := s.PlanRule
	source := facts.Retention{DeleteAfterDays: p(366)}
	want := []facts.Copy{
		{DestinationBackupVaultArn: vaultARN(ohio, "Far"), Account: account, Region: ohio,
			Retention: facts.Retention{DeleteAfterDays: p(366), MoveToColdStorageAfterDays: p(31)},
			Vault:     &facts.VaultBounds{BackupVaultName: "Far", Exists: p(true), Lock: "none"}},
		{DestinationBackupVaultArn: "arn:aws:backup:us-east-2:999999999999:backup-vault:Theirs", Account: "999999999999", Region: ohio, Retention: source},
		{DestinationBackupVaultArn: vaultARN(ohio, "Missing"), Account: account, Region: ohio, Retention: source,
			Vault: &facts.VaultBounds{BackupVaultName: "Missing", Exists: p(false)}},
		{DestinationBackupVaultArn: vaultARN("ap-south-1", "Unscanned"), Account: account, Region: "ap-south-1", Retention: source},
	}
	if diff := cmp.Diff(want, got.Copies); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(facts.VaultBounds{BackupVaultName: "Main", Exists: p(true), Lock: "compliance", MinRetentionDays: p(7), MaxRetentionDays: p(400)}, got.Vault); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&facts.VaultBounds{BackupVaultName: "Gapped", Exists: p(false)}, got.AirGappedVault); diff != "" {
		t.Error(diff)
	}
	if s.ARN != got.BackupPlanArn+"/Daily" || !slices.Equal(s.Serves, []string{tableARN(dublin, "Orders")}) || got.TablesCovered != 1 || got.TablesAmbiguous != 0 {
		t.Errorf("subject is %+v", s)
	}
	if far := named(t, all, facts.KindVault, "Far"); far.Vault.NamedByRules != 1 || len(far.Serves) != 1 {
		t.Errorf("the copy's vault is %+v", far)
	}
}

func TestVaultThatIsNotListedIsNotMissing(t *testing.T) {
	all := inDublin(t, orders(), daily(), everything(), gap("backup:ListBackupVaults"))
	s := only(t, all, facts.KindPlanRule)
	absent(t, "exists", s.PlanRule.Vault.Exists)
	if !hides(s, "vault") || !hides(s, "copies") || !unlisted(all, facts.KindVault) {
		t.Errorf("gaps are %+v", s.Gaps)
	}
}

// AWS's own preview of the next runs is held against ours.
func TestRunsDiffer(t *testing.T) {
	at := func(days, hour int) *time.Time {
		return p(time.Date(2026, 11, 20+days, hour, 0, 30, 0, time.UTC))
	}
	run := func(rule string, at *time.Time) snapshot.ScheduledRun {
		return snapshot.ScheduledRun{ExecutionTime: at, RuleId: "id-" + rule, RuleExecutionType: "SNAPSHOTS"}
	}
	short := rule("Short", "cron(30 5 ? * * *)", 7) // half an hour later, shorter: it gives way
	for _, c := range []struct {
		what    string
		preview []snapshot.ScheduledRun
		daily   *bool
		short   *bool
	}{
		{"no preview", nil, nil, nil},
		{"as we say", []snapshot.ScheduledRun{run("Daily", at(1, 5)), run("Daily", at(2, 5)), run("Daily", at(3, 5))}, p(false), p(false)},
		{"a day left out", []snapshot.ScheduledRun{run("Daily", at(1, 5)), run("Daily", at(3, 5))}, p(true), p(false)},
		{"the first left out", []snapshot.ScheduledRun{run("Daily", at(2, 5))}, p(true), p(false)},
		{"another hour", []snapshot.ScheduledRun{run("Daily", at(1, 6))}, p(true), p(false)},
		{"the other rule runs", []snapshot.ScheduledRun{run("Daily", at(1, 5)), run("Short", p(at(2, 5).Add(30*time.Minute)))}, p(true), p(true)},
	} {
		plan := daily(rule("Daily", "", 366), short)
		plan.ScheduledRunsPreview = c.preview
		all := inDublin(t, orders(), plan, everything(), mainVault())
		for name, want := range map[string]*bool{"Plan/Daily": c.daily, "Plan/Short": c.short} {
			if diff := cmp.Diff(want, named(t, all, facts.KindPlanRule, name).PlanRule.RunsDiffer); diff != "" {
				t.Errorf("%s: %s: %s", c.what, name, diff)
			}
		}
	}
}

func TestEveryRegionIsASubject(t *testing.T) {
	all := derive(t, shard(t, dublin, settings(true, false)), shard(t, snapshot.Global))
	got := only(t, all, facts.KindRegion)
	if diff := cmp.Diff(&facts.Region{OptedIn: p(true), AdvancedBackup: p(false)}, got.RegionOf); diff != "" {
		t.Error(diff)
	}
	if got.ARN != "arn:aws:backup:eu-west-1:111122223333:region" || got.Name != dublin {
		t.Errorf("subject is %+v", got)
	}
}
