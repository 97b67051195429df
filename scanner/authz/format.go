package authz

import "strings"

// A format is the ARN of a resource whose parts may be open, as in
// arn:aws:backup:eu-west-1:111122223333:recovery-point:${RecoveryPointId}.
type format struct {
	text     string
	glob     *glob
	open     bool // else it is one ARN
	taggable bool // requests for it may carry aws:ResourceTag
}

// readFormat makes the pattern of a format. An open part is one or more of the
// characters that names have; one whose name ends in Path may have slashes too.
func readFormat(text string) *format {
	var tokens []token
	f := &format{text: text}
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "${")
		for _, r := range before {
			tokens = append(tokens, token{exactly, r})
		}
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			break
		}
		f.open = true
		if strings.HasSuffix(name, "Path") {
			tokens = append(tokens, token{kind: oneInPath}, token{kind: manyInPath})
		} else {
			tokens = append(tokens, token{kind: oneInName}, token{kind: manyInName})
		}
		rest = behind
	}
	f.glob = newGlob(tokens)
	f.taggable = taggable(text)
	return f
}

// taggable says whether requests for the resource may carry its tags. Of types that
// are not in the table nobody here knows.
func taggable(text string) bool {
	for i, skeleton := range skeletons {
		if skeleton.match(text) {
			return ResourceTypes[i].Taggable
		}
	}
	return text != "*"
}

// skeletons are the formats of the resource types, their open parts filled with anything.
var skeletons = func() (globs []*glob) {
	for _, t := range ResourceTypes {
		var tokens []token
		for rest, found := t.Format, true; found; {
			var before string
			before, rest, found = strings.Cut(rest, "${")
			for _, r := range before {
				tokens = append(tokens, token{exactly, r})
			}
			if found {
				tokens = append(tokens, token{kind: many})
				_, rest, _ = strings.Cut(rest, "}")
			}
		}
		globs = append(globs, newGlob(tokens))
	}
	return globs
}()
