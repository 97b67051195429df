package evaluate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// engine judges plan rules by the tables that name them as cause:
//
//	fail            at least one table's finding fails and names it
//	unknown         none does, but of a table that it serves it is not known;
//	                or the plan rule itself, or which tables it serves, could
//	                not be read
//	pass            it serves tables, and none of the above
//	not_applicable  it serves none
//
// Waived failures of tables count as accepted, so not as failures.
func (r *run) engine(j *judged) {
	for n := range r.entries[j.Kind] {
		e := &r.entries[j.Kind][n]
		if e.gathers == "" {
			continue
		}
		g := gatheredBy(r.survey.gathered, e.gathers)
		made := judgement{verdict: g.verdict(r, j.Subject, e), by: j.scopes[0].bounds[j.Kind][n]}
		if made.status == finding.Fail {
			made.noted().members = g.failing[j.ARN]
		}
		j.all[n] = made
		r.waiveOne(j.Subject, e, &j.all[n])
	}
}

// index is the place of a rule among the entries of a kind, -1 where it is not
// enabled.
func (r *run) index(kind, id string) int {
	return slices.IndexFunc(r.entries[kind], func(e entry) bool { return e.meta.ID == id })
}

// gathered is what one table rule found, by plan rule and by table.
type gathered struct {
	failing map[string][]string // cause → ARNs of tables, sorted in the end
	unknown map[string]*verdict // ARN of table → its verdict
}

// gatheredBy is what a rule found, among all.
func gatheredBy(all map[string]*gathered, rule string) *gathered {
	if all[rule] == nil {
		all[rule] = &gathered{map[string][]string{}, map[string]*verdict{}}
	}
	return all[rule]
}

func (g *gathered) add(more *gathered) {
	for cause, tables := range more.failing {
		g.failing[cause] = append(g.failing[cause], tables...)
	}
	maps.Copy(g.unknown, more.unknown)
}

// gather takes from a table what engine rules need.
func (r *run) gather(j *judged, into map[string]*gathered) {
	for _, meta := range engineRules() {
		n := r.index(facts.KindTable, meta.Gathers)
		if n < 0 {
			continue
		}
		g := gatheredBy(into, meta.Gathers)
		switch found := &j.all[n]; found.stands() {
		case finding.Fail:
			// One that another rule's failure explains says nothing more about its plan
			// rule: a weekday schedule is no lifecycle that is too short. Where it is not
			// known whether it does, neither is this.
			if doubt := r.perhapsExplained(j, n); doubt != nil {
				g.unknown[j.ARN] = doubt
			} else if found.cause != "" && !found.explained() {
				g.failing[found.cause] = append(g.failing[found.cause], j.ARN)
			}
		case finding.Unknown:
			g.unknown[j.ARN] = found.verdict
		}
	}
}

// perhapsExplained is the unknown verdict of a rule whose failure would explain
// this one; nil where there is none.
func (r *run) perhapsExplained(j *judged, n int) *verdict {
	found := &j.all[n]
	if found.standsAlone || found.explained() {
		return nil
	}
	for _, cause := range r.entries[j.Kind][n].meta.CausedBy {
		if k := r.index(j.Kind, cause); k >= 0 && j.all[k].status == finding.Unknown {
			return j.all[k].verdict
		}
	}
	return nil
}

func (g *gathered) verdict(r *run, s *facts.Subject, e *entry) *verdict {
	if gap := whole(s); gap != nil {
		return r.hidden(s, e, []facts.Hidden{*gap})
	}
	if n := len(g.failing[s.ARN]); n > 0 {
		what := "does not back up daily"
		if e.gathers == "table.retention" {
			what = "does not keep backups as long as asked"
		}
		tables := "1 table"
		if n > 1 {
			tables = fmt.Sprintf("%d tables", n)
		}
		return &verdict{status: finding.Fail, message: fmt.Sprintf("%s: %s let down", what, tables), cause: s.ARN}
	}
	for _, arn := range s.Serves {
		if v := g.unknown[arn]; v != nil {
			_, name, _ := strings.Cut(arn, "/")
			seen := *v
			seen.message = fmt.Sprintf("serves %s, of which it is not known: %s", name, v.message)
			return &seen
		}
	}
	if gaps := hides(s, []path{{"tables_covered"}, {"tables_ambiguous"}}); len(gaps) > 0 {
		return r.hidden(s, e, gaps) // it may serve tables that are not known
	}
	if len(s.Serves) == 0 {
		return notApplicable("")
	}
	return &verdict{status: finding.Pass}
}
