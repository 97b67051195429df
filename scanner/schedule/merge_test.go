package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/scanner/schedule"
)

var sunday = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func rule(t interface {
	Helper()
	Fatal(...any)
}, name, expression string, window time.Duration, keptDays int) schedule.Rule {
	t.Helper()
	return schedule.Rule{Name: name, Schedule: parse(t, expression, ""), StartWindow: window, KeptDays: keptDays}
}

// hours prints runs as "0:long 8:short" – hours since sunday and rule.
func hours(runs []schedule.Run, rules []schedule.Rule) string {
	var all []string
	for _, r := range runs {
		all = append(all, fmt.Sprintf("%v:%s", r.At.Sub(sunday).Hours(), rules[r.Rule].Name))
	}
	return strings.Join(all, " ")
}

func TestMerge(t *testing.T) {
	const hourly, halfDaily, daily = "cron(0 * * * ? *)", "cron(0 0/12 * * ? *)", "cron(0 5 * * ? *)"
	tests := []struct {
		name      string
		rules     []schedule.Rule
		want      string // of sunday
		ambiguous string
	}{
		{"AWS's own example: hourly beside every 12 hours with 8 hours to start", []schedule.Rule{
			rule(t, "h", hourly, time.Hour, 1), rule(t, "w", halfDaily, 8*time.Hour, 7)},
			"0:w 8:h 9:h 10:h 11:h 12:w 20:h 21:h 22:h 23:h", ""},
		{"the same with the rules the other way round", []schedule.Rule{
			rule(t, "w", halfDaily, 8*time.Hour, 7), rule(t, "h", hourly, time.Hour, 1)},
			"0:w 8:h 9:h 10:h 11:h 12:w 20:h 21:h 22:h 23:h", ""},
		{"hourly with AWS's default window never finds room", []schedule.Rule{
			rule(t, "h", hourly, 0, 1), rule(t, "w", halfDaily, 0, 7)},
			"0:w 12:w", ""},
		{"kept for ever is longest", []schedule.Rule{
			rule(t, "long", daily, time.Hour, 36500), rule(t, "ever", daily, time.Hour, 0)},
			"5:ever", ""},
		{"windows that touch do not overlap", []schedule.Rule{
			rule(t, "a", daily, time.Hour, 7), rule(t, "b", "cron(0 6 * * ? *)", time.Hour, 35)},
			"5:a 6:b", ""},
		{"a shorter retention that starts first gives way to a window still to open", []schedule.Rule{
			rule(t, "a", daily, 2*time.Hour, 7), rule(t, "b", "cron(0 6 * * ? *)", time.Hour, 35)},
			"6:b", ""},
		{"a window of the day before reaches over midnight", []schedule.Rule{
			rule(t, "night", "cron(0 23 * * ? *)", 8*time.Hour, 35), rule(t, "day", daily, time.Hour, 7)},
			"23:night", ""},
		{"runs of one rule never displace one another", []schedule.Rule{rule(t, "a", "cron(0 0/6 * * ? *)", 8*time.Hour, 7)},
			"0:a 6:a 12:a 18:a", ""},
		{"grandfather, father and son at one time", []schedule.Rule{
			rule(t, "d", daily, 0, 35), rule(t, "w", "cron(0 5 ? * SUN *)", 0, 91), rule(t, "m", "cron(0 5 1 * ? *)", 0, 366)},
			"5:w", ""},
		{"equal retention, one hour apart: either way one a day", []schedule.Rule{
			rule(t, "a", daily, 0, 35), rule(t, "b", "cron(0 6 * * ? *)", 0, 35)},
			"5:a", ""},
		{"equal retention, where the winner moves a run", []schedule.Rule{
			rule(t, "a", daily, 0, 35), rule(t, "b", "cron(0 7 ? * SUN *)", 0, 35)},
			"5:a", "rules a and b keep equally long"},
		{"a run that gives way, and a third", []schedule.Rule{
			rule(t, "a", "cron(0 4 * * ? *)", 2*time.Hour, 7), rule(t, "b", "cron(0 5 * * ? *)", 2*time.Hour, 14), rule(t, "c", "cron(0 6 * * ? *)", 2*time.Hour, 35)},
			"6:c", "more than two rules overlap"},
		{"a rule without schedule", []schedule.Rule{{Name: "broken", KeptDays: 0}, rule(t, "a", daily, 0, 35)}, "5:a", ""},
		{"no rules", nil, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			runs, ambiguities := schedule.Merge(test.rules, sunday, sunday.AddDate(0, 0, 28))
			runs = slices.DeleteFunc(runs, func(r schedule.Run) bool { return !r.At.Before(sunday.AddDate(0, 0, 1)) })
			if got := hours(runs, test.rules); got != test.want {
				t.Errorf("runs are %q, want %q", got, test.want)
			}
			switch all := strings.Join(ambiguities, "\n"); {
			case test.ambiguous == "" && all != "":
				t.Errorf("ambiguities are %q, want none", all)
			case !strings.Contains(all, test.ambiguous):
				t.Errorf("ambiguities are %q, want %q", all, test.ambiguous)
			}
		})
	}
}

