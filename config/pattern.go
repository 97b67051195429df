package config

import "strings"

// matches says whether text is pattern, where * in the pattern stands for any
// text, also none, and every other character for itself. Case counts, as it does
// in ARNs.
func matches(pattern, text string) bool {
	prefix, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == text
	}
	if !strings.HasPrefix(text, prefix) {
		return false
	}
	text = text[len(prefix):]
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(part):], after
	}
}

// matchesAny is true for one matching pattern of many; never for none.
func matchesAny(patterns []string, text string) bool {
	for _, p := range patterns {
		if matches(p, text) {
			return true
		}
	}
	return false
}

// admits is matchesAny, but an absent list admits everything.
func admits(patterns []string, text string) bool {
	return len(patterns) == 0 || matchesAny(patterns, text)
}
