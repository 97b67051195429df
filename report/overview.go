package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

// An overview is what the reports for people say: causes, the tables in most
// danger, what could not be judged and why, and what was accepted. It is made in
// one pass and its size does not depend on the number of findings that pass.
type overview struct {
	in      *Input
	causes  *causes
	tables  []danger // worst first
	open    []openQuestion
	waivers []waived

	endangered int // tables with at least one failing or unknown finding
}

// danger says how badly one table stands.
type danger struct {
	name, account, region string
	fails                 [len(severities)]int // by rank: critical, high, medium, low
	unknown               int
	causes                [len(severities)][]string // rules by rank, without what another of the table's failures explains
}

// worst are the rules to mend, the worst first.
func (d danger) worst() []string { return slices.Concat(d.causes[:]...) }

// An openQuestion is one reason why verdicts are unknown.
type openQuestion struct {
	operation string // "dynamodb:DescribeContinuousBackups"; empty where no call is to blame
	reason    string // finding.Gap.Reason
	code      string
	doubt     string // where no call is to blame
	regions   []string
	accounts  []string
	questions int      // calls without an answer
	verdicts  int      // unknown findings
	subjects  int      // that these are on
	names     []string // of the first subjects
	last      string   // ARN of the subject that was counted last
	accepted  bool     // an expected_gaps entry explains it
	expected  string   // that entry's reason
}

// waived is what one waiver of one rule covers.
type waived struct {
	rule     string
	waiver   finding.Waiver
	findings int
	names    []string
}

// severities are all of them, the worst first.
var severities = [...]finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}

// rank is a severity's place among severities; a word that is none comes last.
func rank(s finding.Severity) int { return len(severities) - max(s.Rank(), 1) }

func look(in *Input, maxTables int) (*overview, error) {
	o := &overview{in: in}
	c := newCauses(in.Header.Rules)
	questions := newQuestions(in.Gaps)
	accepted := map[string]*waived{}
	worst := ranking{max: maxTables}
	for f, err := range in.Findings() {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		c.add(f)
		worst.add(f)
		switch f.Status {
		case finding.Unknown:
			questions.add(f)
		case finding.Waived:
			addWaived(accepted, f)
		}
	}
	c.end()
	o.causes = c
	o.tables, o.endangered = worst.end()
	o.open = questions.end()
	o.waivers = sortedWaivers(accepted)
	return o, nil
}

// A ranking keeps the worst tables while their findings go by, table by table.
type ranking struct {
	max     int
	arn     string
	current danger
	kept    []danger
	total   int
}

func (r *ranking) add(f *finding.Finding) {
	if f.Subject != facts.KindTable {
		return
	}
	if f.ARN != r.arn || f.Account != r.current.account || f.Region != r.current.region {
		r.close()
		r.arn = f.ARN
		r.current = danger{name: nameOf(f), account: f.Account, region: f.Region}
	}
	switch f.Status {
	case finding.Fail:
		i := rank(f.Severity)
		r.current.fails[i]++
		if len(f.CausedBy) == 0 && !slices.Contains(r.current.causes[i], f.Rule) {
			r.current.causes[i] = append(r.current.causes[i], f.Rule)
		}
	case finding.Unknown:
		r.current.unknown++
	}
}

func (r *ranking) close() {
	if r.current.fails == [len(severities)]int{} && r.current.unknown == 0 {
		return
	}
	r.total++
	i, _ := slices.BinarySearchFunc(r.kept, r.current, func(a, b danger) int {
		if c := a.compare(b); c != 0 {
			return c
		}
		return -1 // behind its equals: first come, first named
	})
	if i >= r.max {
		return
	}
	r.kept = slices.Insert(r.kept, i, r.current)
	r.kept = r.kept[:min(len(r.kept), r.max)]
}

func (r *ranking) end() (worst []danger, total int) {
	r.close()
	return r.kept, r.total
}

