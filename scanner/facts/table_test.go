package facts_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func TestTableFields(t *testing.T) {
	s := only(t, inDublin(t, orders()), facts.KindTable)
	table := s.Table
	if s.ARN != tableARN(dublin, "Orders") || s.Name != "Orders" || s.Group != "" || len(s.Gaps) != 0 {
		t.Errorf("subject is %+v", s)
	}
	same(t, "age_hours", table.AgeHours, 2400)
	same(t, "DeletionProtectionEnabled", table.DeletionProtectionEnabled, true)
	same(t, "tagged_restore_test", table.TaggedRestoreTest, false)
	if diff := cmp.Diff([]facts.Tag{{Key: "backup", Value: "daily"}}, table.Tags); diff != "" {
		t.Error(diff)
	}
	if table.RestoreTest || table.Restored != nil {
		t.Error("a table that nobody restored is a restored one")
	}
}

// An absent answer stays absent: neither on nor off.
func TestAbsentFieldsStayAbsent(t *testing.T) {
	row := orders()
	row.DeletionProtectionEnabled, row.ContinuousBackupsDescription, row.CreationDateTime = nil, nil, nil
	table := only(t, inDublin(t, row), facts.KindTable).Table
	absent(t, "DeletionProtectionEnabled", table.DeletionProtectionEnabled)
	absent(t, "pitr", table.PITR)
	absent(t, "age_hours", table.AgeHours)
}

func TestPITRWindowIsTheAchievedOne(t *testing.T) {
	row := orders()
	row.ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime = ago(3*time.Hour + 59*time.Minute)
	pitr := only(t, inDublin(t, row), facts.KindTable).Table.PITR
	same(t, "RecoveryPeriodInDays", pitr.RecoveryPeriodInDays, 35)
	same(t, "window_hours", pitr.WindowHours, 3)
	same(t, "latest_age_minutes", pitr.LatestAgeMinutes, 5)
}

// The age of the newest restorable moment counts from the answer, which may come
// long after the shard's first.
func TestPITRAgeIsRelativeToItsAnswer(t *testing.T) {
	c := call("dynamodb:DescribeContinuousBackups", "TableName", "Orders")
	c.Time = now.Add(20 * time.Minute)
	same(t, "latest_age_minutes", only(t, inDublin(t, orders(), c), facts.KindTable).Table.PITR.LatestAgeMinutes, 25)
}

func TestPITROffHasNoTimes(t *testing.T) {
	row := orders()
	row.ContinuousBackupsDescription.PointInTimeRecoveryDescription = &snapshot.PointInTimeRecovery{PointInTimeRecoveryStatus: "DISABLED"}
	pitr := only(t, inDublin(t, row), facts.KindTable).Table.PITR
	if pitr.PointInTimeRecoveryStatus != "DISABLED" { // not ContinuousBackupsStatus, which is always ENABLED
		t.Errorf("status = %s", pitr.PointInTimeRecoveryStatus)
	}
	absent(t, "window_hours", pitr.WindowHours)
	absent(t, "latest_age_minutes", pitr.LatestAgeMinutes)
}

func TestRestoreTests(t *testing.T) {
	restored := &snapshot.RestoreSummary{SourceTableArn: tableARN(dublin, "Orders"), RestoreDateTime: ago(30 * time.Hour)}
	for _, c := range []struct {
		what             string
		name             string
		summary          *snapshot.RestoreSummary
		tag              string
		isTest, isTagged bool
	}{
		{"a restore test", "awsbackup-restore-test-1", restored, "", true, false},
		{"a name that only looks like one", "awsbackup-restore-test-1", nil, "", false, false},
		{"a restored table", "Orders-restored", restored, "", false, false},
		{"a tag by a person", "Orders", nil, "awsbackup-restore-test", false, true},
		{"another tag", "Orders", nil, "awsbackup-restore-test-2", false, false},
	} {
		row := orders()
		row.TableName, row.TableArn, row.RestoreSummary = c.name, tableARN(dublin, c.name), c.summary
		if c.tag != "" {
			row.Tags = append(row.Tags, snapshot.Tag{Key: c.tag})
		}
		table := only(t, inDublin(t, row), facts.KindTable).Table
		if table.RestoreTest != c.isTest {
			t.Errorf("%s: restore_test = %v", c.what, table.RestoreTest)
		}
		same(t, c.what+": tagged_restore_test", table.TaggedRestoreTest, c.isTagged)
		if c.summary != nil {
			same(t, c.what+": restored.age_hours", table.Restored.AgeHours, 30)
		}
	}
}

