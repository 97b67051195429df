package pattern

import (
	"encoding/json"
	"slices"
	"strings"
)

// Event says whether an event pattern of EventBridge matches an event. What is no
// pattern matches maybe.
func Event(pattern []byte, event Object) Answer {
	var fields map[string]json.RawMessage
	if json.Unmarshal(pattern, &fields) != nil || len(fields) == 0 {
		return Maybe
	}
	return matchFields(fields, event, nil)
}

// matchFields: all fields of a pattern must match, and one pattern of $or.
func matchFields(fields map[string]json.RawMessage, event Object, at []string) Answer {
	all := Yes
	for name, raw := range fields {
		if name == "$or" {
			all = min(all, matchOr(raw, event, at))
		} else {
			all = min(all, matchField(raw, event, append(slices.Clone(at), name)))
		}
	}
	return all
}

func matchOr(raw json.RawMessage, event Object, at []string) Answer {
	var branches []map[string]json.RawMessage
	if json.Unmarshal(raw, &branches) != nil || len(branches) == 0 {
		return Maybe
	}
	some := No
	for _, fields := range branches {
		some = max(some, matchFields(fields, event, at))
	}
	return some
}

// matchField: an object goes deeper, a list is of matchers, of which one is enough.
func matchField(raw json.RawMessage, event Object, at []string) Answer {
	var deeper map[string]json.RawMessage
	if json.Unmarshal(raw, &deeper) == nil && deeper != nil {
		return matchFields(deeper, event, at)
	}
	var matchers []any
	if json.Unmarshal(raw, &matchers) != nil || matchers == nil {
		return Maybe
	}
	value, known := event.get(at)
	some := No
	for _, m := range matchers {
		some = max(some, matchAny(m, value, known))
	}
	return some
}

// matchAny matches one matcher against a field. Of a list, one element is enough.
func matchAny(matcher, value any, known bool) Answer {
	if operator, argument, ok := operation(matcher); ok && operator == "exists" {
		return exists(argument, value, known)
	}
	switch v := value.(type) {
	case unvalued:
		if v == Absent {
			return No // nothing but {"exists": false} matches what is not there
		}
		return Maybe
	case []any:
		some := No
		for _, element := range v {
			some = max(some, matchAny(matcher, element, true))
		}
		return some
	case Object:
		return No // matchers are for values
	}
	if !known {
		return Maybe
	}
	return matchValue(matcher, value)
}

func exists(argument, value any, known bool) Answer {
	want, ok := argument.(bool)
	if _, list := value.([]any); !ok || !known || list { // of lists AWS says nothing
		return Maybe
	}
	return answer(want == (value != Absent))
}

// operation reads {"prefix": "x"}.
func operation(matcher any) (operator string, argument any, ok bool) {
	m, is := matcher.(map[string]any)
	if !is || len(m) != 1 {
		return "", nil, false
	}
	for operator, argument = range m {
	}
	return operator, argument, true
}

func matchValue(matcher, value any) Answer {
	operator, argument, ok := operation(matcher)
	if !ok {
		if _, odd := matcher.(map[string]any); odd {
			return Maybe
		}
		return equal(matcher, value)
	}
	switch operator {
	case "prefix", "suffix", "equals-ignore-case", "wildcard":
		return matchText(operator, argument, value)
	case "anything-but":
		return anythingBut(argument, value)
	case "numeric":
		return numeric(argument, value)
	}
	return Maybe // cidr, and what is newer than this build
}

// equal compares plain values. EventBridge compares numbers as they are written, so
// that equal numbers match maybe.
func equal(matcher, value any) Answer {
	if _, number := matcher.(float64); number && matcher == value {
		return Maybe
	}
	switch matcher.(type) {
	case string, bool, nil, float64:
		return answer(matcher == value)
	}
	return Maybe
}

func matchText(operator string, argument, value any) Answer {
	text, isText := value.(string)
	if !isText {
		return No
	}
	ignoreCase := false
	if inner, want, ok := operation(argument); ok && inner == "equals-ignore-case" {
		argument, ignoreCase = want, true
	}
	want, ok := argument.(string)
	if !ok {
		return Maybe
	}
	if ignoreCase {
		text, want = strings.ToLower(text), strings.ToLower(want)
	}
	switch operator {
	case "prefix":
		return answer(strings.HasPrefix(text, want))
	case "suffix":
		return answer(strings.HasSuffix(text, want))
	case "equals-ignore-case":
		return answer(strings.EqualFold(text, want))
	}
	if strings.Contains(want, `\`) { // an escaped asterisk, or an escape of that
		return Maybe
	}
	return answer(glob(strings.Split(want, "*"), text))
}

// anythingBut takes a value, a list of them, or one of the operators on text with a
// text or a list.
func anythingBut(argument, value any) Answer {
	operator, inner, isOperation := operation(argument)
	if isOperation {
		argument = inner
	} else if _, odd := argument.(map[string]any); odd {
		return Maybe
	}
	list, ok := argument.([]any)
	if !ok {
		list = []any{argument}
	}
	none := Yes
	for _, one := range list {
		matched := equal(one, value)
		if isOperation {
			matched = matchValue(map[string]any{operator: one}, value)
		}
		none = min(none, matched.not())
	}
	return none
}

// numeric is a list of comparisons and numbers, all of which must hold.
func numeric(argument, value any) Answer {
	list, ok := argument.([]any)
	if !ok || len(list) == 0 || len(list)%2 != 0 {
		return Maybe
	}
	number, isNumber := value.(float64)
	if !isNumber {
		return No
	}
	all := Yes
	for i := 0; i < len(list); i += 2 {
		limit, ok := list[i+1].(float64)
		if !ok {
			return Maybe
		}
		switch list[i] {
		case "=":
			all = min(all, answer(number == limit))
		case "<":
			all = min(all, answer(number < limit))
		case "<=":
			all = min(all, answer(number <= limit))
		case ">":
			all = min(all, answer(number > limit))
		case ">=":
			all = min(all, answer(number >= limit))
		default:
			return Maybe
		}
	}
	return all
}
