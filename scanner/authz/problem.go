package authz

import (
	"slices"
	"strings"
)

// A problem is one question of one caller in one Region, taken apart: what is known
// is decided, and the rest stays as literals.
//
// Where a policy was not read, or AWS's pages leave something open, the problem is
// read twice. The generous reading takes all of that for what allows most: if it
// has no solution, nobody can. The strict reading takes it for what allows least: a
// solution of it stands whatever the truth is.
type problem struct {
	engine   *Engine
	action   action
	caller   caller
	resource *Resource
	format   *format
	place    *domain
	known    Context
	generous bool

	where   Reason   // the statement that is looked at
	reasons doubts   // what the two readings differ in
	open    []string // keys without a known value that policy variables ask for
	blocks  []Reason // what stands in the way, wherever nothing else is needed
}

// A requirement is met if all literals of one of its options are.
type requirement struct {
	options [][]literal
	from    *Reason // the deny that it keeps from applying
}

// over says whether a statement of the effect is to be taken for one that applies
// where that is not sure.
func (p *problem) over(e Effect) bool { return p.generous == (e == Allow) }

// sure turns a truth into what the reading makes of it.
func accept(t truth, over bool) bool {
	if over {
		return t != no
	}
	return t == yes
}

// lookUp returns the value of a key where it is known, else its domain. A key that
// the catalogue does not have has neither.
func (p *problem) lookUp(name string) (Value, bool, *domain) {
	if entry, ok := p.known.entries[name]; ok {
		return entry.value, true, nil
	}
	if p.resource.Tags != nil && strings.HasPrefix(name, "aws:resourcetag/") ||
		p.caller.Tags != nil && !p.caller.SessionTags && strings.HasPrefix(name, "aws:principaltag/") {
		return Absent, true, nil
	}
	k := keyNamed(name)
	switch {
	case k == nil:
		return Absent, false, nil
	case k.without(p.caller, p.action, p.format):
		return Absent, true, nil
	}
	return Absent, false, p.engine.domain(k, name, p.caller)
}

// statement returns what it takes for a statement to apply; not possible, where it
// cannot.
func (p *problem) statement(l *Layer, policy *Policy, s *Statement, kind layerKind) (literals []literal, g grant, possible bool) {
	over := p.over(s.Effect)
	p.where = Reason{Layer: l.name(kind), Policy: policy.Name, Statement: s, Text: "denies it"}
	e := evaluation{action: p.action, caller: p.caller}
	var why doubts
	covered := e.covers(s, kind, &why)
	if covered == no {
		return nil, g, false
	}
	g = s.principals.names(p.caller, s.Effect, &why)
	if g == (grant{}) {
		return nil, g, false
	}
	if !covered.sure() || !g.sure() {
		p.doubt(why.reasons...)
	}
	if !accept(min(covered, g.any()), over) {
		return nil, g, false
	}
	if literals, possible = p.resources(s, over, nil); !possible {
		return nil, g, false
	}
	for i := range s.conditions {
		if literals, possible = p.condition(&s.conditions[i], over, literals); !possible {
			return nil, g, false
		}
	}
	return literals, g, true
}

func (p *problem) doubt(reasons ...string) {
	for _, reason := range reasons {
		p.reasons.add(p.where.Layer + ", " + p.where.Policy + ", " + p.where.Statement.String() + ": " + reason)
	}
}

// resources adds what a statement's Resource or NotResource asks for.
func (p *problem) resources(s *Statement, over bool, literals []literal) ([]literal, bool) {
	set := &s.resources
	if set.absent {
		return literals, true
	}
	a := p.resourceAtom(set, over)
	want := !set.negated
	if !p.format.open {
		return literals, a.holds(One(p.format.text)) == want
	}
	switch {
	case a.always:
		return literals, want
	case a.never:
		return literals, !want
	}
	return append(literals, literal{a, want}), true
}

