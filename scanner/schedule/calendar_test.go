package schedule_test

import (
	"testing"
	"time"
)

// Worked out by hand, from a calendar and the zones' own laws.
func TestNextInTheCornersOfTheCalendar(t *testing.T) {
	const now = "2026-11-22T18:00:00Z"
	tests := []struct {
		expression, zone, after string
		want                    []string
	}{
		{"cron(0 0 L 12 ? *)", "", now, []string{"2026-12-31T00:00:00Z", "2027-12-31T00:00:00Z"}},
		{"cron(0 0 LW 2 ? *)", "", now, []string{"2027-02-26T00:00:00Z", "2028-02-29T00:00:00Z"}},
		{"cron(0 0 LW 5 ? 2027)", "", now, []string{"2027-05-31T00:00:00Z", "never"}},
		{"cron(0 0 1W 5 ? 2027)", "", now, []string{"2027-05-03T00:00:00Z", "never"}}, // 1 May 2027 is a Saturday: not back into April
		{"cron(0 0 1W 8 ? 2027)", "", now, []string{"2027-08-02T00:00:00Z", "never"}},
		{"cron(0 0 1W 1 ? 2028)", "", now, []string{"2028-01-03T00:00:00Z"}},
		{"cron(0 0 31W 7 ? 2027)", "", now, []string{"2027-07-30T00:00:00Z"}},
		{"cron(0 0 31W 10 ? 2027)", "", now, []string{"2027-10-29T00:00:00Z"}}, // a Sunday: not on into November
		{"cron(0 0 30W 2 ? *)", "", now, []string{"never"}},
		{"cron(0 0 29W 2 ? *)", "", now, []string{"2028-02-29T00:00:00Z", "2032-02-27T00:00:00Z"}}, // 29 February 2032 is a Sunday
		{"cron(0 0 28W 2 ? 2027)", "", now, []string{"2027-02-26T00:00:00Z"}},
		{"cron(0 0 15W 5 ? 2027)", "", now, []string{"2027-05-14T00:00:00Z"}},
		{"cron(0 0 2W 5 ? 2027)", "", now, []string{"2027-05-03T00:00:00Z"}},
		{"cron(0 0 2W 8 ? 2026)", "", "2026-07-01T00:00:00Z", []string{"2026-08-03T00:00:00Z"}},
		{"cron(0 0 30W 5 ? 2027)", "", now, []string{"2027-05-31T00:00:00Z"}}, // a Sunday, and the 31st is still May
		{"cron(0 0 ? * 1#1 *)", "", now, []string{"2026-12-06T00:00:00Z", "2027-01-03T00:00:00Z"}},
		{"cron(0 0 ? * 7#5 *)", "", now, []string{"2027-01-30T00:00:00Z", "2027-05-29T00:00:00Z"}},
		{"cron(0 0 ? * SUN#5 *)", "", now, []string{"2026-11-29T00:00:00Z", "2027-01-31T00:00:00Z"}},
		{"cron(0 0 ? 2 1#5 *)", "", now, []string{"2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z"}}, // a leap year's February that begins on a Sunday
		{"cron(0 0 ? * 7L *)", "", now, []string{"2026-11-28T00:00:00Z", "2026-12-26T00:00:00Z", "2027-01-30T00:00:00Z"}},
		{"cron(0 0 ? 2 2L *)", "", now, []string{"2027-02-22T00:00:00Z", "2028-02-28T00:00:00Z"}}, // 28 February 2028: the 29th is a Tuesday
		{"cron(0 0 ? * THUL *)", "", now, []string{"2026-11-26T00:00:00Z", "2026-12-31T00:00:00Z"}},
		{"cron(0 0 ? * MON#1 *)", "", now, []string{"2026-12-07T00:00:00Z", "2027-01-04T00:00:00Z"}},
		{"cron(0 0 ? * L 2027)", "", now, []string{"2027-01-02T00:00:00Z", "2027-01-09T00:00:00Z"}},
		{"cron(0 8-18/5 ? * * *)", "", now, []string{"2026-11-23T08:00:00Z", "2026-11-23T13:00:00Z", "2026-11-23T18:00:00Z"}},
		{"cron(0 20/5 ? * * *)", "", now, []string{"2026-11-22T20:00:00Z", "2026-11-23T20:00:00Z"}},
		{"cron(0 */7 ? * * *)", "", now, []string{"2026-11-22T21:00:00Z", "2026-11-23T00:00:00Z", "2026-11-23T07:00:00Z"}},
		{"cron(5/20 3 ? * * *)", "", now, []string{"2026-11-23T03:05:00Z", "2026-11-23T03:25:00Z", "2026-11-23T03:45:00Z", "2026-11-24T03:05:00Z"}},
		{"cron(0 0 31/5 * ? *)", "", now, []string{"2026-12-31T00:00:00Z", "2027-01-31T00:00:00Z", "2027-03-31T00:00:00Z"}},
		{"cron(0 0 ? 2/4 MON *)", "", "2026-10-27T00:00:00Z", []string{"2027-02-01T00:00:00Z"}},
		{"cron(0 0 ? * 6/2 *)", "", now, []string{"2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"}},
		{"cron(0 5 ? * * 2027/2)", "", now, []string{"2027-01-01T05:00:00Z"}},
		{"cron(0 5 ? * * 2027/2)", "", "2027-12-31T06:00:00Z", []string{"2029-01-01T05:00:00Z"}},
		{"cron(0 5 ? * * 2199)", "", now, []string{"2199-01-01T05:00:00Z"}},
		{"cron(0 0 29 2 ? 2027-2027)", "", now, []string{"never"}},
		{"cron(0 0 31 4,6,9,11 ? *)", "", now, []string{"never"}},
		{"cron(59 23 31 12 ? *)", "", now, []string{"2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"}},
		{"cron(0 0 1 1 ? *)", "", "2026-12-31T23:59:59Z", []string{"2027-01-01T00:00:00Z"}},
		{"cron(0 0 1 1 ? *)", "Pacific/Kiritimati", now, []string{"2026-12-31T10:00:00Z"}},
		{"cron(0 0 1 1 ? *)", "Pacific/Pago_Pago", now, []string{"2027-01-01T11:00:00Z"}},
		{"cron(45 1 ? * * *)", "Australia/Lord_Howe", "2027-04-03T00:00:00Z", []string{"2027-04-03T14:45:00Z", "2027-04-04T15:15:00Z"}}, // half an hour comes twice
		{"cron(30 2 ? * * *)", "Africa/Casablanca", "2024-03-09T12:00:00Z", []string{"2024-03-10T01:30:00Z", "2024-03-11T02:30:00Z"}},   // Ramadan: the clock goes back in March
		{"cron(30 2 ? * * *)", "Africa/Casablanca", "2024-04-13T02:00:00Z", []string{"2024-04-13T02:30:00Z", "2024-04-15T01:30:00Z"}},   // and forward in April
		{"cron(0 5 ? * * *)", "Pacific/Apia", now, []string{"2026-11-23T16:00:00Z"}},
		{"cron(0 5 30 12 ? 2011)", "Pacific/Apia", "2011-01-01T00:00:00Z", []string{"never"}}, // a day that did not happen there
		{"cron(0 3 ? * * *)", "Pacific/Chatham", "2027-09-24T14:00:00Z", []string{"2027-09-24T14:15:00Z", "2027-09-26T13:15:00Z"}},
		{"cron(30 2 ? * * *)", "Antarctica/Troll", "2027-03-27T00:00:00Z", []string{"2027-03-27T02:30:00Z", "2027-03-29T00:30:00Z"}}, // two hours are skipped
		{"cron(30 2 ? * * *)", "Antarctica/Troll", "2027-10-30T12:00:00Z", []string{"2027-10-31T00:30:00Z", "2027-11-01T02:30:00Z"}},
		{"cron(0 0 ? * * *)", "America/Havana", "2027-03-13T05:00:00Z", []string{"2027-03-15T04:00:00Z"}}, // midnight is skipped
		{"cron(0 0 ? * * *)", "America/Havana", "2027-11-06T12:00:00Z", []string{"2027-11-07T04:00:00Z", "2027-11-08T05:00:00Z"}},
		{"cron(30 23 ? * * *)", "Africa/Cairo", "2024-10-31T12:00:00Z", []string{"2024-10-31T20:30:00Z", "2024-11-01T21:30:00Z"}}, // midnight is put back to 23:00
		{"cron(30 23 ? * * *)", "America/Nuuk", "2024-03-29T12:00:00Z", []string{"2024-03-30T01:30:00Z", "2024-04-01T00:30:00Z"}}, // 23:00 is skipped, on a Saturday
		{"cron(0 0 ? * * *)", "Asia/Tehran", now, []string{"2026-11-22T20:30:00Z"}},
		{"cron(0 0 ? * * 2027)", "Asia/Tokyo", now, []string{"2026-12-31T15:00:00Z"}},
		{"cron(0 0 ? * * 2027)", "Asia/Tokyo", "2027-12-30T15:00:00Z", []string{"never"}},
		{"cron(0 5 ? * FRI *)", "Asia/Tokyo", now, []string{"2026-11-26T20:00:00Z"}},
		{"cron(0 5 L * ? *)", "America/Los_Angeles", now, []string{"2026-11-30T13:00:00Z"}},
		{"cron(0 23 L * ? *)", "America/Los_Angeles", now, []string{"2026-12-01T07:00:00Z"}},
		{"cron(0 1 ? * * *)", "Europe/Dublin", "2027-03-27T02:00:00Z", []string{"2027-03-29T00:00:00Z"}},
		{"cron(30 1 ? * * *)", "Europe/London", "2027-10-30T12:00:00Z", []string{"2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"}},
		{"cron(0 2 ? 3 SUN#2 *)", "America/New_York", now, []string{"never"}}, // just the hour that is skipped, each year
	}
	for _, test := range tests {
		t.Run(test.expression+" "+test.zone+" "+test.after, func(t *testing.T) {
			s := parse(t, test.expression, test.zone)
			at, _ := time.Parse(time.RFC3339, test.after)
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

func TestLongestGapInTheCornersOfTheCalendar(t *testing.T) {
	from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	tests := []struct {
		expression, zone string
		hours            float64
	}{
		{"cron(0 */7 ? * * *)", "", 7},
		{"cron(0 0 */10 * ? *)", "", 240},
		{"cron(0 0 2/10 * ? *)", "", 264},
		{"cron(0 0 ? * 2/2 *)", "", 72},
		{"cron(0 0 ? * MON-WED,SAT *)", "", 72},
		{"cron(0 0 ? * SAT-SUN *)", "", 144},
		{"cron(0 0 ? NOV-FEB * *)", "", 5904}, // 28 February to 1 November
		{"cron(0 22-2/2 ? * * *)", "", 20},
		{"cron(0 5 ? * * 2027/2)", "", 947},
		{"cron(0 5 ? * * */2)", "", 8677}, // 2026 and 2028: none in 2027
		{"cron(0 0 31 * ? *)", "", 1464},
		{"cron(0 0 30 * ? *)", "", 1416},
		{"cron(45 1 ? * * *)", "Australia/Lord_Howe", 24}, // 24.5 hours, of which the clock adds half of one
		{"cron(15 2 ? * * *)", "Australia/Lord_Howe", 47.5},
		{"cron(30 2 ? * * *)", "Africa/Casablanca", 47},
		{"cron(0 12 ? * * *)", "Africa/Casablanca", 24},
		{"cron(0 12 ? * * *)", "Antarctica/Troll", 25}, // 26 hours, of which one is granted
		{"cron(30 2 ? * * *)", "Antarctica/Troll", 46},
		{"cron(0 0 ? * * *)", "America/Havana", 47},
		{"cron(0 3 ? * * *)", "Pacific/Chatham", 47},
		{"cron(0 5 ? * * *)", "Pacific/Apia", 24},
		{"cron(0 0/6 ? * * *)", "Europe/Berlin", 6}, // 7 h over the change, 1 granted
		{"cron(0 2-23/3 ? * * *)", "Europe/Berlin", 5},
		{"cron(0 0 15W * ? *)", "", 768}, // 14 May (the 15th is a Saturday) to 15 June
	}
	for _, test := range tests {
		t.Run(test.expression+" "+test.zone, func(t *testing.T) {
			gap, ok := longest(t, test.expression, test.zone, from)
			if !ok || gap.Length.Hours() != test.hours {
				t.Errorf("longest gap is %v (%v), want %v h", gap, ok, test.hours)
			}
		})
	}
}
