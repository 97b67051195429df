package selection

import (
	"slices"
	"strings"
	"unicode"

	"holdfast/scanner/snapshot"
)

const (
	tagsNotRead = "tags were not read"
	keyPrefix   = "aws:ResourceTag/" // of the keys of Conditions; those of ListOfTags have none
)

// A condition is one entry of ListOfTags or Conditions: it asks for the value of
// one tag.
type condition struct {
	list     string // "ListOfTags", "Conditions StringLike"
	key      string // of the tag, without prefix
	written  string // the key as it stands in the selection
	value    string
	negated  bool
	parts    []string // of value between asterisks, where like; else one
	odd      string   // what AWS does not document about the entry, unless empty
	oddHolds bool     // odd matters only where the condition would otherwise hold
}

// newListedTag reads an entry of ListOfTags, of which AWS knows StringEquals
// alone (STRINGEQUALS in its model).
func newListedTag(c snapshot.Condition) condition {
	key, prefixed := strings.CutPrefix(c.ConditionKey, keyPrefix)
	listed := condition{list: "ListOfTags", key: key, written: c.ConditionKey, value: c.ConditionValue, parts: []string{c.ConditionValue}}
	switch {
	case !strings.EqualFold(c.ConditionType, "StringEquals"):
		listed.odd = "ListOfTags has the type " + c.ConditionType + ": AWS documents StringEquals alone"
	case prefixed:
		listed.odd = listed.String() + ": AWS documents keys of ListOfTags without " + keyPrefix
		listed.oddHolds = true
	}
	return listed
}

// newConditions reads Conditions, operator by operator.
func newConditions(c snapshot.Conditions) []condition {
	var all []condition
	for _, operator := range []struct {
		name          string
		entries       []snapshot.ConditionParameter
		like, negated bool
	}{
		{"StringEquals", c.StringEquals, false, false},
		{"StringLike", c.StringLike, true, false},
		{"StringNotEquals", c.StringNotEquals, false, true},
		{"StringNotLike", c.StringNotLike, true, true},
	} {
		for _, entry := range operator.entries {
			key, prefixed := strings.CutPrefix(entry.ConditionKey, keyPrefix)
			read := condition{list: "Conditions " + operator.name, key: key, written: entry.ConditionKey,
				value: entry.ConditionValue, negated: operator.negated, parts: []string{entry.ConditionValue}}
			if operator.like {
				read.parts = strings.Split(entry.ConditionValue, "*")
			}
			if !prefixed {
				read.odd = read.String() + ": AWS documents keys of Conditions with " + keyPrefix + " alone"
			}
			all = append(all, read)
		}
	}
	return all
}

func (c condition) String() string { return c.list + " " + c.written + "=" + c.value }

// holds says whether the table's tags meet the condition.
func (c condition) holds(r Resource) answer {
	if c.odd != "" && !c.oddHolds {
		return unknown(c.odd)
	}
	if !r.TagsRead {
		return unknown(tagsNotRead)
	}
	value, tagged := r.tag(c.key)
	holds := no
	switch {
	case tagged:
		holds = c.like(value)
		if c.negated {
			holds = holds.not()
		}
	case c.negated:
		holds = unknown(c.String() + " on a table without that tag: AWS's API reference speaks of tagged resources, its examples include untagged ones")
	}
	if c.odd != "" {
		holds = allOf(holds, unknown(c.odd))
	}
	return holds
}

// like compares a tag's value with the condition's, in which * stands for any
// value where it stands alone, and else for characters other than whitespace.
func (c condition) like(value string) answer {
	switch {
	case glob(c.parts, value, false), len(c.parts) > 1 && strings.Trim(c.value, "*") == "":
		return yes
	case glob(c.parts, value, true):
		return unknown(c.String() + ": AWS says that * stands for characters other than whitespace, and the tag's value has a blank")
	}
	return no
}

// tag returns the value of a tag, as far as tags were read.
func (r Resource) tag(key string) (value string, ok bool) {
	at := slices.IndexFunc(r.Tags, func(t snapshot.Tag) bool { return t.Key == key })
	if at < 0 || !r.TagsRead {
		return "", false
	}
	return r.Tags[at].Value, true
}

func space(r rune) bool { return unicode.IsSpace(r) }
