package schedule_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// matches asks of one local minute whether the text of an expression names it:
// the slow way, field by field, without anything of the package.
func matches(expression string, local time.Time) bool {
	f := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(expression, "cron("), ")"))
	return named(f[0], local.Minute(), 0, 59, "") && named(f[1], local.Hour(), 0, 23, "") &&
		named(f[3], int(local.Month()), 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC") && named(f[5], local.Year(), 1970, 2199, "") &&
		dayOfMonth(f[2], local) && dayOfWeek(f[4], local)
}

func named(text string, value, low, high int, names string) bool {
	number := func(s string) int {
		if i := strings.Index(names, s); names != "" && i >= 0 && len(s) == 3 {
			return low + i/3
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			panic(err)
		}
		return n
	}
	return slices.ContainsFunc(strings.Split(text, ","), func(item string) bool {
		span, step, stepped := strings.Cut(item, "/")
		first, last, ranged := strings.Cut(span, "-")
		from, to := low, high
		if first != "*" {
			from = number(first)
			to = from
			if stepped {
				to = high
			}
		}
		if ranged {
			to = number(last)
		}
		by := 1
		if stepped {
			by = number(step)
		}
		for n := from; ; n += by {
			switch {
			case from <= to && n > to, from > to && n > to+high-low+1:
				return false
			case n == value, n > high && n-(high-low+1) == value:
				return true
			}
		}
	})
}

func dayOfMonth(text string, t time.Time) bool {
	weekend := func(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }
	month := func(t time.Time) time.Month { return t.Month() }
	switch {
	case text == "?":
		return true
	case text == "L":
		return month(t.AddDate(0, 0, 1)) != month(t)
	case text == "LW":
		if weekend(t) {
			return false
		}
		for d := t.AddDate(0, 0, 1); month(d) == month(t); d = d.AddDate(0, 0, 1) {
			if !weekend(d) {
				return false
			}
		}
		return true
	case strings.HasSuffix(text, "W"):
		n, _ := strconv.Atoi(strings.TrimSuffix(text, "W"))
		target := time.Date(t.Year(), t.Month(), n, 12, 0, 0, 0, time.UTC)
		if month(target) != month(t) || weekend(t) {
			return false
		}
		distance := max(n-t.Day(), t.Day()-n)
		for away := 0; away < distance; away++ {
			for _, d := range []time.Time{target.AddDate(0, 0, away), target.AddDate(0, 0, -away)} {
				if month(d) == month(t) && !weekend(d) {
					return false
				}
			}
		}
		return true
	}
	return named(text, t.Day(), 1, 31, "")
}

func dayOfWeek(text string, t time.Time) bool {
	const names = "SUNMONTUEWEDTHUFRISAT"
	day, nth, isNth := strings.Cut(text, "#")
	switch {
	case text == "?":
		return true
	case text == "L":
		return t.Weekday() == time.Saturday
	case strings.HasSuffix(text, "L"):
		return named(strings.TrimSuffix(text, "L"), int(t.Weekday())+1, 1, 7, names) && t.AddDate(0, 0, 7).Month() != t.Month()
	case isNth:
		n, _ := strconv.Atoi(nth)
		return named(day, int(t.Weekday())+1, 1, 7, names) && (t.Day()+6)/7 == n
	}
	return named(text, int(t.Weekday())+1, 1, 7, names)
}

// runsByMinute asks every minute of [from, to). A local time that comes a second
// time is no run.
func runsByMinute(expression string, zone *time.Location, from, to time.Time) (runs []time.Time) {
	start := from.Truncate(time.Minute)
	if start.Before(from) {
		start = start.Add(time.Minute)
	}
	const clock = "2006-01-02 15:04"
	for t := start; t.Before(to); t = t.Add(time.Minute) {
		local := t.In(zone)
		if !matches(expression, local) {
			continue
		}
		again := false
		for earlier := 1; earlier <= 180; earlier++ {
			again = again || t.Add(-time.Duration(earlier)*time.Minute).In(zone).Format(clock) == local.Format(clock)
		}
		if !again {
			runs = append(runs, t)
		}
	}
	return runs
}

