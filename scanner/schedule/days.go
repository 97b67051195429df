package schedule

import (
	"fmt"
	"strings"
	"time"
)

// days says on which days of a month a schedule runs: by day of month or by day
// of week, of which AWS takes exactly one. At most one of the special forms is
// set; otherwise listed holds.
type days struct {
	ofWeek bool // by day of week
	listed set  // 1-31, or 1-7 where ofWeek (1 is Sunday)

	last        bool // L: the last day of the month
	lastWeekday bool // LW: the last Monday to Friday of the month
	nearest     int  // 15W: the Monday to Friday nearest to the 15th, in the same month
	lastOf      int  // 6L: the last Friday of the month
	nth, nthOf  int  // 3#2: the second Tuesday; nth is 2, nthOf is 3
}

// readDays reads day-of-month and day-of-week, exactly one of which must be "?".
func (s *Schedule) readDays(ofMonth, ofWeek string) (err error) {
	if (ofMonth == "?") == (ofWeek == "?") {
		return fmt.Errorf("day-of-month %q and day-of-week %q: exactly one of them must be ?", ofMonth, ofWeek)
	}
	if ofWeek == "?" {
		s.days, err = s.readDaysOfMonth(ofMonth)
	} else {
		s.days, err = s.readDaysOfWeek(ofWeek)
	}
	return err
}

func (s *Schedule) readDaysOfMonth(text string) (d days, err error) {
	switch day, nearest := strings.CutSuffix(text, "W"); {
	case text == "L":
		d.last = true
	case text == "LW":
		d.lastWeekday = true
		s.ambiguities = append(s.ambiguities, "LW in day-of-month: AWS documents L and W, not both together; read as the last Monday to Friday of the month")
	case nearest:
		if d.nearest, err = daysOfMonth.value(day); err != nil {
			return d, fmt.Errorf("day-of-month %q: AWS takes %s", text, daysOfMonth.legal)
		}
		if d.nearest > 28 {
			s.ambiguities = append(s.ambiguities, fmt.Sprintf("%s in day-of-month: AWS does not document it for months without day %d; read as no run in those", text, d.nearest))
		}
	default:
		d.listed, err = s.list(daysOfMonth, text)
	}
	return d, err
}

func (s *Schedule) readDaysOfWeek(text string) (d days, err error) {
	d.ofWeek = true
	last, isLast := strings.CutSuffix(text, "L")
	day, nth, isNth := strings.Cut(text, "#")
	switch {
	case text == "L": // the last day of the week
		d.listed.add(7)
	case isLast:
		d.lastOf, err = daysOfWeek.value(last)
	case isNth:
		if d.nthOf, err = daysOfWeek.value(day); err == nil {
			d.nth, err = field{low: 1, high: 5}.value(nth)
		}
	default:
		d.listed, err = s.list(daysOfWeek, text)
		return d, err
	}
	if err != nil {
		return d, fmt.Errorf("day-of-week %q: AWS takes %s", text, daysOfWeek.legal)
	}
	return d, nil
}

// in returns the days of one month, 1-31, on which the schedule runs.
func (d days) in(year int, month time.Month) (runs set) {
	end := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	length := end.Day()
	weekday := func(day int) int { // 1 is Sunday
		return (int(end.Weekday())-(length-day)%7+7)%7 + 1
	}
	switch {
	case d.last:
		runs.add(length)
	case d.lastWeekday:
		runs.add(nearestWeekday(length, length, weekday(length)))
	case d.nearest > length:
	case d.nearest > 0:
		runs.add(nearestWeekday(d.nearest, length, weekday(d.nearest)))
	case d.lastOf > 0:
		runs.add(length - (weekday(length)-d.lastOf+7)%7)
	case d.nth > 0:
		if day := 1 + (d.nthOf-weekday(1)+7)%7 + 7*(d.nth-1); day <= length {
			runs.add(day)
		}
	default:
		for day := 1; day <= length; day++ {
			if d.ofWeek && d.listed.has(weekday(day)) || !d.ofWeek && d.listed.has(day) {
				runs.add(day)
			}
		}
	}
	return runs
}

// nearestWeekday moves a Saturday or Sunday to the nearest Monday to Friday of
// the same month: never across its ends.
func nearestWeekday(day, length, weekday int) int {
	switch {
	case weekday == 7 && day == 1:
		return 3
	case weekday == 7:
		return day - 1
	case weekday == 1 && day == length:
		return day - 2
	case weekday == 1:
		return day + 1
	}
	return day
}
