package scanner_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/internal/golden"
	"holdfast/report"
	"holdfast/scanner"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

const casesFolder = "../testdata/cases"

// A case is a journey down the line of data, in a folder of its own. By hand:
//
//	README.md       the situation, and what is right
//	scenario.yaml   the simulated AWS
//	holdfast.yaml   the rules that the case is about
//	verdicts.txt    what is right, finding by finding; -update leaves it alone
//
// All else is what one stage wrote, and what the next one reads.
type journey struct {
	folder string
	job    scanner.Job
}

func TestCases(t *testing.T) {
	asUser(t, "AKIACASE")
	policy := shipped(t)
	folders, err := os.ReadDir(casesFolder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		t.Run(f.Name(), func(t *testing.T) {
			j := journey{folder: casesFolder + "/" + f.Name()}
			scenario, err := awssim.ParseScenario(j.read(t, "scenario.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("AWS_REGION", scenario.Accounts[0].Regions[0].Name) // for what has no Region
			w := newWorld(t, j.read(t, "scenario.yaml"))
			j.job = w.job(policy, t.TempDir())
			if j.job.Config, err = config.Parse("holdfast.yaml", j.read(t, "holdfast.yaml")); err != nil {
				t.Fatal(err)
			}
			j.collect(t)
			j.derive(t)
			j.evaluate(t)
			j.report(t)
			j.right(t)
		})
	}
}

func (j journey) read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(j.folder + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// collect holds what AWS answered against the case's snapshot.
func (j journey) collect(t *testing.T) {
	kept, err := scanner.Collect(context.Background(), j.job)
	if err != nil {
		t.Fatal(err)
	}
	j.check(t, kept, "snapshot")
}

// derive holds what the case's snapshot comes to against its facts.
func (j journey) derive(t *testing.T) {
	kept := j.given(t, "snapshot")
	if err := scanner.Derive(context.Background(), kept, nil); err != nil {
		t.Fatal(err)
	}
	j.check(t, kept, "facts")
}

// evaluate holds what the case's facts are worth against its findings.
func (j journey) evaluate(t *testing.T) {
	kept := j.given(t, "facts")
	if _, err := scanner.Evaluate(context.Background(), j.job, kept); err != nil {
		t.Fatal(err)
	}
	j.checkFile(t, kept, run.Findings)
}

// report holds what is said of the case's findings against its reports.
func (j journey) report(t *testing.T) {
	kept := j.given(t, "snapshot", "facts", run.Findings)
	in, err := scanner.ReportInput(j.job, kept)
	if err != nil {
		t.Fatal(err)
	}
	in.Run.Folder = "runs/" + kept.ID
	var inventory bytes.Buffer
	if in.Options.Inventory, err = report.WriteInventory(&inventory, in); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, j.folder+"/"+run.Inventory, inventory.Bytes())
	for _, name := range []string{"json", "markdown", "sarif", "text"} {
		format, err := report.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := format.Write(&out, in); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, j.folder+"/report."+format.Ext, out.Bytes())
	}
}

// right holds the findings against what somebody wrote down before there were any.
func (j journey) right(t *testing.T) {
	kept := j.given(t, run.Findings)
	v, err := readVerdict(kept)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	unknown := 0
	for _, f := range v.findings {
		got = append(got, strings.Join([]string{string(f.Status), f.Rule, f.Name}, " "))
		if f.Status == finding.Unknown {
			unknown++
		}
	}
	want := strings.Split(strings.TrimSpace(string(j.read(t, "verdicts.txt"))), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("findings are\n\t%s\nright would be\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	if v.summary.Complete != (unknown == 0) {
		t.Errorf("%d findings are unknown, and complete is %v", unknown, v.summary.Complete)
	}
}

// given is a run that holds these of the case's files and folders, and nothing
// else.
func (j journey) given(t *testing.T, names ...string) *run.Run {
	t.Helper()
	kept, err := run.Create(t.TempDir(), run.Plan{ID: "case", Tool: j.job.Tool, StartedAt: j.job.Now}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		err := fs.WalkDir(os.DirFS(j.folder), name, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			to := filepath.Join(kept.Dir, filepath.FromSlash(file))
			return cmp.Or(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, j.read(t, file), 0o600))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return kept
}

// check holds all files of one folder of a run against the case's.
func (j journey) check(t *testing.T, kept *run.Run, folder string) {
	t.Helper()
	got := files(t, kept.Dir, folder)
	for _, file := range got {
		j.checkFile(t, kept, file)
	}
	for _, file := range files(t, j.folder, folder) {
		if slices.Contains(got, file) {
			continue
		}
		if !golden.Updating() {
			t.Errorf("%s is not written any more", file)
		} else if err := os.Remove(j.folder + "/" + file); err != nil {
			t.Error(err)
		}
	}
}

func (j journey) checkFile(t *testing.T, kept *run.Run, file string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(kept.Dir, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range varying {
		b = v.ReplaceAll(b, []byte(`${1}-"`))
	}
	golden.Check(t, j.folder+"/"+file, b)
}

// varying is what differs from run to run, or with every change of any rule.
var varying = []*regexp.Regexp{
	regexp.MustCompile(`("RequestId":")[^"]+"`),
	regexp.MustCompile(`("rule_set":")[^"]+"`),
}

// files are those below a folder, sorted; none where there is no folder.
func files(t *testing.T, root, folder string) (all []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), folder, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path.Clean(file))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}
