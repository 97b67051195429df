// Package golden compares what a test got with a checked-in file.
//
// In goes a path relative to the test's folder and the bytes; out comes nothing,
// or a failed test whose message shows the difference and the command that
// accepts it. With -update the file is written instead:
//
//	go test ./report -update
package golden

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update is registered once, here, so that every test binary that uses golden
// files has the same flag.
var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Updating reports whether the test runs with -update. A journey whose stages
// feed one another reads its inputs after writing them then.
func Updating() bool { return *update }

// Check compares got with the file at path, a slash-separated path relative to
// the test's folder. A missing file fails, as a different one does.
func Check(t testing.TB, path string, got []byte) {
	t.Helper()
	file := filepath.FromSlash(path)
	if *update {
		if err := write(file, got); err != nil {
			t.Errorf("writing golden file: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("golden file %s does not exist; to create it:\n\t%s", path, command(t))
		return
	}
	if err != nil {
		t.Errorf("reading golden file: %v", err)
		return
	}
	if bytes.Equal(want, got) {
		return
	}
	t.Errorf("%s differs (- want, + got):\n%s\nto accept what we got:\n\t%s",
		path, difference(want, got), command(t))
}

func write(file string, got []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, got) {
		return nil // an unchanged file keeps its time, and the build its cache
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, got, 0o644)
}

const maxDiffLines = 200

func difference(want, got []byte) string {
	lines := strings.SplitAfter(cmp.Diff(string(want), string(got)), "\n")
	if len(lines) <= maxDiffLines {
		return strings.Join(lines, "")
	}
	return fmt.Sprintf("%s… and %d more lines\n", strings.Join(lines[:maxDiffLines], ""), len(lines)-maxDiffLines)
}

// command is what a person types at the module's root to accept the change.
func command(t testing.TB) string {
	test, _, _ := strings.Cut(t.Name(), "/")
	return fmt.Sprintf("go test %s -run '^%s$' -update", packagePath(), test)
}

// packagePath is the test's package relative to the folder of go.mod.
func packagePath() string {
	folder, err := os.Getwd()
	if err != nil {
		return "."
	}
	for root := folder; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			path, err := filepath.Rel(root, folder)
			if err != nil || path == "." {
				return "."
			}
			return "./" + filepath.ToSlash(path)
		}
		if root == filepath.Dir(root) {
			return "."
		}
	}
}
