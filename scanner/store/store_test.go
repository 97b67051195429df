package store_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"holdfast/scanner/store"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func get(t *testing.T, s store.Files, name string) string {
	t.Helper()
	r, err := s.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFirstPutWins(t *testing.T) {
	for _, compress := range []bool{false, true} {
		s := store.Files{Dir: t.TempDir(), Compress: compress}
		for i, want := range []bool{true, false} {
			created, err := s.Put("a/b.jsonl", text(fmt.Sprint("writer ", i)))
			if err != nil || created != want {
				t.Errorf("put %d (compress %v): created %v, %v; want %v", i, compress, created, err, want)
			}
		}
		if got := get(t, s, "a/b.jsonl"); got != "writer 0" {
			t.Errorf("object is %q, want the first writer's", got)
		}
		if names, err := s.List("a/"); err != nil || !slices.Equal(names, []string{"a/b.jsonl"}) {
			t.Errorf("List: %v, %v", names, err)
		}
		// A store of the other kind reads it all the same.
		if got := get(t, store.Files{Dir: s.Dir, Compress: !compress}, "a/b.jsonl"); got != "writer 0" {
			t.Errorf("other kind of store reads %q", got)
		}
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	s := store.Files{Dir: t.TempDir()}
	broken := errors.New("broken")
	_, err := s.Put("x", func(w io.Writer) error { io.WriteString(w, "half"); return broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v does not wrap the writer's", err)
	}
	if ok, err := s.Exists("x"); ok || err != nil {
		t.Errorf("Exists: %v, %v", ok, err)
	}
	if entries, _ := os.ReadDir(s.Dir); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
	if _, err := s.Open("x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open: %v, want fs.ErrNotExist", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	s := store.Files{Dir: filepath.Join(t.TempDir(), "new")}
	if _, err := s.Put("a/x", text("")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": 0o700, "a": 0o700, "a/x": 0o600} {
		info, err := os.Stat(filepath.Join(s.Dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: mode %v, %v; want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestNamesStayInside(t *testing.T) {
	s := store.Files{Dir: t.TempDir()}
	for _, name := range []string{"", ".", "..", "../x", "/etc/x", "a/../../x", "a/../b", "a//b", ".hidden", "a/.b", `a\b`, "a/", "x.zst"} {
		if _, err := s.Put(name, text("x")); err == nil {
			t.Errorf("Put(%q) has no error", name)
		}
		if _, err := s.Open(name); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v", name, err)
		}
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	if err := (store.Files{Dir: dir, Compress: true}).Replace("x", text("one")); err != nil {
		t.Fatal(err)
	}
	s := store.Files{Dir: dir}
	if err := s.Replace("x", text("two")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "x"); got != "two" {
		t.Errorf("object is %q, want two", got)
	}
	if names, _ := filepath.Glob(dir + "/*"); len(names) != 1 {
		t.Errorf("files: %v, want one", names)
	}
}

func TestListLeavesOutTheUnfinished(t *testing.T) {
	s := store.Files{Dir: t.TempDir()}
	s.Put("a/1", text(""))
	s.Put("b/1", text(""))
	os.WriteFile(filepath.Join(s.Dir, "a", ".tmp-77"), nil, 0o600)
	if names, err := s.List(""); err != nil || !slices.Equal(names, []string{"a/1", "b/1"}) {
		t.Errorf("List: %v, %v", names, err)
	}
	if names, err := (store.Files{Dir: s.Dir + "/none"}).List(""); err != nil || len(names) > 0 {
		t.Errorf("List of no folder: %v, %v", names, err)
	}
}

// race puts many names and returns how many it won.
func race(dir, who string, n int) (won int) {
	for i := range n {
		if created, err := (store.Files{Dir: dir}).Put(fmt.Sprint("k/", i), text(who)); err == nil && created {
			won++
		}
	}
	return won
}

func TestOneOfManyGoroutinesWins(t *testing.T) {
	dir := t.TempDir()
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() { won.Add(int64(race(dir, fmt.Sprint(i), 50))) })
	}
	if wg.Wait(); won.Load() != 50 {
		t.Errorf("%d wins for 50 names", won.Load())
	}
}

// Two processes race for the same names: this test binary, started twice.
func TestOneOfTwoProcessesWins(t *testing.T) {
	if dir := os.Getenv("HOLDFAST_TEST_RACE"); dir != "" {
		fmt.Printf("won=%d\n", race(dir, fmt.Sprint(os.Getpid()), 200))
		return
	}
	dir := t.TempDir()
	var wg sync.WaitGroup
	var won [2]int
	for i := range won {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run", "^TestOneOfTwoProcessesWins$")
			cmd.Env = append(os.Environ(), "HOLDFAST_TEST_RACE="+dir)
			out, err := cmd.Output()
			if err != nil {
				t.Error(err)
			}
			_, rest, _ := strings.Cut(string(out), "won=")
			fmt.Sscan(rest, &won[i])
		})
	}
	wg.Wait()
	if won[0]+won[1] != 200 {
		t.Errorf("wins %v for 200 names", won)
	}
}
