package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

// A TestReport is the outcome of the tests of policy trees.
type TestReport struct {
	Results  []TestResult // sorted by package and name
	Coverage []Coverage   // of each file that is no test, sorted by file
}

// A TestResult is the outcome of one test.
type TestResult struct {
	Package  string // "holdfast.table.pitr_enabled_test"
	Name     string // "test_deny_disabled"
	File     string
	Line     int
	Passed   bool
	Skipped  bool   // named todo_test_…
	Output   string // why it did not pass, and what it printed
	Duration time.Duration
}

// Coverage is how much of a file its tests evaluated.
type Coverage struct {
	File       string
	Percent    float64 // of the lines with expressions
	NotCovered []int   // lines, ascending
}

// Failed are the tests that did not pass; skipped ones count as failed, so that
// nothing is called tested that is not.
func (r TestReport) Failed() []TestResult {
	var failed []TestResult
	for _, t := range r.Results {
		if !t.Passed {
			failed = append(failed, t)
		}
	}
	return failed
}

// Test checks trees as Load does and runs their tests, whose files end in
// _test.rego, against the same schemas and builtins. filter is a regular
// expression on "<package>.<name>"; empty: all. The error is that of Load, of
// tests that do not compile, or of one that does not end; failing tests are in
// the report.
func Test(ctx context.Context, trees []Tree, filter string) (TestReport, error) {
	if _, err := Load(trees...); err != nil {
		return TestReport{}, err
	}
	var report TestReport
	var last atomic.Pointer[TestResult]
	finished := func(t TestResult) {
		report.Results = append(report.Results, t)
		last.Store(&t)
	}
	err := watched(func() (err error) {
		report.Coverage, err = runTests(ctx, trees, filter, finished)
		return err
	}, oneByOne(&last))
	if err != nil {
		return TestReport{}, err
	}
	slices.SortFunc(report.Results, func(a, b TestResult) int {
		return strings.Compare(a.Package+" "+a.Name, b.Package+" "+b.Name)
	})
	return report, nil
}

// oneByOne is a check that tests go on, and take little memory.
func oneByOne(last *atomic.Pointer[TestResult]) func() error {
	var before *TestResult
	check := limited("the first test", maxTestTime)
	return func() error {
		if now := last.Load(); now != before {
			before = now
			check = limited(fmt.Sprintf("the test after %s.%s", now.Package, now.Name), maxTestTime)
		}
		return check()
	}
}

func runTests(ctx context.Context, trees []Tree, filter string, finished func(TestResult)) ([]Coverage, error) {
	l, err := read(true, trees)
	if err != nil {
		return nil, err
	}
	compiler, err := newCompiler()
	if err != nil {
		return nil, err
	}
	coverage := cover.New()
	store := inmem.New()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	results, err := tester.NewRunner().
		SetCompiler(compiler.WithEnablePrintStatements(true)).
		AddCustomBuiltins(wrappedForTests()).
		SetStore(store).SetModules(l.modules).
		SetTimeout(10*time.Second).
		RaiseBuiltinErrors(true).CapturePrintOutput(true).
		SetCoverageQueryTracer(coverage).
		Filter(filter).
		RunTests(ctx, txn)
	if err != nil {
		return nil, errors.Join(located(err)...)
	}
	for result := range results {
		finished(testResult(result))
	}
	return covered(coverage, l.modules, untested(trees)), nil
}

func wrappedForTests() (all []*tester.Builtin) {
	for name, declared := range declarations() {
		call := implementation(strings.TrimPrefix(name, own), nil)
		all = append(all, &tester.Builtin{Decl: declared, Func: rego.FunctionDyn(&rego.Function{Name: name, Decl: declared.Decl}, rego.BuiltinDyn(call))})
	}
	return all
}

func testResult(r *tester.Result) TestResult {
	result := TestResult{
		Package: strings.TrimPrefix(r.Package, "data."), Name: r.Name, File: r.Location.File, Line: r.Location.Row,
		Passed: r.Pass(), Skipped: r.Skip, Output: strings.TrimSpace(string(r.Output)), Duration: r.Duration,
	}
	var failed []string
	for names, sub := range r.SubResults.Iter {
		if sub.Fail {
			failed = append(failed, strings.Join(names, "/"))
		}
	}
	if len(failed) > 0 {
		slices.Sort(failed)
		result.Output = strings.TrimSpace(strings.Join(failed, ", ") + "\n" + result.Output)
	}
	if r.Error != nil {
		result.Output = strings.TrimSpace(strings.ReplaceAll(r.Error.Error(), own, "") + "\n" + result.Output)
	}
	return result
}

// untested says of a file whether it is of a tree whose tests did not run.
func untested(trees []Tree) func(file string) bool {
	return func(file string) bool {
		return slices.ContainsFunc(trees, func(t Tree) bool { return t.Untested && strings.HasPrefix(file, t.Name+"/") })
	}
}

// covered leaves out tests, and what was not tested.
func covered(coverage *cover.Cover, modules map[string]*ast.Module, untested func(file string) bool) (all []Coverage) {
	report := coverage.Report(modules)
	for _, file := range keysSorted(modules) {
		if strings.HasSuffix(file, "_test.rego") || untested(file) {
			continue
		}
		c := Coverage{File: file, Percent: 100}
		if found := report.Files[file]; found != nil {
			covered, missed := lines(found.Covered), lines(found.NotCovered)
			for line := range covered {
				delete(missed, line)
			}
			if len(covered)+len(missed) > 0 {
				c.Percent = 100 * float64(len(covered)) / float64(len(covered)+len(missed))
			}
			for line := range missed {
				c.NotCovered = append(c.NotCovered, line)
			}
			slices.Sort(c.NotCovered)
		}
		all = append(all, c)
	}
	return all
}

func lines(ranges []cover.Range) map[int]bool {
	all := map[int]bool{}
	for _, r := range ranges {
		for line := r.Start.Row; line <= r.End.Row; line++ {
			all[line] = true
		}
	}
	return all
}
