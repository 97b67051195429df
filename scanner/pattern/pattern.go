// Package pattern says whether a pattern matches an event of which only some
// fields are known: yes, no, or maybe. It reads two languages: the event patterns of
// EventBridge ([Event]) and the filter patterns of CloudWatch Logs ([Filter]), as AWS
// describes them:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
//
// The logic is three-valued. A field that is not known, an operator that this build
// does not know, and what AWS does not document are maybe; yes and no hold whatever
// the rest of the event says.
package pattern

import "strings"

// An Answer says whether a pattern matches. Their order is that of certainty.
type Answer int8

const (
	No Answer = iota
	Maybe
	Yes
)

func (a Answer) String() string { return [...]string{"no", "maybe", "yes"}[a] }

func (a Answer) not() Answer { return Yes - a }

func answer(is bool) Answer {
	if is {
		return Yes
	}
	return No
}

// An Object is what is known of a JSON object: texts, numbers (float64), booleans,
// nil, []any, Objects, and the two below. Of a field that is not in it nothing is
// known: it may be missing, or have any value.
type Object map[string]any

// What is known of a field without its value.
type unvalued int8

const (
	Present unvalued = iota // it is there; its value is not known
	Absent                  // it is not there
)

// get follows a path. It is nil, false where nothing is known.
func (o Object) get(path []string) (value any, known bool) {
	value, known = o, true
	for _, name := range path {
		switch at := value.(type) {
		case Object:
			if value, known = at[name]; !known {
				return nil, false
			}
		case unvalued:
			if at == Absent {
				return Absent, true
			}
			return nil, false
		default: // a text has no fields
			return Absent, true
		}
	}
	return value, true
}

// glob matches a text against the parts of a pattern between its asterisks, each
// of which stands for any text.
func glob(parts []string, text string) bool {
	if len(parts) == 1 {
		return parts[0] == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}
