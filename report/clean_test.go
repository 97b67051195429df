package report

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := []struct {
		in   string
		max  int
		want string
	}{
		{"Orders", 120, "Orders"},
		{"Orders", 6, "Orders"},
		{"Orders", 5, "Orde…"},
		{"Orders\n", 120, `Orders\n`},
		{"a\r\n\tb\x00\x1b[31m\x7f", 120, `a\r\n\tb\x00\x1b[31m\x7f`},
		{"\u202eno\u2066\u200b\ufeff", 120, `\u202eno\u2066\u200b\ufeff`},
		{"\u202e\u202e", 7, `\u202e…`},
		{"tag\U000e0041", 120, `tag\U000e0041`},
		{"bad\xff", 120, `bad\xff`},
		{"größe 表 💥", 120, "größe 表 💥"},
		{"", 120, ""},
	}
	for _, test := range tests {
		if got := clean(test.in, test.max); got != test.want {
			t.Errorf("clean(%q, %d) = %q, want %q", test.in, test.max, got, test.want)
		}
	}
}

func TestCleanIsPrintableAndShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "runes")
		max := rapid.IntRange(1, 60).Draw(t, "max")
		got := clean(s, max)
		if n := utf8.RuneCountInString(got); n > max {
			t.Fatalf("%d characters, want at most %d: %q", n, max, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("%U is left in %q", r, got)
			}
		}
	})
}

func TestEscapeJSONKeepsTheData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(t, "data")
		doc, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		escaped := escapeJSON(doc)
		for _, r := range string(escaped) {
			if !unicode.IsPrint(r) {
				t.Fatalf("%U is left in %q", r, escaped)
			}
		}
		var got map[string][]string
		if err := json.Unmarshal(escaped, &got); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(got)
		if string(again) != string(doc) {
			t.Fatalf("%s became %s", doc, again)
		}
	})
}
