package scanner_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
)

var (
	faultsSeed = flag.Uint64("faults.seed", 1, "seed of the first schedule of faults; the next has the next number")
	faultsN    = flag.Int("faults.n", 120, "schedules of faults to try")
)

const faultsScenario = "../testdata/faults/scenario.yaml"

// Whatever AWS refuses, breaks off, repeats or garbles: no verdict turns from
// pass to fail or back, none turns good, and what is no longer known is unknown
// and names what had no answer.
func TestFaultsNeverMakeAWrongVerdict(t *testing.T) {
	lab := newLaboratory(t)
	seeds := make(chan uint64)
	var g errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		w := newWorld(t, lab.scenario)
		g.Go(func() error {
			for seed := range seeds {
				s := draw(seed)
				for _, wrong := range lab.try(w, s) {
					t.Errorf("%s\nreplay: go test ./scanner -run %s -faults.seed %d -faults.n 1\n%s", wrong, t.Name(), seed, s)
				}
			}
			return nil
		})
	}
	for i := range *faultsN {
		seeds <- *faultsSeed + uint64(i)
	}
	close(seeds)
	g.Wait()
	lab.mu.Lock()
	defer lab.mu.Unlock()
	t.Logf("%d schedules from seed %d: %d scans with unknowns, %d as if nothing had been, %d without a result; findings that became unknown: %d",
		*faultsN, *faultsSeed, lab.clouded, lab.same, lab.refused, lab.unknown)
	if *faultsN >= 100 && (lab.clouded < *faultsN/5 || lab.same == 0 || lab.refused > *faultsN/5) {
		t.Error("the schedules are too mild or too harsh to prove anything")
	}
}

// A third of all calls go wrong, each in its own way, and no try is made twice.
func TestThirtyPercentOfCallsFail(t *testing.T) {
	lab := newLaboratory(t)
	w := newWorld(t, lab.scenario)
	for seed := range uint64(5) {
		s := schedule{seed: seed, attempts: 1, regions: bothRegions}
		for _, prefix := range []string{"backup:*", "dynamodb:*", "tag:*", "account:*"} {
			for i, kind := range []string{"throttle", "denied-json", "cut"} {
				// 0.112 + 0.888·0.113 + … : a tenth each, of those that are left.
				s.faults = append(s.faults, awssim.Fault{Kind: kind, Operation: prefix, Probability: 0.1 / (1 - 0.1*float64(i)), Seed: seed*10 + uint64(i)})
			}
		}
		for _, wrong := range lab.try(w, s) {
			t.Errorf("%s\nseed %d", wrong, seed)
		}
	}
	if lab.clouded != 5 {
		t.Errorf("%d of 5 scans had unknowns", lab.clouded)
	}
}

var bothRegions = []string{"eu-west-1", "us-east-1"}

// A laboratory holds scans with faults against the scan without.
type laboratory struct {
	config   *config.Config
	scenario []byte
	policy   *evaluate.Policy
	folder   string
	rules    map[string]finding.Rule
	whole    verdict

	mu                     sync.Mutex
	clouded, same, refused int
	unknown                int
}

// accepting has waivers and expected gaps that hold, that have expired and that
// match nothing. None touches a failure.
const accepting = `
waivers:
  - {rule: table.pitr_enabled, resource: "arn:*:table/right", reason: r, owner: a, approver: b, expires: 2099-12-31}
  - {rule: table.pitr_enabled, resource: "arn:*:table/gone", reason: r, owner: a, approver: b, expires: 2099-12-31}
  - {rule: vault.locked, resource: "arn:*:backup-vault:gone", reason: r, owner: a, approver: b, expires: 2099-12-31}
  - {rule: table.pitr_enabled, resource: "arn:*:table/right", region: eu-west-1, reason: r, owner: a, approver: b, expires: 2020-12-31}
expected_gaps:
  - {what: "no:Such", reason: r, expires: 2099-12-31}
  - {what: "no:Other", reason: r, expires: 2020-12-31}
`

func newLaboratory(t *testing.T) *laboratory {
	t.Helper()
	asUser(t, "AKIAFAULTS")
	scenario, err := os.ReadFile(faultsScenario)
	if err != nil {
		t.Fatal(err)
	}
	lab := &laboratory{scenario: scenario, policy: shipped(t), folder: t.TempDir(), rules: map[string]finding.Rule{}}
	for _, r := range lab.policy.Rules() {
		lab.rules[r.ID] = r
	}
	if lab.config, err = config.Parse("holdfast.yaml", []byte(accepting)); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, scenario)
	job := w.job(lab.policy, t.TempDir())
	job.Config = lab.config
	if lab.whole, err = scan(context.Background(), job); err != nil {
		t.Fatal(err)
	}
	seen := map[string]map[finding.Status]bool{}
	for _, f := range lab.whole.findings {
		if seen[f.Rule] == nil {
			seen[f.Rule] = map[finding.Status]bool{}
		}
		seen[f.Rule][f.Status] = true
		if f.Gap != nil && f.Gap.Call != "" {
			t.Fatalf("without faults, %s of %s is unknown: %+v", f.Rule, f.ARN, f.Gap)
		}
	}
	if f := lab.whole.of("table.recent_backup", "late"); f.Status != finding.Pass {
		t.Errorf("a run that is under way excuses nothing: %s (%s)", f.Status, f.Message)
	}
	for id := range lab.rules {
		alone := strings.HasPrefix(id, "account.") // there is one account, so it fails or passes
		if !seen[id][finding.Fail] && !(alone && seen[id][finding.Pass]) || !seen[id][finding.Pass] && !alone && id != "backup.orphaned" {
			t.Errorf("the scenario has no pass or no fail of %s: it proves little", id)
		}
	}
	return lab
}

