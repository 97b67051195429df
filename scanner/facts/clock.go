package facts

import "time"

const day = 24 * time.Hour

// since is the whole number of units between two times, floored; what lies
// after now is 0 units old, since a scan takes minutes.
func since(now time.Time, then *time.Time, unit time.Duration) *int {
	if then == nil {
		return nil
	}
	n := max(0, int(now.Sub(*then)/unit))
	return &n
}

// earliest ignores times that are absent; all absent is nil.
func earliest(times ...*time.Time) *time.Time {
	var first *time.Time
	for _, t := range times {
		if t != nil && (first == nil || t.Before(*first)) {
			first = t
		}
	}
	return first
}

// latest ignores times that are absent; all absent is nil.
func latest(times ...*time.Time) *time.Time {
	var last *time.Time
	for _, t := range times {
		if t != nil && (last == nil || t.After(*last)) {
			last = t
		}
	}
	return last
}

// before is false where either time is absent.
func before(a, b *time.Time) bool { return a != nil && b != nil && a.Before(*b) }
