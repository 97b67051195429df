package schedule_test

import (
	"testing"
	"time"

	"holdfast/scanner/schedule"
)

func BenchmarkYearOfHourlyRuns(b *testing.B) {
	from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	for _, zone := range []string{"UTC", "Europe/Berlin"} {
		b.Run(zone, func(b *testing.B) {
			s, err := schedule.Parse("cron(0 * * * ? *)", zone)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if len(s.Between(from, from.AddDate(1, 0, 0))) < 8700 {
					b.Fatal("runs are missing")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := schedule.Parse("cron(0 5 ? * MON-FRI *)", "Europe/Berlin"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMergeAndLongestGap(b *testing.B) {
	from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	hourly, _ := schedule.Parse("cron(0 * * * ? *)", "Europe/Berlin")
	daily, _ := schedule.Parse("cron(0 5 * * ? *)", "Europe/Berlin")
	rules := []schedule.Rule{{Schedule: hourly, StartWindow: time.Hour, KeptDays: 1}, {Schedule: daily, KeptDays: 366}}
	for b.Loop() {
		runs, _ := schedule.Merge(rules, from, from.Add(schedule.Horizon))
		if _, ok := schedule.LongestGap(runs, from, from.Add(schedule.Horizon)); !ok {
			b.Fatal("no gap")
		}
	}
}

func BenchmarkNextThatIsFarAway(b *testing.B) {
	s, err := schedule.Parse("cron(0 5 29 2 ? 2196)", "Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := s.Next(time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)); !ok {
			b.Fatal("never")
		}
	}
}

func BenchmarkWarnings(b *testing.B) {
	s, _ := schedule.Parse("cron(0 * * * ? *)", "Europe/Berlin")
	for b.Loop() {
		s.Warnings(time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC))
	}
}
