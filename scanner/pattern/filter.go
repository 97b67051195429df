package pattern

import (
	"strconv"
	"strings"
)

// Filter says whether a filter pattern of CloudWatch Logs matches a log event that
// is a JSON object. A pattern of words is looked for in the texts that are known: a
// word that is not in them may be there by chance, which nobody can count on, so it
// does not match. What cannot be read matches maybe.
func Filter(pattern string, event Object) Answer {
	pattern = strings.TrimSpace(pattern)
	switch {
	case pattern == "":
		return Yes
	case strings.HasPrefix(pattern, "["):
		return No // columns; a JSON object has none
	case strings.HasPrefix(pattern, "{"):
		return selector(pattern, event)
	}
	return words(pattern, event)
}

// selector evaluates { $.eventName = DeleteBackup || … }.
func selector(pattern string, event Object) Answer {
	inner, closed := strings.CutSuffix(pattern[1:], "}")
	tokens, ok := tokenize(inner)
	if !closed || !ok {
		return Maybe
	}
	e := &expression{tokens: tokens, event: event}
	is := e.or()
	if e.failed || len(e.tokens) > 0 {
		return Maybe
	}
	return is
}

// A token is a parenthesis, an operator, a selector $.a.b, a word, or a text that
// was quoted.
type token struct {
	text   string
	quoted bool
}

func tokenize(s string) (tokens []token, ok bool) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		n := 0
		t := token{}
		switch {
		case s[0] == '"':
			n, t = quoted(s)
		case strings.ContainsRune("()", rune(s[0])):
			n, t.text = 1, s[:1]
		case hasOneOf(s, "&&", "||", "!=", "<=", ">="):
			n, t.text = 2, s[:2]
		case strings.ContainsRune("=<>", rune(s[0])):
			n, t.text = 1, s[:1]
		default:
			if n = strings.IndexAny(s, " \t\r\n()\"=<>&|!"); n < 0 {
				n = len(s)
			}
			t.text = s[:n]
		}
		if n == 0 {
			return nil, false
		}
		tokens, s = append(tokens, t), s[n:]
	}
	return tokens, true
}

// quoted reads a text in quotes; n is 0 where it does not end, or escapes anything.
func quoted(s string) (n int, t token) {
	end := strings.IndexByte(s[1:], '"')
	if end < 0 || strings.Contains(s[1:end+1], `\`) {
		return 0, t
	}
	return end + 2, token{s[1 : end+1], true}
}

func hasOneOf(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// An expression is what is left to read of a selector. A failed one is maybe.
type expression struct {
	tokens []token
	event  Object
	failed bool
}

func (e *expression) next() (t token) {
	if len(e.tokens) == 0 {
		e.failed = true
		return t
	}
	t, e.tokens = e.tokens[0], e.tokens[1:]
	return t
}

func (e *expression) take(text string) bool {
	if len(e.tokens) > 0 && !e.tokens[0].quoted && e.tokens[0].text == text {
		e.tokens = e.tokens[1:]
		return true
	}
	return false
}

func (e *expression) or() Answer {
	is := e.and()
	for e.take("||") {
		is = max(is, e.and())
	}
	return is
}

func (e *expression) and() Answer {
	is := e.term()
	for e.take("&&") {
		is = min(is, e.term())
	}
	return is
}

func (e *expression) term() Answer {
	if e.take("(") {
		is := e.or()
		e.failed = e.failed || !e.take(")")
		return is
	}
	field := e.next()
	path, ok := strings.CutPrefix(field.text, "$.")
	if !ok || field.quoted || strings.ContainsAny(path, "[]*'") { // elements of lists are not followed
		if field.quoted || !strings.HasPrefix(field.text, "$") {
			e.failed = true
		}
		e.skipOperation()
		return Maybe
	}
	value, known := e.event.get(strings.Split(path, "."))
	return e.operation(value, known)
}

// skipOperation reads an operation without its outcome.
func (e *expression) skipOperation() { e.operation(nil, false) }

func (e *expression) operation(value any, known bool) Answer {
	switch {
	case e.take("NOT"):
		e.failed = e.failed || !e.take("EXISTS")
		return there(value, known).not()
	case e.take("EXISTS"):
		return there(value, known)
	case e.take("IS"):
		return e.is(value, known)
	}
	operator, want := e.next(), e.next()
	if operator.quoted || !hasOneOf(operator.text, "=", "!=", "<", ">") {
		e.failed = true
		return Maybe
	}
	return compare(operator.text, want, value, known)
}

func there(value any, known bool) Answer {
	if !known {
		return Maybe
	}
	return answer(value != Absent)
}

func (e *expression) is(value any, known bool) Answer {
	var want any
	switch word := e.next().text; word {
	case "TRUE":
		want = true
	case "FALSE":
		want = false
	case "NULL":
	default:
		e.failed = true
	}
	if !known || value == Present {
		return Maybe
	}
	return answer(value == want)
}

// compare compares a field with what a pattern asks for. What is not there is equal
// to nothing; whether it is unequal to something, AWS does not say.
func compare(operator string, want token, value any, known bool) Answer {
	if strings.HasPrefix(want.text, "%") && !want.quoted || !known || value == Present { // %regular expression%
		return Maybe
	}
	negated := operator == "!="
	if value == Absent {
		if negated {
			return Maybe
		}
		return No
	}
	switch v := value.(type) {
	case string:
		if operator != "=" && !negated {
			return No
		}
		is := answer(glob(strings.Split(want.text, "*"), v))
		if negated {
			return is.not()
		}
		return is
	case float64:
		return compareNumber(operator, want, v)
	}
	return Maybe // of booleans, lists and objects AWS says nothing
}

func compareNumber(operator string, want token, v float64) Answer {
	limit, err := strconv.ParseFloat(want.text, 64)
	if err != nil || want.quoted {
		return Maybe
	}
	switch operator {
	case "=":
		return answer(v == limit)
	case "!=":
		return answer(v != limit)
	case "<":
		return answer(v < limit)
	case "<=":
		return answer(v <= limit)
	case ">":
		return answer(v > limit)
	case ">=":
		return answer(v >= limit)
	}
	return Maybe
}

// words evaluates ERROR "two words" ?either ?or -not. All plain words must be there,
// none with a minus, and one of those with a question mark.
func words(pattern string, event Object) Answer {
	all, some, options := Yes, No, false
	for rest := pattern; rest != ""; rest = strings.TrimSpace(rest) {
		mark := rest[0]
		if mark == '?' || mark == '-' {
			rest = rest[1:]
		}
		n, word := strings.IndexAny(rest, " \t\r\n"), token{}
		if n < 0 {
			n = len(rest)
		}
		word.text = rest[:n]
		if strings.HasPrefix(rest, `"`) {
			if n, word = quoted(rest); n == 0 {
				return Maybe
			}
		}
		rest = rest[n:]
		found := contains(event, word.text)
		switch {
		case strings.HasPrefix(word.text, "%"):
			return Maybe
		case mark == '?':
			some, options = max(some, found), true
		case mark == '-':
			all = min(all, found.not(), Maybe) // it may be in what is not known
		default:
			all = min(all, found)
		}
	}
	if options {
		return min(all, some)
	}
	return all
}

// contains says whether a word is in the texts that are known.
func contains(value any, word string) Answer {
	switch v := value.(type) {
	case string:
		return answer(strings.Contains(v, word))
	case Object:
		some := No
		for name, field := range v {
			if field != Absent {
				some = max(some, answer(strings.Contains(name, word)), contains(field, word))
			}
		}
		return some
	}
	return No
}
