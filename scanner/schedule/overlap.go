package schedule

import "time"

// ShortestGap is the shortest time between two runs that follow one another, in
// absolute time; false with fewer than two. Runs are sorted.
func ShortestGap(runs []time.Time) (shortest time.Duration, ok bool) {
	for i := 1; i < len(runs); i++ {
		if gap := runs[i].Sub(runs[i-1]); !ok || gap < shortest {
			shortest, ok = gap, true
		}
	}
	return shortest, ok
}

// Overlap reports whether a start window [run, run + window) of one rule overlaps
// one of another's. Runs are sorted; a window of 0 is DefaultStartWindow.
func Overlap(a []time.Time, window time.Duration, b []time.Time, windowB time.Duration) bool {
	return len(unopposed(a, Rule{StartWindow: window}.window(), b, Rule{StartWindow: windowB}.window())) < len(a)
}
