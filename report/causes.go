package report

import (
	"cmp"
	"maps"
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
// stands for, or all causes of one rule and severity.
type causeRow struct {
	rule      finding.Rule
	severity  finding.Severity // the worst of its findings
	face      finding.Finding  // speaks for the row; without evidence
	causes    int
	resources int      // that fail because of it
	members   []member // the first of them, at most maxMembers; of several causes that have members, the causes
	listed    int      // how many members there would be
	last      string   // ARN of the resource that was counted last
}

// A member is a resource that a row names.
type member struct {
	name, account, region string
	resources             int // that fail because of it
}

// maxMembers is how many resources of a cause are kept by name: at least as many
// as any format prints.
const maxMembers = 50

func memberOf(f *finding.Finding) member {
	return member{name: nameOf(f), account: f.Account, region: f.Region, resources: 1}
}

// memberAt is what an ARN tells: arn:partition:service:region:account:…/name.
func memberAt(arn string) member {
	m := member{name: arn[strings.LastIndexByte(arn, '/')+1:], resources: 1}
	if fields := strings.SplitN(arn, ":", 6); len(fields) == 6 {
		m.region, m.account = fields[3], fields[4]
	}
	return m
}

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
	r.listed++
	if len(r.members) < maxMembers {
		r.members = append(r.members, memberOf(f))
	}
}

// end lets each face say itself what it stands for.
func (c *causes) end() {
	for _, row := range c.shared {
		members := row.face.Members
		if len(members) == 0 {
			continue
		}
		row.resources, row.listed, row.members = len(members), len(members), nil
		for _, arn := range members[:min(len(members), maxMembers)] {
			row.members = append(row.members, memberAt(arn))
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
	return namesOf(row.members), row.resources
}

// rows lists the causes, worst first. Those of one rule and severity share a row:
// they are mended in the same way.
func (c *causes) rows() []*causeRow {
	rows := slices.AppendSeq(slices.Collect(maps.Values(c.single)), maps.Values(c.shared))
	slices.SortFunc(rows, compareRows)
	alike := map[singleKey]*causeRow{}
	var merged []*causeRow
	for _, r := range rows {
		key := singleKey{r.rule.ID, r.severity}
		if alike[key] == nil {
			row := *r
			alike[key] = &row
			merged = append(merged, &row)
			continue
		}
		alike[key].merge(r)
	}
	slices.SortFunc(merged, compareRows)
	return merged
}

func compareRows(a, b *causeRow) int {
	return cmp.Or(
		cmp.Compare(rank(a.severity), rank(b.severity)),
		cmp.Compare(b.resources, a.resources),
		cmp.Compare(a.rule.ID, b.rule.ID),
		cmp.Compare(a.face.ARN, b.face.ARN),
		cmp.Compare(a.face.Cause, b.face.Cause))
}

// merge takes the causes of another row in. What stood for its members stands in
// the list from now on, since each is mended by itself.
func (r *causeRow) merge(other *causeRow) {
	r.members = append(slices.Clone(r.each()), other.each()...)
	r.members = r.members[:min(len(r.members), maxMembers)]
	r.listed = r.entries() + other.entries()
	r.causes += other.causes
	r.resources += other.resources
}

// each lists a row's causes: those that stand for themselves, or the face.
func (r *causeRow) each() []member {
	if r.causes > 1 || !shared(&r.face) {
		return r.members
	}
	m := memberOf(&r.face)
	m.resources = r.resources
	return []member{m}
}

func (r *causeRow) entries() int {
	if r.causes > 1 || !shared(&r.face) {
		return r.listed
	}
	return 1
}
