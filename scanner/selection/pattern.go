package selection

import "strings"

// A pattern is one entry of Resources or NotResources: an ARN, or a text in which
// * stands for zero or more characters other than whitespace. Case matters.
type pattern struct {
	list  string // "Resources", "NotResources"
	text  string
	parts []string // between the asterisks; one: exact

	// disputed: AWS's guide uses * "at the start, end, and middle", and shows it for
	// the Region, the account and at the end; its API reference allows it at the end
	// alone. Elsewhere it is not known to match.
	disputed bool
}

func newPattern(list, text string) pattern {
	return pattern{list: list, text: text, parts: strings.Split(text, "*"), disputed: disputed(text)}
}

// disputed says whether an asterisk stands elsewhere than in the Region or account
// of a whole ARN, or at the end.
func disputed(text string) bool {
	text = strings.TrimRight(text, "*")
	fields := strings.SplitN(text, ":", 6)
	if len(fields) == 6 {
		fields[3], fields[4] = "", ""
	}
	return strings.Contains(strings.Join(fields, ":"), "*")
}

func (p pattern) String() string { return p.list + " " + p.text }

func (p pattern) exact() bool { return len(p.parts) == 1 }

// dead says that the entry can match nothing, whatever tables there are.
func (p pattern) dead() bool {
	return p.exact() && (!strings.HasPrefix(p.text, "arn:") || strings.Count(p.text, ":") < 5)
}

func (p pattern) match(arn string) answer {
	if !glob(p.parts, arn, false) {
		return no
	}
	if p.disputed {
		return unknown("wildcard position in " + p.String() + ": AWS's guide allows * anywhere, its API reference at the end alone")
	}
	return yes
}

// namesType says whether the entry names the resource type, so that it holds
// whatever the Region's opt-in: "arn:aws:dynamodb:*:*:table/…" does,
// "arn:aws:dynamodb:*" and "*" do not.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
func (p pattern) namesType() answer {
	fields := strings.SplitN(p.text, ":", 6)
	whole := len(fields) == 6
	switch {
	case whole && strings.HasPrefix(fields[5], "table/"):
		return yes
	case whole && strings.HasPrefix(fields[5], "*"), !whole && !strings.Contains(p.text, "table"):
		return no
	}
	return unknown(p.String() + ": AWS does not document whether it names the resource type, so that opt-in would not matter")
}

// glob matches a text against the parts of a pattern between its asterisks. An
// asterisk stands for any characters, or for any but whitespace where
// blanks is false.
func glob(parts []string, text string, blanks bool) bool {
	if len(parts) == 1 {
		return parts[0] == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 || !blanks && strings.ContainsFunc(text[:at], space) {
			return false
		}
		text = text[at+len(part):]
	}
	text, ok = strings.CutSuffix(text, parts[len(parts)-1])
	return ok && (blanks || !strings.ContainsFunc(text, space))
}
