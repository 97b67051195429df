package authz

import (
	"strings"
)

// An actionSet is the Action or NotAction of a statement.
type actionSet struct {
	patterns []actionPattern
	negated  bool
	known    actionBits // the known actions that it covers for sure
	maybe    actionBits // and those that it may cover
	spelled  actionBits // those that it names without wildcards
}

type actionPattern struct {
	text    string
	service string // lower case
	name    *glob
	all     bool
}

// An action of a request, as it is looked up once.
type action struct {
	name          string // as the service spells it, where it is known
	service, verb string // lower case
	index         int    // in the table of known actions; -1 else
}

func readAction(text string) actionPattern {
	service, name, found := strings.Cut(text, ":")
	if !found {
		return actionPattern{text: text, all: text != "" && strings.Trim(text, "*") == ""}
	}
	tokens := make([]token, 0, len(name))
	for _, r := range strings.ToLower(name) {
		switch r {
		case '*':
			tokens = append(tokens, token{kind: many})
		case '?':
			tokens = append(tokens, token{kind: one})
		default:
			tokens = append(tokens, token{exactly, r})
		}
	}
	return actionPattern{text: text, service: strings.ToLower(service), name: newGlob(tokens)}
}

// covers compares without case. Wildcards stand in the name alone: IAM refuses
// them in the service, but for *:*, which it takes.
func (p actionPattern) covers(a action) truth {
	switch {
	case p.all:
		return yes
	case p.name == nil || !p.name.match(a.verb):
		return no
	case p.service == a.service:
		return yes
	case p.service == "*":
		return likelyYes
	case hasWildcard(p.service) && readTemplate(p.service, false).pattern(likeText).match(a.service):
		return likelyNo
	}
	return no
}

func (s *actionSet) match(a action) truth {
	result := no
	for _, p := range s.patterns {
		result = max(result, p.covers(a))
	}
	if s.negated {
		return result.not()
	}
	return result
}

// covers is match, looked up where the action is known.
func (s *actionSet) covers(a action) truth {
	switch {
	case a.index < 0:
		return s.match(a)
	case s.known.has(a.index):
		return yes
	case s.maybe.has(a.index):
		return s.match(a)
	}
	return no
}

// spells says whether the action is named without a wildcard.
func (s *actionSet) spells(a action) bool {
	if a.index >= 0 {
		return s.spelled.has(a.index)
	}
	for _, p := range s.patterns {
		if p.name != nil && p.name.form == plain && p.covers(a) == yes {
			return true
		}
	}
	return false
}

// index looks the known actions up.
func (s *actionSet) index() {
	for i, a := range knownActions {
		switch s.match(a) {
		case yes:
			s.known.add(i)
		case likelyYes, likelyNo:
			s.maybe.add(i)
		}
	}
	for _, p := range s.patterns {
		if p.name == nil || p.name.form != plain {
			continue
		}
		if i, ok := actionIndex[p.service+":"+p.name.prefix]; ok {
			s.spelled.add(i)
		}
	}
}

// actionBits is a set of known actions.
type actionBits [4]uint64

func (b *actionBits) add(i int)      { b[i/64] |= 1 << (i % 64) }
func (b *actionBits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b *actionBits) join(other actionBits) {
	for i := range b {
		b[i] |= other[i]
	}
}

// lookUp finds an action by its name.
func lookUp(name string) action {
	if i, ok := actionIndex[name]; ok {
		return knownActions[i]
	}
	lower := strings.ToLower(name)
	if i, ok := actionIndex[lower]; ok {
		return knownActions[i]
	}
	service, verb, _ := strings.Cut(lower, ":")
	return action{name: name, service: service, verb: verb, index: -1}
}
