package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"holdfast/internal/golden"
)

// The README shows what the demo prints, to the letter: all but the build and the
// run's name, which holds the present time.
func TestReadmeShowsTheDemo(t *testing.T) {
	const page = "../../README.md"
	readme, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	transcript := regexp.MustCompile("(?s)(`make demo` [^`]*and prints:\n\n```\n).*?(\n```\n)")
	if n := len(transcript.FindAllIndex(readme, -1)); n != 1 {
		t.Fatalf("README.md has %d places for the transcript of make demo, want 1", n)
	}
	demo := exec.Command("holdfast", "demo")
	demo.Dir = t.TempDir()
	printed, err := demo.Output()
	if err != nil {
		t.Fatal(err)
	}
	printed = regexp.MustCompile(`\b20\d{6}T\d{6}Z-[0-9a-f]{4}\b`).ReplaceAll(printed, []byte("20261122T200000Z-4f2a"))
	printed = regexp.MustCompile(`^holdfast \S+`).ReplaceAll(printed, []byte("holdfast dev"))
	golden.Check(t, page, transcript.ReplaceAllFunc(readme, func(old []byte) []byte {
		parts := transcript.FindSubmatch(old)
		return slices.Concat(parts[1], bytes.TrimSpace(printed), parts[2])
	}))
}
