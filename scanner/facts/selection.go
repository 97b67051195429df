package facts

import (
	"cmp"
	"slices"
	"strings"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// maxNames bounds the tables that a fact names.
const maxNames = 20

// countedTables are the facts of a selection that count tables.
var countedTables = []string{"only_by_wildcard", "perhaps_only_by_wildcard", "skipped_by_opt_in", "skipped_by_tag", "skipped_by_type", "skipped_perhaps",
	"skipped_tables", "tables_ambiguous", "tables_covered"}

// A matched is what one selection says of a table.
type matched struct {
	*selected
	selection.Match
}

// tally is what a selection came to, table by table.
type selectionTally struct {
	Selection          // counts alone
	names     []string // of skipped tables
}

// noteSelections tells the selections what became of a table.
func (s *shard) noteSelections(t *snapshot.Table, p *protection) {
	for i := range p.matches {
		if m := &p.matches[i]; m.Verdict == selection.Ambiguous && p.proven(m.BackupPlanId) {
			m.Verdict = selection.Yes
		}
	}
	for _, m := range p.matches {
		m.cover(t.TableArn)
		m.tally.trap(m.Match, p)
		if !p.covered(selection.Yes) {
			m.tally.skip(s, m, t, p)
		}
	}
}

// covered reports whether some plan has this verdict.
func (p *protection) covered(verdict selection.Verdict) bool {
	return slices.ContainsFunc(p.covers, func(c cover) bool { return c.verdict == verdict })
}

func (p *protection) proven(plan string) bool {
	return slices.ContainsFunc(p.covers, func(c cover) bool { return c.proven && c.plan.BackupPlanId == plan })
}

func (m matched) cover(table string) {
	switch m.Verdict {
	case selection.Yes:
		m.tally.TablesCovered++
	case selection.Ambiguous:
		m.tally.TablesAmbiguous++
	default:
		return
	}
	m.serves = append(m.serves, table)
}

// trap counts a table that nothing but a wildcard beside ListOfTags covers.
func (t *selectionTally) trap(m selection.Match, p *protection) {
	if !m.OnlyByWildcard && !m.PerhapsOnlyByWildcard {
		return
	}
	certain := m.OnlyByWildcard && m.Verdict == selection.Yes
	for _, other := range p.matches {
		switch {
		case other.OnlyByWildcard:
		case other.PerhapsOnlyByWildcard:
			certain = false
		case other.Verdict == selection.Yes:
			return
		case other.Verdict == selection.Ambiguous:
			certain = false
		}
	}
	t.OnlyByWildcard += one(certain)
	t.PerhapsOnlyByWildcard += one(!certain)
}

// skip counts a table that no selection covers for certain, and that this one is
// meant to.
func (t *selectionTally) skip(s *shard, m matched, row *snapshot.Table, p *protection) {
	restoreTest := row.RestoreSummary != nil && strings.HasPrefix(row.TableName, selection.RestoreTest)
	var count *int
	switch {
	case restoreTest:
		return
	case m.Verdict == selection.OptedOut:
		count = &t.SkippedByOptIn
	case m.Verdict == selection.Excluded:
		count = &t.SkippedByTag
	case m.Verdict == selection.No && m.PerhapsBrought && (asRestoreTest(m.Excluded) || excludesTables(m.Excluded) && meant(m.Why, row.TableArn)),
		m.Verdict == selection.No && len(m.OptInWouldTell) > 0:
		t.SkippedPerhaps++
		return
	case m.Verdict == selection.No && excludesTables(m.Excluded) && meant(m.Why, row.TableArn):
		count = &t.SkippedByType
	default:
		return
	}
	if p.covered(selection.Ambiguous) {
		t.SkippedPerhaps++
		return
	}
	*count++
	if len(t.names) < maxNames {
		t.names = append(t.names, row.TableName)
	}
}

// asRestoreTest reports whether a Match names the tag or name of a restore test.
func asRestoreTest(excluded string) bool {
	return strings.HasSuffix(excluded, " "+selection.RestoreTest)
}

// excludesTables reports whether an entry of NotResources, as a Match names it,
// takes out all tables, whatever their names.
func excludesTables(entry string) bool {
	text, ok := strings.CutPrefix(entry, "NotResources ")
	if !ok || !strings.HasSuffix(text, "*") {
		return false
	}
	fields := strings.SplitN(text, ":", 6)
	if len(fields) < 6 {
		return true // "*", "arn:aws:dynamodb:*"
	}
	return fields[3] == "*" && (fields[5] == "*" || fields[5] == "table/*")
}

// meant reports whether a table was named, or tagged, to be covered: "*" means
// nobody in particular.
func meant(why []string, table string) bool {
	return slices.ContainsFunc(why, func(w string) bool {
		return w == "Resources "+table || strings.HasPrefix(w, "ListOfTags ")
	})
}

// selections returns a subject for each selection of the plans in force.
func (s *shard) selections() []*Subject {
	var all []*Subject
	for _, p := range s.plans {
		for _, sel := range p.selections {
			all = append(all, s.selectionSubject(p, sel))
		}
	}
	return all
}

func (s *shard) selectionSubject(p *plan, sel *selected) *Subject {
	arn := p.BackupPlanArn + "/selection/" + sel.SelectionId
	subject := s.subject(KindSelection, arn, cmp.Or(p.BackupPlanName, p.BackupPlanId)+"/"+cmp.Or(sel.SelectionName, sel.SelectionId))
	facts := sel.tally.Selection
	facts.BackupPlanArn, facts.BackupPlanName, facts.IamRoleArn = p.BackupPlanArn, p.BackupPlanName, sel.IamRoleArn
	facts.SelectionId, facts.SelectionName = sel.SelectionId, sel.SelectionName
	facts.Resources, facts.NotResources = orEmpty(sel.Resources), orEmpty(sel.NotResources)
	facts.ListOfTags, facts.Conditions = listed(sel.ListOfTags), conditions(sel.Conditions)
	facts.WildcardBesideTags = len(sel.ListOfTags) > 0 && slices.ContainsFunc(sel.Resources, mayMatchTables)
	facts.NamedTables, facts.Dead = s.dead(sel.BackupSelection)
	facts.SkippedTables = orEmpty(sel.tally.names)
	subject.Selection = &facts
	subject.Serves = sel.serves
	get := s.calls.about(opGetSelection, sel.SelectionId)
	subject.cite("", get)
	subject.cite("dead", get, s.calls.of(opListTables))
	for _, path := range countedTables {
		subject.cite(path, get, s.calls.of(opTags), s.calls.of(opRegionSettings))
	}
	s.hide(subject, about{tags: s.tagsCount(),
		optInSomewhere: s.someTable(func(p *protection) bool { return p.optIn }), unprovenSomewhere: s.someTable((*protection).unproven)})
	if slices.ContainsFunc(facts.Dead, func(d DeadEntry) bool { return d.Why == "no_table" }) {
		s.hideLimited(subject, []string{"dead"})
	}
	return subject
}

// mayMatchTables reports whether a pattern with a wildcard could match a table.
func mayMatchTables(pattern string) bool {
	fields := strings.SplitN(pattern, ":", 4)
	return strings.Contains(pattern, "*") && (len(fields) < 3 || strings.Contains(fields[2], "*") || fields[2] == "dynamodb")
}

func listed(tags []snapshot.Condition) []string {
	list := []string{}
	for _, t := range tags {
		list = append(list, t.ConditionKey+"="+t.ConditionValue)
	}
	return list
}

func conditions(c *snapshot.Conditions) []string {
	list := []string{}
	if c == nil {
		return list
	}
	for _, operator := range []struct {
		name    string
		entries []snapshot.ConditionParameter
	}{
		{"StringEquals", c.StringEquals}, {"StringLike", c.StringLike}, {"StringNotEquals", c.StringNotEquals}, {"StringNotLike", c.StringNotLike},
	} {
		for _, e := range operator.entries {
			list = append(list, operator.name+" "+e.ConditionKey+"="+e.ConditionValue)
		}
	}
	return list
}
