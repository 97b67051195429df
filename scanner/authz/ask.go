package authz

import (
	"fmt"
	"slices"
	"strings"
)

// Ask answers a question. The answer is sound: Never holds for every request that
// the question covers, and the witness of When and Always is a request that Decide
// allows whatever is unknown.
func (e *Engine) Ask(q *Question) Answer {
	e.begin()
	a := lookUp(q.Action)
	var parts []partial
	for _, p := range sessions(q) {
		session := ""
		if p != q.Principal {
			session = p.ARN
		}
		for _, class := range e.regionClasses(q, p, a) {
			parts = append(parts, partial{e.askIn(q, p, a, class), class, session})
		}
	}
	return join(parts)
}

// askIn asks on behalf of one caller, in Regions that policies do not tell apart.
func (e *Engine) askIn(q *Question, caller *Principal, a action, class regionClass) Answer {
	r := *q.Resource
	r.ARN = strings.ReplaceAll(r.ARN, "${Region}", class.regions[0])
	known := KnownContext(caller, &r, q.Action, class.requested)
	for lower, entry := range q.Context.entries {
		known.entries[lower] = entry
	}
	p := problem{engine: e, action: a, caller: caller.caller(), resource: &r, format: e.format(r.ARN), known: known, generous: true}
	p.place = e.place(p.format)

	generous := p.formula()
	if generous.denied || len(generous.ways) == 0 {
		return Answer{Verdict: Never, Reasons: p.blocks}
	}
	upper := e.solve(generous)
	if upper.found == impossible {
		return Answer{Verdict: Never, Reasons: e.reasons(&p, generous)}
	}
	strict := p
	if len(p.reasons.reasons) > 0 {
		strict.generous, strict.reasons, strict.blocks, strict.open = false, doubts{}, nil, nil
		f := strict.formula()
		if answer, ok := e.answer(&strict, f, q.Action); ok {
			answer.Complete = answer.Verdict == Always // there may be more than what is sure
			return answer
		}
		if answer, ok := e.guess(&p, generous, q.Action); ok {
			return answer
		}
	} else if answer, ok := e.answer(&p, generous, q.Action); ok {
		return answer
	}
	unknown := Answer{Verdict: Unknown, Doubts: p.reasons.reasons}
	if len(unknown.Doubts) == 0 {
		unknown.Doubts = []string{"the search for a request gave up"}
	}
	return unknown
}

// answer makes the answer of a strict formula, unless it has no solution.
func (e *Engine) answer(p *problem, f formula, action string) (Answer, bool) {
	if f.denied || len(f.ways) == 0 {
		return Answer{}, false
	}
	s := e.solve(f)
	if s.found != possible {
		return Answer{}, false
	}
	witness, ok := p.witness(action, s.values)
	if !ok {
		return Answer{}, false
	}
	answer := Answer{Verdict: When, Complete: s.complete, Witness: witness}
	if s.always {
		answer.Verdict, answer.Complete = Always, true
		return answer, true
	}
	for _, cube := range s.cubes {
		answer.Cubes = append(answer.Cubes, Cube{Constraints: constraints(cube)})
	}
	return answer, true
}

func constraints(cube []literal) []Constraint {
	list := make([]Constraint, len(cube))
	for i, l := range cube {
		list[i] = Constraint{l.atom.domain.key, l.want, l.String(), l}
	}
	slices.SortFunc(list, func(a, b Constraint) int { return strings.Compare(a.Key+a.Text, b.Key+b.Text) })
	return list
}

// guess tries values for the keys that policy variables ask for and that nobody
// knows. What it finds is a proof; that it finds nothing proves nothing.
func (e *Engine) guess(p *problem, f formula, action string) (Answer, bool) {
	if len(p.open) == 0 || len(p.open) > 2 {
		return Answer{}, false
	}
	return e.guessFrom(p, f, p.open, nil, action)
}

func (e *Engine) guessFrom(p *problem, f formula, keys []string, guessed []Constraint, action string) (Answer, bool) {
	if len(keys) == 0 {
		q := *p
		q.generous, q.reasons, q.blocks, q.open = false, doubts{}, nil, nil
		answer, ok := e.answer(&q, q.formula(), action)
		if !ok {
			return Answer{}, false
		}
		if answer.Verdict == Always {
			answer.Verdict, answer.Cubes = When, []Cube{{}}
		}
		for i := range answer.Cubes {
			answer.Cubes[i].Constraints = append(slices.Clone(guessed), answer.Cubes[i].Constraints...)
		}
		answer.Complete = false
		return answer, true
	}
	_, _, d := p.lookUp(keys[0])
	for _, value := range f.guesses(d) {
		q := *p
		q.known = p.known.With(d.key, value)
		c := Constraint{Key: d.key, Holds: true, Text: fmt.Sprintf("%s is %s", d.key, value), literal: e.equals(d, value)}
		if answer, ok := e.guessFrom(&q, f, keys[1:], append(slices.Clone(guessed), c), action); ok {
			return answer, true
		}
	}
	return Answer{}, false
}

// guesses are a value that nothing speaks of, those that conditions on the key
// speak of, and none.
func (f formula) guesses(d *domain) []Value {
	texts := []string{"x"}
	for _, l := range f.literals() {
		if l.atom.domain != d || l.atom.cond == nil {
			continue
		}
		for _, o := range l.atom.cond.operands {
			if !slices.Contains(texts, o.text) {
				texts = append(texts, o.text)
			}
		}
	}
	var values []Value
	for _, text := range texts {
		if d.admits(text) && !d.set {
			values = append(values, One(text))
		}
	}
	if d.absent {
		values = append(values, Absent)
	}
	return values
}

// equals is the literal that a key has just this value.
func (e *Engine) equals(d *domain, value Value) literal {
	if !value.present {
		return e.isAbsent(d)
	}
	c := &condition{op: &operators[0], key: d.key, name: d.variable, operands: []operand{{text: value.list[0], glob: newGlob(literally(value.list[0]))}}}
	return literal{e.intern(&atom{domain: d, cond: c}), true}
}