var (
	zones = rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
		"Africa/Casablanca", "America/Sao_Paulo", "Antarctica/Troll", "Pacific/Apia", "America/St_Johns"})
	expressions = rapid.Custom(func(t *rapid.T) string {
		item := func(low, high int, names string) *rapid.Generator[string] {
			return rapid.Custom(func(t *rapid.T) string {
				value := func(label string) string {
					n := rapid.IntRange(low, high).Draw(t, label)
					if names != "" && rapid.Bool().Draw(t, "by name") {
						return names[3*(n-low) : 3*(n-low)+3]
					}
					return strconv.Itoa(n)
				}
				text := "*"
				switch rapid.IntRange(0, 3).Draw(t, "form") {
				case 0:
					text = value("value")
				case 1:
					text = value("from") + "-" + value("to")
				}
				if rapid.IntRange(0, 2).Draw(t, "stepped") == 0 {
					text += "/" + strconv.Itoa(rapid.IntRange(1, high).Draw(t, "step"))
				}
				return text
			})
		}
		list := func(label string, low, high int, names string) string {
			return strings.Join(rapid.SliceOfN(item(low, high, names), 1, 2).Draw(t, label), ",")
		}
		ofMonth, ofWeek := "?", "?"
		switch rapid.IntRange(0, 7).Draw(t, "days") {
		case 0:
			ofMonth = rapid.SampledFrom([]string{"L", "LW"}).Draw(t, "last")
		case 1:
			ofMonth = strconv.Itoa(rapid.IntRange(1, 31).Draw(t, "nearest")) + "W"
		case 2, 3:
			ofMonth = list("day-of-month", 1, 31, "")
		case 4:
			ofWeek = rapid.SampledFrom([]string{"L", "6L", "1L", "MONL"}).Draw(t, "last")
		case 5:
			ofWeek = strconv.Itoa(rapid.IntRange(1, 7).Draw(t, "weekday")) + "#" + strconv.Itoa(rapid.IntRange(1, 5).Draw(t, "nth"))
		default:
			ofWeek = list("day-of-week", 1, 7, "SUNMONTUEWEDTHUFRISAT")
		}
		year := rapid.SampledFrom([]string{"*", "*", "*", "2024/2", "2010-2026", "2011,2027", "*/3"}).Draw(t, "year")
		return "cron(" + strings.Join([]string{list("minutes", 0, 59, ""), list("hours", 0, 23, ""), ofMonth,
			rapid.SampledFrom([]string{"*", "*", "1/2", "JAN-NOV", "10-3", "3,10,12"}).Draw(t, "month"), ofWeek, year}, " ") + ")"
	})
	moments = rapid.Custom(func(t *rapid.T) time.Time {
		base := rapid.SampledFrom([]time.Time{ // shortly before clock changes of some zone, ends of months and years
			time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), time.Date(2027, 3, 27, 20, 0, 0, 0, time.UTC),
			time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC), time.Date(2027, 3, 13, 20, 0, 0, 0, time.UTC),
			time.Date(2027, 10, 2, 10, 0, 0, 0, time.UTC), time.Date(2027, 4, 3, 10, 0, 0, 0, time.UTC),
			time.Date(2011, 12, 29, 20, 0, 0, 0, time.UTC), time.Date(2028, 2, 27, 0, 0, 0, 0, time.UTC),
			time.Date(2040, 12, 30, 1, 0, 0, 0, time.UTC), time.Date(2041, 3, 30, 20, 0, 0, 0, time.UTC),
			time.Date(2018, 2, 17, 20, 0, 0, 0, time.UTC), time.Date(2027, 2, 6, 20, 0, 0, 0, time.UTC),
		}).Draw(t, "base")
		return base.Add(time.Duration(rapid.Int64Range(0, int64(9*time.Hour)).Draw(t, "offset")))
	})
)

func TestRunsAreThoseOfEveryMinuteAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expression, zone, from := expressions.Draw(t, "expression"), zones.Draw(t, "zone"), moments.Draw(t, "from")
		s := parse(t, expression, zone)
		to := from.Add(4 * 24 * time.Hour)
		want := runsByMinute(expression, s.Zone(), from, to)
		got := s.Between(from, to)
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("between %v and %v runs at\n%v, want\n%v", from, to, got, want)
		}
		next, ok := s.Next(from)
		want = slices.DeleteFunc(want, func(run time.Time) bool { return run.Equal(from) })
		switch {
		case len(want) > 0 && (!ok || !next.Equal(want[0])):
			t.Fatalf("next after %v is %v (%v), want %v", from, next, ok, want[0])
		case len(want) == 0 && ok && next.Before(to):
			t.Fatalf("next after %v is %v, want none before %v", from, next, to)
		}
	})
}

// Days alone, over years: cheap enough to ask every day of five years.
func TestDaysAreThoseOfEveryDayAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expression := expressions.Draw(t, "expression")
		f := strings.Fields(expression)
		f[0], f[1] = "cron(0", "12"
		expression = strings.Join(f, " ")
		from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(5, 0, 0)
		var want []time.Time
		for t := from.Add(12 * time.Hour); t.Before(to); t = t.AddDate(0, 0, 1) {
			if matches(expression, t) {
				want = append(want, t)
			}
		}
		if got := parse(t, expression, "").Between(from, to); !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("%s runs at\n%v, want\n%v", expression, got, want)
		}
	})
}
