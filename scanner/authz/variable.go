package authz

import (
	"strings"
	"unicode"
)

// A template is a text of a policy with its policy variables, as in
// "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}-*".
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
type template struct {
	parts []part
	odd   string // what is wrong with its variables
}

// A part is a run of text, or one variable.
type part struct {
	text    string // as it stands in the policy, or with escaped the character of ${*}, ${?} or ${$}
	escaped bool
	key     string // of a variable, in lower case
	preset  string // its default
	hasPre  bool
}

// readTemplate splits a text at its variables. In documents before 2012-10-17
// there are none: what looks like one is text.
func readTemplate(text string, variables bool) template {
	if !variables || !strings.Contains(text, "${") {
		return template{parts: []part{{text: text}}}
	}
	var t template
	for text != "" {
		before, rest, found := strings.Cut(text, "${")
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			t.odd = "its variable has no end"
			t.parts = append(t.parts, part{text: "${" + rest, escaped: true})
			break
		}
		t.parts = append(t.parts, readVariable(name))
		text = after
	}
	return t
}

func readVariable(name string) part {
	if name == "*" || name == "?" || name == "$" {
		return part{text: name, escaped: true}
	}
	key, preset, hasPre := strings.Cut(name, ",")
	if hasPre {
		preset = strings.TrimSpace(preset)
		if len(preset) >= 2 && preset[0] == '\'' && preset[len(preset)-1] == '\'' {
			preset = preset[1 : len(preset)-1]
		}
	}
	return part{key: strings.ToLower(strings.TrimSpace(key)), preset: preset, hasPre: hasPre}
}

// fixed says whether there are no variables in it.
func (t template) fixed() bool {
	for _, p := range t.parts {
		if p.key != "" {
			return false
		}
	}
	return true
}

// fill puts the request's values in. It fails where a variable has neither value
// nor default: such a text matches nothing. A multivalued key has no value here.
func (t template) fill(context Context) (template, bool) {
	filled := template{parts: make([]part, 0, len(t.parts))}
	for _, p := range t.parts {
		if p.key == "" {
			filled.parts = append(filled.parts, p)
			continue
		}
		value := context.get(p.key)
		switch {
		case value.present && !value.set:
			filled.parts = append(filled.parts, part{text: value.list[0], escaped: true})
		case p.hasPre:
			filled.parts = append(filled.parts, part{text: p.preset, escaped: true})
		default:
			return template{}, false
		}
	}
	return filled, true
}

// A style is what * and ? mean in a text.
type style uint8

const (
	exactText style = iota // themselves
	anyCase                // themselves, and case does not count
	likeText               // wildcards
	arnText                // wildcards within one of the six fields of an ARN
	resource               // wildcards of the Resource element
)

// pattern makes the tokens of a template whose variables are filled in.
func (t template) pattern(s style) *glob {
	var tokens []token
	colons := 0
	for i, p := range t.parts {
		for at, r := range p.text {
			if r == ':' && !p.escaped {
				colons++
			}
			switch {
			case p.escaped || s < likeText || r != '*' && r != '?':
				tokens = append(tokens, character(r, s))
			case r == '*' && (colons >= 5 || s == likeText || s == resource && endsField(t.parts[i:], at+1)):
				tokens = append(tokens, token{kind: many})
			case r == '*':
				tokens = append(tokens, token{kind: manyInField})
			case colons >= 5 || s == likeText:
				tokens = append(tokens, token{kind: one})
			default:
				tokens = append(tokens, token{kind: oneInField})
			}
		}
	}
	return newGlob(tokens)
}

func character(r rune, s style) token {
	if s == anyCase {
		return token{folded, unicode.ToLower(r)}
	}
	return token{exactly, r}
}

// endsField says whether a field of an ARN ends here. An asterisk that is the last
// character of a field may reach beyond the colon; any other stays in its field.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func endsField(parts []part, at int) bool {
	if at < len(parts[0].text) {
		return parts[0].text[at] == ':'
	}
	return len(parts) == 1
}

// String is the text of a template whose variables are filled in.
func (t template) String() string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.text)
	}
	return b.String()
}
