package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names, tags and messages come from AWS, so from anybody who may create a
// table. Shown raw, they could move a terminal's cursor, reverse the reading
// order of a line or fake a row. Every format passes them through clean, and
// then through its own escaping.

const (
	maxName    = 120 // characters of a name or ARN in prose
	maxMessage = 400 // characters of a message
)

// clean makes s one line of printable characters, at most max of them. What is
// not printable (control, bidirectional, zero-width and unassigned characters,
// line ends) is spelled as \n, \x1b or \u202e, since leaving it out could make
// two names look alike.
func clean(s string, max int) string {
	if plain(s) && len(s) <= max {
		return s
	}
	var b strings.Builder
	for i, n := 0, 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		piece := spell(r, s[i:i+size])
		i += size
		n += utf8.RuneCountInString(piece)
		if n > max || n == max && i < len(s) {
			b.WriteRune('…')
			break
		}
		b.WriteString(piece)
	}
	return b.String()
}

func plain[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func spell(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case unicode.IsPrint(r):
		return raw
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// escapeJSON rewrites a JSON document so that every character that is not
// printable is a \u escape: the same data, harmless when shown.
func escapeJSON(doc []byte) []byte {
	if plain(doc) {
		return doc
	}
	var b strings.Builder
	for _, r := range string(doc) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := surrogates(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return []byte(b.String())
}