// try scans with a schedule of faults, and returns what is wrong with the result.
func (lab *laboratory) try(w *world, s schedule) (wrong []string) {
	w.Faults.Clear()
	w.Faults.Add(s.faults...)
	folder, err := os.MkdirTemp(lab.folder, "")
	if err != nil {
		return []string{err.Error()}
	}
	defer os.RemoveAll(folder)
	job := w.job(lab.policy, folder)
	job.Config, job.Regions = lab.config, s.regions
	job.AWS.MaxAttempts = s.attempts
	if s.impatience > 0 {
		job.AWS.AttemptTimeout = s.impatience
	}
	got, err := scan(context.Background(), job)
	if err != nil {
		lab.count(&lab.refused)
		if !s.touches("sts:GetCallerIdentity") {
			return []string{"the scan gave up: " + err.Error()}
		}
		return nil
	}
	c := comparison{schedule: s, lab: lab, got: got}
	wrong = c.all()
	lab.mu.Lock()
	lab.unknown += c.clouded
	lab.mu.Unlock()
	if c.clouded > 0 {
		lab.count(&lab.clouded)
	} else {
		lab.count(&lab.same)
	}
	return wrong
}

func (lab *laboratory) count(n *int) {
	lab.mu.Lock()
	defer lab.mu.Unlock()
	*n++
}

// A comparison is of one scan with faults, and the scan without.
type comparison struct {
	schedule
	lab     *laboratory
	got     verdict
	clouded int // findings that became unknown
	wrong   []string
}

type subject struct{ rule, arn string }

func (c *comparison) all() []string {
	got := map[subject]*finding.Finding{}
	for _, f := range c.got.findings {
		got[subject{f.Rule, f.ARN}] = f
	}
	for _, want := range c.lab.whole.findings {
		key := subject{want.Rule, want.ARN}
		if f := got[key]; f != nil {
			c.one(want, f)
		} else if !c.excused(want) {
			c.say("%s of %s is gone, and nothing of its Region says why; it was %s", want.Rule, want.ARN, want.Status)
		}
		delete(got, key)
	}
	for key, f := range got {
		c.clouded++
		if f.Status != finding.Unknown {
			c.say("%s of %s is %s (%s); without faults there is no such thing", key.rule, key.arn, f.Status, f.Message)
			continue
		}
		c.named(f)
	}
	c.summary()
	return c.wrong
}

func (c *comparison) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// one compares two findings of the same rule on the same subject.
func (c *comparison) one(want, got *finding.Finding) {
	if got.Status == finding.Unknown {
		if want.Status != finding.Unknown {
			c.clouded++
			c.named(got)
		}
		return
	}
	if got.Status != want.Status {
		c.say("%s of %s is %s (%s); without faults %s (%s)", want.Rule, want.ARN, got.Status, got.Message, want.Status, want.Message)
		return
	}
	// Where more data could not change the verdict, it stands on what was read.
	if c.content() || c.lab.rules[want.Rule].WithGaps != "" || c.lab.rules[want.Rule].Engine {
		return
	}
	if got.Severity != want.Severity || got.Message != want.Message || string(got.Expected) != string(want.Expected) || string(got.Actual) != string(want.Actual) {
		c.say("%s of %s is still %s, but says %s %q (%s) instead of %s %q (%s)", want.Rule, want.ARN, want.Status,
			got.Severity, got.Message, got.Actual, want.Severity, want.Message, want.Actual)
	}
}

// named: an unknown tells which question had no answer, and why; and that
// question is one that went wrong.
func (c *comparison) named(f *finding.Finding) {
	switch {
	case f.Gap == nil || f.Gap.Reason == "":
		c.say("%s of %s is unknown, and does not say why", f.Rule, f.ARN)
	case f.Gap.Call == "":
		if f.Gap.Message == "" {
			c.say("%s of %s is unknown without a call or a word that says why: %+v", f.Rule, f.ARN, *f.Gap)
		}
	case f.Gap.Reason == "timeout", f.Gap.Reason == "not_asked", c.expires():
		// A busy machine, a Region that was never asked, or credentials that are not
		// tried again: it need not be the question that went wrong.
	case !c.touches(strings.Fields(f.Gap.Call)[0]):
		c.say("%s of %s is unknown because of %s, with which nothing was wrong: %+v", f.Rule, f.ARN, f.Gap.Call, *f.Gap)
	}
}

// excused: where a subject is gone, its rule is unknown on something that stands
// for it: the Region or the account whose list has no answer.
func (c *comparison) excused(want *finding.Finding) bool {
	for _, f := range c.got.findings {
		if f.Rule == want.Rule && f.Status == finding.Unknown && f.Gap != nil && f.Account == want.Account &&
			(f.Region == want.Region || f.Region == "global") {
			c.clouded++
			return true
		}
	}
	return false
}

func (c *comparison) summary() {
	unknown := 0
	for _, f := range c.got.findings {
		if f.Status == finding.Unknown {
			unknown++
		}
	}
	if s := c.got.summary; s.Unknown != unknown || s.Complete != (unknown == 0) || s.Findings != len(c.got.findings) {
		c.say("summary says %+v; there are %d findings, %d of them unknown", s, len(c.got.findings), unknown)
	}
	if c.clouded > 0 && c.got.summary.Complete {
		c.say("%d findings are unknown, and the summary says that the scan is complete", c.clouded)
	}
}
