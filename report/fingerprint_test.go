package report

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func hashLines(text string) []string {
	var h lineHasher
	h.add(text)
	return h.end()
}

// Values that GitHub's upload action computes for these files.
func TestLineHashVectors(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", []string{"c129715d7a2bc9a3:1"}},
		{" a\nb\n  \t\tc\n d", []string{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"}},
	}
	for _, test := range tests {
		if got := hashLines(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%q\n got %q\nwant %q", test.text, got, test.want)
		}
	}
}

func TestLineEndsHashAlike(t *testing.T) {
	want := hashLines("a\nb\n\nc\n")
	for _, text := range []string{"a\r\nb\r\n\r\nc\r\n", "a\rb\r\rc\r", "a\r\nb\r\n\nc\r"} {
		if got := hashLines(text); !slices.Equal(got, want) {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestEqualLinesAreCounted(t *testing.T) {
	line := strings.Repeat("x", 120) + "\n"
	got := hashLines(line + line + line)
	for i, suffix := range []string{":1", ":2", ":3"} {
		if !strings.HasSuffix(got[i], suffix) || got[i][:10] != got[0][:10] {
			t.Errorf("line %d of three equal ones is %q", i+1, got[i])
		}
	}
}

// The hash of a line is the polynomial over the 100 units from its start,
// computed here from the whole file at once.
func TestLineHashIsThePolynomial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab \t\n\r😀é"))).Draw(t, "text")
		cut := rapid.IntRange(0, len([]rune(text))).Draw(t, "cut")
		var h lineHasher
		h.add(string([]rune(text)[:cut]))
		h.add(string([]rune(text)[cut:]))
		got := h.end()
		want := slowHashes(text)
		if len(got) != len(want) {
			t.Fatalf("%d lines, want %d", len(got), len(want))
		}
		for i := range got {
			if hex, _, _ := strings.Cut(got[i], ":"); hex != want[i] {
				t.Fatalf("line %d: %s, want %s", i+1, hex, want[i])
			}
		}
	})
}

func slowHashes(text string) []string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", " ", "", "\t", "").Replace(text)
	units := append(utf16.Encode([]rune(text)), hashEOF)
	var hashes []string
	for start := range units {
		if start > 0 && units[start-1] != '\n' {
			continue
		}
		var hash uint64
		for i := range hashUnits {
			hash *= hashBase
			if start+i < len(units) {
				hash += uint64(units[start+i])
			}
		}
		hashes = append(hashes, strconv.FormatUint(hash, 16))
	}
	return hashes
}
