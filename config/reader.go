package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// An Error is one mistake in a configuration. Read and Parse return all of a
// file's mistakes joined, in the order of the lines.
type Error struct {
	File   string
	Line   int // from 1; 0 where unknown
	Column int // from 1; 0 where unknown
	Text   string
}

func (e *Error) Error() string {
	at := e.File
	if e.Line > 0 {
		at += ":" + strconv.Itoa(e.Line)
	}
	if e.Line > 0 && e.Column > 0 {
		at += ":" + strconv.Itoa(e.Column)
	}
	return at + ": " + e.Text
}

// A reader takes values out of YAML nodes and keeps every mistake it meets.
// After a mistake its methods return the zero value and reading goes on.
type reader struct {
	file   string
	errors []*Error
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.failAt(n.Line, n.Column, format, args...)
}

func (r *reader) failAt(line, column int, format string, args ...any) {
	r.errors = append(r.errors, &Error{r.file, line, column, fmt.Sprintf(format, args...)})
}

func (r *reader) err() error {
	slices.SortStableFunc(r.errors, func(a, b *Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	all := make([]error, len(r.errors))
	for i, e := range r.errors {
		all[i] = e
	}
	return errors.Join(all...)
}

// resolve follows an alias to its anchor.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// keys are the keys that a mapping may have, and what reads their values.
type keys map[string]func(*yaml.Node)

// mapping reads a mapping with known keys and says how many of them it has.
func (r *reader) mapping(n *yaml.Node, what string, known keys, required ...string) (given int) {
	missing := slices.Clone(required)
	r.pairsAt(n, what, func(key, value *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			r.fail(key, "unknown key %q in %s; %s", key.Value, what, suggestion(key.Value, sortedKeys(known)))
			return
		}
		given++
		missing = slices.DeleteFunc(missing, func(k string) bool { return k == key.Value })
		read(value)
	})
	if len(missing) > 0 && resolve(n).Kind == yaml.MappingNode {
		r.fail(n, "%s has no %s", what, strings.Join(missing, ", no "))
	}
	return given
}

// pairs reads a mapping whose keys are the user's own.
func (r *reader) pairs(n *yaml.Node, what string, each func(key string, value *yaml.Node)) {
	r.pairsAt(n, what, func(key, value *yaml.Node) { each(key.Value, value) })
}

func (r *reader) pairsAt(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s must be a mapping (key: value), not %s", what, kind(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), n.Content[i+1]
		switch first, twice := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			r.fail(key, "a key in %s must be text, not %s", what, kind(key))
		case key.Tag == "!!merge":
			r.fail(key, "merge keys (<<) are not supported; write the values out")
		case twice:
			r.fail(key, "%q is given twice in %s, first on line %d", key.Value, what, first)
		default:
			seen[key.Value] = key.Line
			each(key, value)
		}
	}
}

// list hands over the items of a sequence.
func (r *reader) list(n *yaml.Node, what string, each func(*yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "%s must be a list, not %s", what, kind(n))
		return
	}
	for _, item := range n.Content {
		each(item)
	}
}

// named hands over the items of a sequence that must not be empty.
func (r *reader) named(n *yaml.Node, what string, each func(*yaml.Node)) {
	if n = resolve(n); n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.fail(n, "%s is empty; leave the key out, or fill it", what)
	}
	r.list(n, what, each)
}

// list reads a sequence of things of one kind.
func list[T any](r *reader, n *yaml.Node, what string, read func(*yaml.Node) T) (all []T) {
	r.list(n, what, func(item *yaml.Node) { all = append(all, read(item)) })
	return all
}

// oneOrMore reads a scalar, or a sequence that is not empty.
func (r *reader) oneOrMore(n *yaml.Node, each func(*yaml.Node)) {
	if n = resolve(n); n.Kind != yaml.SequenceNode {
		each(n)
		return
	}
	if len(n.Content) == 0 {
		r.fail(n, "the list is empty; leave the key out, or fill it")
	}
	for _, item := range n.Content {
		each(item)
	}
}

// text reads a string that is not empty.
func (r *reader) text(n *yaml.Node) string {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			hint = fmt.Sprintf(`; write "%s" in quotes`, n.Value)
		}
		r.fail(n, "text is wanted here, not %s%s", kind(n), hint)
		return ""
	}
	if strings.TrimSpace(n.Value) == "" {
		r.fail(n, "text is wanted here, but it is empty")
	}
	return n.Value
}

