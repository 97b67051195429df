package schedule_test

import (
	"testing"
	"time"
)

// From a wall calendar.
func TestNext(t *testing.T) {
	tests := []struct {
		expression, zone string
		after            string
		want             []string // UTC; the last may be "never"
	}{
		{"cron(0 5 ? * * *)", "", "2026-11-22T05:00:00Z", []string{"2026-11-23T05:00:00Z"}},
		{"cron(0 5 ? * * *)", "", "2026-11-22T04:59:59.999Z", []string{"2026-11-22T05:00:00Z"}},
		{"cron(0 14/12 * * ? *)", "", "2026-11-22T00:00:00Z", []string{"2026-11-22T14:00:00Z", "2026-11-23T14:00:00Z"}},
		{"cron(0 5 ? * MON-FRI *)", "", "2026-11-20T05:00:00Z", []string{"2026-11-23T05:00:00Z"}}, // Friday, then Monday
		{"cron(0 5 ? * mon-fri *)", "", "2026-11-20T05:00:00Z", []string{"2026-11-23T05:00:00Z"}},
		{"cron(0 5 ? * 2-6 *)", "", "2026-11-20T05:00:00Z", []string{"2026-11-23T05:00:00Z"}},
		{"cron(0 5 ? * L *)", "", "2026-11-22T18:00:00Z", []string{"2026-11-28T05:00:00Z"}}, // Saturday ends the week
		{"cron(0 5 ? * 6L *)", "", "2026-11-22T18:00:00Z", []string{"2026-11-27T05:00:00Z", "2026-12-25T05:00:00Z", "2027-01-29T05:00:00Z"}},
		{"cron(0 5 ? * FRIL *)", "", "2026-11-22T18:00:00Z", []string{"2026-11-27T05:00:00Z"}},
		{"cron(0 5 ? * 3#2 *)", "", "2026-11-22T18:00:00Z", []string{"2026-12-08T05:00:00Z"}},                         // second Tuesday
		{"cron(0 5 ? * 3#5 *)", "", "2026-11-22T18:00:00Z", []string{"2026-12-29T05:00:00Z", "2027-03-30T05:00:00Z"}}, // not every month has five
		{"cron(0 5 L * ? *)", "", "2026-11-22T18:00:00Z", []string{"2026-11-30T05:00:00Z", "2026-12-31T05:00:00Z"}},
		{"cron(0 5 L 2 ? *)", "", "2026-11-22T18:00:00Z", []string{"2027-02-28T05:00:00Z", "2028-02-29T05:00:00Z"}},
		{"cron(0 5 LW * ? *)", "", "2027-01-01T18:00:00Z", []string{"2027-01-29T05:00:00Z", "2027-02-26T05:00:00Z"}},  // 31 January and 28 February 2027 are Sundays
		{"cron(0 5 15W * ? *)", "", "2026-07-31T18:00:00Z", []string{"2026-08-14T05:00:00Z", "2026-09-15T05:00:00Z"}}, // 15 August 2026 is a Saturday
		{"cron(0 5 15W * ? *)", "", "2026-10-31T18:00:00Z", []string{"2026-11-16T05:00:00Z"}},                         // 15 November 2026 is a Sunday
		{"cron(0 5 1W * ? *)", "", "2026-07-31T18:00:00Z", []string{"2026-08-03T05:00:00Z", "2026-09-01T05:00:00Z"}},  // 1 August 2026 is a Saturday
		{"cron(0 5 1W * ? *)", "", "2026-10-31T18:00:00Z", []string{"2026-11-02T05:00:00Z"}},                          // 1 November 2026 is a Sunday
		{"cron(0 5 31W * ? *)", "", "2027-01-01T18:00:00Z", []string{"2027-01-29T05:00:00Z", "2027-03-31T05:00:00Z"}}, // 31 January 2027 is a Sunday
		{"cron(0 5 29 2 ? *)", "", "2026-11-22T18:00:00Z", []string{"2028-02-29T05:00:00Z", "2032-02-29T05:00:00Z"}},
		{"cron(0 5 29 2 ? *)", "", "2096-03-01T00:00:00Z", []string{"2104-02-29T05:00:00Z"}}, // 2100 is no leap year
		{"cron(0 5 30 2 ? *)", "", "2026-11-22T18:00:00Z", []string{"never"}},
		{"cron(0 5 ? * * 2020)", "", "2026-11-22T18:00:00Z", []string{"never"}},
		{"cron(0 5 ? * * 2020)", "", "1800-01-01T00:00:00Z", []string{"2020-01-01T05:00:00Z"}},
		{"cron(59 23 31 12 ? 2199)", "", "2026-11-22T18:00:00Z", []string{"2199-12-31T23:59:00Z", "never"}},
		{"cron(0 0 1 1 ? 2024/5)", "", "2026-11-22T18:00:00Z", []string{"2029-01-01T00:00:00Z", "2034-01-01T00:00:00Z"}},
		{"cron(0 22-4 ? * * *)", "", "2026-11-22T22:30:00Z", []string{"2026-11-22T23:00:00Z", "2026-11-23T00:00:00Z"}},

		{"cron(0 5 ? * * *)", "Europe/Berlin", "2026-10-24T12:00:00Z", []string{"2026-10-25T04:00:00Z", "2026-10-26T04:00:00Z"}},
		{"cron(0 5 ? * * *)", "Europe/Berlin", "2026-10-23T12:00:00Z", []string{"2026-10-24T03:00:00Z", "2026-10-25T04:00:00Z"}},
		{"cron(30 2 ? * * *)", "Europe/Berlin", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}}, // 02:30 comes twice, runs once
		{"cron(30 2 ? * * *)", "Europe/Berlin", "2026-10-25T00:45:00Z", []string{"2026-10-26T01:30:00Z"}},                         // asked between the two
		{"cron(30 2 ? * * *)", "Europe/Berlin", "2027-03-27T12:00:00Z", []string{"2027-03-29T00:30:00Z"}},                         // 02:30 is skipped
		{"cron(0 * ? * * *)", "Europe/Berlin", "2027-03-28T00:30:00Z", []string{"2027-03-28T01:00:00Z"}},                          // 01:00, then 03:00
		{"cron(0 * ? * * *)", "Europe/Berlin", "2026-10-25T00:00:00Z", []string{"2026-10-25T02:00:00Z"}},                          // 02:00, then 03:00
		{"cron(30 2 ? * * *)", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", []string{"2027-10-02T15:30:00Z"}},                   // the clock goes from 02:00 to 02:30
		{"cron(15 2 ? * * *)", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", []string{"2027-10-03T15:15:00Z"}},
		{"cron(0 12 ? * * *)", "Pacific/Apia", "2011-12-29T22:00:00Z", []string{"2011-12-30T22:00:00Z"}}, // 30 December 2011 did not happen there
		{"cron(0 5 29 2 ? 2196)", "Europe/Berlin", "2026-11-22T18:00:00Z", []string{"2196-02-29T04:00:00Z", "never"}},
		{"cron(30 2 ? * * 2100-2199)", "Europe/Berlin", "2100-10-30T12:00:00Z", []string{"2100-10-31T00:30:00Z", "2100-11-01T01:30:00Z"}},
		{"cron(0 5 1 * ? *)", "Asia/Kathmandu", "2026-11-22T18:00:00Z", []string{"2026-11-30T23:15:00Z"}},
	}
	for _, test := range tests {
		t.Run(test.expression+" "+test.zone+" "+test.after, func(t *testing.T) {
			s := parse(t, test.expression, test.zone)
			at, err := time.Parse(time.RFC3339, test.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				next, ok := s.Next(at)
				got := "never"
				if ok {
					got = next.Format(time.RFC3339)
				}
				if got != want {
					t.Fatalf("after %v comes %s, want %s", at, got, want)
				}
				at = next
			}
		})
	}
}

func TestBetweenHoldsItsFirstMinuteAndNotItsLast(t *testing.T) {
	s := parse(t, "cron(0 * ? * * *)", "")
	from := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	runs := s.Between(from, from.Add(3*time.Hour))
	if len(runs) != 3 || !runs[0].Equal(from) || !runs[2].Equal(from.Add(2*time.Hour)) {
		t.Errorf("runs are %v, want 05:00, 06:00 and 07:00", runs)
	}
	if runs := s.Between(from, from); len(runs) > 0 {
		t.Errorf("runs of no time are %v", runs)
	}
}
