package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// DefaultStartWindow is AWS Backup's start window where a rule names none.
const DefaultStartWindow = 8 * time.Hour

// A Rule is what decides about the runs of one rule of a backup plan.
type Rule struct {
	Name        string        // for messages
	Schedule    *Schedule     // nil: it never runs
	StartWindow time.Duration // 0: DefaultStartWindow
	KeptDays    int           // 0 or less: for ever
}

// A Run is one run of a rule that makes a backup.
type Run struct {
	At   time.Time      // in UTC
	Rule int            // index in the rules that were merged
	Zone *time.Location // of the rule's schedule
}

// Merge returns the runs in [from, to) of one plan's rules that really make a
// backup, sorted by time. Where the start windows [run, run + StartWindow) of two
// rules overlap, AWS Backup makes the backup of the rule that keeps longer, and
// none for the other:
// https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html#plan-options-and-configuration-overlap
//
// AWS does not document which of two rules that keep equally long wins, nor
// whether a run that gives way still displaces a third rule's. Read here: the
// rule that stands first in the plan wins, and it does. The ambiguities say so
// where another reading has another longest gap at some age of the backups.
func Merge(rules []Rule, from, to time.Time) (runs []Run, ambiguities []string) {
	m := merger{rules: rules, from: from, to: to}
	margin := time.Duration(0)
	for _, r := range rules {
		margin = max(margin, min(r.window(), Horizon))
	}
	for _, r := range rules {
		var scheduled []time.Time
		if r.Schedule != nil {
			scheduled = r.Schedule.Between(from.Add(-margin), to.Add(margin))
		}
		m.scheduled = append(m.scheduled, scheduled)
	}
	runs = m.runs(reading{})
	if a, b, ok := m.equals(); ok && m.differ(runs, m.runs(reading{lastWins: true})) {
		ambiguities = append(ambiguities, fmt.Sprintf("rules %s and %s keep equally long and their start windows overlap: AWS does not document which of them runs",
			rules[a].Name, rules[b].Name))
	}
	if len(rules) > 2 && m.differ(runs, m.runs(reading{standing: true})) {
		ambiguities = append(ambiguities, "start windows of more than two rules overlap: AWS does not document whether a run that gives way to a longer retention still displaces others")
	}
	return runs, ambiguities
}

// Union joins the runs of several plans, sorted by time. Each Rule stays the index
// in its own plan.
func Union(plans ...[]Run) []Run {
	all := slices.Concat(plans...)
	slices.SortStableFunc(all, func(a, b Run) int { return a.At.Compare(b.At) })
	return all
}

func (r Rule) window() time.Duration {
	if r.StartWindow <= 0 {
		return DefaultStartWindow
	}
	return r.StartWindow
}

// A reading is one way to understand what AWS leaves open.
type reading struct {
	lastWins bool // of rules that keep equally long, the last wins, not the first
	standing bool // only runs that make a backup displace others
}

type merger struct {
	rules     []Rule
	from, to  time.Time
	scheduled [][]time.Time // by rule, a start window wider than [from, to)
}

// runs merges under one reading: rule by rule, the strongest first, each run
// stands unless the window of a stronger rule's run overlaps its own.
func (m *merger) runs(how reading) (runs []Run) {
	order := make([]int, len(m.rules))
	for i := range order {
		order[i] = i
	}
	if how.lastWins {
		slices.Reverse(order)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.rank(b), m.rank(a)) })
	displacing := slices.Clone(m.scheduled)
	for n, i := range order {
		stands := m.scheduled[i]
		for _, j := range order[:n] {
			stands = unopposed(stands, m.rules[i].window(), displacing[j], m.rules[j].window())
		}
		if how.standing {
			displacing[i] = stands
		}
		for _, at := range stands {
			if !at.Before(m.from) && at.Before(m.to) {
				runs = append(runs, Run{At: at, Rule: i, Zone: m.rules[i].Schedule.Zone()})
			}
		}
	}
	return Union(runs)
}

// rank is what decides between rules: days kept, for ever above all.
func (m *merger) rank(rule int) int {
	if kept := m.rules[rule].KeptDays; kept > 0 {
		return kept
	}
	return int(^uint(0) >> 1)
}

// unopposed returns the runs whose window overlaps none of the stronger rule's. Both
// are sorted.
func unopposed(runs []time.Time, window time.Duration, stronger []time.Time, strongerWindow time.Duration) (left []time.Time) {
	k := 0
	for _, at := range runs {
		for k < len(stronger) && !stronger[k].Add(strongerWindow).After(at) {
			k++ // closed before this run's window opens
		}
		if k == len(stronger) || !stronger[k].Before(at.Add(window)) {
			left = append(left, at)
		}
	}
	return left
}

// equals finds two rules that keep equally long and whose windows overlap.
func (m *merger) equals() (a, b int, ok bool) {
	for b := range m.rules {
		for a := range b {
			if m.rank(a) == m.rank(b) && len(unopposed(m.scheduled[b], m.rules[b].window(), m.scheduled[a], m.rules[a].window())) < len(m.scheduled[b]) {
				return a, b, true
			}
		}
	}
	return 0, 0, false
}

// differ compares what counts in two outcomes: the longest gap among the backups
// that still exist at each age.
func (m *merger) differ(x, y []Run) bool {
	for rule := range m.rules {
		older := func(runs []Run) []Run {
			return slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return m.rank(r.Rule) < m.rank(rule) })
		}
		gapX, okX := LongestGap(older(x), m.from, m.to)
		gapY, okY := LongestGap(older(y), m.from, m.to)
		if okX != okY || gapX.Length != gapY.Length {
			return true
		}
	}
	return false
}