func TestUnionIsSorted(t *testing.T) {
	at := func(hours ...int) (runs []schedule.Run) {
		for _, h := range hours {
			runs = append(runs, schedule.Run{At: sunday.Add(time.Duration(h) * time.Hour)})
		}
		return runs
	}
	got := schedule.Union(at(1, 5, 9), nil, at(0, 5, 7))
	if !slices.IsSortedFunc(got, func(a, b schedule.Run) int { return a.At.Compare(b.At) }) || len(got) != 6 {
		t.Errorf("the union is %v", got)
	}
}

var rules = rapid.Custom(func(t *rapid.T) schedule.Rule {
	expression := fmt.Sprintf("cron(%d %s ? * %s *)", rapid.SampledFrom([]int{0, 30}).Draw(t, "minute"),
		rapid.SampledFrom([]string{"*", "0/12", "5", "1/3", "23"}).Draw(t, "hours"),
		rapid.SampledFrom([]string{"*", "MON-FRI", "SUN"}).Draw(t, "days"))
	r := schedule.Rule{
		Schedule:    parse(t, expression, zones.Draw(t, "zone")),
		StartWindow: time.Duration(rapid.IntRange(1, 12).Draw(t, "window")) * time.Hour,
		KeptDays:    rapid.SampledFrom([]int{0, 1, 7, 35}).Draw(t, "kept"),
	}
	r.Name = expression
	return r
})

// Which runs stand, asked pair by pair.
func TestMergedRunsAreThoseThatNoLongerRetentionOverlaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := rapid.SliceOfN(rules, 1, 4).Draw(t, "rules")
		from := moments.Draw(t, "from")
		to := from.Add(72 * time.Hour)
		var want []string
		for i, r := range plan {
			for _, at := range r.Schedule.Between(from, to) {
				stands := true
				for j, other := range plan {
					stronger := r.KeptDays != 0 && (other.KeptDays == 0 || other.KeptDays > r.KeptDays) || r.KeptDays == other.KeptDays && j < i
					for _, rival := range other.Schedule.Between(from.Add(-24*time.Hour), to.Add(24*time.Hour)) {
						if stronger && rival.Before(at.Add(r.StartWindow)) && at.Before(rival.Add(other.StartWindow)) {
							stands = false
						}
					}
				}
				if stands {
					want = append(want, fmt.Sprint(at, i))
				}
			}
		}
		runs, _ := schedule.Merge(plan, from, to)
		var got []string
		for _, r := range runs {
			got = append(got, fmt.Sprint(r.At, r.Rule))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("runs are\n%q, want\n%q", got, want)
		}
	})
}

func TestLongestGapGrantsAtMostAnHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := moments.Draw(t, "from")
		until := from.Add(20 * 24 * time.Hour)
		runs, _ := schedule.Merge(rapid.SliceOfN(rules, 1, 3).Draw(t, "rules"), from, until)
		gap, ok := schedule.LongestGap(runs, from, until)
		if !ok {
			return
		}
		longest, last := time.Duration(0), from
		for _, r := range runs {
			longest, last = max(longest, r.At.Sub(last)), r.At
		}
		longest = max(longest, until.Sub(last))
		if gap.Length > longest || gap.Length < longest-time.Hour {
			t.Fatalf("longest gap is %v, and %v without any grant", gap.Length, longest)
		}
		if plain := gap.To.Sub(gap.From); gap.Length > plain || gap.Length < plain-time.Hour {
			t.Fatalf("gap of %v is said to be %v long", plain, gap.Length)
		}
	})
}

func TestFurtherRunsNeverMakeTheLongestGapLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := moments.Draw(t, "from")
		until := from.Add(5 * 24 * time.Hour)
		some, _ := schedule.Merge([]schedule.Rule{rules.Draw(t, "rule")}, from, until)
		before, ok := schedule.LongestGap(some, from, until)
		if !ok {
			return
		}
		more, _ := schedule.Merge([]schedule.Rule{rules.Draw(t, "other rule")}, from, until)
		after, _ := schedule.LongestGap(schedule.Union(some, more), from, until)
		if after.Length > before.Length {
			t.Fatalf("longest gap was %v and is %v with further runs", before, after)
		}
	})
}

