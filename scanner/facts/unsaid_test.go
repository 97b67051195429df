package facts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// A point of which it is not known when it was made, or whether it can be
// restored, may be the newest way back: that it is not counted must not read as
// if it were not there.
func TestPointsThatDoNotSayEnough(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	for what, change := range map[string]func(*snapshot.RecoveryPoint){
		"no CreationDate":                        func(p *snapshot.RecoveryPoint) { p.CreationDate = nil },
		"no status":                              func(p *snapshot.RecoveryPoint) { p.Status = "" },
		"the status SHINY_NEW, which this build": func(p *snapshot.RecoveryPoint) { p.Status = "SHINY_NEW" },
	} {
		odd := point(arn, time.Hour)
		change(odd)
		other := orders()
		other.TableArn, other.TableName = tableARN(dublin, "Other"), "Other"
		all := inDublin(t, orders(), other, mainVault(), daily(), everything(), odd, point(arn, 30*time.Hour), point(other.TableArn, time.Hour))
		s := named(t, all, facts.KindTable, "Orders")
		for _, path := range []string{"points", "recovery.newest_point_age_hours", "recovery.usable_points"} {
			if !hides(s, path) {
				t.Errorf("%s: %s is not hidden", what, path)
			}
		}
		if hides(s, "coverage.longest_gap_minutes") || hides(s, "pitr") {
			t.Errorf("%s: hides too much: %+v", what, s.Gaps)
		}
		g := s.Gaps[0]
		if g.Reason != "unreadable" || !strings.Contains(g.Message, what) || g.Call != "backup:ListRecoveryPointsByBackupVault BackupVaultName=Main ByResourceType=DynamoDB" {
			t.Errorf("%s: gap is %+v", what, g)
		}
		if s := named(t, all, facts.KindTable, "Other"); len(s.Gaps) > 0 {
			t.Errorf("%s: another table has gaps: %+v", what, s.Gaps)
		}
	}
}

// All statuses that AWS documents are understood.
func TestPointsThatSayEnough(t *testing.T) {
	for _, status := range []string{"COMPLETED", "PARTIAL", "DELETING", "EXPIRED", "AVAILABLE", "STOPPED", "CREATING"} {
		odd := point(tableARN(dublin, "Orders"), time.Hour)
		odd.Status = status
		if s := only(t, inDublin(t, orders(), mainVault(), odd), facts.KindTable); len(s.Gaps) > 0 {
			t.Errorf("%s: gaps %+v", status, s.Gaps)
		}
	}
}

// A job that may be running may be what a late backup waits for.
func TestJobsThatDoNotSayEnough(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	for _, job := range []*snapshot.BackupJob{
		{ResourceArn: arn, BackupJobId: "1", State: "RUNNING"},
		{ResourceArn: arn, BackupJobId: "1", CreationDate: ago(time.Hour)},
		{ResourceArn: arn, BackupJobId: "1", CreationDate: ago(time.Hour), State: "SHINY_NEW"},
	} {
		s := only(t, inDublin(t, orders(), job), facts.KindTable)
		if !hides(s, "recovery.running_job_age_hours") || hides(s, "recovery.newest_point_age_hours") {
			t.Errorf("%+v: gaps %+v", job, s.Gaps)
		}
	}
	for _, state := range []string{"CREATED", "PENDING", "RUNNING", "ABORTING", "ABORTED", "COMPLETED", "FAILED", "EXPIRED", "PARTIAL"} {
		s := only(t, inDublin(t, orders(), &snapshot.BackupJob{ResourceArn: arn, CreationDate: ago(time.Hour), State: state, RecoveryPointArn: "r"}), facts.KindTable)
		if slices.ContainsFunc(s.Gaps, func(h facts.Hidden) bool { return h.Reason == "unreadable" }) {
			t.Errorf("%s: gaps %+v", state, s.Gaps)
		}
	}
}

