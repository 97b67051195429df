package authz

import (
	"testing"

	"pgregory.net/rapid"
)

var aLanguage = rapid.Custom(func(t *rapid.T) language {
	var l language
	for _, pattern := range rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ab:*+?!A")), 0, 6, -1), 1, 2).Draw(t, "globs") {
		l = append(l, newGlob(spellings(pattern)))
	}
	return l
})

func (l language) has(text string) bool {
	for _, g := range l {
		if matchSlowly(g.tokens, []rune(text)) {
			return true
		}
	}
	return false
}

// The search finds a text if there is one, and the text is in all languages that it
// has to be in and in no other.
func TestFindTextAgainstBruteForce(t *testing.T) {
	texts := words("ab:Ax", 5)
	rapid.Check(t, func(t *rapid.T) {
		must := rapid.SliceOfN(aLanguage, 1, 3).Draw(t, "must")
		mustNot := rapid.SliceOfN(aLanguage, 0, 3).Draw(t, "must not")
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
		for _, text := range texts {
			if found != possible && right(text) {
				t.Fatalf("found nothing (%d), but %q is right", found, text)
			}
		}
	})
}
