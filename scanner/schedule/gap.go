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
// smaller of the two where the zones differ. A further run never makes the
// longest gap longer: two consecutive runs count as no longer than a pair around
// them does after its grant.
func LongestGap(runs []Run, from, until time.Time) (Gap, bool) {
	if len(runs) < 2 {
		return Gap{}, false
	}
	ends := make([]Run, 0, len(runs)+2)
	ends = append(ends, Run{At: from, Zone: runs[0].Zone})
	ends = append(ends, runs...)
	ends = append(ends, Run{At: until, Zone: runs[len(runs)-1].Zone})
	var longest Gap
	for i := 1; i < len(ends); i++ {
		if ends[i].At.Sub(ends[i-1].At) <= longest.Length {
			continue
		}
		if length := granted(ends, i); length > longest.Length {
			longest = Gap{From: ends[i-1].At, To: ends[i].At, Length: length}
		}
	}
	return longest, true
}

// maxGrant is the most that a clock change excuses.
const maxGrant = time.Hour

// granted returns the length of the gap before ends[i]: the least that any pair
// around it comes to after its grant. Only pairs less than maxGrant wider can be
// less.
func granted(ends []Run, i int) time.Duration {
	least := ends[i].At.Sub(ends[i-1].At)
	for a := i - 1; a >= 0 && ends[i-1].At.Sub(ends[a].At) < maxGrant; a-- {
		for b := i; b < len(ends) && ends[b].At.Sub(ends[i].At) < maxGrant; b++ {
			least = min(least, ends[b].At.Sub(ends[a].At)-grant(ends[a], ends[b]))
		}
	}
	return least
}

// grant is what both runs' zones set the clock back between them.
func grant(a, b Run) time.Duration {
	return min(setBack(a.Zone, a.At, b.At), setBack(b.Zone, a.At, b.At), maxGrant)
}

func setBack(zone *time.Location, from, to time.Time) time.Duration {
	if zone == nil {
		return 0
	}
	_, before := from.In(zone).Zone()
	_, after := to.In(zone).Zone()
	return max(0, time.Duration(before-after)*time.Second)
}
