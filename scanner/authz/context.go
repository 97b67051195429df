package authz

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Value is what a condition key has in a request: one text, a set of them, or
// nothing. The zero Value is absent.
type Value struct {
	list    []string
	present bool
	set     bool // a multivalued key
}

// Absent is the value of a key that a request does not carry.
var Absent = Value{}

// One is the value of a single-valued key.
func One(text string) Value { return Value{list: []string{text}, present: true} }

// Set is the value of a multivalued key.
func Set(texts ...string) Value { return Value{list: texts, present: true, set: true} }

// Texts returns the elements; none of an absent value.
func (v Value) Texts() []string { return v.list }

// Present says whether the request carries the key.
func (v Value) Present() bool { return v.present }

func (v Value) String() string {
	switch {
	case !v.present:
		return "absent"
	case v.set:
		return fmt.Sprintf("%q", v.list)
	}
	return v.list[0]
}

// A Context holds the condition keys of a request. Names of keys are compared
// without case, those of tags included, as AWS does. A key that was never set is
// absent; one that was set to Absent is known to be.
type Context struct {
	entries map[string]entry // by the name in lower case
}

type entry struct {
	name  string
	value Value
}

// NewContext returns a context with these keys.
func NewContext(values map[string]Value) Context {
	c := Context{entries: make(map[string]entry, len(values))}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		c.entries[strings.ToLower(name)] = entry{name, values[name]}
	}
	return c
}

// With returns a context that has the key too.
func (c Context) With(name string, value Value) Context {
	entries := make(map[string]entry, len(c.entries)+1)
	maps.Copy(entries, c.entries)
	entries[strings.ToLower(name)] = entry{name, value}
	return Context{entries}
}

// Get returns the value of a key, Absent where there is none.
func (c Context) Get(name string) Value { return c.get(strings.ToLower(name)) }

func (c Context) get(lower string) Value { return c.entries[lower].value }

// has says whether the key was set, be it to Absent.
func (c Context) has(lower string) bool {
	_, ok := c.entries[lower]
	return ok
}

// Keys returns the names of the keys that are present, sorted.
func (c Context) Keys() []string {
	var names []string
	for _, e := range c.entries {
		if e.value.present {
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return names
}

// UnmarshalJSON reads an object of texts and lists of texts: single-valued and
// multivalued keys.
func (c *Context) UnmarshalJSON(text []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		return fmt.Errorf("reading request context: %w", err)
	}
	values := map[string]Value{}
	for name, value := range raw {
		switch value := value.(type) {
		case string:
			values[name] = One(value)
		case []any:
			texts := make([]string, len(value))
			for i, element := range value {
				text, ok := element.(string)
				if !ok {
					return fmt.Errorf("reading request context: %s has an element that is no text; write it in quotes", name)
				}
				texts[i] = text
			}
			values[name] = Set(texts...)
		default:
			return fmt.Errorf("reading request context: %s is neither a text nor a list of texts; write it in quotes", name)
		}
	}
	*c = NewContext(values)
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (c Context) MarshalJSON() ([]byte, error) {
	out := map[string]any{}
	for _, e := range c.entries {
		switch {
		case !e.value.present:
		case e.value.set:
			out[e.name] = append([]string{}, e.value.list...)
		default:
			out[e.name] = e.value.list[0]
		}
	}
	return json.Marshal(out)
}
