package facts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func coverage(t *testing.T, rows ...any) facts.Coverage {
	t.Helper()
	return only(t, inDublin(t, append(rows, orders(), everything(), mainVault())...), facts.KindTable).Table.Coverage
}

// second is another plan that covers all tables.
func second(rules ...snapshot.BackupRule) []any {
	plan, selection := daily(rules...), everything()
	plan.BackupPlanArn, plan.BackupPlanId, plan.BackupPlanName = strings.Replace(plan.BackupPlanArn, "plan-1", "plan-2", 1), "plan-2", "Second"
	selection.BackupPlanId, selection.SelectionId = "plan-2", "sel-2"
	return []any{plan, selection}
}

func TestCoverageIsTheUnionOfRuns(t *testing.T) {
	weekdays := rule("Weekdays", "cron(0 5 ? * MON-FRI *)", 30)
	weekend := rule("Weekend", "cron(0 5 ? * SAT,SUN *)", 30)
	never := rule("Never", "cron(0 5 1 1 ? 2020)", 30)
	berlin := rule("Berlin", "cron(0 5 ? * * *)", 30)
	berlin.ScheduleExpressionTimezone = "Europe/Berlin"
	hourly := rule("Hourly", "cron(0 * ? * * *)", 7)
	halfDay := rule("HalfDay", "cron(0 0/12 ? * * *)", 30)
	halfDay.StartWindowMinutes = p(int64(480))
	rate := rule("Rate", "rate(1 day)", 30)
	for _, c := range []struct {
		what  string
		rows  []any
		gap   *int // minutes
		cause string
	}{
		{"daily", []any{daily()}, p(1440), "Daily"},
		{"weekdays alone", []any{daily(weekdays)}, p(3 * 1440), "Weekdays"},
		{"weekdays and weekend", []any{daily(weekdays, weekend)}, p(1440), "Weekdays"},
		{"weekdays and weekend in two plans", append(second(weekend), daily(weekdays)), p(1440), "Weekdays"},
		{"never", []any{daily(never)}, nil, "Never"},
		{"never beside daily", []any{daily(never, rule("Daily", "", 30))}, p(1440), "Daily"},
		{"daily across a clock change", []any{daily(berlin)}, p(1440), "Berlin"},
		{"hourly beside a longer retention with overlapping windows", []any{daily(hourly, halfDay)}, p(8 * 60), "Hourly"},
		{"hourly and the other in two plans", append(second(halfDay), daily(hourly)), p(60), "Hourly"},
		{"not a cron expression", []any{daily(rate)}, nil, "Rate"},
	} {
		got := coverage(t, c.rows...)
		if diff := cmp.Diff(c.gap, got.LongestGapMinutes); diff != "" {
			t.Errorf("%s: longest gap: %s", c.what, diff)
		}
		if got.Fires != (c.gap != nil) || !got.Covered || got.Ambiguous {
			t.Errorf("%s: %+v", c.what, got)
		}
		if !strings.HasSuffix(got.Cause, "/"+c.cause) {
			t.Errorf("%s: cause is %s", c.what, got.Cause)
		}
	}
}

func TestCoverageSaysWhatItDoesNotUnderstand(t *testing.T) {
	got := coverage(t, daily(rule("Rate", "rate(1 day)", 30)))
	if len(got.Ambiguities) != 1 || !strings.Contains(got.Ambiguities[0], "rule Rate: ") {
		t.Errorf("ambiguities are %q: a schedule that AWS took runs at some time", got.Ambiguities)
	}
	if len(got.RetentionSteps) != 1 || got.RetentionSteps[0].LongestGapMinutes != nil {
		t.Errorf("steps are %+v", got.RetentionSteps)
	}
}

// An ambiguity that another plan makes up for decides nothing.
func TestOnlyAmbiguitiesThatDecideAreNamed(t *testing.T) {
	wrapped := rule("Wrapped", "cron(0 22-4 ? * * *)", 30)
	if got := coverage(t, daily(wrapped)); len(got.Ambiguities) == 0 {
		t.Error("a wrapped range alone names no ambiguity")
	}
	hourly := second(rule("Hourly", "cron(0 * ? * * *)", 30))
	if got := coverage(t, append(hourly, daily(wrapped))...); len(got.Ambiguities) != 0 {
		t.Errorf("beside an hourly plan it decides: %q", got.Ambiguities)
	}
	short := second(rule("Hourly", "cron(0 * ? * * *)", 7))
	if got := coverage(t, append(short, daily(wrapped))...); len(got.Ambiguities) == 0 {
		t.Error("it decides about older backups, and is not named")
	}
}

