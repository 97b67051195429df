package schedule

import "time"

// A Gap is a time without a run. Length is To − From less what a clock change of
// the runs' own zone added to it, at most an hour: "every day at 05:00" has 25
// hours once a year, and still is daily.
type Gap struct {
	From, To time.Time
	Length   time.Duration
}

// LongestGap finds the longest time without a run in [from, until], which are the
// bounds that the runs were listed for; runs are sorted by time. The times from
// the lower bound to the first run and from the last run to the upper bound count
// too: so a schedule that begins later or ends earlier shows. It is false with
// fewer than two runs.
//
// A pair of runs is granted what their zones set the clock back between them, the
// smaller of the two where the zones differ, and an hour at most. A clock set
// forward grants nothing: it shortens gaps, and where it skips a run, the time
// without a backup is real. A further run never makes the longest gap longer: two
// consecutive runs count as no longer than a pair around them does after its grant.
func LongestGap(runs []Run, from, until time.Time) (Gap, bool) {
	if len(runs) < 2 {
		return Gap{}, false
	}
	ends := make([]end, 0, len(runs)+2)
	ends = append(ends, end{at: from, bound: true})
	for _, r := range runs {
		ends = append(ends, end{at: r.At, zone: r.Zone})
	}
	ends = append(ends, end{at: until, bound: true})
	var longest Gap
	for i := 1; i < len(ends); i++ {
		if ends[i].at.Sub(ends[i-1].at) <= longest.Length {
			continue
		}
		if length := granted(ends, i); length > longest.Length {
			longest = Gap{From: ends[i-1].at, To: ends[i].at, Length: length}
		}
	}
	return longest, true
}

// An end of a gap is a run, or a bound of the time that was looked at, which goes
// by the zone of the other end.
type end struct {
	at    time.Time
	zone  *time.Location // nil: its clock never changes
	bound bool
}

// maxGrant is the most that a clock change excuses.
const maxGrant = time.Hour

// granted returns the length of the gap before ends[i]: the least that any pair
// around it comes to after its grant. Only pairs less than maxGrant wider can be
// less.
func granted(ends []end, i int) time.Duration {
	least := ends[i].at.Sub(ends[i-1].at)
	for a := i - 1; a >= 0 && ends[i-1].at.Sub(ends[a].at) < maxGrant; a-- {
		for b := i; b < len(ends) && ends[b].at.Sub(ends[i].at) < maxGrant; b++ {
			least = min(least, ends[b].at.Sub(ends[a].at)-grant(ends[a], ends[b]))
		}
	}
	return least
}

// grant is what the zones of both ends set the clock back between them.
func grant(a, b end) time.Duration {
	if a.bound && b.bound {
		return 0
	}
	grant := maxGrant
	for _, e := range []end{a, b} {
		if !e.bound {
			grant = min(grant, setBack(e.zone, a.at, b.at))
		}
	}
	return grant
}

func setBack(zone *time.Location, from, to time.Time) time.Duration {
	if zone == nil {
		return 0
	}
	_, before := from.In(zone).Zone()
	_, after := to.In(zone).Zone()
	return max(0, time.Duration(before-after)*time.Second)
}
