package facts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

const planRule = "arn:aws:backup:" + dublin + ":" + account + ":backup-plan:plan-1/"

// due is when the daily run of n days ago was: 05:00, 13 hours before now for 0.
func due(n int) time.Time { return now.Add(-13*time.Hour - time.Duration(n)*day) }

// made is the point of the daily run of n days ago, begun three minutes later.
func made(n int) *snapshot.RecoveryPoint {
	return point(tableARN(dublin, "Orders"), now.Sub(due(n))-3*time.Minute)
}

// month are the points of the last 40 daily runs, but for some.
func month(without ...int) (rows []any) {
	for n := range 40 {
		if !slices.Contains(without, n) {
			rows = append(rows, made(n))
		}
	}
	return rows
}

// job is that of the daily run of n days ago.
func job(n int, state, message string) *snapshot.BackupJob {
	at := due(n)
	return &snapshot.BackupJob{
		ResourceArn: tableARN(dublin, "Orders"), BackupJobId: fmt.Sprint("job-", n, state), State: state, StatusMessage: message, CreationDate: &at,
		BackupVaultName: "Main", CreatedBy: &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleId: "id-Daily"},
	}
}

// ran derives Orders in a Region with a plan that covers it since 40 days.
func ran(t *testing.T, rows ...any) *facts.Table {
	t.Helper()
	return named(t, inDublin(t, append(rows, orders(), everything(), mainVault())...), facts.KindTable, "Orders").Table
}

func outage(runs, newest int, job, message string) facts.Outage {
	o := facts.Outage{
		PlanRule: planRule + "Daily", RuleName: "Daily", BackupVaultName: "Main", Region: dublin, Account: account,
		Runs: runs, NewestAgeHours: 13 + 24*newest, OldestAgeHours: 13 + 24*(newest+runs-1), Job: job, Message: message,
	}
	o.Latest = newest == 0
	return o
}

func TestEveryRunIsThere(t *testing.T) {
	table := ran(t, append(month(), daily())...)
	if diff := cmp.Diff(facts.Runs{Judged: 30, Outages: []facts.Outage{}, Ambiguities: []string{}}, table.Runs); diff != "" {
		t.Error(diff)
	}
	want := []facts.Calendar{{PlanRule: planRule + "Daily", BackupVaultArn: vaultARN(dublin, "Main"), First: due(29), Minutes: "29*1440", States: "30t"}}
	if diff := cmp.Diff(want, table.Calendar); diff != "" {
		t.Error(diff)
	}
}

// What is missing is told with its job, and how many are missing in a row.
func TestMissingRuns(t *testing.T) {
	expired := made(2)
	expired.Status = "EXPIRED"
	creating := made(0)
	creating.Status = "CREATING"
	stuck := job(3, "RUNNING", "")
	begun := job(0, "RUNNING", "")
	begun.CreationDate = ago(time.Hour)
	kept := made(1)
	kept.CalculatedLifecycle.DeleteAt = p(now.Add(10 * day))
	kept.CreatedBy = nil
	done := job(4, "COMPLETED", "")
	done.RecoveryPointArn = "arn:aws:backup:eu-west-1:111122223333:recovery-point:gone"
	for _, c := range []struct {
		what    string
		rows    []any
		outages []facts.Outage
		states  string
		judged  int
	}{
		{"no job was made", month(7), []facts.Outage{outage(1, 7, "NONE", "")}, "22tm7t", 30},
		{"its job failed", append(month(0), job(0, "FAILED", "no permission")), []facts.Outage{outage(1, 0, "FAILED", "no permission")}, "29tf", 30},
		{"it was pushed aside", append(month(1, 2), job(1, "EXPIRED", "there was a running job"), job(2, "ABORTED", "stopped")),
			[]facts.Outage{outage(2, 1, "EXPIRED", "there was a running job")}, "27t2ft", 30},
		{"a second try succeeded", append(month(), job(0, "FAILED", "no permission")), []facts.Outage{}, "30t", 30},
		{"twice", month(3, 4, 9), []facts.Outage{outage(2, 3, "NONE", ""), outage(1, 9, "NONE", "")}, "20tm4t2m3t", 30},
		{"an unusable point", append(month(2), expired), []facts.Outage{outage(1, 2, "NONE", "")}, "27tm2t", 30},
		{"running now", append(month(0), begun), []facts.Outage{}, "29tr", 29},
		{"running beyond its completion window", append(month(3), stuck), []facts.Outage{outage(1, 3, "OVERDUE", "")}, "26tf3t", 30},
		{"still being made, without a job", append(month(0), creating), []facts.Outage{outage(1, 0, "OVERDUE", "")}, "29tf", 30},
		{"its point is gone", append(month(4), done), []facts.Outage{outage(1, 4, "GONE", "")}, "25tg4t", 30},
		{"a backup by hand that goes earlier", append(month(1), kept), []facts.Outage{outage(1, 1, "NONE", "")}, "28tmt", 30},
	} {
		table := ran(t, append(c.rows, daily())...)
		if diff := cmp.Diff(c.outages, table.Runs.Outages); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
		if table.Calendar[0].States != c.states || table.Runs.Judged != c.judged {
			t.Errorf("%s: states are %s, want %s; judged %d, want %d", c.what, table.Calendar[0].States, c.states, table.Runs.Judged, c.judged)
		}
	}
}