func TestGrantIsForTheRunsOwnZone(t *testing.T) {
	berlin := parse(t, "cron(0 5 * * ? *)", "Europe/Berlin")
	newYork := parse(t, "cron(0 5 * * ? *)", "America/New_York")
	saturday, monday := time.Date(2026, 10, 24, 3, 0, 0, 0, time.UTC), time.Date(2026, 10, 26, 4, 0, 0, 0, time.UTC) // 05:00 in Berlin
	run := func(s *schedule.Schedule, at time.Time) schedule.Run { return schedule.Run{At: at, Zone: s.Zone()} }
	tests := []struct {
		name string
		runs []schedule.Run
		want time.Duration
	}{
		{"25 hours over Berlin's clock change", []schedule.Run{run(berlin, saturday), run(berlin, saturday.Add(25*time.Hour))}, 24 * time.Hour},
		{"the same hours, run by New York's clock", []schedule.Run{run(newYork, saturday), run(newYork, saturday.Add(25*time.Hour))}, 25 * time.Hour},
		{"the same hours, one run each", []schedule.Run{run(berlin, saturday), run(newYork, saturday.Add(25*time.Hour))}, 25 * time.Hour},
		{"25 hours a day earlier", []schedule.Run{run(berlin, saturday.Add(-25*time.Hour)), run(berlin, saturday)}, 25 * time.Hour},
		{"two days over the change", []schedule.Run{run(berlin, saturday), run(berlin, monday)}, 48 * time.Hour},
		{"a further run by another clock in between", []schedule.Run{run(berlin, saturday), run(newYork, saturday.Add(15*time.Minute)), run(berlin, saturday.Add(25*time.Hour))}, 24 * time.Hour},
		{"a further run by another clock close to the end", []schedule.Run{run(berlin, saturday), run(newYork, saturday.Add(25*time.Hour-15*time.Minute)), run(berlin, saturday.Add(25*time.Hour))}, 24 * time.Hour},
		{"zones that nobody named", []schedule.Run{{At: saturday}, {At: saturday.Add(25 * time.Hour)}}, 25 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, until := test.runs[0].At.Add(-2*time.Hour), test.runs[len(test.runs)-1].At.Add(2*time.Hour)
			gap, ok := schedule.LongestGap(test.runs, from, until)
			if !ok || gap.Length != test.want {
				t.Errorf("longest gap is %v (%v), want %v", gap.Length, ok, test.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		expression, zone string
		want             []string
	}{
		{"cron(0 5 ? * * *)", "", nil},
		{"cron(0 5 ? * * *)", "Europe/Berlin", nil},
		{"cron(0 14/12 * * ? *)", "", []string{`hours "14/12" is 14 alone: steps are counted from 14 and do not go round`}},
		{"cron(0/30 5 * * ? *)", "", []string{"runs more than once an hour: AWS Backup makes backups at most hourly"}},
		{"cron(30 2 ? * * *)", "Europe/Berlin", []string{
			"02:30 does not exist on 2027-03-28 in Europe/Berlin: that run is skipped",
			"02:30 comes twice on 2027-10-31 in Europe/Berlin: that run is made once"}},
		{"cron(30 2 ? * MON-SAT *)", "Europe/Berlin", nil}, // clocks change on Sundays
		{"cron(0/20 * ? * * *)", "Europe/Berlin", []string{
			"runs more than once an hour: AWS Backup makes backups at most hourly",
			"02:00 does not exist on 2027-03-28 in Europe/Berlin: 3 runs from then on are skipped",
			"02:00 comes twice on 2027-10-31 in Europe/Berlin: 3 runs from then on are made once each"}},
		{"cron(0 5 ? * * 2020)", "", []string{"never runs after 2026-11-22"}},
		{"cron(0 5 ? * * 2026)", "", []string{"never runs after 2026-12-31"}},
		{"cron(0 5 1 1 ? 2199)", "", nil},
		{"cron(0 18 27 12 ? 2027)", "", []string{"never runs after 2027-12-27"}}, // the last minute of the horizon
		{"cron(0 5 ? * * 2026)", "Europe/Berlin", []string{"never runs after 2026-12-31"}},
	}
	for _, test := range tests {
		got := parse(t, test.expression, test.zone).Warnings(sunday.Add(18 * time.Hour))
		if !slices.Equal(got, test.want) {
			t.Errorf("%s in %s: warnings are %q, want %q", test.expression, test.zone, got, test.want)
		}
	}
}