// resourceAtom is the atom of a statement's patterns. Those that are in doubt belong
// to it where that makes the statement apply as the reading wants it.
func (p *problem) resourceAtom(set *resourceSet, over bool) *atom {
	wide := over != set.negated
	ref := resourceRef{set, p.place, wide}
	for i := range set.patterns {
		if r := &set.patterns[i]; r.doubt != "" {
			p.doubt("AWS's pages leave open whether " + r.text + " matches: " + r.doubt)
		}
	}
	if a := p.engine.resources[ref]; a != nil {
		return a
	}
	a := &atom{domain: p.place, over: wide}
	keep := true
	for i := range set.patterns {
		r := &set.patterns[i]
		g, text := r.glob, r.text
		if g == nil {
			keep = false
			filled, ok := p.fillPattern(r, wide)
			if !ok {
				continue
			}
			g, text = filled.pattern(resource), filled.String()
		}
		if r.doubt == "" || wide {
			a.globs = append(a.globs, g)
			a.texts = append(a.texts, text)
		}
	}
	a.over = false // what is in doubt is in the patterns or not
	a = p.engine.intern(a)
	if keep {
		p.engine.resources[ref] = a
	}
	return a
}

// fillPattern puts known values into a pattern. Where a variable's value is open, the
// wide reading takes any, and the narrow one none.
func (p *problem) fillPattern(r *resourcePattern, wide bool) (template, bool) {
	if !p.asksOpen(r.template, r.text) {
		return r.template.fill(p.known)
	}
	return r.template.widen(), wide
}

// asksOpen says whether a template has a variable whose value is not known.
func (p *problem) asksOpen(t template, text string) bool {
	asks := false
	for _, part := range t.parts {
		if part.key == "" {
			continue
		}
		if _, known, d := p.lookUp(part.key); !known {
			asks = true
			p.doubt("the value of ${" + part.key + "} in " + text + " is open")
			if d != nil && !slices.Contains(p.open, part.key) {
				p.open = append(p.open, part.key)
			}
		}
	}
	return asks
}

// widen replaces variables by a wildcard.
func (t template) widen() template {
	wide := template{}
	for _, p := range t.parts {
		if p.key != "" {
			p = part{text: "*"}
		}
		wide.parts = append(wide.parts, p)
	}
	return wide
}

// condition adds what a condition asks for.
func (p *problem) condition(c *condition, over bool, literals []literal) ([]literal, bool) {
	if c.doubt != "" {
		p.doubt(c.doubt)
		return literals, over
	}
	value, known, d := p.lookUp(c.name)
	if !known && d == nil {
		p.doubt("unknown condition key " + c.key)
		return literals, over
	}
	filled, ok := p.fill(c)
	if !ok {
		return literals, over
	}
	if known {
		var why doubts
		t := filled.on(value, p.known, &why)
		if !t.sure() {
			p.doubt(why.reasons...)
		}
		return literals, accept(t, over)
	}
	if filled.doubtful(d) {
		p.doubt("AWS's pages leave open what " + c.op.spelled(c.quantifier, c.ifExists) + " is of some values of " + c.key)
		if c.quantifier == single && d.set && p.generous {
			return literals, over // several values make it hold or not
		}
	}
	a := p.engine.conditionAtom(c, filled, d, over)
	switch {
	case a.never:
		return literals, false
	case a.always:
		return literals, true
	}
	return append(literals, literal{a, true}), true
}

// fill puts known values into a condition's variables; not ok, where one is open.
// Operands whose variables have no value equal nothing, and are left out.
func (p *problem) fill(c *condition) (*condition, bool) {
	if !slices.ContainsFunc(c.operands, func(o operand) bool { return !o.template.fixed() }) {
		return c, true
	}
	filled := *c
	filled.operands = nil
	for _, o := range c.operands {
		if !o.template.fixed() {
			if p.asksOpen(o.template, c.String()) {
				return nil, false
			}
			t, ok := o.template.fill(p.known)
			if !ok {
				continue
			}
			o.template, o.glob, o.text = t, t.pattern(c.op.style), t.String()
		}
		filled.operands = append(filled.operands, o)
	}
	return &filled, true
}