// Each table on its own: one that is not described hides itself alone.
func TestTableThatIsNotDescribedIsStillASubject(t *testing.T) {
	all := inDublin(t, orders(), gap("dynamodb:DescribeTable", "TableName", "Lost"), daily(), everything(), mainVault())
	lost := named(t, all, facts.KindTable, "Lost")
	if lost.ARN != tableARN(dublin, "Lost") || len(lost.Gaps) != 1 || lost.Gaps[0].Path != "" {
		t.Errorf("Lost is %s with gaps %+v", lost.ARN, lost.Gaps)
	}
	if got := named(t, all, facts.KindTable, "Orders"); len(got.Gaps) != 0 {
		t.Errorf("Orders has gaps %+v", got.Gaps)
	}
	rule := only(t, all, facts.KindPlanRule)
	if !hides(rule, "tables_covered") || len(rule.Serves) != 2 {
		t.Errorf("rule serves %v with gaps %+v", rule.Serves, rule.Gaps)
	}
	region := only(t, all, facts.KindRegion)
	if region.RegionOf.Tables != 2 {
		t.Errorf("tables = %d", region.RegionOf.Tables)
	}
}

// What cannot be told from a deleted table's backups is no proof, even for rules
// whose pass stands in spite of gaps.
func TestBackupsOfATableThatIsNotDescribedProveNothing(t *testing.T) {
	row := &snapshot.Table{TableArn: tableARN(dublin, "Orders"), TableName: "Orders"}
	all := inDublin(t, row, gap("dynamodb:DescribeTable", "TableName", "Orders"), point(row.TableArn, time.Hour), daily(), everything(), mainVault(),
		&snapshot.TableBackup{BackupArn: row.TableArn + "/backup/1", BackupType: "USER", BackupStatus: "AVAILABLE", TableArn: row.TableArn, BackupCreationDateTime: ago(time.Hour)})
	table := only(t, all, facts.KindTable)
	absent(t, "newest_point_age_hours", table.Table.Recovery.NewestPointAgeHours)
	absent(t, "newest_backup_age_hours", table.Table.Recovery.NewestBackupAgeHours)
	if backup := named(t, all, facts.KindBackup, "Orders"); !hides(backup, "user_backups") || backup.ARN != row.TableArn+"#earlier" {
		t.Errorf("backup %s with gaps %+v", backup.ARN, backup.Gaps)
	}
}

