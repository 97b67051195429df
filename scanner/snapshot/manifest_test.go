package snapshot_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/snapshot"
)

// complete makes a folder with two files and their manifest.
func complete(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "snapshot/1/eu.jsonl", "shard\n")
	put(t, dir, "findings.jsonl", "findings\n")
	put(t, dir, ".tmp-1", "left by a crash")
	files, err := snapshot.Describe(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := snapshot.Manifest{Format: snapshot.Format, RunID: "r", Accounts: []string{"1"}, StartedAt: t0, FinishedAt: t0, Files: files}
	var b strings.Builder
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	put(t, dir, snapshot.ManifestName, b.String())
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	os.MkdirAll(filepath.Dir(path), 0o700)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestManifestListsFilesWithHashes(t *testing.T) {
	m, err := snapshot.Verify(complete(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []snapshot.File{ // sha256sum of "findings\n" and "shard\n"
		{Name: "findings.jsonl", Size: 9, SHA256: "560af8ce86e563303f12c8e38f7fc4e5adc0ed1856bebaa448ebd702d2f2c9a9"},
		{Name: "snapshot/1/eu.jsonl", Size: 6, SHA256: "914e945318501dca8a6ddaa5e5e0d77a09ed24da2832bf6213dbc6fa9d4c6bc4"},
	}
	if diff := cmp.Diff(want, m.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestVerifyNamesTheFirstDifference(t *testing.T) {
	for name, c := range map[string]struct {
		change func(dir string)
		want   string
	}{
		"changed":    {func(d string) { put(t, d, "snapshot/1/eu.jsonl", "shrad\n") }, "snapshot/1/eu.jsonl was changed"},
		"longer":     {func(d string) { put(t, d, "findings.jsonl", "findings\n\n") }, "findings.jsonl has 10 bytes, the manifest says 9"},
		"missing":    {func(d string) { os.Remove(filepath.Join(d, "findings.jsonl")) }, "findings.jsonl is missing"},
		"added":      {func(d string) { put(t, d, "snapshot/1/us.jsonl", "") }, "snapshot/1/us.jsonl is not in the manifest"},
		"newer":      {func(d string) { put(t, d, snapshot.ManifestName, `{"Format":2,"Moon":1}`) }, "format is 2"},
		"unknown":    {func(d string) { put(t, d, snapshot.ManifestName, `{"Format":1,"Moon":1}`) }, `unknown field "Moon"`},
		"no files":   {func(d string) { put(t, d, snapshot.ManifestName, `{"Format":1}`) }, "lists no files"},
		"no json":    {func(d string) { put(t, d, snapshot.ManifestName, `[`) }, "manifest.json"},
		"a symlink":  {func(d string) { os.Symlink("findings.jsonl", filepath.Join(d, "other")) }, "is not a regular file"},
		"no reports": {func(d string) { put(t, d, "report.html", "added later is fine") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := complete(t)
			c.change(dir)
			_, err := snapshot.Verify(dir)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := snapshot.Verify(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without manifest: %v, want fs.ErrNotExist", err)
	}
}