// Without the dates of table, plan and selection nobody knows when the first
// backup was due.
func TestTimesThatAreNotSaid(t *testing.T) {
	undatedTable, undatedPlan, undatedSelection := orders(), daily(), everything()
	undatedTable.CreationDateTime, undatedPlan.CreationDate, undatedSelection.CreationDate = nil, nil, nil
	for what, rows := range map[string][]any{
		"dynamodb:DescribeTable":    {undatedTable, daily(), everything()},
		"backup:GetBackupPlan":      {orders(), undatedPlan, everything()},
		"backup:GetBackupSelection": {orders(), daily(), undatedSelection},
	} {
		s := only(t, inDublin(t, rows...), facts.KindTable)
		if !hides(s, "coverage.first_due_age_hours") || hides(s, "coverage.longest_gap_minutes") {
			t.Errorf("%s: gaps %+v", what, s.Gaps)
		}
		if hides(s, "age_hours") != (what == "dynamodb:DescribeTable") {
			t.Errorf("%s: gaps %+v", what, s.Gaps)
		}
		for _, g := range s.Gaps {
			if !strings.HasPrefix(g.Call, what+" ") || g.Reason != "unreadable" {
				t.Errorf("%s: gap %+v", what, g)
			}
		}
	}
}

// A backup of a kind that is not known may be one that DynamoDB made itself.
func TestBackupsThatDoNotSayEnough(t *testing.T) {
	for _, change := range []func(*snapshot.TableBackup){
		func(b *snapshot.TableBackup) { b.BackupType = "" },
		func(b *snapshot.TableBackup) { b.BackupType = "SHINY_NEW" },
		func(b *snapshot.TableBackup) { b.BackupStatus = "SHINY_NEW" },
		func(b *snapshot.TableBackup) { b.BackupCreationDateTime = nil },
	} {
		backup := func(table string) *snapshot.TableBackup {
			b := &snapshot.TableBackup{BackupArn: tableARN(dublin, table) + "/backup/01", TableArn: tableARN(dublin, table), TableName: table,
				BackupType: "USER", BackupStatus: "AVAILABLE", BackupCreationDateTime: ago(day)}
			change(b)
			return b
		}
		all := inDublin(t, orders(), backup("Gone"), backup("Orders"))
		if s := named(t, all, facts.KindBackup, "Gone"); !hides(s, "user_backups") || !hides(s, "days_left") || hides(s, "recovery_points") {
			t.Errorf("gaps of what is left are %+v", s.Gaps)
		}
		if s := only(t, all, facts.KindTable); !hides(s, "recovery.on_demand_backups") || hides(s, "recovery.usable_points") {
			t.Errorf("gaps of the table are %+v", s.Gaps)
		}
	}
}

// AWS makes no plan without rules; one that comes without is no reason to fall over.
func TestAPlanWithoutRules(t *testing.T) {
	empty := daily()
	empty.Rules = nil
	got := only(t, inDublin(t, orders(), everything(), empty), facts.KindTable).Table.Coverage
	if got.Fires || got.Cause != "" || len(got.RetentionSteps) > 0 {
		t.Errorf("coverage is %+v", got)
	}
}

// In a Region that is not opted in nothing is covered; whether somebody meant it
// to be is another matter.
func TestSelectionsThatMayDependOnOptIn(t *testing.T) {
	odd := everything()
	odd.SelectionId, odd.Resources, odd.ListOfTags = "odd", nil, []snapshot.Condition{{ConditionType: "SHINY_NEW", ConditionKey: "backup", ConditionValue: "daily"}}
	tagged := everything()
	tagged.SelectionId, tagged.Resources, tagged.ListOfTags = "tagged", nil, []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "daily"}}
	for _, c := range []struct {
		what    string
		rows    []any
		depends int
		hidden  bool
	}{
		{"nothing is known", []any{settings(false, true), odd}, 0, true},
		{"one is known", []any{settings(false, true), odd, tagged}, 1, false},
		{"nothing selects it", []any{settings(false, true)}, 0, false},
		{"tags were not read", []any{settings(false, true), tagged, gap("dynamodb:ListTagsOfResource", "ResourceArn", orders().TableArn)}, 0, true},
	} {
		all := derive(t, shard(t, dublin, append(c.rows, orders(), daily())...))
		region := only(t, all, facts.KindRegion)
		if region.RegionOf.TablesThatDepend != c.depends || hides(region, "tables_that_depend") != c.hidden {
			t.Errorf("%s: %d tables depend, gaps %+v", c.what, region.RegionOf.TablesThatDepend, region.Gaps)
		}
		if s := only(t, all, facts.KindTable); s.Table.Coverage.Covered || s.Table.Coverage.Ambiguous || hides(s, "coverage.covered") {
			t.Errorf("%s: coverage is %+v, gaps %+v", c.what, s.Table.Coverage, s.Gaps)
		}
	}
}
