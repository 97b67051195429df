package authz

import (
	"slices"
	"strings"
)

// An atom is one thing that a request may or may not fulfil: a condition on one key,
// or a list of patterns for the resource. What policies say of a request that is
// not known in full is put together from atoms.
type atom struct {
	id     int
	domain *domain
	cond   *condition // without variables; nil for the resource
	globs  language   // of the resource: any of them matches
	texts  []string   // as the policy has them
	// over says what becomes of values for which AWS's pages leave open whether the
	// atom holds: it does.
	over bool

	always, never bool // it holds of all, of no values of its domain
}

// holds says whether the atom holds of a value of its key.
func (a *atom) holds(v Value) bool {
	if a.cond == nil {
		return slices.ContainsFunc(a.globs, func(g *glob) bool { return g.match(v.list[0]) })
	}
	t := a.cond.on(v, Context{}, nil)
	if a.over {
		return t != no
	}
	return t == yes
}

// A literal wants an atom to hold, or not to.
type literal struct {
	atom *atom
	want bool
}

func (l literal) not() literal { return literal{l.atom, !l.want} }

func (l literal) met(v Value) bool { return l.atom.holds(v) == l.want }

// String says what the literal asks for.
func (l literal) String() string {
	if l.atom.cond == nil {
		if l.want {
			return "resource is like " + strings.Join(l.atom.texts, " or ")
		}
		return "resource is not like " + strings.Join(l.atom.texts, ", nor ")
	}
	if l.want {
		return l.atom.cond.String()
	}
	return "not " + l.atom.cond.String()
}

// doubtful says whether there are values of which it is not sure whether the
// condition holds.
func (c *condition) doubtful(d *domain) bool {
	if d.set && (c.quantifier == single || c.op.family == presence) || c.quantifier == some && c.ifExists {
		return true
	}
	return slices.ContainsFunc(c.operands, func(o operand) bool { return o.wide != nil })
}

// language returns what the texts look like that one of the operands equals.
func (c *condition) language(over bool) language {
	var l language
	for i := range c.operands {
		if c.operands[i].glob != nil {
			l = append(l, c.operands[i].glob)
		}
		if over && c.operands[i].wide != nil {
			l = append(l, c.operands[i].wide)
		}
	}
	return l
}

// identity is a text that two conditions share only if they are the same.
func (c *condition) identity() string {
	var b strings.Builder
	b.WriteString(c.op.spelled(c.quantifier, c.ifExists))
	for i := range c.operands {
		b.WriteByte(0)
		b.WriteString(c.operands[i].text)
		if g := c.operands[i].glob; g != nil {
			g.identify(&b)
		}
	}
	return b.String()
}

// identity is a text that two lists of patterns share only if they are the same.
func (a *atom) identity() string {
	if a.cond != nil {
		return a.cond.key + a.cond.identity()
	}
	var b strings.Builder
	for i, g := range a.globs {
		b.WriteByte(0)
		b.WriteString(a.texts[i])
		g.identify(&b)
	}
	return b.String()
}

func (g *glob) identify(b *strings.Builder) {
	b.WriteByte(0)
	for _, t := range g.tokens {
		if t.kind != exactly || t.char < ' ' {
			b.WriteByte(1 + byte(t.kind))
		}
		b.WriteRune(t.char)
	}
}