// A backup by hand, kept as long, makes up for a run; a completion window excuses
// one run alone; a run that is not over is not due.
func TestReasonsWhyARunMayBeMissing(t *testing.T) {
	byHand := made(1)
	byHand.CreatedBy, byHand.CreationDate = nil, ago(20*time.Hour)
	byHand.CalculatedLifecycle.DeleteAt = p(byHand.CreationDate.Add(366 * day))
	if table := ran(t, append(month(1), byHand, job(1, "FAILED", "no"), daily())...); table.Calendar[0].States != "28tet" || table.Runs.Missing != 0 {
		t.Errorf("by hand: %+v %+v", table.Calendar, table.Runs)
	}
	long := rule("Daily", "cron(0 5 ? * * *)", 366)
	long.CompletionWindowMinutes = p(int64(7 * 1440))
	if table := ran(t, append(month(0, 1), job(0, "RUNNING", ""), job(1, "RUNNING", ""), daily(long))...); table.Calendar[0].States != "28tfr" || table.Runs.Outages[0].Job != "OVERDUE" {
		t.Errorf("two in a row: %+v %+v", table.Calendar, table.Runs)
	}
	wide := rule("Daily", "cron(0 5 ? * * *)", 366)
	wide.StartWindowMinutes = p(int64(14 * 60))
	if table := ran(t, append(month(0), daily(wide))...); table.Calendar[0].States != "29tr" || table.Runs.Judged != 29 {
		t.Errorf("inside of its start window: %+v %+v", table.Calendar, table.Runs)
	}
	if table := ran(t, append(month(0), job(0, "CREATED", ""), daily(wide))...); table.Calendar[0].States != "29tr" {
		t.Errorf("waiting for its turn: %+v", table.Calendar)
	}
}

// Runs are those of the version that was in force; what a version promised and is
// over by now is not looked for.
func TestRunsOfEachVersion(t *testing.T) {
	older := daily(rule("Daily", "cron(0 5 ? * * *)", 366))
	older.Current, older.VersionId = false, "v0"
	edited := daily(rule("Daily", "cron(0 3 ? * * *)", 366), rule("Noon", "cron(0 12 ? * * *)", 3))
	edited.CreationDate = p(now.Add(-5*day - 6*time.Hour)) // 12:00 on the fifth day before: that run is its first
	edited.Versions = []snapshot.PlanVersion{{VersionId: "v0", CreationDate: ago(50 * day)}, {VersionId: "v1", CreationDate: edited.CreationDate}}
	var rows []any
	for n := range 40 { // until the edit at 05:00, then at 03:00, and missing on the second day after it and a month ago
		m := made(n)
		if n < 5 {
			m.CreationDate = p(m.CreationDate.Add(-2 * time.Hour))
		}
		if n != 3 && n != 20 {
			rows = append(rows, m)
		}
	}
	for n := range 3 {
		m := made(n)
		m.CreationDate, m.RecoveryPointArn = p(m.CreationDate.Add(7*time.Hour)), m.RecoveryPointArn+"noon"
		m.CreatedBy = &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleName: "Noon"}
		rows = append(rows, m)
	}
	table := ran(t, append(rows, older, edited)...)
	want := []facts.Calendar{
		{PlanRule: planRule + "Daily", BackupVaultArn: vaultARN(dublin, "Main"), First: due(29), Minutes: "24*1440 1320 4*1440", States: "9tm16tm3t"},
		{PlanRule: planRule + "Noon", BackupVaultArn: vaultARN(dublin, "Main"), First: now.Add(-6*time.Hour - 2*day), Minutes: "2*1440", States: "3t"},
	}
	if diff := cmp.Diff(want, table.Calendar); diff != "" {
		t.Error(diff)
	}
	if ages := ages(table); !slices.Equal(ages, []int{15 + 3*24, 13 + 20*24}) {
		t.Errorf("missing are those of %v hours ago", ages)
	}

	edited.Versions = nil // a snapshot by a build that did not ask
	if first := ran(t, append(rows, older, edited)...).Calendar[0].First; !first.Equal(due(4).Add(-2 * time.Hour)) {
		t.Errorf("without a list of versions the runs begin at %s", first)
	}
}

