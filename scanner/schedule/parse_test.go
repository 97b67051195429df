package schedule_test

import (
	"strings"
	"testing"
	"time"

	"holdfast/scanner/schedule"
)

func TestParseRefuses(t *testing.T) {
	tests := []struct{ expression, zone, want string }{
		{"rate(1 day)", "", "cron(…) expressions alone"},
		{"0 5 ? * * *", "", "no cron(…) expression"},
		{"cron(0 5 ? * * *", "", "no cron(…) expression"},
		{"cron(0 5 ? * *)", "", "5 fields; write six"},
		{"cron(0 5 ? * * * *)", "", "7 fields; write six"},
		{"cron()", "", "0 fields; write six"},
		{"cron(0 5 * * * *)", "", "exactly one of them must be ?"},
		{"cron(0 5 ? * ? *)", "", "exactly one of them must be ?"},
		{"cron(0 5 1 * MON *)", "", "exactly one of them must be ?"},
		{"cron(60 5 ? * * *)", "", `minutes "60": AWS takes 0-59`},
		{"cron(0 24 ? * * *)", "", `hours "24": AWS takes 0-23`},
		{"cron(0 ? * * ? *)", "", `hours "?"`},
		{"cron(-1 5 ? * * *)", "", `minutes "-1"`},
		{"cron(+1 5 ? * * *)", "", `minutes "+1"`},
		{"cron(0 5, ? * * *)", "", `hours ""`},
		{"cron(0 /2 ? * * *)", "", `hours "/2"`},
		{"cron(0 0/0 ? * * *)", "", "a number from 1"},
		{"cron(0 0/ ? * * *)", "", "a number from 1"},
		{"cron(0 0/1/2 ? * * *)", "", "a number from 1"},
		{"cron(0 1-2-3 ? * * *)", "", `hours "1-2-3"`},
		{"cron(0 99999999999999999999 ? * * *)", "", "hours"},
		{"cron(0 5 0 * ? *)", "", "day-of-month"},
		{"cron(0 5 32 * ? *)", "", "day-of-month"},
		{"cron(0 5 L-3 * ? *)", "", "day-of-month"},
		{"cron(0 5 L,15 * ? *)", "", "day-of-month"},
		{"cron(0 5 WL * ? *)", "", "day-of-month"},
		{"cron(0 5 W * ? *)", "", "day-of-month"},
		{"cron(0 5 32W * ? *)", "", "day-of-month"},
		{"cron(0 5 1-5W * ? *)", "", "day-of-month"},
		{"cron(0 5 1W,15W * ? *)", "", "day-of-month"},
		{"cron(0 5 3#2 * ? *)", "", "day-of-month"},
		{"cron(0 5 ? 13 * *)", "", "month"},
		{"cron(0 5 ? MAI * *)", "", "month"},
		{"cron(0 5 ? L * *)", "", "month"},
		{"cron(0 5 ? * 0 *)", "", "day-of-week"},
		{"cron(0 5 ? * 8 *)", "", "day-of-week"},
		{"cron(0 5 ? * 15W *)", "", "day-of-week"},
		{"cron(0 5 ? * 3#6 *)", "", "day-of-week"},
		{"cron(0 5 ? * 3#0 *)", "", "day-of-week"},
		{"cron(0 5 ? * 3#1,6#3 *)", "", "day-of-week"},
		{"cron(0 5 ? * 5L,6L *)", "", "day-of-week"},
		{"cron(0 5 ? * * 1969)", "", "year"},
		{"cron(0 5 ? * * 2200)", "", "year"},
		{"cron(0 5 ? * * 2030-2020)", "", "ends before it begins"},
		{"", "Europe/Atlantis", `unknown time zone "Europe/Atlantis"`},
		{"", "Local", `unknown time zone "Local"`},
		{"", "../etc/passwd", "unknown time zone"},
	}
	for _, test := range tests {
		s, err := schedule.Parse(test.expression, test.zone)
		if err == nil {
			t.Errorf("%q in %q is read as %v, want an error with %q", test.expression, test.zone, s, test.want)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q in %q: error is %q, want one with %q", test.expression, test.zone, err, test.want)
		}
	}
}

func TestParseFillsInAWSDefaults(t *testing.T) {
	s, err := schedule.Parse("", "")
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != schedule.DefaultExpression || s.Zone() != time.UTC {
		t.Errorf("the default is %s in %s, want %s in UTC", s, s.Zone(), schedule.DefaultExpression)
	}
}

func TestParseNamesAmbiguities(t *testing.T) {
	tests := []struct{ expression, want string }{
		{"cron(0 22-4 ? * * *)", "wrap-around range 22-4 in hours"},
		{"cron(0 5 ? * FRI-MON *)", "wrap-around range FRI-MON in day-of-week"},
		{"cron(0 5 ? NOV-FEB * *)", "wrap-around range NOV-FEB in month"},
		{"cron(0 5 LW * ? *)", "LW"},
		{"cron(0 5 31W * ? *)", "months without day 31"},
		{"cron(0 5 28W * ? *)", ""},
		{"cron(0 5 ? * 6L *)", ""},
		{"cron(0 5 ? * L *)", ""},
		{"cron(0 0/12 ? * MON-FRI *)", ""},
	}
	for _, test := range tests {
		s := parse(t, test.expression, "")
		switch all := strings.Join(s.Ambiguities(), "\n"); {
		case test.want == "" && all != "":
			t.Errorf("%s: ambiguities are %q, want none", test.expression, all)
		case !strings.Contains(all, test.want):
			t.Errorf("%s: ambiguities are %q, want %q", test.expression, all, test.want)
		}
	}
}

func parse(t interface {
	Helper()
	Fatal(...any)
}, expression, zone string) *schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func FuzzParse(f *testing.F) {
	for _, expression := range []string{
		"cron(0 5 ? * * *)", "cron(0/15 8-17 ? JAN,mar MON-FRI/2 2024/2)", "cron(0 22-4 LW * ? *)",
		"cron(1 2 15W 2 ? *)", "cron(1 2 ? 2 fril 2030)", "cron(1 2 ? 2 3#5 2199)", "rate(1 day)", "cron(* * 31W 2 ? *)",
	} {
		f.Add(expression, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, expression, zone string) {
		s, err := schedule.Parse(expression, zone)
		if err != nil {
			return
		}
		again, err := schedule.Parse(s.String(), s.Zone().String())
		if err != nil {
			t.Fatalf("%q is printed as %q, which is not read: %v", expression, s, err)
		}
		at := time.Date(2026, 11, 22, 18, 0, 0, 1, time.UTC)
		next, ok := s.Next(at)
		nextAgain, okAgain := again.Next(at)
		if again.String() != s.String() || ok != okAgain || !next.Equal(nextAgain) {
			t.Errorf("%q is printed as %q, which is another schedule: %v %v", expression, s, next, nextAgain)
		}
		if ok && !next.After(at) {
			t.Errorf("%q runs next at %v, which is not after %v", expression, next, at)
		}
		s.Warnings(at)
	})
}
