package facts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func TestPointsBecomeGroups(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	rows := []any{orders(), mainVault()}
	for i := range 20 {
		rows = append(rows, point(arn, time.Duration(i)*day+13*time.Hour))
	}
	expired := point(arn, 400*time.Hour)
	expired.Status = "EXPIRED"
	byHand := point(arn, 3*time.Hour)
	byHand.RecoveryPointArn, byHand.CreatedBy, byHand.CalculatedLifecycle = arn+"/backup/01", nil, nil
	got := only(t, inDublin(t, append(rows, expired, byHand)...), facts.KindTable).Table
	main := facts.PointGroup{BackupVaultArn: vaultARN(dublin, "Main"), BackupVaultName: "Main", Status: "COMPLETED", Family: "backup", Retention: facts.Retention{DeleteAfterDays: p(366)}}
	plan, left, hand := main, main, main
	plan.Count, plan.Newest, plan.Oldest, plan.NewestAgeDays, plan.OldestAgeDays = 20, ago(13*time.Hour), ago(19*day+13*time.Hour), p(0), p(19)
	left.Status, left.Count, left.Newest, left.Oldest, left.NewestAgeDays, left.OldestAgeDays = "EXPIRED", 1, ago(400*time.Hour), ago(400*time.Hour), p(16), p(16)
	hand.Family, hand.OnDemand, hand.Retention = "dynamodb", true, facts.Retention{KeptForEver: true}
	hand.Count, hand.Newest, hand.Oldest, hand.NewestAgeDays, hand.OldestAgeDays = 1, ago(3*time.Hour), ago(3*time.Hour), p(0), p(0)
	if diff := cmp.Diff([]facts.PointGroup{hand, plan, left}, got.Points); diff != "" {
		t.Error(diff)
	}
	same(t, "newest_point_age_hours", got.Recovery.NewestPointAgeHours, 3)
	if got.Recovery.UsablePoints != 21 || got.Recovery.UnusablePoints != 1 {
		t.Errorf("recovery is %+v", got.Recovery)
	}
}

// Only COMPLETED and AVAILABLE points are a way back.
func TestUnusablePointsAreNoWayBack(t *testing.T) {
	for status, usable := range map[string]bool{
		"COMPLETED": true, "AVAILABLE": true, "PARTIAL": false, "DELETING": false, "EXPIRED": false, "STOPPED": false, "CREATING": false, "": false,
	} {
		row := point(tableARN(dublin, "Orders"), time.Hour)
		row.Status = status
		got := only(t, inDublin(t, orders(), row), facts.KindTable).Table.Recovery
		if (got.NewestPointAgeHours != nil) != usable || (got.UsablePoints == 1) != usable || (got.UnusablePoints == 0) != usable {
			t.Errorf("%q: recovery is %+v", status, got)
		}
	}
}