func TestUncoveredTable(t *testing.T) {
	got := only(t, inDublin(t, orders(), daily(), mainVault()), facts.KindTable).Table.Coverage
	want := facts.Coverage{Ambiguities: []string{}, Warnings: []string{}, RetentionSteps: []facts.RetentionStep{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func step(from int, to, gap int, by ...string) facts.RetentionStep {
	s := facts.RetentionStep{FromDays: from, ForEver: to == 0, ByCopy: len(by) > 0}
	if to > 0 {
		s.ToDays = &to
	}
	if gap > 0 {
		s.LongestGapMinutes = &gap
	}
	return s
}

// copyTo adds a copy to Ohio with a lifecycle.
func copyTo(r snapshot.BackupRule, l *snapshot.Lifecycle) snapshot.BackupRule {
	r.CopyActions = append(r.CopyActions, snapshot.CopyAction{DestinationBackupVaultArn: vaultARN(ohio, "Far"), Lifecycle: l})
	return r
}

func keep(days int64) *snapshot.Lifecycle { return &snapshot.Lifecycle{DeleteAfterDays: &days} }

const dayMinutes = 1440

func TestRetentionSteps(t *testing.T) {
	week, month := rule("Weekly", "cron(0 12 ? * SUN *)", 91), rule("Monthly", "cron(0 20 1 * ? *)", 366)
	sonFatherGrandfather := daily(rule("Daily", "cron(0 5 ? * * *)", 35), week, month)
	cold := rule("Cold", "cron(0 5 ? * * *)", 366)
	cold.Lifecycle.MoveToColdStorageAfterDays = p(int64(31))
	warm := rule("Warm", "cron(0 12 ? * * *)", 366)
	minusOne := rule("Always", "cron(0 5 ? * * *)", 0)
	minusOne.Lifecycle = &snapshot.Lifecycle{DeleteAfterDays: p(int64(-1)), MoveToColdStorageAfterDays: p(int64(-1))}
	afterCopy := rule("AfterCopy", "cron(0 5 ? * * *)", 0)
	afterCopy.Lifecycle = &snapshot.Lifecycle{DeleteAfterEvent: "DELETE_AFTER_COPY"}
	for _, c := range []struct {
		what  string
		plan  *snapshot.BackupPlan
		cause string
		cold  *int
		want  []facts.RetentionStep
	}{
		{"one day short", daily(rule("Daily", "cron(0 5 ? * * *)", 365)), "Daily", nil, []facts.RetentionStep{step(0, 365, dayMinutes)}},
		{"no lifecycle", daily(rule("Daily", "cron(0 5 ? * * *)", 0)), "Daily", nil, []facts.RetentionStep{step(0, 0, dayMinutes)}},
		{"−1", daily(minusOne), "Always", nil, []facts.RetentionStep{step(0, 0, dayMinutes)}},
		{"gone once it is copied", daily(afterCopy), "AfterCopy", nil, []facts.RetentionStep{}},
		{"generations", sonFatherGrandfather, "Monthly", nil, []facts.RetentionStep{
			step(0, 35, dayMinutes), step(35, 91, 7*dayMinutes), step(91, 366, 31*dayMinutes),
		}},
		{"cold, of the rule that keeps longest", daily(cold, rule("Short", "cron(0 12 ? * * *)", 7)), "Cold", p(31), []facts.RetentionStep{
			step(0, 7, 17*60), step(7, 366, dayMinutes),
		}},
		{"cold, of one of two", daily(warm, cold), "Cold", p(31), []facts.RetentionStep{step(0, 366, 17*60)}},
		{"a copy for longer", daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), keep(366))), "Copied", nil, []facts.RetentionStep{
			step(0, 35, dayMinutes), step(35, 366, dayMinutes, "copy"),
		}},
		{"a copy without a lifecycle", daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), nil)), "Copied", nil, []facts.RetentionStep{step(0, 35, dayMinutes)}},
		{"a copy with −1 keeps its source's expiry", daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), keep(-1))), "Copied", nil, []facts.RetentionStep{step(0, 35, dayMinutes)}},
		{"a shorter copy", daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), keep(7))), "Copied", nil, []facts.RetentionStep{step(0, 35, dayMinutes)}},
		{"a copy beside a rule that keeps as long", daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), keep(366)), rule("Monthly", "cron(0 20 1 * ? *)", 366)), "Copied", nil, []facts.RetentionStep{
			step(0, 35, dayMinutes), step(35, 366, dayMinutes),
		}},
	} {
		got := coverage(t, c.plan)
		if diff := cmp.Diff(c.want, got.RetentionSteps); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
		if !strings.HasSuffix(got.RetentionCause, "/"+c.cause) {
			t.Errorf("%s: cause is %s", c.what, got.RetentionCause)
		}
		if diff := cmp.Diff(c.cold, got.ColdAfterDays); diff != "" {
			t.Errorf("%s: cold: %s", c.what, diff)
		}
	}
}

// Without advanced DynamoDB backup, AWS Backup makes no copies of tables.
func TestCopiesCountOnlyWithAdvancedBackup(t *testing.T) {
	plan := daily(copyTo(rule("Copied", "cron(0 5 ? * * *)", 35), keep(366)))
	for _, c := range []struct {
		what     string
		settings any
		steps    int
		hidden   bool
	}{
		{"on", settings(true, true), 2, false},
		{"off", settings(true, false), 1, false},
		{"on, but the service is opted out", settings(false, true), 1, false},
		{"not read", gap("backup:DescribeRegionSettings"), 1, true},
	} {
		s := only(t, derive(t, shard(t, dublin, c.settings, orders(), plan, everything(), mainVault())), facts.KindTable)
		if got := s.Table.Coverage.RetentionSteps; len(got) != c.steps {
			t.Errorf("%s: steps are %+v", c.what, got)
		}
		if hides(s, "coverage.retention_steps") != c.hidden || hides(s, "coverage.longest_gap_minutes") {
			t.Errorf("%s: gaps are %+v", c.what, s.Gaps)
		}
	}
}

func TestStartWindowIsTheLongest(t *testing.T) {
	wide := rule("Wide", "cron(0 12 ? * * *)", 30)
	wide.StartWindowMinutes = nil
	if got := coverage(t, daily(rule("Daily", "", 30), wide)).StartWindowMinutes; got != 480 {
		t.Errorf("start_window_minutes = %d", got)
	}
}