func ages(t *facts.Table) (all []int) {
	for _, o := range t.Runs.Outages {
		all = append(all, o.NewestAgeHours)
	}
	return all
}

// Where AWS dates all versions alike, one is judged since something names it.
func TestVersionsOfTheSameDate(t *testing.T) {
	older := daily(rule("Daily", "cron(0 17 ? * * *)", 366))
	older.Current, older.VersionId = false, "v0"
	edited := daily()
	edited.Versions = []snapshot.PlanVersion{{VersionId: "v0", CreationDate: ago(50 * day)}, {VersionId: "v1", CreationDate: ago(50 * day)}}
	rows := []any{older, edited}
	for n := range 20 {
		m := made(n)
		m.CreatedBy.BackupPlanVersion = "v0"
		if n < 6 {
			m.CreatedBy.BackupPlanVersion = "v1"
		}
		if n != 2 {
			rows = append(rows, m)
		}
	}
	if got := ran(t, rows...).Calendar; len(got) != 1 || got[0].States != "3tm2t" {
		t.Errorf("calendar is %+v", got)
	}
}

// Runs count since the table, the selection, the change of the opt-in, and the first
// thing that the plan did for the table.
func TestRunsBeginWithCoverage(t *testing.T) {
	young := orders()
	young.CreationDateTime = ago(10 * day)
	selection := everything()
	selection.CreationDate = ago(7 * day)
	byName := everything()
	byName.Resources, byName.ListOfTags = nil, []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "daily"}}
	changed := snapshot.Row{TrailEvent: &snapshot.TrailEvent{EventId: "e", EventName: "UpdateRegionSettings", EventTime: ago(4 * day)}}
	refused := snapshot.Row{TrailEvent: &snapshot.TrailEvent{EventId: "f", EventName: "UpdateRegionSettings", EventTime: ago(2 * day), ErrorCode: "AccessDenied"}}
	failing := job(5, "FAILED", "no")
	failing.CreationDate = p(failing.CreationDate.Add(2 * time.Second))
	for _, c := range []struct {
		what   string
		rows   []any
		states string
	}{
		{"no sign of it", []any{daily(), everything(), orders()}, "30m"},
		{"the table", []any{daily(), everything(), young}, "10m"},
		{"the selection", []any{daily(), selection, orders()}, "7m"},
		{"the opt-in, where it decides", []any{daily(), byName, orders(), changed, refused}, "4m"},
		{"the opt-in, where it does not", []any{daily(), everything(), orders(), changed}, "30m"},
		{"the first point", []any{daily(), everything(), orders(), made(6), made(3)}, "t2mt3m"},
		{"a first job that failed", []any{daily(), everything(), orders(), failing, made(3)}, "fmt3m"},
	} {
		got := named(t, inDublin(t, append(c.rows, mainVault())...), facts.KindTable, "Orders").Table
		if len(got.Calendar) != 1 || got.Calendar[0].States != c.states {
			t.Errorf("%s: %+v, want %s", c.what, got.Calendar, c.states)
		}
	}
}

// Points of an earlier table of the name are none of this one's runs.
func TestRunsOfARecreatedTable(t *testing.T) {
	again := orders()
	again.CreationDateTime = ago(3 * day)
	got := named(t, inDublin(t, append(month(1), again, daily(), everything(), mainVault())...), facts.KindTable, "Orders").Table
	if got.Calendar[0].States != "tmt" {
		t.Errorf("calendar is %+v", got.Calendar)
	}
}

// Only what is promised to exist still is looked for.
func TestShortlivedRuns(t *testing.T) {
	if got := ran(t, append(month(2)[:4], daily(rule("Daily", "", 5)))...).Calendar; got[0].States != "2tm2t" {
		t.Errorf("kept for 5 days: %+v", got)
	}
}

// Rules whose start windows overlap make one backup; where AWS does not say which,
// either will do.
func TestRunsOfOverlappingRules(t *testing.T) {
	hourly := rule("Hourly", "cron(0 * ? * * *)", 7)
	long := rule("Daily", "cron(0 5 ? * * *)", 366)
	long.StartWindowMinutes = p(int64(480))
	table := ran(t, append(month(), daily(hourly, long))...)
	// 24 runs a day less 8 that start within the daily one's window.
	for _, c := range table.Calendar {
		if strings.HasSuffix(c.PlanRule, "Hourly") && strings.Contains(c.Minutes, "*60 540") {
			return
		}
	}
	t.Errorf("the hourly rule is looked for beside the daily one: %+v", table.Calendar)
}

