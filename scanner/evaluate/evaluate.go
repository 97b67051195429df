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
	Config   *config.Config                                        // rules, parameters, scopes, waivers, expected gaps; nil: config.Default()
	Select   func(id string) bool                                  // further narrows the rules that Config enables; nil: all
	Now      time.Time                                             // for the expiry of waivers and expected gaps only; zero: time.Now()
	Parallel int                                                   // workers; 0: one per CPU
	Accounts []string                                              // all accounts of the run, sorted; nil: the subjects' alone
	Others   func(account string) iter.Seq2[*facts.Subject, error] // subjects of the run's other accounts; nil: there are none
	Partial  bool                                                  // not all tables were read: nothing follows from what is not there
	Keep     int                                                   // subjects held in memory between the two passes; a larger account is read twice; 0: 10,000
	NoCache  bool                                                  // ask each rule about each subject, giving it all facts: the reference for tests
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

// Evaluate judges subjects, which are those of one account, all of them, sorted by
// Region, kind and ARN as facts are. The replicas of a global table and the tables
// of a plan rule are judged together, so it goes through the subjects twice; those
// of a large account are read twice, and never all in memory. Findings are emitted
// sorted by account, Region, kind, ARN and rule, one at a time.
//
// The error is that of subjects, of emit or of ctx; or a value in the
// configuration that does not fit its parameter; or a malformed answer of a rule
// (a violation without message, a severity that is not declared), with the
// rule's file and line; or a rule that does not end.
func (p *Policy) Evaluate(ctx context.Context, subjects iter.Seq2[*facts.Subject, error], s Settings, emit func(*finding.Finding) error) error {
	r := &run{policy: p, settings: s.complete()}
	r.prepare()
	subjects = twice(subjects, r.settings.Keep)
	if err := r.look(ctx, subjects); err != nil {
		return err
	}
	return pass(ctx, r, subjects, r.findings, func(all []finding.Finding) error {
		for i := range all {
			if err := emit(&all[i]); err != nil {
				return err
			}
		}
		return nil
	})
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
	if s.Keep <= 0 {
		s.Keep = 10_000
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

// A run is one evaluation.
type run struct {
	policy   *Policy
	settings Settings
	entries  map[string][]entry     // enabled rules by kind, sorted by id
	evidence map[string]*exhibition // by kind
	scopes   *scoping
	workers  []*worker
	stop     *atomic.Bool            // the watchdog has given up
	spent    map[*rule]*atomic.Int64 // nanoseconds; see overdrawn
	account  string                  // of the subjects
	survey   *survey                 // what the first pass found
	waivers  []*watchedWaiver        // as in the configuration
}

// An entry is a rule in force: its severity is that of the configuration.
type entry struct {
	meta       finding.Rule
	evidence   []int  // numbers of meta.Evidence in the exhibition of its kind
	overridden bool   // the configuration's severity also overrules that of violations
	rule       *rule  // nil where the engine computes it
	gathers    string // for some of those: the table rule whose failures it gathers
	accepts    bool   // for the others: it judges what the configuration accepts
}

// A judgement is one finding in the making: a verdict, which is shared, and what
// is this subject's own.
type judgement struct {
	*verdict
	by   *bound // by which parameters; never nil
	note *note  // nil for most
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

func (r *run) prepare() {
	r.entries, r.evidence, r.spent = map[string][]entry{}, map[string]*exhibition{}, map[*rule]*atomic.Int64{}
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
		gathered, known := r.policy.byID[meta.Gathers]
		switch {
		case meta.Gathers == "":
			add(entry{meta: meta, accepts: true})
		case known && r.settings.enabled(gathered):
			add(entry{meta: meta, gathers: meta.Gathers})
		}
	}
	for kind, entries := range r.entries {
		r.evidence[kind] = &exhibition{}
		for n := range entries {
			entries[n].evidence = r.evidence[kind].exhibit(entries[n].meta.Evidence)
		}
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.meta.ID, b.meta.ID) })
	}
	r.scopes = newScoping(r)
	r.watchWaivers()
	r.newWorkers()
}
