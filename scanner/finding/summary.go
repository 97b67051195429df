package finding

import "slices"

// A tally makes the summary of findings that come in order.
type tally struct {
	summary Summary
	family  map[string]string  // engine rule → the rule whose findings it gathers
	causes  map[Cause]Severity // worst severity of each
	subject *Finding           // the last one's
	worst   Status             // of that subject so far
	digest  *digest
}

// A Cause is what a person mends once. Failures of one rule that name the same
// cause are one, wherever they are; the engine's own finding about that cause
// belongs to them. A failure without a named cause stands for itself.
type Cause struct {
	Rule  string // whose failures they are
	Name  string // Finding.Cause, else the finding's own ARN
	Named bool
}

// CauseOf returns the cause that a failure counts for. ok is false where another
// failure of the same subject explains it: then that one is counted. gathers is
// the Gathers of the finding's rule.
func CauseOf(f *Finding, gathers string) (c Cause, ok bool) {
	if len(f.CausedBy) > 0 {
		return Cause{}, false
	}
	c = Cause{Rule: f.Rule, Name: f.ARN}
	if f.Cause != "" {
		c.Name, c.Named = f.Cause, true
	}
	if gathers != "" {
		c.Rule = gathers
	}
	return c, true
}

func newTally(rules []Rule) *tally {
	t := &tally{
		summary: Summary{Status: map[Status]int{}, Failing: map[Severity]int{}, Causes: map[Severity]int{}, Subjects: map[string]map[Status]int{}},
		family:  map[string]string{}, causes: map[Cause]Severity{}, digest: newDigest(),
	}
	for _, r := range rules {
		if r.Gathers != "" {
			t.family[r.ID] = r.Gathers
		}
	}
	return t
}

func (t *tally) add(f *Finding) {
	t.summary.Findings++
	t.summary.Status[f.Status]++
	t.digest.add(f)
	if t.subject == nil || compareSubject(t.subject, f) != 0 {
		t.endSubject()
		t.worst = f.Status
	}
	t.subject = f
	t.worst = worse(t.worst, f.Status)
	if f.Status == Unknown && (f.Gap == nil || f.Gap.Expected == "") {
		t.summary.Unknown++
	}
	if f.Status == Fail {
		t.fail(f)
	}
}

func (t *tally) fail(f *Finding) {
	t.summary.Failing[f.Severity]++
	c, ok := CauseOf(f, t.family[f.Rule])
	if !ok {
		return
	}
	if held, known := t.causes[c]; !known || f.Severity.Compare(held) > 0 {
		t.causes[c] = f.Severity
	}
}

func (t *tally) endSubject() {
	if t.subject == nil {
		return
	}
	kind := t.subject.Subject
	if t.summary.Subjects[kind] == nil {
		t.summary.Subjects[kind] = map[Status]int{}
	}
	t.summary.Subjects[kind][t.worst]++
}

func (t *tally) end() Summary {
	t.endSubject()
	for _, severity := range t.causes {
		t.summary.Causes[severity]++
	}
	t.summary.Complete = t.summary.Unknown == 0
	t.summary.Digest = t.digest.sum()
	return t.summary
}

// statuses from the best to the worst of a subject's.
var statuses = [...]Status{NotApplicable, Pass, Waived, Unknown, Fail}

func worse(a, b Status) Status {
	if slices.Index(statuses[:], a) < slices.Index(statuses[:], b) {
		return b
	}
	return a
}
