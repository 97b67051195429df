package authz

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token of a pattern takes one character, or any run of characters.
type token struct {
	kind tokenKind
	char rune // of exactly and folded; folded has it in lower case
}

type tokenKind uint8

const (
	exactly     tokenKind = iota // this character
	folded                       // this character, whatever its case
	one                          // any character
	oneInField                   // any but a colon
	oneInName                    // any that a name may have: letters, digits, and _ . -
	oneInPath                    // any that a name with a path may have: also / + = , @
	many                         // from here on, a run of characters, possibly empty
	manyInField                  //
	manyInName                   //
	manyInPath                   //
)

// repeats says whether the token takes runs.
func (t token) repeats() bool { return t.kind >= many }

// takes says whether the token takes the character, as itself or in its run.
func (t token) takes(r rune) bool {
	switch t.kind {
	case exactly:
		return t.char == r
	case folded:
		return t.char == unicode.ToLower(r)
	case one, many:
		return true
	case oneInField, manyInField:
		return r != ':'
	case oneInName, manyInName:
		return inName(r)
	}
	return inPath(r)
}

func inName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-'
}

func inPath(r rune) bool {
	return inName(r) || r == '/' || r == '+' || r == '=' || r == ',' || r == '@'
}

// A glob is a pattern ready to be matched. It is read-only and may be shared.
type glob struct {
	tokens []token
	rest   []token // behind the prefix
	prefix string  // what every match begins with
	suffix string  // and ends with
	form   globForm
}

type globForm uint8

const (
	general globForm = iota
	plain            // the prefix alone
	simple           // prefix, anything, suffix
	limited          // with runs that do not take everything
)

func newGlob(tokens []token) *glob {
	start, end := literalRun(tokens), len(tokens)
	for end > start && tokens[end-1].kind == exactly {
		end--
	}
	g := &glob{tokens: tokens, rest: tokens[start:], prefix: spell(tokens[:start]), suffix: spell(tokens[end:])}
	switch wild := tokens[start:end]; {
	case len(wild) == 0:
		g.form = plain
	case len(wild) == 1 && wild[0].kind == many:
		g.form = simple
	case slices.ContainsFunc(wild, func(t token) bool { return t.kind > many }):
		g.form = limited
	}
	return g
}

func literalRun(tokens []token) int {
	for i, t := range tokens {
		if t.kind != exactly {
			return i
		}
	}
	return len(tokens)
}

func spell(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteRune(t.char)
	}
	return b.String()
}

func (g *glob) match(text string) bool {
	if g.form == plain {
		return text == g.prefix
	}
	if len(text) < len(g.prefix)+len(g.suffix) || !strings.HasSuffix(text, g.suffix) || !strings.HasPrefix(text, g.prefix) {
		return false
	}
	switch g.form {
	case simple:
		return true
	case limited:
		return g.matchStates(text)
	}
	return matchTokens(g.rest, text[len(g.prefix):])
}

// matchTokens matches from left to right, and after a mismatch lets the last run
// take one character more. Earlier runs need no second try: the shortest match of
// what stands before a run leaves it the most.
func matchTokens(tokens []token, text string) bool {
	at, pos := 0, 0      // next token, next byte
	run, runPos := -1, 0 // the last run, and where it ends so far
	for pos < len(text) {
		if at < len(tokens) && tokens[at].repeats() {
			run, runPos = at, pos
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[pos:])
		if at < len(tokens) && tokens[at].takes(r) {
			at++
			pos += size
			continue
		}
		if run < 0 {
			return false
		}
		_, size = utf8.DecodeRuneInString(text[runPos:])
		runPos += size
		at, pos = run+1, runPos
	}
	for at < len(tokens) && tokens[at].repeats() {
		at++
	}
	return at == len(tokens)
}

// matchStates walks through the text with all states that the pattern can be in.
// Runs that take not everything need it.
func (g *glob) matchStates(text string) bool {
	return g.accepts(g.after(text))
}
