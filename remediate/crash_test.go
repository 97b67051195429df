package remediate_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/remediate"
)

// The environment of a child process: it applies a plan, and kills itself at the
// point of that number.
const (
	childPlan    = "HOLDFAST_TEST_PLAN"
	childURL     = "HOLDFAST_TEST_URL"
	childKill    = "HOLDFAST_TEST_KILL_AT"
	childJournal = "HOLDFAST_TEST_JOURNAL"
)

func TestMain(m *testing.M) {
	if plan := os.Getenv(childPlan); plan != "" {
		if err := child(plan); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	plan, err := remediate.ReadPlan(f, path)
	if err != nil {
		return err
	}
	opened, err := accounts(os.Getenv(childURL), plan)
	if err != nil {
		return err
	}
	journal, err := remediate.OpenJournal(os.Getenv(childJournal))
	if err != nil {
		return err
	}
	left, _ := strconv.Atoi(os.Getenv(childKill))
	journal.SetAt(func(string) {
		if left--; left == 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it comes
		}
	})
	a := remediate.Applier{Plan: plan, Journal: journal, Accounts: opened, Tool: "holdfast test", Doubt: 20 * time.Millisecond, Pause: time.Millisecond, Rate: -1}
	result, err := a.Apply(context.Background())
	if err == nil && !result.Complete() {
		err = fmt.Errorf("%+v %v", result.End, whys(result))
	}
	return err
}

// thirty is an account in which a plan has more than thirty things to do, of most
// kinds of actions: tables without anything, which want a vault, a plan, a
// selection and a lock as well, and in another Region a plan that has to change.
func thirty() string {
	scenario := strings.Replace(uncovered(), "deletion_protection: true, pitr: {}", "", -1)
	for i := 12; i < 40; i++ {
		scenario = strings.Replace(scenario, fmt.Sprintf("          - {name: Table%02d, created: 2026-01-01T00:00:00Z, }\n", i), "", 1)
	}
	_, second, _ := strings.Cut(workingDays, "    regions:\n")
	return scenario + strings.Replace(second, "eu-west-1", "eu-central-1", 1)
}

// A crashing is a plan that is applied by processes which are killed.
type crashing struct {
	*world
	plan    *remediate.Plan
	path    string // of the plan
	journal string
}

// newCrashing starts a world of its own, in which the plan of another one with the
// same scenario is good as well. Without one, it makes one.
func newCrashing(t *testing.T, scenario string, plan *remediate.Plan) *crashing {
	w := newWorld(t, scenario)
	if plan == nil {
		plan = w.planned(t, "")
	}
	c := &crashing{world: w, plan: plan}
	dir := t.TempDir()
	c.path, c.journal = filepath.Join(dir, "plan.json"), filepath.Join(dir, "journal.jsonl")
	f, err := os.Create(c.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.plan.WriteTo(f); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	w.forget()
	return c
}

// run applies the plan in a process that is killed at a point; 0: never. It says
// whether it was.
func (c *crashing) run(t *testing.T, point int) (killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPlan+"="+c.path, childURL+"="+c.url, childJournal+"="+c.journal, childKill+"="+strconv.Itoa(point))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("the process ended with %v: %s", err, out)
	}
	return false
}

// crash applies the plan in this process, and leaves it at a point as if it had
// ended there: nothing is closed in good order. It says whether it came so far.
func (c *crashing) crash(t *testing.T, point int) (crashed bool) {
	t.Helper()
	a := c.applier(t, c.plan, c.journal)
	defer a.Journal.Close()
	a.Doubt, a.Pause = 20*time.Millisecond, time.Millisecond
	type crash struct{}
	defer func() {
		if r := recover(); r == (crash{}) {
			crashed = true
		} else if r != nil {
			panic(r)
		}
	}()
	left := point
	a.Journal.SetAt(func(string) {
		if left--; left == 0 {
			panic(crash{})
		}
	})
	result, err := a.Apply(context.Background())
	if err != nil || !result.Complete() {
		t.Fatalf("%v %+v %v", err, result.End, whys(result))
	}
	return false
}

