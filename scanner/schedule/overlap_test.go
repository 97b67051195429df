package schedule_test

import (
	"testing"
	"time"

	"holdfast/scanner/schedule"
)

func TestShortestGap(t *testing.T) {
	at := func(hours ...int) (runs []time.Time) {
		for _, h := range hours {
			runs = append(runs, time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC))
		}
		return runs
	}
	for _, c := range []struct {
		runs []time.Time
		want time.Duration
		ok   bool
	}{{nil, 0, false}, {at(1), 0, false}, {at(1, 25), 24 * time.Hour, true}, {at(0, 24, 30, 54), 6 * time.Hour, true}, {at(3, 3), 0, true}} {
		if got, ok := schedule.ShortestGap(c.runs); got != c.want || ok != c.ok {
			t.Errorf("%v: %v, %v", c.runs, got, ok)
		}
	}
}

// "Daily at 02:30" is 23 hours apart once a year where clocks go forward.
func TestShortestGapIsAbsoluteTime(t *testing.T) {
	s, err := schedule.Parse("cron(30 5 ? * * *)", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got, _ := schedule.ShortestGap(s.Between(from, from.Add(schedule.Horizon))); got != 23*time.Hour {
		t.Errorf("shortest gap is %v", got)
	}
}

func TestOverlap(t *testing.T) {
	at := func(hour, minute int) []time.Time {
		return []time.Time{time.Date(2026, 1, 1, hour, minute, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		what            string
		a, b            []time.Time
		window, windowB time.Duration
		want            bool
	}{
		{"one after the other", at(5, 0), at(6, 0), time.Hour, time.Hour, false},
		{"a minute too early", at(5, 0), at(5, 59), time.Hour, time.Hour, true},
		{"at once", at(5, 0), at(5, 0), time.Hour, time.Hour, true},
		{"one within the other", at(5, 0), at(6, 0), 8 * time.Hour, time.Hour, true},
		{"AWS's eight hours", at(5, 0), at(12, 59), 0, time.Hour, true},
		{"AWS's eight hours are over", at(5, 0), at(13, 0), 0, time.Hour, false},
		{"nothing", nil, at(5, 0), time.Hour, time.Hour, false},
	} {
		if got := schedule.Overlap(c.a, c.window, c.b, c.windowB); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
		if got := schedule.Overlap(c.b, c.windowB, c.a, c.window); got != c.want {
			t.Errorf("%s, the other way round: %v", c.what, got)
		}
	}
}
