package run_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/run"
	"holdfast/scanner/snapshot"
)

var t0 = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

func create(t *testing.T, out string, start time.Time, regions ...string) *run.Run {
	t.Helper()
	r, err := run.Create(out, run.Plan{Tool: "holdfast test", StartedAt: start, Accounts: []string{"111122223333"}, Regions: regions}, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func shard(account, region string) *snapshot.Builder {
	b := &snapshot.Builder{}
	b.Add(snapshot.Row{Header: &snapshot.Header{Format: snapshot.Format, Account: account, Region: region, CollectedAt: t0}})
	return b
}

func finish(t *testing.T, r *run.Run) {
	t.Helper()
	for _, region := range append(r.Regions, snapshot.Global) {
		if _, err := r.PutShard("111122223333", region, shard("111122223333", region)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(snapshot.Manifest{Callers: []string{"arn:aws:iam::111122223333:user/u"}}); err != nil {
		t.Fatal(err)
	}
}

var idForm = regexp.MustCompile(`^20261122T180000Z-[0-9a-f]{4}$`)

func TestRunFromStartToLatest(t *testing.T) {
	for _, compress := range []bool{false, true} {
		out := t.TempDir()
		r, err := run.Create(out, run.Plan{StartedAt: t0, Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}}, compress)
		if err != nil {
			t.Fatal(err)
		}
		if !idForm.MatchString(r.ID) {
			t.Errorf("id %q", r.ID)
		}
		if _, err := run.Latest(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("latest before the run is complete: %v", err)
		}
		finish(t, r)
		latest, err := run.Latest(out)
		if err != nil || latest.ID != r.ID || !latest.Complete() {
			t.Fatalf("latest: %+v, %v", latest, err)
		}
		shards, err := latest.Shards()
		if want := []run.Shard{{"111122223333", "eu-west-1"}, {"111122223333", "global"}}; err != nil || !slices.Equal(shards, want) {
			t.Errorf("shards %v, %v", shards, err)
		}
		for row, err := range latest.ReadShard("111122223333", "eu-west-1") {
			if err != nil {
				t.Error(err)
			}
			if row.Header != nil && row.Header.Region != "eu-west-1" {
				t.Errorf("header %+v", row.Header)
			}
		}
		if m, err := snapshot.Verify(latest.Dir); err != nil || m.RunID != r.ID || m.StartedAt != t0 {
			t.Errorf("manifest %+v, %v", m, err)
		}
		for _, id := range []string{r.ID, "latest", r.Dir} {
			if o, err := run.Open(out, id); err != nil || o.ID != r.ID {
				t.Errorf("Open(%q): %v", id, err)
			}
		}
	}
}

func TestResumeKeepsCommittedShards(t *testing.T) {
	out := t.TempDir()
	finish(t, create(t, out, t0.Add(time.Hour), "eu-west-1"))
	old := create(t, out, t0, "eu-west-1", "eu-west-2")
	if _, err := old.PutShard("111122223333", "eu-west-1", shard("111122223333", "eu-west-1")); err != nil {
		t.Fatal(err)
	}
	r, err := run.Resume(out, "", false)
	if err != nil || r.ID != old.ID || !slices.Equal(r.Regions, old.Regions) {
		t.Fatalf("resumed %+v, %v; want %s", r, err, old.ID)
	}
	for region, want := range map[string]bool{"eu-west-1": true, "eu-west-2": false} {
		if got, err := r.Committed("111122223333", region); err != nil || got != want {
			t.Errorf("%s committed: %v, %v; want %v", region, got, err, want)
		}
	}
	if created, err := r.PutShard("111122223333", "eu-west-1", shard("999999999999", "eu-west-1")); created || err != nil {
		t.Errorf("second commit: %v, %v", created, err)
	}
	finish(t, r)
	if _, err := run.Resume(out, r.ID, false); err == nil || !strings.Contains(err.Error(), "complete") {
		t.Errorf("resuming a complete run: %v", err)
	}
	if _, err := run.Resume(out, "", false); err == nil || !strings.Contains(err.Error(), "no incomplete run") {
		t.Errorf("resuming with nothing to resume: %v", err)
	}
	for _, id := range []string{"nonsense", "../x", ""} {
		if _, err := run.Open(out, id); err == nil {
			t.Errorf("Open(%q) has no error", id)
		}
	}
}

func TestPreviousIsTheNewestCompleteRunOfTheSame(t *testing.T) {
	out := t.TempDir()
	oldest := create(t, out, t0, "a")
	finish(t, oldest)
	want := create(t, out, t0.Add(1*time.Hour), "a")
	finish(t, want)
	finish(t, create(t, out, t0.Add(2*time.Hour), "a", "b")) // other Regions
	create(t, out, t0.Add(3*time.Hour), "a")                 // incomplete
	r := create(t, out, t0.Add(4*time.Hour), "a")
	finish(t, create(t, out, t0.Add(5*time.Hour), "a")) // later
	got, ok, err := r.Previous()
	if err != nil || !ok || got.ID != want.ID {
		t.Errorf("previous %s, %v, %v; want %s", got.ID, ok, err, want.ID)
	}
	if _, ok, err := oldest.Previous(); ok || err != nil {
		t.Errorf("previous of the first: %v, %v", ok, err)
	}
	infos, err := run.List(out)
	if err != nil || len(infos) != 6 || !slices.IsSortedFunc(infos, func(a, b run.Info) int { return b.StartedAt.Compare(a.StartedAt) }) {
		t.Errorf("list: %v, %v", infos, err)
	}
}

// An older run that ends last does not become the latest.
func TestLatestIsTheNewestNotTheLastToEnd(t *testing.T) {
	out := t.TempDir()
	slow := create(t, out, t0, "a")
	fast := create(t, out, t0.Add(time.Hour), "a")
	finish(t, fast)
	finish(t, slow)
	if r, err := run.Latest(out); err != nil || r.ID != fast.ID {
		t.Errorf("latest %v, %v; want %s", r, err, fast.ID)
	}
	if target, err := os.Readlink(filepath.Join(out, "latest")); err != nil || target != filepath.Join("runs", fast.ID) {
		t.Errorf("link %q, %v", target, err)
	}
	os.Remove(filepath.Join(out, "latest"))
	if r, err := run.Latest(out); err != nil || r.ID != fast.ID {
		t.Errorf("latest without the link: %v, %v", r, err)
	}
}

func TestFinishAgain(t *testing.T) {
	out := t.TempDir()
	r := create(t, out, t0, "a")
	finish(t, r)
	hello := func(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }
	if err := r.Write(run.Findings, hello); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(snapshot.Manifest{}); err != nil {
		t.Errorf("after new findings: %v", err)
	}
	if _, err := snapshot.Verify(r.Dir); err != nil {
		t.Error(err)
	}
	os.WriteFile(filepath.Join(r.Dir, run.ShardName("111122223333", "a")), []byte("{}"), 0o600)
	if err := r.Finish(snapshot.Manifest{}); err == nil {
		t.Error("a changed shard was given a new manifest")
	}
}

// A second process must be told who has the folder: this test binary, started again.
func TestLockNamesItsHolder(t *testing.T) {
	if out := os.Getenv("HOLDFAST_TEST_LOCK"); out != "" {
		_, err := run.AcquireLock(out)
		fmt.Printf("said: %v\n", err)
		return
	}
	out := t.TempDir()
	lock, err := run.AcquireLock(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.AcquireLock(out); err == nil {
		t.Error("the same process locked it twice")
	}
	other := func() string {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestLockNamesItsHolder$")
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_LOCK="+out)
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return string(said)
	}
	host, _ := os.Hostname()
	if said, want := other(), fmt.Sprintf("in use by process %d on %s since 20", os.Getpid(), host); !strings.Contains(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if said := other(); !strings.Contains(said, "said: <nil>") {
		t.Errorf("after release: %q", said)
	}
}

// The organization's shard belongs to no account, and is kept and read as the others are.
func TestOrganizationShardIsNoAccounts(t *testing.T) {
	for _, compress := range []bool{false, true} {
		r, err := run.Create(t.TempDir(), run.Plan{StartedAt: t0, Accounts: []string{"111122223333"}}, compress)
		if err != nil {
			t.Fatal(err)
		}
		if there, err := r.Committed("", snapshot.OrganizationShard); there || err != nil {
			t.Errorf("committed before it was put: %v, %v", there, err)
		}
		if _, err := r.PutShard("", snapshot.OrganizationShard, shard("111122223333", snapshot.OrganizationShard)); err != nil {
			t.Fatal(err)
		}
		finish(t, r)
		if there, err := r.Committed("", snapshot.OrganizationShard); !there || err != nil {
			t.Errorf("committed: %v, %v", there, err)
		}
		if shards, err := r.Shards(); err != nil || !slices.Equal(shards, []run.Shard{{"111122223333", "global"}}) {
			t.Errorf("shards %v, %v", shards, err)
		}
		rows := 0
		for _, err := range r.ReadShard("", snapshot.OrganizationShard) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
		if rows != 2 {
			t.Errorf("%d lines", rows)
		}
	}
}

// A run that could not read everything is no proof that somebody looked.
func TestLastAnswered(t *testing.T) {
	out := t.TempDir()
	add := func(hours int, answered bool, regions ...string) *run.Run {
		r := create(t, out, t0.Add(time.Duration(hours)*time.Hour), regions...)
		for _, region := range append(regions, snapshot.Global) {
			if _, err := r.PutShard("111122223333", region, shard("111122223333", region)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Finish(snapshot.Manifest{Answered: answered}); err != nil {
			t.Fatal(err)
		}
		return r
	}
	add(0, true, "eu-west-1")
	want := add(1, true, "eu-west-1")
	add(2, false, "eu-west-1")
	add(3, true, "us-east-1")
	last := add(4, false, "eu-west-1")
	add(5, true, "eu-west-1")
	if got, err := last.LastAnswered(); err != nil || !got.Equal(want.StartedAt) {
		t.Errorf("the last answered run began at %v (%v), want %v", got, err, want.StartedAt)
	}
	none := add(6, false, "sa-east-1")
	if got, err := none.LastAnswered(); err != nil || !got.IsZero() {
		t.Errorf("there is none, but it began at %v (%v)", got, err)
	}
}
