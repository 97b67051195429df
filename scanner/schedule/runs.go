package schedule

import (
	"iter"
	"math"
	"time"
)

// Next returns the first run strictly after a time, in UTC. It is false where the
// schedule never runs again.
func (s *Schedule) Next(after time.Time) (time.Time, bool) {
	for run := range s.since(after.Add(1)) {
		return run, true
	}
	return time.Time{}, false
}

// Between returns all runs in [from, to), in order and in UTC.
func (s *Schedule) Between(from, to time.Time) []time.Time {
	var runs []time.Time
	for run := range s.since(from) {
		if !run.Before(to) {
			break
		}
		runs = append(runs, run)
	}
	return runs
}

// since yields all runs at or after a time. The calendar is searched in wall-clock
// seconds, then laid over the stretches of equal offset of the zone.
func (s *Schedule) since(from time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		p := stretchAt(from.In(s.zone))
		start := from.Unix()
		if from.Nanosecond() > 0 {
			start++
		}
		c := s.search(max(start+p.offset, p.low))
		wall, ok := c.next()
		for ok {
			switch {
			case wall >= p.high:
				p = stretchAt(p.end)
			case wall < p.low:
				wall, ok = c.next()
			case !yield(time.Unix(wall-p.offset, 0).UTC()):
				return
			default:
				wall, ok = c.next()
			}
		}
	}
}

// A stretch is a time in which the offset of a zone stays the same, with the wall
// clock seconds (counted as if in UTC) that come for the first time in it. Between
// the high of one and the low of the next lies what the clock skips.
type stretch struct {
	low, high int64 // [low, high)
	offset    int64 // seconds east of UTC
	end       time.Time
}

func stretchAt(t time.Time) stretch {
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		// Beyond the zone database's last listed change, ZoneBounds takes every year
		// for 365 days long: on 31 December of leap years it ends before t.
		end = t.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	p := stretch{low: math.MinInt64, high: math.MaxInt64, offset: int64(offset), end: end}
	if !start.IsZero() {
		_, before := start.Add(-1).Zone()
		p.low = start.Unix() + int64(max(offset, before))
	}
	if !end.IsZero() {
		p.high = end.Unix() + p.offset
	}
	return p
}

// A search walks through the wall-clock minutes that match, in order.
type search struct {
	s                              *Schedule
	year, month, day, hour, minute int // the position: the first minute still to be looked at

	looked month // the month that was last looked at
}

// search begins at a wall-clock second, rounded up to the minute.
func (s *Schedule) search(wall int64) *search {
	t := time.Unix(wall, 0).UTC()
	if t.Second() > 0 {
		t = t.Truncate(time.Minute).Add(time.Minute)
	}
	return &search{s: s, year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute()}
}

// next returns the next matching minute in wall-clock seconds and moves behind it.
// It is false once the years are over.
func (c *search) next() (int64, bool) {
	for c.nextDay() {
		for hour := c.s.hours.next(c.hour); hour >= 0; hour = c.s.hours.next(hour + 1) {
			if hour != c.hour {
				c.hour, c.minute = hour, 0
			}
			if minute := c.s.minutes.next(c.minute); minute >= 0 {
				c.minute = minute + 1
				return c.looked.start + int64(((c.day-1)*24+hour)*60+minute)*60, true
			}
		}
		c.moveTo(c.year, c.month, c.day+1)
	}
	return 0, false
}

// nextDay moves to the first day at or after the position on which the schedule
// runs.
func (c *search) nextDay() bool {
	for {
		year := c.s.years.next(c.year-firstYear) + firstYear
		if year < firstYear {
			return false
		}
		if year != c.year {
			c.moveTo(year, 1, 1)
		}
		month := c.s.months.next(c.month)
		if month < 0 {
			c.moveTo(c.year+1, 1, 1)
			continue
		}
		if month != c.month {
			c.moveTo(c.year, month, 1)
		}
		day := c.inMonth().runDays.next(c.day)
		if day < 0 {
			c.moveTo(c.year, c.month+1, 1)
			continue
		}
		if day != c.day {
			c.moveTo(c.year, c.month, day)
		}
		return true
	}
}

// moveTo sets the position to the beginning of a day.
func (c *search) moveTo(year, month, day int) {
	c.year, c.month, c.day, c.hour, c.minute = year, month, day, 0, 0
}

// A month is what a search keeps of the month it is in.
type month struct {
	year, month int
	start       int64 // wall-clock seconds
	runDays     set
}

func (c *search) inMonth() *month {
	if c.looked.year != c.year || c.looked.month != c.month {
		start := time.Date(c.year, time.Month(c.month), 1, 0, 0, 0, 0, time.UTC)
		c.looked = month{c.year, c.month, start.Unix(), c.s.days.in(c.year, time.Month(c.month))}
	}
	return &c.looked
}
