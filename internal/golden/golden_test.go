package golden_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/internal/golden"
)

// recorder stands in for a test and keeps what Check says to it.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return "TestText/wide" }
func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func setUpdate(t *testing.T, on string) {
	t.Helper()
	before := flag.Lookup("update").Value.String()
	if err := flag.Set("update", on); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("update", before) })
}

func TestCheck(t *testing.T) {
	setUpdate(t, "false")
	file := filepath.Join(t.TempDir(), "want.txt")
	if err := os.WriteFile(file, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const command = "go test ./internal/golden -run '^TestText$' -update"

	tests := []struct {
		name, path, got string
		says            []string // parts of the one message; none: silent
	}{
		{"equal is silent", file, "one\ntwo\n", nil},
		{"different shows both sides and the command", file, "one\nzwei\n", []string{"two", "zwei", command}},
		{"a lost final newline is a difference", file, "one\ntwo", []string{command}},
		{"missing fails", file + ".absent", "one\n", []string{"does not exist", command}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{TB: t}
			golden.Check(r, test.path, []byte(test.got))
			if (len(r.said) == 0) != (test.says == nil) {
				t.Fatalf("said %q, want parts %q", r.said, test.says)
			}
			for _, part := range test.says {
				if !strings.Contains(r.said[0], part) {
					t.Errorf("message lacks %q:\n%s", part, r.said[0])
				}
			}
		})
	}
}

func TestUpdateWritesAndThenAgrees(t *testing.T) {
	setUpdate(t, "true")
	file := filepath.Join(t.TempDir(), "new", "want.txt")
	golden.Check(t, file, []byte("fresh\n"))

	setUpdate(t, "false")
	golden.Check(t, file, []byte("fresh\n"))
	r := &recorder{TB: t}
	golden.Check(r, file, []byte("stale\n"))
	if len(r.said) != 1 {
		t.Errorf("after an update a different value passed: %q", r.said)
	}
}

func TestLongDifferencesAreCut(t *testing.T) {
	setUpdate(t, "false")
	file := filepath.Join(t.TempDir(), "want.txt")
	if err := os.WriteFile(file, []byte(strings.Repeat("a\n", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &recorder{TB: t}
	var got strings.Builder
	for i := range 5000 {
		fmt.Fprintln(&got, i)
	}
	golden.Check(r, file, []byte(got.String()))
	if len(r.said) != 1 || !strings.Contains(r.said[0], "more lines") || strings.Count(r.said[0], "\n") > 220 {
		t.Errorf("a difference of 10,000 lines was not cut to 200")
	}
}
