package facts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/schedule"
)

// overlaps names the other rules of the plan whose start windows overlap with this
// one's, within the horizon from a time.
func (r *planRule) overlaps(from time.Time) []string {
	names := []string{}
	for _, other := range r.plan.rules {
		if other != r && schedule.Overlap(r.between(from), r.start, other.between(from), other.start) {
			names = append(names, other.row.RuleName)
		}
	}
	slices.Sort(names)
	return names
}

func (r *planRule) between(from time.Time) []time.Time {
	if r.parsed == nil {
		return nil
	}
	return r.parsed.Between(from, from.Add(schedule.Horizon))
}

// collisions are the rules of other plans that may want to start a job for a table
// while this one does: AWS Backup runs one job for a resource at a time, and one
// that waits for too long expires.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
func (s *shard) collisions(r *planRule) []Collision {
	list := []Collision{}
	for _, p := range s.plans {
		if p == r.plan {
			continue
		}
		tables := inBoth(r.plan.covers, p.covers)
		if tables == 0 {
			continue
		}
		for _, other := range p.rules {
			if schedule.Overlap(s.made(r), r.start, s.made(other), other.start) {
				list = append(list, Collision{PlanRule: other.arn, Name: other.name(), Tables: tables})
			}
		}
	}
	slices.SortFunc(list, func(x, y Collision) int { return cmp.Compare(x.PlanRule, y.PlanRule) })
	return list
}

// made are the runs of a rule that make a backup, those that give way to another
// rule of its plan left out.
func (s *shard) made(r *planRule) []time.Time {
	if r.made == nil {
		runs, _ := r.plan.runs(s.header.CollectedAt, s.header.CollectedAt.Add(schedule.Horizon))
		for _, other := range r.plan.rules {
			other.made = []time.Time{}
		}
		for _, run := range runs {
			other := r.plan.rules[run.Rule]
			other.made = append(other.made, run.At)
		}
	}
	return r.made
}

// inBoth counts what two sorted lists have in common.
func inBoth(a, b []string) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch c := strings.Compare(a[0], b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			n, a, b = n+1, a[1:], b[1:]
		}
	}
	return n
}
