package evaluate

import (
	"context"
	"iter"
	"slices"

	"holdfast/scanner/facts"
)

// Some verdicts need those of other subjects: a replica's those of its global
// table, a plan rule's those of its tables. So an account is gone through twice.
// The survey judges tables by the few rules that others depend on, and keeps of
// each no more than that; the second pass judges everything and forgets it.
type survey struct {
	gathered map[string]*gathered      // by table rule
	groups   map[string][]*judged      // members of each global table, in order
	good     map[string]*facts.Subject // of each, the first member that is protected
}

// leading says of each rule of tables whether the survey asks it: those whose
// failures engine rules gather, and what may explain them; of the replicas of
// global tables, those that are judged together, too.
func (r *run) leading(replica bool) []bool {
	entries := r.entries[facts.KindTable]
	needed := map[string]bool{}
	for _, meta := range engineRules() {
		if n := r.index(facts.KindTable, meta.Gathers); n >= 0 {
			needed[meta.Gathers] = true
			for _, cause := range entries[n].meta.CausedBy {
				needed[cause] = true
			}
		}
	}
	asked := make([]bool, len(entries))
	for n, e := range entries {
		asked[n] = needed[e.meta.ID] || replica && e.meta.Replicas
	}
	return asked
}

// glance is what the survey takes from one chunk.
type glance struct {
	gathered map[string]*gathered
	replicas []*judged
}

// look goes through all subjects a first time.
func (r *run) look(ctx context.Context, subjects iter.Seq2[*facts.Subject, error]) error {
	r.survey = &survey{gathered: map[string]*gathered{}, groups: map[string][]*judged{}, good: map[string]*facts.Subject{}}
	alone, together := r.leading(false), r.leading(true)
	err := pass(ctx, r, subjects, func(ctx context.Context, w *worker, items []item) (glance, error) {
		seen := glance{gathered: map[string]*gathered{}}
		for _, it := range items {
			r.meet(it.Subject)
			if it.Kind != facts.KindTable {
				continue
			}
			asked := alone
			if it.Group != "" {
				asked = together
			}
			j, err := w.judge(ctx, it, asked)
			if err != nil {
				return seen, err
			}
			if it.Group != "" {
				seen.replicas = append(seen.replicas, j.bare())
				continue
			}
			r.settle(j)
			r.gather(j, seen.gathered)
		}
		return seen, nil
	}, func(seen glance) error {
		for rule, g := range seen.gathered {
			gatheredBy(r.survey.gathered, rule).add(g)
		}
		for _, j := range seen.replicas {
			r.survey.groups[j.Group] = append(r.survey.groups[j.Group], j)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.together()
	if err := r.meetOthers(r.account); err != nil {
		return err
	}
	for _, g := range r.survey.gathered {
		for _, members := range g.failing {
			slices.Sort(members)
		}
	}
	return nil
}

// together judges the replicas of each global table.
func (r *run) together() {
	for group, members := range r.survey.groups {
		for _, j := range members {
			if r.survey.good[group] == nil && r.protected(j) {
				r.survey.good[group] = j.Subject
			}
		}
		for _, j := range members {
			r.settle(j)
			r.gather(j, r.survey.gathered)
		}
	}
	r.survey.groups = nil
}
