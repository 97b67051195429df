package facts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/schedule"
)

// coverageBy returns what a set of plans does together, which many tables share.
// Nothing in it may be changed.
func (s *shard) coverageBy(plans []*plan) Coverage {
	var key strings.Builder
	for _, p := range plans {
		key.WriteString(p.BackupPlanId + "\x00")
	}
	known, ok := s.coverages[key.String()]
	if !ok {
		known = s.union(plans)
		s.coverages[key.String()] = known
	}
	return known
}

// A merged plan is a plan with the runs that really make a backup.
type merged struct {
	*plan
	runs        []schedule.Run
	ambiguities []string // of merging
}

// union computes the runs of several plans together, and what is left of them at
// each age.
func (s *shard) union(plans []*plan) Coverage {
	c := Coverage{Covered: len(plans) > 0, Ambiguities: []string{}, Warnings: []string{}, RetentionSteps: []RetentionStep{}}
	if len(plans) == 0 {
		return c
	}
	from := s.header.CollectedAt
	until := from.Add(schedule.Horizon)
	var all, certain []merged
	var rules []*planRule
	for _, p := range plans {
		m := merged{plan: p}
		m.runs, m.ambiguities = p.runs(from, until)
		ambiguities, warnings := m.remarks()
		c.Ambiguities, c.Warnings = appendNew(c.Ambiguities, ambiguities...), appendNew(c.Warnings, warnings...)
		all, rules = append(all, m), append(rules, p.rules...)
		if len(ambiguities) == 0 {
			certain = append(certain, m)
		}
	}
	for _, r := range rules {
		c.StartWindowMinutes = max(c.StartWindowMinutes, minutes(r.start))
	}
	copies := s.advanced() != nil && *s.advanced()
	c.LongestGapMinutes = longestGap(kept(all, 1, copies), from, until)
	c.Fires = c.LongestGapMinutes != nil
	c.RetentionSteps = steps(all, copies, from, until)
	// What is ambiguous does not decide where the other plans do as well alone.
	if len(c.Ambiguities) > 0 && equal(c.LongestGapMinutes, longestGap(kept(certain, 1, copies), from, until)) &&
		slices.EqualFunc(c.RetentionSteps, steps(certain, copies, from, until), RetentionStep.equal) {
		c.Ambiguities = []string{}
	}
	c.Cause = nearestToDaily(rules)
	c.RetentionCause, c.ColdAfterDays = longestKept(rules, copies)
	return c
}

// remarks are what AWS does not document about a plan and its schedules, and what
// readers of the schedules may not expect.
func (m merged) remarks() (ambiguities, warnings []string) {
	for _, a := range m.ambiguities {
		ambiguities = append(ambiguities, "plan "+cmp.Or(m.BackupPlanName, m.BackupPlanId)+": "+a)
	}
	for _, r := range m.rules {
		prefix := "rule " + r.row.RuleName + ": "
		for _, a := range r.schedule.Ambiguities {
			ambiguities = append(ambiguities, prefix+a)
		}
		for _, w := range r.schedule.Warnings {
			warnings = append(warnings, prefix+w)
		}
		if r.schedule.Error != "" { // AWS took it, so it means something
			ambiguities = append(ambiguities, prefix+r.schedule.Error)
		}
	}
	return ambiguities, warnings
}

// kept are the runs of which a backup still exists at an age in days.
func kept(plans []merged, age int, copies bool) []schedule.Run {
	var all [][]schedule.Run
	for _, p := range plans {
		all = append(all, slices.DeleteFunc(slices.Clone(p.runs), func(run schedule.Run) bool {
			return p.rules[run.Rule].reach(copies) < age
		}))
	}
	return schedule.Union(all...)
}

// reach is the age up to which a backup of this rule exists, itself or, where
// copies are made, as a copy.
func (r *planRule) reach(copies bool) int {
	days := r.retention.reach()
	if copies {
		for _, c := range r.copies {
			days = max(days, c.Retention.reach())
		}
	}
	return days
}

// steps cuts the ages at each retention of a rule or copy: in between, the same
// runs exist.
func steps(plans []merged, copies bool, from, until time.Time) []RetentionStep {
	var ages []int
	bySource := 0
	for _, p := range plans {
		for _, r := range p.rules {
			ages = append(ages, r.retention.reach(), r.reach(copies))
			bySource = max(bySource, r.retention.reach())
			for _, c := range r.copies {
				if copies && c.Retention.reach() > r.retention.reach() {
					ages = append(ages, c.Retention.reach())
				}
			}
		}
	}
	slices.Sort(ages)
	list := []RetentionStep{}
	begin := 0
	for _, age := range slices.Compact(ages) {
		if age == 0 {
			continue
		}
		step := RetentionStep{
			FromDays: begin, LongestGapMinutes: longestGap(kept(plans, age, copies), from, until),
			ForEver: age == forEver, ByCopy: age > bySource,
		}
		if !step.ForEver {
			step.ToDays = &age
		}
		list = append(list, step)
		begin = age
	}
	return list
}

func (s RetentionStep) equal(t RetentionStep) bool {
	return s.FromDays == t.FromDays && s.ForEver == t.ForEver && s.ByCopy == t.ByCopy &&
		equal(s.ToDays, t.ToDays) && equal(s.LongestGapMinutes, t.LongestGapMinutes)
}

func equal(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// nearestToDaily is the ARN of the rule with the shortest longest gap; empty
// where there is no rule.
func nearestToDaily(rules []*planRule) string {
	if len(rules) == 0 {
		return ""
	}
	best := slices.MinFunc(rules, func(a, b *planRule) int {
		return cmp.Or(cmp.Compare(gapOrForEver(a), gapOrForEver(b)), cmp.Compare(a.arn, b.arn))
	})
	return best.arn
}

func gapOrForEver(r *planRule) int {
	if r.schedule.LongestGapMinutes == nil {
		return forEver
	}
	return *r.schedule.LongestGapMinutes
}

// longestKept is the ARN of the rule that keeps longest, and the earliest move to
// cold storage among all that keep as long.
func longestKept(rules []*planRule, copies bool) (cause string, cold *int) {
	longest := 0
	for _, r := range rules {
		longest = max(longest, r.reach(copies))
	}
	for _, r := range rules {
		if r.reach(copies) < longest {
			continue
		}
		if cause == "" || r.arn < cause {
			cause = r.arn
		}
		if r.retention.reach() == longest {
			cold = smaller(cold, r.retention.MoveToColdStorageAfterDays)
		}
		for _, c := range r.copies {
			if copies && c.Retention.reach() == longest {
				cold = smaller(cold, c.Retention.MoveToColdStorageAfterDays)
			}
		}
	}
	return cause, cold
}

func smaller(a, b *int) *int {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// firstRun is the plan's first run after a time, and at or before now.
func (p *plan) firstRun(after, now time.Time) *time.Time {
	for _, days := range []time.Duration{2, 35, 400} {
		until := after.Add(days * day)
		if until.After(now) {
			until = now.Add(1)
		}
		runs, _ := p.runs(after.Add(1), until)
		if len(runs) > 0 {
			return &runs[0].At
		}
		if until.After(now) {
			return nil
		}
	}
	return nil
}