func TestEitherOfTwoEqualRules(t *testing.T) {
	other := rule("Other", "cron(30 5 ? * * *)", 366)
	plan := daily(rule("Daily", "cron(0 5 ? * * *)", 366), other)
	rows := month(1, 4)
	m := made(4)
	m.CreationDate = p(m.CreationDate.Add(30 * time.Minute))
	m.CreatedBy = &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleId: "id-Other"}
	got := ran(t, append(rows, m, plan)...)
	if got.Calendar[0].States != "25te2tmt" || got.Runs.Missing != 1 || len(got.Runs.Ambiguities) != 0 {
		t.Errorf("%+v %+v", got.Calendar, got.Runs)
	}
}

// Advanced backups land in the air-gapped vault that a rule names, and in no other.
func TestRunsIntoAnAirGappedVault(t *testing.T) {
	r := rule("Daily", "cron(0 5 ? * * *)", 366)
	r.TargetLogicallyAirGappedBackupVaultArn = vaultARN(dublin, "Gapped")
	var rows []any
	for _, m := range month(2) {
		m.(*snapshot.RecoveryPoint).BackupVaultArn, m.(*snapshot.RecoveryPoint).BackupVaultName = vaultARN(dublin, "Gapped"), "Gapped"
		rows = append(rows, m)
	}
	elsewhere := made(2)
	elsewhere.BackupVaultArn, elsewhere.BackupVaultName = vaultARN(dublin, "Other"), "Other"
	got := ran(t, append(rows, elsewhere, daily(r))...)
	if len(got.Calendar) != 1 || got.Calendar[0].States != "27tm2t" || got.Calendar[0].BackupVaultArn != vaultARN(dublin, "Gapped") {
		t.Errorf("%+v", got.Calendar)
	}
}

// A job may wait for hours: its run is that of its creation.
func TestLateStartsBelongToTheirOwnRun(t *testing.T) {
	hourly := rule("Daily", "cron(0 * ? * * *)", 366)
	hourly.StartWindowMinutes = p(int64(480))
	var rows []any
	for n := range 24 {
		at := now.Add(-time.Duration(n) * time.Hour)
		m := point(tableARN(dublin, "Orders"), time.Duration(n)*time.Hour-time.Minute)
		j := job(n, "COMPLETED", "")
		if n == 9 { // it begins only while the next one does
			m.CreationDate = p(at.Add(70 * time.Minute))
		}
		j.CreationDate, j.RecoveryPointArn = &at, m.RecoveryPointArn
		rows = append(rows, m, j)
	}
	if got := ran(t, append(rows, daily(hourly))...).Calendar[0].States; got != "24t" && got != "23tr" {
		t.Errorf("states are %s", got)
	}
}

func TestAmbiguousSchedules(t *testing.T) {
	got := ran(t, append(month(), daily(rule("Daily", "cron(0 22-4 ? * * *)", 366)))...).Runs
	if got.Judged != 0 || len(got.Ambiguities) != 1 || !strings.Contains(got.Ambiguities[0], "rule Daily: ") {
		t.Errorf("runs are %+v", got)
	}
	got = ran(t, append(month(2), append(second(rule("Rate", "rate(1 day)", 30)), daily())...)...).Runs
	if got.Missing != 1 || len(got.Ambiguities) != 1 {
		t.Errorf("runs are %+v", got)
	}
}

func TestLongOutagesAreNotForgotten(t *testing.T) {
	var rows []any
	hourly := rule("Daily", "cron(0 * ? * * *)", 366)
	for n := range 700 { // every other run is missing, and 40 in a row long ago
		if n%2 == 0 && (n < 600 || n >= 640) {
			rows = append(rows, point(tableARN(dublin, "Orders"), time.Duration(n)*time.Hour-time.Minute))
		}
	}
	got := ran(t, append(rows, daily(hourly))...).Runs.Outages
	if len(got) != 16 || got[15].Runs < 40 || got[0].NewestAgeHours > 3 {
		t.Errorf("%d outages, %+v … %+v", len(got), got[0], got[len(got)-1])
	}
}

func TestCalendarsAreReadAsTheyWereWritten(t *testing.T) {
	c := facts.Calendar{First: due(0), Minutes: "2*60 1380", States: "2tfm"}
	var got []string
	for at, state := range c.Runs() {
		got = append(got, at.Format("02 15:04 ")+string(state))
	}
	if diff := cmp.Diff([]string{"20 05:00 t", "20 06:00 t", "20 07:00 f", "21 06:00 m"}, got); diff != "" {
		t.Error(diff)
	}
	for _, broken := range []facts.Calendar{{States: "9t"}, {States: "99999999999999999999t", Minutes: "2*x"}, {Minutes: "3*60"}} {
		n := 0
		for range broken.Runs() {
			n++
		}
		if n > 3 {
			t.Errorf("%+v has %d runs", broken, n)
		}
	}
}
