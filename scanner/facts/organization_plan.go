package facts

import (
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// elsewhere adds what a plan of the organization covers in the account's other
// Regions. It is the same plan there, by its name, and no failure where it covers
// nothing in one of them.
func (a *account) elsewhere(s *shard, p *plan, rule int, subject *Subject) {
	if !p.organizational() {
		return
	}
	facts := subject.PlanRule
	for _, far := range a.shards {
		if far == s {
			continue
		}
		for _, twin := range far.plans {
			if !twin.organizational() || twin.BackupPlanName != p.BackupPlanName {
				continue
			}
			facts.JudgedElsewhere = facts.JudgedElsewhere || strings.Compare(far.header.Region, s.header.Region) < 0
			if i := slices.IndexFunc(twin.rules, func(r *planRule) bool { return r.row.RuleName == p.rules[rule].row.RuleName }); i >= 0 {
				facts.CoveredElsewhere += twin.rules[i].yes
				facts.AmbiguousElsewhere += twin.rules[i].ambiguous
			}
		}
		for _, g := range far.gaps {
			if far.hidesCoverage(g) {
				subject.hidePaths(g, elsewhere)
			}
		}
	}
}

// hidesCoverage reports whether a gap may hide what plans there are, or what one
// of them covers.
func (s *shard) hidesCoverage(g snapshot.Gap) bool {
	return slices.ContainsFunc(s.holesOf(g), func(h hole) bool {
		return h.kind == KindPlanRule && (h.unlisted || slices.Contains(h.paths, "tables_covered"))
	})
}
