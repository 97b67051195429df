package schedule

import (
	"fmt"
	"time"
)

// Warnings says what a reader of the expression may not expect: steps that name
// one value only, runs more often than AWS Backup makes them (hourly), runs that a
// clock change within Horizon of from skips or could repeat, and a schedule that
// ends.
func (s *Schedule) Warnings(from time.Time) []string {
	warnings := append([]string(nil), s.warnings...)
	if s.minutes.size() > 1 {
		warnings = append(warnings, "runs more than once an hour: AWS Backup makes backups at most hourly")
	}
	warnings = append(warnings, s.clockChanges(from, from.Add(Horizon))...)
	if _, ok := s.Next(from.Add(Horizon)); !ok {
		last := from
		if runs := s.Between(from, from.Add(Horizon+1)); len(runs) > 0 {
			last = runs[len(runs)-1]
		}
		warnings = append(warnings, fmt.Sprintf("never runs after %s", last.UTC().Format(time.DateOnly)))
	}
	return warnings
}

// clockChanges names the runs whose local time is skipped or repeated.
func (s *Schedule) clockChanges(from, to time.Time) (warnings []string) {
	for p := stretchAt(from.In(s.zone)); !p.end.IsZero() && p.end.Before(to); {
		next := stretchAt(p.end)
		if first, n := s.count(p.high, next.low); n > 0 {
			warnings = append(warnings, fmt.Sprintf("%s does not exist on %s in %s: %s",
				first.Format("15:04"), first.Format(time.DateOnly), s.zone, outcome(n, "is skipped", "are skipped")))
		}
		if first, n := s.count(p.end.Unix()+next.offset, p.high); n > 0 {
			warnings = append(warnings, fmt.Sprintf("%s comes twice on %s in %s: %s",
				first.Format("15:04"), first.Format(time.DateOnly), s.zone, outcome(n, "is made once", "are made once each")))
		}
		p = next
	}
	return warnings
}

func outcome(n int, one, many string) string {
	if n == 1 {
		return "that run " + one
	}
	return fmt.Sprintf("%d runs from then on %s", n, many)
}

// count returns the first of the matching wall-clock minutes in [low, high), and
// how many there are.
func (s *Schedule) count(low, high int64) (first time.Time, n int) {
	c := s.search(low)
	for wall, ok := c.next(); ok && wall < high; wall, ok = c.next() {
		if n == 0 {
			first = time.Unix(wall, 0).UTC()
		}
		n++
	}
	return first, n
}
