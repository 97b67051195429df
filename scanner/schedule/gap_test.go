package schedule_test

import (
	"testing"
	"time"

	"holdfast/scanner/schedule"
)

// longest returns the longest gap of one schedule over the horizon.
func longest(t *testing.T, expression, zone string, from time.Time) (schedule.Gap, bool) {
	t.Helper()
	s, err := schedule.Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	until := from.Add(schedule.Horizon)
	runs, _ := schedule.Merge([]schedule.Rule{{Name: "r", Schedule: s}}, from, until)
	return schedule.LongestGap(runs, from, until)
}

func TestLongestGapOfOneSchedule(t *testing.T) {
	from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	tests := []struct {
		expression, zone string
		hours            float64
	}{
		{"cron(0 5 ? * * *)", "", 24},
		{"cron(0 14/12 * * ? *)", "", 24},
		{"cron(0 0/12 * * ? *)", "", 12},
		{"cron(0 2/12 * * ? *)", "", 12},
		{"cron(0 * * * ? *)", "", 1},
		{"cron(0 5 1/1 * ? *)", "", 24},
		{"cron(0 5 */2 * ? *)", "", 48},
		{"cron(0 5 1-30 * ? *)", "", 48},
		{"cron(0 5 ? * MON-FRI *)", "", 72},
		{"cron(0 5 * JAN-NOV ? *)", "", 768},
		{"cron(0 5 ? * SUN *)", "", 168},
		{"cron(0 5 1 * ? *)", "", 31 * 24},
		{"cron(0 22-4 ? * * *)", "", 18},
		{"cron(0 5 ? * * *)", "Europe/Berlin", 24},             // 25 hours once a year, of which the clock adds one
		{"cron(30 2 ? * * *)", "Europe/Berlin", 47},            // no 02:30 on 2027-03-28: a day is missing
		{"cron(0 5 */2 * ? *)", "Europe/Berlin", 48},           // the grant does not turn two days into less
		{"cron(0 5 ? * * *)", "Australia/Lord_Howe", 24},       // the clock moves by half an hour
		{"cron(0 * * * ? *)", "America/New_York", 1},           // the repeated hour runs once
		{"cron(0 0/2 * * ? *)", "Europe/Berlin", 3},            // 02:00 is skipped
		{"cron(0 5 ? * * 2026)", "", 400*24 - 38*24 - 11},      // ends: the rest of the horizon has no run
		{"cron(0 5 ? * * 2027-2030)", "", 24*39 + 11},          // begins later
		{"cron(0 5 ? * * 2026-2199)", "Asia/Kathmandu", 24},    // +05:45
		{"cron(0 5 ? 1-3,5-12 * *)", "America/Sao_Paulo", 744}, // April is missing: 30 days and one
	}
	for _, test := range tests {
		t.Run(test.expression+" "+test.zone, func(t *testing.T) {
			gap, ok := longest(t, test.expression, test.zone, from)
			if !ok || gap.Length != time.Duration(test.hours*float64(time.Hour)) {
				t.Errorf("longest gap is %v (%v), want %v hours: %v", gap.Length, ok, test.hours, gap)
			}
		})
	}
}

func TestLongestGapNeedsTwoRuns(t *testing.T) {
	from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	for _, expression := range []string{"cron(0 5 ? * * 2020)", "cron(0 5 30 2 ? *)", "cron(0 5 24 12 ? 2026)"} {
		if gap, ok := longest(t, expression, "", from); ok {
			t.Errorf("%s has a longest gap of %v; it runs less than twice", expression, gap.Length)
		}
	}
}
