// Package schedule says when AWS Backup runs the rules of a backup plan: it reads
// AWS cron expressions, lists the runs in any stretch of time, drops the runs that
// a plan's overlapping rules take from one another, and measures the longest time
// without a run.
//
// The expressions are EventBridge's six fields
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html),
// as far as AWS Backup takes them
// (https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html).
// Where AWS's pages are silent, the reading that leaves the longer gap is taken,
// and Ambiguities names it.
//
// Clock changes follow EventBridge Scheduler, to which AWS Backup's page points
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time):
// a local time that the clock skips does not run that day, and one that the clock
// repeats runs once, the first time. Warnings names both.
package schedule

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // containers without a zone database
)

// DefaultExpression is what AWS Backup runs where a rule names no schedule.
const DefaultExpression = "cron(0 5 ? * * *)"

// Horizon is how far ahead the longest gap is looked for: more than a year, so
// that every month, weekday and clock change comes up.
const Horizon = 400 * 24 * time.Hour

// A Schedule is one expression in one time zone. It is read-only once parsed and
// may be shared between goroutines.
type Schedule struct {
	expression string
	zone       *time.Location
	minutes    set
	hours      set
	months     set
	years      set // less firstYear
	days       days

	ambiguities []string
	warnings    []string // those that no date is needed for
}

// Parse reads an expression such as "cron(0 5 ? * MON-FRI *)" in an IANA time
// zone such as "Europe/Berlin". Empty strings mean AWS's defaults,
// DefaultExpression and "UTC".
//
// The error names the field, what stands there and what AWS takes. rate(…) is an
// error, since AWS Backup documents cron alone.
func Parse(expression, zone string) (*Schedule, error) {
	if expression == "" {
		expression = DefaultExpression
	}
	location, err := location(zone)
	if err != nil {
		return nil, fmt.Errorf("reading schedule %q: %w", expression, err)
	}
	fields, err := split(expression)
	if err != nil {
		return nil, fmt.Errorf("reading schedule %q: %w", expression, err)
	}
	s := &Schedule{zone: location, expression: "cron(" + strings.Join(fields, " ") + ")"}
	if err := s.read(fields); err != nil {
		return nil, fmt.Errorf("reading schedule %q: %w", expression, err)
	}
	return s, nil
}

// location loads a zone. "Local" is refused: it is a name of Go's alone.
func location(zone string) (*time.Location, error) {
	if zone == "" || zone == "UTC" {
		return time.UTC, nil
	}
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("unknown time zone %q; name one of the IANA database, such as Europe/Berlin", zone)
	}
	return location, nil
}

// split takes the six fields, in upper case, out of "cron(…)".
func split(expression string) ([]string, error) {
	if strings.HasPrefix(expression, "rate(") {
		return nil, fmt.Errorf("AWS Backup documents cron(…) expressions alone, no rate(…); write the rate as cron(…)")
	}
	inner, opened := strings.CutPrefix(expression, "cron(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !opened || !closed {
		return nil, fmt.Errorf("no cron(…) expression; write cron(minutes hours day-of-month month day-of-week year)")
	}
	fields := strings.Fields(strings.ToUpper(inner))
	if len(fields) != 6 {
		return nil, fmt.Errorf("%d fields; write six: minutes hours day-of-month month day-of-week year", len(fields))
	}
	return fields, nil
}

// read fills in the sets from the six fields.
func (s *Schedule) read(fields []string) error {
	for _, f := range []struct {
		field
		text string
		into *set
	}{
		{minutes, fields[0], &s.minutes},
		{hours, fields[1], &s.hours},
		{months, fields[3], &s.months},
		{years, fields[5], &s.years},
	} {
		values, err := s.list(f.field, f.text)
		if err != nil {
			return err
		}
		*f.into = values
	}
	return s.readDays(fields[2], fields[4])
}

// String returns the expression in its plain form: upper case, one blank between
// fields. Parse reads it back to the same schedule.
func (s *Schedule) String() string { return s.expression }

// Zone returns the time zone in which the expression is read, never nil.
func (s *Schedule) Zone() *time.Location { return s.zone }

// Ambiguities names what AWS does not document about this expression, and how it
// is read here. Empty for most.
func (s *Schedule) Ambiguities() []string { return append([]string(nil), s.ambiguities...) }
