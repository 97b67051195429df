package config

import (
	"errors"
	"fmt"
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