// texts reads one string or a list of them.
func (r *reader) texts(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) { all = append(all, r.text(item)) })
	return all
}

// arnPattern reads a pattern that can match an ARN.
func (r *reader) arnPattern(n *yaml.Node) string {
	s := r.text(n)
	if s != "" && !strings.HasPrefix(s, "arn:") && !strings.HasPrefix(s, "*") {
		r.fail(n, "%q matches no ARN; copy the ARN from a report, or write %q", s, "*/"+s)
	}
	return s
}

// arnPatterns reads one or more of them.
func (r *reader) arnPatterns(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) { all = append(all, r.arnPattern(item)) })
	return all
}

var (
	accountID      = regexp.MustCompile(`^[0-9]{12}$`)
	accountPattern = regexp.MustCompile(`^[0-9*]+$`)
	regionName     = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	regionPattern  = regexp.MustCompile(`^[a-z0-9*-]+$`)
)

// account reads 12 digits, quoted or not.
func (r *reader) account(n *yaml.Node) string {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || !accountID.MatchString(n.Value) {
		r.fail(n, "an account id has 12 digits, %s has not", kind(n))
		return ""
	}
	return n.Value
}

// tagValues reads one or more patterns on the value of a tag, which may be empty
// and, since AWS knows text only, need no quotes.
func (r *reader) tagValues(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) {
		if item = resolve(item); item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			r.fail(item, "the value of a tag, or a pattern for it, is wanted here, not %s", kind(item))
			return
		}
		all = append(all, item.Value)
	})
	return all
}

// accounts reads a list of account ids.
func (r *reader) accounts(n *yaml.Node, what string) (all []string) {
	r.named(n, what, func(item *yaml.Node) {
		id := r.account(item)
		if id != "" && slices.Contains(all, id) {
			r.fail(item, "account %s is listed twice", id)
		}
		all = append(all, id)
	})
	return all
}

// accountPatterns reads account ids or patterns on them.
func (r *reader) accountPatterns(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) {
		item = resolve(item)
		if item.Kind == yaml.ScalarNode && strings.Contains(item.Value, "*") && accountPattern.MatchString(item.Value) {
			all = append(all, item.Value)
			return
		}
		all = append(all, r.account(item))
	})
	return all
}

// choice reads one of a few words.
func (r *reader) choice(n *yaml.Node, allowed ...string) string {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && slices.Contains(allowed, n.Value) {
		return n.Value
	}
	r.fail(n, "%s is not one of %s", kind(n), strings.Join(allowed, ", "))
	return ""
}

// onOff reads on, off, true or false.
func (r *reader) onOff(n *yaml.Node) *bool {
	switch r.choice(n, "on", "off", "true", "false") {
	case "on", "true":
		return new(true)
	case "off", "false":
		return new(false)
	}
	return nil
}

// positive reads an integer from 1 on.
func (r *reader) positive(n *yaml.Node) *int {
	n = resolve(n)
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || i < 1 {
		r.fail(n, "a whole number from 1 on is wanted here, not %s", kind(n))
		return nil
	}
	return &i
}

// share reads a number above 0, up to 1.
func (r *reader) share(n *yaml.Node) float64 {
	n = resolve(n)
	x, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || err != nil || !(x > 0 && x <= 1) {
		r.fail(n, "a number above 0, up to 1, is wanted here, not %s", kind(n))
		return 0
	}
	return x
}

func (r *reader) date(n *yaml.Node) Date {
	n = resolve(n)
	d, err := ParseDate(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		r.fail(n, "a date like 2027-01-31 is wanted here, not %s", kind(n))
	}
	return d
}

// values reads parameters: name → any value.
func (r *reader) values(n *yaml.Node) map[string]Value {
	all := map[string]Value{}
	r.pairsAt(n, "parameters", func(key, value *yaml.Node) {
		var v any
		err := value.Decode(&v)
		if err == nil && v == nil {
			err = errors.New("it has none")
		}
		var text []byte
		if err == nil {
			text, err = json.Marshal(v)
		}
		if err != nil {
			r.fail(key, "reading the value of parameter %s: %s", key.Value, plain(err))
			return
		}
		all[key.Value] = Value{JSON: text, Line: key.Line}
	})
	return all
}

// kind says what a node is, in words.
func kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing (leave the key out, or give it a value)"
	case n.Tag == "!!str":
		return strconv.Quote(n.Value)
	}
	return n.Value
}

// plain is an error of the YAML library without its prefix and its line breaks.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:")
	return strings.Join(strings.Fields(text), " ")
}