func TestRetentionOfPoints(t *testing.T) {
	made := now.Add(-day)
	for _, c := range []struct {
		what       string
		lifecycle  *snapshot.Lifecycle
		calculated *snapshot.CalculatedLifecycle
		want       facts.Retention
	}{
		{"calculated", keep(7), &snapshot.CalculatedLifecycle{DeleteAt: p(made.Add(366 * day)), MoveToColdStorageAt: p(made.Add(31 * day))},
			facts.Retention{DeleteAfterDays: p(366), MoveToColdStorageAfterDays: p(31)}},
		{"seconds off", nil, &snapshot.CalculatedLifecycle{DeleteAt: p(made.Add(366*day - time.Minute))}, facts.Retention{DeleteAfterDays: p(366)}},
		{"calculated without an end", keep(7), &snapshot.CalculatedLifecycle{}, facts.Retention{KeptForEver: true}},
		{"not calculated", keep(7), nil, facts.Retention{DeleteAfterDays: p(7)}},
		{"nothing said", nil, nil, facts.Retention{KeptForEver: true}},
	} {
		row := point(tableARN(dublin, "Orders"), day)
		row.Lifecycle, row.CalculatedLifecycle = c.lifecycle, c.calculated
		got := only(t, inDublin(t, orders(), row), facts.KindTable).Table.Points[0].Retention
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}

// A copy in another Region's vault is a way back for the table at home.
func TestCopiesInOtherRegionsAreTheTables(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	copied := point(arn, 2*time.Hour)
	copied.BackupVaultArn, copied.BackupVaultName = vaultARN(ohio, "Far"), "Far"
	zebra := orders()
	zebra.TableArn, zebra.TableName = tableARN(dublin, "Zebra"), "Zebra"
	all := derive(t,
		shard(t, dublin, settings(true, true), orders(), zebra, mainVault(), point(arn, 26*time.Hour), point(zebra.TableArn, 50*time.Hour)),
		shard(t, ohio, settings(true, true), &snapshot.BackupVault{BackupVaultArn: vaultARN(ohio, "Far"), BackupVaultName: "Far"}, copied))
	got := named(t, all, facts.KindTable, "Orders").Table
	same(t, "newest_point_age_hours", got.Recovery.NewestPointAgeHours, 2)
	if len(got.Points) != 2 || got.Points[0].BackupVaultName != "Far" {
		t.Errorf("points are %+v", got.Points)
	}
	same(t, "Zebra's", named(t, all, facts.KindTable, "Zebra").Table.Recovery.NewestPointAgeHours, 50)
	same(t, "points in Far", named(t, all, facts.KindVault, "Far").Vault.DynamoDBPoints, 1)
}

func TestPointsOfOthersAreCountedInTheirVaultAlone(t *testing.T) {
	foreign := point("arn:aws:dynamodb:eu-west-1:999999999999:table/Orders", time.Hour)
	unscanned := point(tableARN("ap-south-1", "Orders"), time.Hour)
	instance := point("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", time.Hour)
	all := inDublin(t, orders(), mainVault(), foreign, unscanned, instance)
	same(t, "points in Main", only(t, all, facts.KindVault).Vault.DynamoDBPoints, 2)
	if got := only(t, all, facts.KindTable).Table.Recovery.UsablePoints; got != 0 {
		t.Errorf("the table has %d points", got)
	}
	if got := of(all, facts.KindBackup); len(got) != 0 {
		t.Errorf("left-over backups: %+v", got[0].Backup)
	}
}

func TestOnDemandBackups(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	backup := func(id, kind, status, table string, age time.Duration) *snapshot.TableBackup {
		return &snapshot.TableBackup{BackupArn: arn + "/backup/" + id, BackupType: kind, BackupStatus: status, BackupCreationDateTime: ago(age), TableArn: arn, TableId: table}
	}
	archived := orders()
	archived.ArchivalSummary = &snapshot.ArchivalSummary{ArchivalBackupArn: arn + "/backup/archive"}
	got := only(t, inDublin(t, archived,
		backup("1", "USER", "AVAILABLE", "id-2", 50*time.Hour), backup("2", "USER", "AVAILABLE", "", 60*time.Hour),
		backup("3", "USER", "CREATING", "id-2", time.Hour), backup("4", "USER", "DELETED", "id-2", time.Hour),
		backup("5", "SYSTEM", "AVAILABLE", "id-2", time.Hour), backup("6", "AWS_BACKUP", "AVAILABLE", "id-2", time.Hour),
		backup("7", "USER", "AVAILABLE", "id-1", 200*day), backup("archive", "USER", "AVAILABLE", "id-2", time.Hour),
	), facts.KindTable).Table.Recovery
	same(t, "newest_backup_age_hours", got.NewestBackupAgeHours, 50)
	if got.OnDemandBackups != 2 {
		t.Errorf("on_demand_backups = %d", got.OnDemandBackups)
	}
	absent(t, "newest_point_age_hours", got.NewestPointAgeHours)
}

func TestJobs(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	job := func(id, state string, age time.Duration, rule string) *snapshot.BackupJob {
		j := &snapshot.BackupJob{ResourceArn: arn, BackupJobId: id, State: state, CreationDate: ago(age), StatusMessage: "message " + id}
		if rule != "" {
			j.CreatedBy = &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleId: rule}
		}
		return j
	}
	quick, slow := rule("Quick", "cron(0 5 ? * * *)", 30), rule("Slow", "cron(0 12 ? * * *)", 30)
	slow.CompletionWindowMinutes = p(int64(600))
	for _, c := range []struct {
		what    string
		jobs    []any
		running *int
		failed  int
		message string
	}{
		{"none", nil, nil, 0, ""},
		{"failures", []any{job("a", "FAILED", 50*time.Hour, "id-Quick"), job("b", "ABORTED", 9*time.Hour, ""), job("c", "EXPIRED", 70*time.Hour, ""), job("d", "COMPLETED", time.Hour, "")}, nil, 3, "message b"},
		{"long ago", []any{job("a", "FAILED", 31*day, "")}, nil, 0, ""},
		{"running", []any{job("a", "RUNNING", 119*time.Minute, "id-Quick")}, p(1), 0, ""},
		{"running past its rule's window", []any{job("a", "RUNNING", 121*time.Minute, "id-Quick")}, nil, 0, ""},
		{"running by the rule with the wide window", []any{job("a", "RUNNING", 9*time.Hour, "id-Slow")}, p(9), 0, ""},
		{"running by hand", []any{job("a", "RUNNING", 9*time.Hour, "")}, p(9), 0, ""},
		{"not begun", []any{job("a", "CREATED", time.Hour, "id-Quick"), job("b", "PENDING", time.Hour, "id-Quick")}, nil, 0, ""},
		{"of the deleted table of that name", []any{job("a", "FAILED", 101*day, "")}, nil, 0, ""},
	} {
		got := only(t, inDublin(t, append(c.jobs, orders(), daily(quick, slow), everything(), mainVault())...), facts.KindTable).Table.Recovery
		if diff := cmp.Diff(c.running, got.RunningJobAgeHours); diff != "" {
			t.Errorf("%s: running: %s", c.what, diff)
		}
		if got.FailedJobs != c.failed || got.LastFailedJobMessage != c.message {
			t.Errorf("%s: %d failed, %q", c.what, got.FailedJobs, got.LastFailedJobMessage)
		}
	}
}

// Groups of the same age come in one order, whatever the order of the map.
func TestGroupsOfTheSameAgeAreSorted(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	var rows []any
	for i, status := range []string{"COMPLETED", "AVAILABLE", "EXPIRED", "DELETING"} {
		for j, onDemand := range []bool{false, true} {
			row := point(arn, day)
			row.Status, row.RecoveryPointArn = status, row.RecoveryPointArn+string(rune('a'+2*i+j))
			if onDemand {
				row.CreatedBy = nil
			}
			rows = append(rows, row)
		}
	}
	want := only(t, inDublin(t, append(rows, orders())...), facts.KindTable).Table.Points
	if len(want) != 8 {
		t.Fatalf("%d groups", len(want))
	}
	for range 10 {
		got := only(t, inDublin(t, append(rows, orders())...), facts.KindTable).Table.Points
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}