// compare orders by the number of critical failures, then of high ones …
func (d danger) compare(other danger) int {
	for i := range d.fails {
		if c := cmp.Compare(other.fails[i], d.fails[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(other.unknown, d.unknown)
}

// questions groups gaps and unknown findings by operation, reason and code, and
// where no call is to blame by what is in doubt. A gap is accepted if each finding that it makes unknown is expected to be; one
// that no finding names is not, and hides nothing from the rules in force.
type questions struct {
	groups map[string]*openQuestion
	gaps   []Gap
	calls  map[string]*named // by snapshot.CallID of a gap
}

// named says which findings name a call.
type named struct{ expected, unexpected bool }

func newQuestions(gaps []Gap) *questions {
	qs := &questions{groups: map[string]*openQuestion{}, gaps: gaps, calls: map[string]*named{}}
	for _, g := range gaps {
		qs.calls[g.ID()] = &named{}
	}
	return qs
}

func (qs *questions) at(q openQuestion) *openQuestion {
	key := strings.Join([]string{q.operation, q.reason, q.code, q.doubt, fmt.Sprint(q.accepted)}, "\x00")
	if qs.groups[key] == nil {
		qs.groups[key] = &q
	}
	return qs.groups[key]
}

func (qs *questions) add(f *finding.Finding) {
	gap := finding.Gap{Reason: "undecided", Message: f.Message}
	if f.Gap != nil {
		gap = *f.Gap
	}
	operation, _, _ := strings.Cut(gap.Call, " ")
	q := openQuestion{operation: operation, reason: gap.Reason, code: gap.Code, accepted: gap.Expected != ""}
	if operation == "" {
		q.doubt = doubtOf(gap.Message)
	}
	if call := qs.calls[gap.Call]; call != nil {
		call.expected = call.expected || q.accepted
		call.unexpected = call.unexpected || !q.accepted
	}
	at := qs.at(q)
	at.verdicts++
	at.expected = cmp.Or(at.expected, gap.Expected)
	at.place(f.Account, f.Region)
	if f.ARN != at.last || at.subjects == 0 {
		at.last = f.ARN
		at.subjects++
		if len(at.names) < maxMembers {
			at.names = append(at.names, nameOf(f))
		}
	}
}

// doubtOf is what several rules doubt together: their messages say first what it
// means for each, as in "may be in no backup plan: …".
func doubtOf(message string) string {
	if _, doubt, ok := strings.Cut(message, ": "); ok {
		return doubt
	}
	return message
}

// end adds the gaps themselves to the groups and sorts these, those first that
// hide most.
func (qs *questions) end() []openQuestion {
	for _, g := range qs.gaps {
		call := qs.calls[g.ID()]
		at := qs.at(openQuestion{operation: g.Operation, reason: string(g.Reason), code: g.Code, accepted: call.expected && !call.unexpected})
		at.questions++
		at.place(g.Account, g.Region)
	}
	var all []openQuestion
	for _, q := range qs.groups {
		all = append(all, *q)
	}
	slices.SortFunc(all, func(a, b openQuestion) int {
		return cmp.Or(
			cmp.Compare(b.verdicts, a.verdicts), cmp.Compare(b.questions, a.questions),
			cmp.Compare(a.operation, b.operation), cmp.Compare(a.reason, b.reason),
			cmp.Compare(a.code, b.code), cmp.Compare(a.doubt, b.doubt), strings.Compare(fmt.Sprint(a.accepted), fmt.Sprint(b.accepted)))
	})
	return all
}

func (q *openQuestion) place(account, region string) {
	if i, found := slices.BinarySearch(q.regions, region); !found && region != "" {
		q.regions = slices.Insert(q.regions, i, region)
	}
	if i, found := slices.BinarySearch(q.accounts, account); !found && account != "" {
		q.accounts = slices.Insert(q.accounts, i, account)
	}
}

// questions are the open ones that an expected_gaps entry explains, or the others.
func (o *overview) questions(accepted bool) []openQuestion {
	var all []openQuestion
	for _, q := range o.open {
		if q.accepted == accepted {
			all = append(all, q)
		}
	}
	return all
}

// permission is the IAM action that would answer a denied question, or "".
// Operations are named like the action that allows them.
func (q *openQuestion) permission() string {
	if q.reason != string(snapshot.Denied) {
		return ""
	}
	return clean(q.operation, maxName)
}

func addWaived(accepted map[string]*waived, f *finding.Finding) {
	waiver := finding.Waiver{}
	if f.Waiver != nil {
		waiver = *f.Waiver
	}
	key := fmt.Sprintf("%s\x00%+v", f.Rule, waiver)
	w := accepted[key]
	if w == nil {
		w = &waived{rule: f.Rule, waiver: waiver}
		accepted[key] = w
	}
	w.findings++
	if len(w.names) < maxMembers {
		w.names = append(w.names, nameOf(f))
	}
}

// sortedWaivers puts those first that end first.
func sortedWaivers(accepted map[string]*waived) []waived {
	var all []waived
	for _, w := range accepted {
		all = append(all, *w)
	}
	slices.SortFunc(all, func(a, b waived) int {
		return cmp.Or(a.waiver.Expires.Compare(b.waiver.Expires), cmp.Compare(a.rule, b.rule),
			cmp.Compare(a.waiver.Ticket, b.waiver.Ticket), cmp.Compare(a.waiver.Reason, b.waiver.Reason),
			cmp.Compare(strings.Join(a.names, "\x00"), strings.Join(b.names, "\x00")))
	})
	return all
}

// nameOf is what people call the subject: its name, else its ARN, else where it is.
func nameOf(f *finding.Finding) string {
	return cmp.Or(f.Name, f.ARN, strings.Trim(f.Account+"/"+f.Region, "/"))
}
