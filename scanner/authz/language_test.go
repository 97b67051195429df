package authz

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func (l language) has(text string) bool {
	for _, g := range l {
		if matchSlowly(g.tokens, []rune(text)) {
			return true
		}
	}
	return false
}

var shortTexts = words("ab:Ax", 5)

// checkFindText: the search finds a text if there is one, and the text is in all
// languages that it has to be in and in no other.
func checkFindText(t interface{ Fatalf(string, ...any) }, must, mustNot []language) {
	right := func(text string) bool {
		for _, l := range must {
			if !l.has(text) {
				return false
			}
		}
		for _, l := range mustNot {
			if l.has(text) {
				return false
			}
		}
		return true
	}
	text, found := findText(must, mustNot)
	if found == possible && !right(text) {
		t.Fatalf("found %q, which is wrong", text)
	}
	if found == possible {
		return
	}
	for _, text := range shortTexts {
		if right(text) {
			t.Fatalf("found nothing (%d), but %q is right", found, text)
		}
	}
}

func TestFindTextAgainstBruteForce(t *testing.T) {
	aLanguage := rapid.Custom(func(t *rapid.T) language {
		var l language
		for _, pattern := range rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ab:*+?!A")), 0, 6, -1), 1, 2).Draw(t, "globs") {
			l = append(l, newGlob(spellings(pattern)))
		}
		return l
	})
	rapid.Check(t, func(t *rapid.T) {
		checkFindText(t, rapid.SliceOfN(aLanguage, 1, 3).Draw(t, "must"), rapid.SliceOfN(aLanguage, 0, 3).Draw(t, "must not"))
	})
}

// FuzzFindText takes languages of one pattern each, separated by blanks.
func FuzzFindText(f *testing.F) {
	f.Add("a*b *:+", "a? *b:b")
	f.Add("A!+", "aa* AA:*")
	f.Fuzz(func(t *testing.T, must, mustNot string) {
		if len(must)+len(mustNot) > 24 {
			return
		}
		languages := func(text string) (list []language) {
			for _, pattern := range strings.Fields(text) {
				list = append(list, language{newGlob(spellings(pattern))})
			}
			return list
		}
		checkFindText(t, languages(must), languages(mustNot))
	})
}
