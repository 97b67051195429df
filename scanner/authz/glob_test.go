package authz

import (
	"strings"
	"testing"
)

// matchSlowly is matchTokens by its definition: try every length of every run.
func matchSlowly(tokens []token, text []rune) bool {
	if len(tokens) == 0 {
		return len(text) == 0
	}
	t := tokens[0]
	if t.repeats() {
		if matchSlowly(tokens[1:], text) {
			return true
		}
		return len(text) > 0 && t.takes(text[0]) && matchSlowly(tokens, text[1:])
	}
	return len(text) > 0 && t.takes(text[0]) && matchSlowly(tokens[1:], text[1:])
}

// spellings turns a short text into a pattern: a, b and : are themselves, and the
// other letters the kinds of wildcards.
func spellings(text string) []token {
	var tokens []token
	for _, r := range text {
		switch r {
		case '*':
			tokens = append(tokens, token{kind: many})
		case '+':
			tokens = append(tokens, token{kind: manyInField})
		case '?':
			tokens = append(tokens, token{kind: one})
		case '!':
			tokens = append(tokens, token{kind: oneInField})
		case 'A':
			tokens = append(tokens, token{folded, 'a'})
		default:
			tokens = append(tokens, token{exactly, r})
		}
	}
	return tokens
}

// words returns all texts over an alphabet up to a length.
func words(alphabet string, length int) []string {
	all, last := []string{""}, []string{""}
	for range length {
		var next []string
		for _, word := range last {
			for _, r := range alphabet {
				next = append(next, word+string(r))
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

func TestGlobMatchesByDefinition(t *testing.T) {
	texts := words("ab:", 6)
	for _, pattern := range words("ab:*+?", 5) {
		tokens := spellings(pattern)
		g := newGlob(tokens)
		for _, text := range texts {
			if len(text) > 4 && len(pattern) > 4 {
				continue // minutes of nothing new; the fuzz target goes further
			}
			if got, want := g.match(text), matchSlowly(tokens, []rune(text)); got != want {
				t.Fatalf("%q matches %q: got %v, want %v", pattern, text, got, want)
			}
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a+1:x*c", "a1:x1:xc")
	f.Add("*a!+:A?", "aa:bÄ:Ab")
	f.Add("+a+:*b", "aab:a:bb")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 12 || len(text) > 16 || strings.ContainsRune(text, '\uFFFD') {
			return
		}
		tokens := spellings(pattern)
		if got, want := newGlob(tokens).match(text), matchSlowly(tokens, []rune(text)); got != want {
			t.Errorf("%q matches %q: got %v, want %v", pattern, text, got, want)
		}
	})
}

func TestResourcePatterns(t *testing.T) {
	const vault = "arn:aws:backup:us-east-1:111122223333:backup-vault:prod-vault"
	for _, test := range []struct {
		pattern, arn string
		want         truth
	}{
		{"*", vault, yes},
		{"*", "*", yes},
		{"arn:aws:backup:*:*:*", "*", no},
		{"arn:aws:backup:*:*:*", vault, yes},
		{"arn:aws:backup:us-east-1:*", vault, yes},
		{"arn:aws:backup:*:backup-vault:prod-vault", vault, yes},
		{"arn:aws:backup:*:backup-vault:prod-*", vault, yes},
		{"arn:aws:backup:*1:prod-vault", vault, no},
		{"arn:aws:backup:*t:backup-vault:prod-vault", vault, no},
		{"arn:aws:backup:us-*-1:111122223333:backup-vault:prod-vault", vault, yes},
		{"arn:aws:backup:us-*3:backup-vault:prod-vault", vault, no},
		{"arn:aws:backup:us-*33:backup-vault:prod-vault", vault, no},
		{"arn:aws:backup:u*33:backup-vault:prod-vault", vault, no},
		{"arn:aws:backup:us-east-?:??????????33:backup-vault:*", vault, yes},
		{"arn:aws:backup:us-east-1?111122223333:backup-vault:*", vault, no},
		{"arn:aws:backup:*:*:backup-v*:prod-vault", vault, likelyYes},
		{"arn:aws:backup:*:*:backup-vaul*", vault, likelyYes},
		{"arn:aws:back*:*:*:backup-vault:*", vault, likelyYes},
		{"arn:aws:backup:*:*:backup-vault:Prod-Vault", vault, no},
		{"arn:aws:backup:us-east-1:123456789:backup-vault:*", vault, no},
		{"arn:aws:backup:*:*:recovery-point:*", vault, no},
		{"arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:eu-west-1:111122223333:table/T/backup/0148", yes},
		{"arn:aws:dynamodb:*:*:table/*03:12:00.000", "arn:aws:dynamodb:eu-west-1:111122223333:table/T/stream/2024-06-15T03:12:00.000", yes},
	} {
		s := resourceSet{patterns: []resourcePattern{readResource(test.pattern, true)}}
		if got := s.covers(test.arn, Context{}, nil); got != test.want {
			t.Errorf("%s on %s: got %d, want %d", test.pattern, test.arn, got, test.want)
		}
		s.negated = true
		if got := s.covers(test.arn, Context{}, nil); got != test.want.not() {
			t.Errorf("not %s on %s: got %d, want %d", test.pattern, test.arn, got, test.want.not())
		}
	}
}
