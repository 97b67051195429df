package authz

import (
	"strings"
	"time"
)

// An Engine answers questions. It remembers what it found out, so that principals
// that share policies cost little more than one. Its zero value is ready; it is for
// one goroutine, since Documents may be shared and Engines need not be.
type Engine struct {
	// Now is the time from which requests are made; the zero time is any time. A
	// permission that has run out is none.
	Now time.Time
	// Regions are those in scope, for questions that leave the Region open. nil:
	// Regions of the partition.
	Regions []string

	formats    map[string]*format
	domains    map[domainKey]*domain
	places     map[string]*domain // of resources, by format
	atoms      map[string]*atom
	conditions map[conditionRef]*atom
	resources  map[resourceRef]*atom
	solutions  map[string]*solution
	sensitive  map[probeKey][]*Statement
	classes    map[string][]regionClass
	statements map[*Statement]uint64
}

type domainKey struct {
	name string
	who  PrincipalType
	id   string // of the principal, for keys that have it in them
}

type conditionRef struct {
	cond   *condition
	domain *domain
	over   bool
}

type resourceRef struct {
	set    *resourceSet
	domain *domain
	over   bool
}

func (e *Engine) begin() {
	if e.formats != nil {
		return
	}
	e.formats = map[string]*format{}
	e.domains = map[domainKey]*domain{}
	e.places = map[string]*domain{}
	e.atoms = map[string]*atom{}
	e.conditions = map[conditionRef]*atom{}
	e.resources = map[resourceRef]*atom{}
	e.solutions = map[string]*solution{}
	e.sensitive = map[probeKey][]*Statement{}
	e.classes = map[string][]regionClass{}
	e.statements = map[*Statement]uint64{}
}

func (e *Engine) format(text string) *format {
	f := e.formats[text]
	if f == nil {
		f = readFormat(text)
		e.formats[text] = f
	}
	return f
}

// place is the domain of the resource's ARN.
func (e *Engine) place(f *format) *domain {
	d := e.places[f.text]
	if d == nil {
		d = &domain{id: len(e.places) + len(e.domains), variable: resourceVariable, format: f.glob}
		d.example, _ = findText([]language{{f.glob}}, nil)
		e.places[f.text] = d
	}
	return d
}

func (e *Engine) domain(k *conditionKey, name string, c caller) *domain {
	if variable := variableOf(name); variable != name {
		k, name = keyNamed(variable), variable
	}
	key := domainKey{name: name, who: c.Type}
	if name == "aws:userid" || name == "aws:principalarn" {
		key.id = c.ARN + " " + c.ID
	}
	d := e.domains[key]
	if d == nil {
		d = e.newDomain(k, name, c)
		d.id = len(e.places) + len(e.domains)
		e.domains[key] = d
	}
	return d
}

// conditionAtom returns the atom of a condition; filled is the condition with its
// variables filled in, the same one where it has none.
func (e *Engine) conditionAtom(c, filled *condition, d *domain, over bool) *atom {
	ref := conditionRef{c, d, over}
	if c == filled {
		if a := e.conditions[ref]; a != nil {
			return a
		}
	}
	over = over && filled.doubtful(d)
	a := e.intern(&atom{domain: d, cond: filled, over: over})
	if c == filled {
		e.conditions[ref] = a
	}
	return a
}

// intern keeps one atom for all that say the same of the same domain, and finds out
// whether it says anything.
func (e *Engine) intern(a *atom) *atom {
	var key strings.Builder
	key.WriteByte(byte(a.domain.id))
	key.WriteByte(byte(a.domain.id >> 8))
	key.WriteByte(byte(a.domain.id >> 16))
	if a.over {
		key.WriteByte('+')
	}
	key.WriteString(a.identity())
	if known := e.atoms[key.String()]; known != nil {
		return known
	}
	a.id = len(e.atoms)
	_, holds := solve(a.domain, []literal{{a, true}})
	_, fails := solve(a.domain, []literal{{a, false}})
	a.never, a.always = holds == impossible, fails == impossible
	e.atoms[key.String()] = a
	return a
}
