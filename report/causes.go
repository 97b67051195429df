package report

import (
	"cmp"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// causes holds what fails by what there is to mend, as finding.Summary counts
// it. One plan rule that runs too seldom fails a hundred tables: that is one
// cause, and the engine's finding about the plan rule speaks for it. Where there
// is none, the first finding that names the cause does. A finding that another
// one on the same subject explains (caused_by) is no cause.
type causes struct {
	rules  map[string]finding.Rule
	shared map[finding.Cause]*causeRow // causes that have a name or members
	single map[singleKey]*causeRow     // the others, by rule

	failing int // failing findings
}

type singleKey struct {
	rule     string
	severity finding.Severity
}

// A causeRow is one line of a report's list of causes: one cause with what it
// stands for, or all causes of one rule that stand for nothing but themselves.
type causeRow struct {
	rule      finding.Rule
	severity  finding.Severity // the worst of its findings
	face      finding.Finding  // speaks for the row; without evidence
	causes    int
	resources int      // that fail because of it
	names     []string // of the first of them, at most maxMembers
	last      string   // ARN of the resource that was counted last
}

// maxMembers is how many resources of a cause are kept by name: at least as many
// as any format prints.
const maxMembers = 50

func newCauses(rules []finding.Rule) *causes {
	c := &causes{
		rules:  make(map[string]finding.Rule, len(rules)),
		shared: map[finding.Cause]*causeRow{},
		single: map[singleKey]*causeRow{},
	}
	for _, r := range rules {
		c.rules[r.ID] = r
	}
	return c
}

func (c *causes) add(f *finding.Finding) {
	if f.Status != finding.Fail {
		return
	}
	c.failing++
	cause, ok := c.of(f)
	if !ok {
		return
	}
	if !shared(f) {
		key := singleKey{f.Rule, f.Severity}
		if c.single[key] == nil {
			c.single[key] = c.newRow(f)
		}
		c.single[key].causes++
		c.single[key].count(f)
		return
	}
	row := c.shared[cause]
	if row == nil {
		row = c.newRow(f)
		row.causes = 1
		c.shared[cause] = row
	}
	if c.rules[f.Rule].Gathers != "" && c.rules[row.face.Rule].Gathers == "" {
		row.rule, row.face = c.rules[f.Rule], withoutEvidence(f)
	}
	row.count(f)
}

func (c *causes) of(f *finding.Finding) (cause finding.Cause, ok bool) {
	return finding.CauseOf(f, c.rules[f.Rule].Gathers)
}

// shared is false for a finding that names no cause and has no members: it
// stands for nothing but itself.
func shared(f *finding.Finding) bool { return f.Cause != "" || len(f.Members) > 0 }

func (c *causes) newRow(f *finding.Finding) *causeRow {
	rule, ok := c.rules[f.Rule]
	if !ok {
		rule = finding.Rule{ID: f.Rule}
	}
	return &causeRow{rule: rule, severity: f.Severity, face: withoutEvidence(f)}
}

func withoutEvidence(f *finding.Finding) finding.Finding {
	slim := *f
	slim.Evidence = nil
	return slim
}

// count takes a finding into the row; those of one subject follow one another.
func (r *causeRow) count(f *finding.Finding) {
	if f.Severity.Compare(r.severity) > 0 {
		r.severity = f.Severity
	}
	if len(f.Members) > 0 || f.ARN == r.last && r.resources > 0 {
		return // a face counts by its members
	}
	r.last = f.ARN
	r.resources++
	if len(r.names) < maxMembers {
		r.names = append(r.names, nameOf(f))
	}
}

// end lets each face say itself what it stands for.
func (c *causes) end() {
	for _, row := range c.shared {
		members := row.face.Members
		if len(members) == 0 {
			continue
		}
		row.resources, row.names = len(members), nil
		for _, arn := range members[:min(len(members), maxMembers)] {
			row.names = append(row.names, arn[strings.LastIndexByte(arn, '/')+1:])
		}
	}
}

// speaks reports whether a finding stands for its cause. It holds after end.
func (c *causes) speaks(f *finding.Finding) bool {
	cause, ok := c.of(f)
	if !ok || f.Status != finding.Fail {
		return false
	}
	if !shared(f) {
		return true
	}
	row := c.shared[cause]
	return row != nil && row.face.Rule == f.Rule && row.face.ARN == f.ARN
}

// membersOf returns the first names of what fails because of the cause that a
// finding speaks for, and how many there are; none for one that fails alone.
func (c *causes) membersOf(f *finding.Finding) (names []string, total int) {
	cause, _ := c.of(f)
	row := c.shared[cause]
	if row == nil || !shared(f) {
		return nil, 0
	}
	return row.names, row.resources
}

// rows lists the causes, worst first.
func (c *causes) rows() []*causeRow {
	var rows []*causeRow
	for _, r := range c.shared {
		rows = append(rows, r)
	}
	for _, r := range c.single {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *causeRow) int {
		return cmp.Or(
			cmp.Compare(rank(a.severity), rank(b.severity)),
			cmp.Compare(b.resources, a.resources),
			cmp.Compare(a.rule.ID, b.rule.ID),
			cmp.Compare(a.face.ARN, b.face.ARN),
			cmp.Compare(a.face.Cause, b.face.Cause))
	})
	return rows
}
