package source

import "strings"

// An element is a named part of code with its place: an attribute, a nested
// block, a property. An item of a list has no key. A block that is repeated and a
// list of items are alike: several elements at one path.
type element struct {
	key      string
	at       Position
	value    string // of a scalar that is known
	known    bool
	assumed  bool // worked out from defaults, which a deployment may have changed
	dynamic  bool // made by iterating; what it says of itself may not be known
	children []*element
}

// A Position is a line of a file.
type Position struct {
	File string // slash path from the folder
	Line int    // from 1
}

// all returns the elements at a path of keys, "point_in_time_recovery.enabled";
// an empty path is the element itself. Lists are stepped through.
func (e *element) all(path string) []*element {
	if path == "" {
		return e.items()
	}
	key, rest, _ := strings.Cut(path, ".")
	var found []*element
	for _, child := range e.children {
		switch child.key {
		case key:
			found = append(found, child.all(rest)...)
		case "":
			found = append(found, child.all(path)...)
		}
	}
	return found
}

// items are those of a list, else the element itself.
func (e *element) items() []*element {
	var items []*element
	for _, child := range e.children {
		if child.key == "" {
			items = append(items, child.items()...)
		}
	}
	if items == nil {
		return []*element{e}
	}
	return items
}

// nearest follows a path as far as there is something, and says how many of its
// keys are there. Where there are several elements, the first one counts.
func (e *element) nearest(path string) (at *element, found int) {
	keys := strings.Split(path, ".")
	at = e
	for i := range keys {
		next := e.all(strings.Join(keys[:i+1], "."))
		if len(next) == 0 {
			return at, i
		}
		at = next[0]
	}
	return at, len(keys)
}

// text is the scalar at a path, if there is exactly one and it is known.
func (e *element) text(path string) (string, bool) {
	found := e.all(path)
	if len(found) != 1 || !found[0].known {
		return "", false
	}
	return found[0].value, true
}

// tag is the value of a tag, of a map of tags or a list of Key and Value.
func (e *element) tag(path, key string) string {
	for _, tags := range e.all(path) {
		if k, ok := tags.text("Key"); ok && k == key {
			value, _ := tags.text("Value")
			return value
		}
		for _, child := range tags.children {
			if child.key == key && child.known {
				return child.value
			}
		}
	}
	return ""
}
