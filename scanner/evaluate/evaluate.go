// Package evaluate judges facts by rules: it loads, checks and compiles policy
// trees, runs every enabled rule on every subject, and makes findings.
//
// The semantics are those of asking each rule about each subject, one after the
// other; docs/architecture.md ("Verdicts") has the table. A rule that errs is
// unknown for that subject, and the others go on. Nothing that could not be read
// becomes a pass.
//
// The speed comes from two observations. A rule is a pure function of the facts
// that it reads, which the compiler knows: so a query is given those facts and
// no others (projection.go), and its answer is kept under their values
// (cache.go). And most tables of an account are in few situations.
package evaluate

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"holdfast/config"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// Settings are what a run may choose. The zero value judges by all rules with
// their defaults.
type Settings struct {
	Config   *config.Config       // rules, parameters, scopes, waivers, expected gaps; nil: config.Default()
	Select   func(id string) bool // further narrows the rules that Config enables; nil: all
	Now      time.Time            // for the expiry of waivers and expected gaps only; zero: time.Now()
	Parallel int                  // workers; 0: one per CPU
	NoCache  bool                 // ask each rule about each subject, giving it all facts: the reference for tests
}

// Rules are the metadata of all rules, sorted by id, those that the engine
// computes included.
func (p *Policy) Rules() []finding.Rule {
	rules := make([]finding.Rule, 0, len(p.byID))
	for _, id := range keysSorted(p.byID) {
		rules = append(rules, p.byID[id])
	}
	return rules
}

// Enabled are the rules that judge under these settings, sorted by id.
func (p *Policy) Enabled(s Settings) []finding.Rule {
	s = s.complete()
	return slices.DeleteFunc(p.Rules(), func(r finding.Rule) bool { return !s.enabled(r) })
}

// Hash is the sha256 of the policy trees, in hexadecimal: names and contents of
// all Rego files, tests included.
func (p *Policy) Hash() string { return p.hash }

// Evaluate judges subjects, which are those of one account, all of them, in any
// order: the replicas of a global table and the tables of a plan rule are judged
// together, so the subjects are held until all have been read. Findings are
// emitted sorted by account, Region, kind, ARN and rule, one at a time.
//
// The error is that of subjects, of emit or of ctx; or a value in the
// configuration that does not fit its parameter; or a malformed answer of a rule
// (a violation without message, a severity that is not declared), with the
// rule's file and line.
func (p *Policy) Evaluate(ctx context.Context, subjects iter.Seq2[*facts.Subject, error], s Settings, emit func(*finding.Finding) error) error {
	s = s.complete()
	run := &run{policy: p, settings: s}
	for subject, err := range subjects {
		if err != nil {
			return err
		}
		run.subjects = append(run.subjects, subject)
	}
	slices.SortStableFunc(run.subjects, compareSubjects)
	if err := run.prepare(); err != nil {
		return err
	}
	if err := run.judge(ctx); err != nil {
		return err
	}
	run.replicas()
	run.waive()
	run.causes()
	run.engine()
	return run.emit(ctx, emit)
}

func (s Settings) complete() Settings {
	if s.Config == nil {
		s.Config = config.Default()
	}
	if s.Now.IsZero() {
		s.Now = time.Now()
	}
	if s.Parallel <= 0 {
		s.Parallel = runtime.GOMAXPROCS(0)
	}
	return s
}

func (s Settings) enabled(r finding.Rule) bool {
	return s.Config.Enabled(r) && (s.Select == nil || s.Select(r.ID))
}

func compareSubjects(a, b *facts.Subject) int {
	for _, c := range []int{
		strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region),
		strings.Compare(a.Kind, b.Kind), strings.Compare(a.ARN, b.ARN),
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}

// A run is one evaluation. judged[i][j] is what entries[kind][j] says of
// subjects[i], where kind is the subject's.
type run struct {
	policy   *Policy
	settings Settings
	subjects []*facts.Subject
	entries  map[string][]entry // enabled rules by kind, sorted by id
	scopes   *scoping
	judged   [][]judgement
	spent    map[*rule]*atomic.Int64 // nanoseconds; see overdrawn
}

// An entry is a rule in force: its severity is that of the configuration.
type entry struct {
	meta       finding.Rule
	overridden bool   // the configuration's severity also overrules that of violations
	rule       *rule  // nil where the engine computes it
	gathers    string // for those: the table rule whose failures it gathers
}

// A judgement is one finding in the making: a verdict, which is shared, and what
// is this subject's own.
type judgement struct {
	*verdict
	scope *string // name; never nil
	note  *note   // nil for most
}

type note struct {
	causedBy []string
	members  []string
	waiver   *finding.Waiver
}

func (j *judgement) noted() *note {
	if j.note == nil {
		j.note = &note{}
	}
	return j.note
}

// explained: another rule's failure on the same subject is its cause.
func (j *judgement) explained() bool { return j.note != nil && len(j.note.causedBy) > 0 }

// stands is the status after waivers.
func (j *judgement) stands() finding.Status {
	if j.note != nil && j.note.waiver != nil {
		return finding.Waived
	}
	return j.status
}

func (r *run) prepare() error {
	r.entries, r.spent = map[string][]entry{}, map[*rule]*atomic.Int64{}
	add := func(e entry) {
		if !r.settings.enabled(e.meta) {
			return
		}
		if severity, set := r.settings.Config.Severity(e.meta); set {
			e.meta.Severity, e.overridden = severity, true
		}
		r.entries[e.meta.Subject] = append(r.entries[e.meta.Subject], e)
	}
	for _, rules := range r.policy.rules {
		for _, rule := range rules {
			add(entry{meta: rule.meta, rule: rule})
			r.spent[rule] = &atomic.Int64{}
		}
	}
	for _, meta := range engineRules() {
		if gathered, known := r.policy.byID[meta.Gathers]; known && r.settings.enabled(gathered) {
			add(entry{meta: meta, gathers: meta.Gathers})
		}
	}
	for _, entries := range r.entries {
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.meta.ID, b.meta.ID) })
	}
	for i, s := range r.subjects {
		if i > 0 && s.Account != r.subjects[0].Account {
			return fmt.Errorf("evaluating %s: its account is not %s; accounts are judged one after the other", s.ARN, r.subjects[0].Account)
		}
		if i > 0 && compareSubjects(r.subjects[i-1], s) == 0 {
			return fmt.Errorf("evaluating %s %s: it is there twice", s.Kind, s.ARN)
		}
		if _, known := r.policy.shapes[s.Kind]; !known {
			return fmt.Errorf("evaluating %s: unknown kind of subject %q", s.ARN, s.Kind)
		}
		if s.Facts() == nil && whole(s) == nil {
			return fmt.Errorf("evaluating %s %s: it has neither facts nor a gap that says why", s.Kind, s.ARN)
		}
	}
	var err error
	r.scopes, err = newScoping(r)
	return err
}