// check holds state and journal together: everything is as planned, each write was
// taken once, and the journal tells of each exactly one intent that is done.
func (c *crashing) check(t *testing.T) {
	t.Helper()
	if again := c.apply(t, c.plan); again.Skipped != len(c.plan.Changes) {
		t.Errorf("half done: %+v %v", again.End, whys(again))
	}
	want := map[string]int{}
	for _, change := range c.plan.Changes {
		for _, s := range change.Steps {
			want[s.Operation]++
		}
	}
	got := map[string]int{}
	for _, operation := range c.written() {
		got[operation]++
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("AWS took %v, want %v", got, want)
	}
	done := map[remediate.Step]int{}
	var open []remediate.Step
	for _, r := range records(t, c.journal) {
		if r.End != nil {
			break // killed right after the end: the next process looks at everything again
		}
		switch {
		case r.Intent != nil && !slices.Contains(open, r.Intent.Step):
			open = append(open, r.Intent.Step)
		case r.Done != nil:
			done[r.Done.Step]++
			open = slices.DeleteFunc(open, func(s remediate.Step) bool { return s == r.Done.Step })
		case r.Skipped != nil, r.Refused != nil, r.Failed != nil:
			t.Errorf("the journal says %s", indented(r))
		}
	}
	if len(open) > 0 {
		t.Errorf("intents without an outcome: %v", open)
	}
	for _, change := range c.plan.Changes {
		for i := range change.Steps {
			if n := done[remediate.Step{Change: change.ID, Number: i}]; n != 1 {
				t.Errorf("%s on %s is noted as done %d times", change.Action, change.Target, n)
			}
		}
	}
}

// The work ends at a point, is taken up again and ends a point later, and so on
// through the whole plan: before and after each line of the journal, and before and
// after each call.
func TestEndedAtEveryStep(t *testing.T) {
	c := newCrashing(t, thirty(), nil)
	if len(c.plan.Changes) < 30 {
		t.Fatalf("the plan has %d changes", len(c.plan.Changes))
	}
	crashes := 0
	for c.crash(t, 3+crashes%8) { // the first two are around the line that begins
		if crashes++; crashes > 1000 {
			t.Fatal("it gets nowhere")
		}
	}
	if crashes < 60 {
		t.Errorf("it ended %d times only", crashes)
	}
	t.Logf("ended %d times on the way through %d changes", crashes, len(c.plan.Changes))
	c.check(t)
}

// A hundred plans, each ended wherever it happens to be, again and again.
func TestEndedAtRandom(t *testing.T) {
	endAtRandom(t, 100, (*crashing).crash)
}

// The same with real processes, which are killed with -9.
func TestKilledAtRandom(t *testing.T) {
	endAtRandom(t, 8, (*crashing).run)
}

func endAtRandom(t *testing.T, rounds int, run func(*crashing, *testing.T, int) bool) {
	random, ends := rand.New(rand.NewPCG(7, 7)), 0
	var plan *remediate.Plan
	for range rounds {
		c := newCrashing(t, thirty(), plan)
		plan = c.plan
		for run(c, t, 1+random.IntN(120)) {
			ends++
		}
		if c.check(t); t.Failed() {
			break
		}
	}
	t.Logf("%d plans, ended %d times", rounds, ends)
}

// A last line that was cut off is dropped, and everything before it counts.
func TestJournalCutOff(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := w.planned(t, "", "dynamodb.*")
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	w.forget()
	w.applyInto(t, plan, journal)
	whole, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	writes := len(w.written())
	for cut := range whole {
		if cut%97 != 0 && whole[cut] != '\n' {
			continue
		}
		if err := os.WriteFile(journal, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if result, _ := w.applyInto(t, plan, journal); !result.Complete() {
			t.Fatalf("cut after %d bytes: %+v %v", cut, result.End, whys(result))
		}
	}
	if n := len(w.written()); n != writes {
		t.Errorf("%d more writes", n-writes)
	}
}