func TestReplicas(t *testing.T) {
	row := orders()
	row.Replicas = []snapshot.Replica{
		{RegionName: ohio, ReplicaArn: tableARN(ohio, "Orders")},
		{RegionName: "af-south-1"}, // older answers have no ARN
		{RegionName: ohio, ReplicaArn: "arn:aws:dynamodb:us-east-2:999999999999:table/Orders"},
	}
	twin := orders()
	twin.TableArn = tableARN(ohio, "Orders")
	twin.Replicas = []snapshot.Replica{
		{RegionName: dublin, ReplicaArn: tableARN(dublin, "Orders")},
		{RegionName: "af-south-1", ReplicaArn: tableARN("af-south-1", "Orders")},
		{RegionName: ohio, ReplicaArn: "arn:aws:dynamodb:us-east-2:999999999999:table/Orders"},
	}
	all := derive(t, shard(t, dublin, settings(true, true), row), shard(t, ohio, settings(true, true), twin))
	tables := of(all, facts.KindTable)
	if len(tables) != 4 {
		t.Fatalf("%d tables, want 2 that were read and 2 that were not", len(tables))
	}
	for _, s := range tables {
		if s.Group != tableARN("af-south-1", "Orders") {
			t.Errorf("%s is of group %q", s.ARN, s.Group)
		}
		seen := strings.Contains(s.ARN, account) && s.Region != "af-south-1"
		if s.Account != account {
			t.Errorf("%s stands in account %s: two accounts may name the same replica", s.ARN, s.Account)
		}
		if unread := hides(s, "pitr"); unread == seen {
			t.Errorf("%s: hidden is %v", s.ARN, unread)
		}
		if !seen && (s.Gaps[0].Reason != "not_asked" || s.Gaps[0].Path != "") {
			t.Errorf("%s: gap is %+v", s.ARN, s.Gaps[0])
		}
	}
	got := named(t, all, facts.KindTable, "Orders").Table.Replicas // of af-south-1, the first
	if len(got) != 0 {
		t.Errorf("a replica that was not read lists %v", got)
	}
	for _, s := range tables {
		if s.ARN != row.TableArn {
			continue
		}
		want := []facts.Replica{
			{RegionName: "af-south-1", ReplicaArn: tableARN("af-south-1", "Orders")},
			{RegionName: ohio, ReplicaArn: tableARN(ohio, "Orders"), Scanned: true},
			{RegionName: ohio, ReplicaArn: "arn:aws:dynamodb:us-east-2:999999999999:table/Orders"},
		}
		if diff := cmp.Diff(want, s.Table.Replicas); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReplicaOfAnotherScannedAccountIsLeftToIt(t *testing.T) {
	row := orders()
	row.Replicas = []snapshot.Replica{{RegionName: ohio, ReplicaArn: "arn:aws:dynamodb:us-east-2:999999999999:table/Orders"}}
	in := facts.Input{Account: account, Scanned: []string{account, "999999999999"}, Shards: []facts.Shard{shard(t, dublin, row)}}
	tables := 0
	if err := facts.Derive(context.Background(), in, func(s *facts.Subject) error {
		if s.Kind == facts.KindTable {
			tables++
		}
		return nil
	}); err != nil || tables != 1 {
		t.Errorf("%d tables, %v", tables, err)
	}
}

func TestSubjectsComeSorted(t *testing.T) {
	zebra := orders()
	zebra.TableArn, zebra.TableName = tableARN(dublin, "Zebra"), "Zebra"
	far := orders()
	far.TableArn = tableARN(ohio, "Orders")
	all := derive(t, shard(t, ohio, settings(true, true), far), shard(t, dublin, settings(true, true), zebra, orders(), daily(), everything(), mainVault()))
	var keys []string
	for _, s := range all {
		keys = append(keys, s.Region+" "+s.Kind+" "+s.Name)
	}
	want := "eu-west-1 plan_rule Plan/Daily, eu-west-1 region eu-west-1, eu-west-1 selection Plan/All, eu-west-1 table Orders, eu-west-1 table Zebra, eu-west-1 vault Main, " +
		"global account 111122223333, us-east-2 region us-east-2, us-east-2 table Orders"
	if got := strings.Join(keys, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSources(t *testing.T) {
	all := inDublin(t, orders(), daily(), everything(), mainVault(), point(tableARN(dublin, "Orders"), time.Hour),
		call("dynamodb:DescribeTable", "TableName", "Orders"), call("dynamodb:DescribeTable", "TableName", "Other"),
		call("dynamodb:DescribeContinuousBackups", "TableName", "Orders"),
		call("tag:GetResources", "ResourceTypeFilters", "dynamodb:table"),
		call("backup:GetBackupPlan", "BackupPlanId", "plan-1"), call("backup:GetBackupPlan", "BackupPlanId", "plan-2"),
		call("backup:GetBackupSelection", "BackupPlanId", "plan-1", "SelectionId", "sel-1"),
		call("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", "Main", "ByResourceType", "DynamoDB"),
		call("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", "Empty", "ByResourceType", "DynamoDB"),
		call("dynamodb:ListBackups", "BackupType", "ALL"), call("backup:ListBackupJobs", "ByResourceType", "DynamoDB"))
	points := "backup:ListRecoveryPointsByBackupVault BackupVaultName=Main ByResourceType=DynamoDB"
	plan := []string{"backup:GetBackupPlan BackupPlanId=plan-1", "backup:GetBackupSelection BackupPlanId=plan-1 SelectionId=sel-1"}
	want := []facts.Source{
		{Path: "", Calls: []string{"dynamodb:DescribeTable TableName=Orders"}},
		{Path: "Tags", Calls: []string{"tag:GetResources ResourceTypeFilters=dynamodb:table"}},
		{Path: "cold", Calls: []string{points}},
		{Path: "coverage", Calls: plan},
		{Path: "gone", Calls: []string{"backup:ListBackupJobs ByResourceType=DynamoDB", points}},
		{Path: "overdue", Calls: []string{points}},
		{Path: "pitr", Calls: []string{"dynamodb:DescribeContinuousBackups TableName=Orders"}},
		{Path: "points", Calls: []string{points}},
		{Path: "promises", Calls: slices.Concat(plan, []string{points})},
		{Path: "protections", Calls: plan},
		{Path: "recovery", Calls: []string{"backup:ListBackupJobs ByResourceType=DynamoDB", points, "dynamodb:ListBackups BackupType=ALL"}},
		{Path: "runs", Calls: []string{"backup:ListBackupJobs ByResourceType=DynamoDB", points}},
		{Path: "tagged_restore_test", Calls: []string{"tag:GetResources ResourceTypeFilters=dynamodb:table"}},
	}
	if diff := cmp.Diff(want, only(t, all, facts.KindTable).Sources); diff != "" {
		t.Error(diff)
	}
}

func TestDeriveStopsAtErrors(t *testing.T) {
	good := shard(t, dublin, orders())
	whole, _ := good.Open()
	text, _ := io.ReadAll(whole)
	cut := facts.Shard{Name: "eu-west-1.jsonl", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(string(text[:len(text)-20]))), nil
	}}
	stop := errors.New("stop")
	for _, c := range []struct {
		what, want string
		in         facts.Input
		emit       error
	}{
		{"a cut shard", "eu-west-1.jsonl:2: ", facts.Input{Account: account, Shards: []facts.Shard{cut}}, nil},
		{"another account's shard", "is of account 111122223333, not 999999999999", facts.Input{Account: "999999999999", Shards: []facts.Shard{good}}, nil},
		{"a Region twice", "second shard of eu-west-1", facts.Input{Account: account, Shards: []facts.Shard{good, good}}, nil},
		{"a consumer's error", "stop", facts.Input{Account: account, Shards: []facts.Shard{good}}, stop},
	} {
		n := 0
		err := facts.Derive(context.Background(), c.in, func(*facts.Subject) error { n++; return c.emit })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %q in it", c.what, err, c.want)
		}
		if c.emit == nil && n > 0 {
			t.Errorf("%s: emitted %d subjects before the error", c.what, n)
		}
	}
}

func TestShardThatDoesNotOpenHidesItsRegion(t *testing.T) {
	missing := facts.Shard{Name: "snapshot/111122223333/us-east-2.jsonl.zst", Open: func() (io.ReadCloser, error) { return nil, fs.ErrNotExist }}
	all := derive(t, shard(t, dublin, settings(true, true), orders()), missing)
	kinds := 0
	for _, s := range all {
		if s.Region != ohio {
			continue
		}
		kinds++
		if !s.Unlisted || s.ARN != facts.RegionARN("aws", ohio, account) || s.Gaps[0].Reason != "not_asked" {
			t.Errorf("subject of the missing Region: %+v", s)
		}
	}
	if want := len(facts.Kinds()) - 1; kinds != want { // the account is known
		t.Errorf("%d kinds are unlisted, want all %d", kinds, want)
	}
	if s := only(t, all, facts.KindAccount); !hides(s, "tables") || s.Gaps[0].Reason != "not_asked" {
		t.Errorf("the account without one of its Regions: %+v", s)
	}
}

func TestDeriveStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in := facts.Input{Account: account, Shards: []facts.Shard{shard(t, dublin, rich()...)}}
	if err := facts.Derive(ctx, in, func(*facts.Subject) error { t.Error("emitted"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
