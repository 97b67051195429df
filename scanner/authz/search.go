package authz

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// maxSteps bounds the search through the options of a formula, and maxCubes the
// number of ways that are told.
const (
	maxSteps = 5_000
	maxCubes = 8
)

// A solution is what became of a formula.
type solution struct {
	found    result
	cubes    [][]literal      // each is enough
	values   map[string]Value // for the first cube, by variable
	complete bool             // the cubes are all there are
	always   bool             // and nothing is outside of them
	core     []int            // of no solution: which of common it takes; nil: not looked for yet
}

// solve answers a formula, from memory where it was asked before.
func (e *Engine) solve(f formula) *solution {
	key := f.key()
	if known := e.solutions[key]; known != nil {
		return known
	}
	s := e.search(f)
	e.solutions[key] = s
	return s
}

// search enumerates cubes: each new one lies outside of those before.
func (e *Engine) search(f formula) *solution {
	s := &solution{complete: true}
	if slices.ContainsFunc(f.ways, func(way []requirement) bool { return len(way)+len(f.common) == 0 }) {
		s.found, s.always, s.cubes = possible, true, [][]literal{nil}
		return s
	}
	var outside []requirement
	for _, way := range f.ways {
		for {
			r := slices.Concat(f.common, way, outside, f.links)
			r = append(r, e.links(r)...)
			slices.SortStableFunc(r, func(a, b requirement) int { return cmp.Compare(len(a.options), len(b.options)) })
			run := newRun()
			found := run.solve(r)
			if found == undecided {
				s.complete = false
				if s.found == impossible {
					s.found = undecided
				}
			}
			if found != possible {
				break
			}
			cube := minimal(run.chosen, slices.Concat(f.common, way))
			if s.found != possible {
				s.found, s.values = possible, run.values()
			}
			s.cubes = append(s.cubes, cube)
			outside = append(outside, negation(cube))
			if len(s.cubes) == maxCubes {
				s.complete = false
				return s
			}
		}
	}
	s.always = s.found == possible && s.complete && covers(outside)
	return s
}

// covers says whether nothing is outside of the cubes.
func covers(outside []requirement) bool {
	for _, r := range outside {
		for _, option := range r.options {
			if c := option[0].atom.cond; c != nil && c.quantifier == single && option[0].atom.domain.set {
				return false // AWS's pages do not say what several values are under such an operator
			}
		}
	}
	return newRun().solve(outside) == impossible
}

// negation is what lies outside of a cube.
func negation(cube []literal) requirement {
	var r requirement
	for _, l := range cube {
		r.options = append(r.options, []literal{l.not()})
	}
	return r
}

// minimal leaves out what no requirement needs.
func minimal(cube []literal, all []requirement) []literal {
	cube = slices.Clone(cube)
	for i := len(cube) - 1; i >= 0; i-- {
		rest := slices.Delete(slices.Clone(cube), i, i+1)
		if !slices.ContainsFunc(all, func(r requirement) bool { return !r.metBy(rest) }) {
			cube = rest
		}
	}
	return cube
}

func (r requirement) metBy(literals []literal) bool {
	return slices.ContainsFunc(r.options, func(option []literal) bool {
		return !slices.ContainsFunc(option, func(l literal) bool { return !slices.Contains(literals, l) })
	})
}

// key is a text that two formulas share only if they are the same.
func (f formula) key() string {
	b := appendKey(nil, f.common)
	b = appendKey(b, f.links)
	b = binary.AppendUvarint(b, uint64(len(f.ways)))
	for _, way := range f.ways {
		b = appendKey(b, way)
	}
	return string(b)
}

func appendKey(b []byte, requirements []requirement) []byte {
	b = binary.AppendUvarint(b, uint64(len(requirements)))
	for _, r := range requirements {
		b = binary.AppendUvarint(b, uint64(len(r.options)))
		for _, option := range r.options {
			b = binary.AppendUvarint(b, uint64(len(option)))
			for _, l := range option {
				id := uint64(l.atom.id) << 1
				if l.want {
					id++
				}
				b = binary.AppendUvarint(b, id)
			}
		}
	}
	return b
}

// A run is one search for a choice of options whose literals some request meets.
type run struct {
	chosen []literal
	of     map[*domain][]literal // the chosen literals of each variable
	steps  int
	gaveUp bool
}

func newRun() *run { return &run{of: map[*domain][]literal{}} }

func (s *run) solve(requirements []requirement) result {
	switch {
	case s.meet(requirements):
		return possible
	case s.gaveUp:
		return undecided
	}
	return impossible
}

// meet chooses options for the requirements, and takes back what does not go together.
func (s *run) meet(requirements []requirement) bool {
	if len(requirements) == 0 {
		return true
	}
	if s.steps++; s.steps > maxSteps {
		s.gaveUp = true
		return false
	}
	r := requirements[0]
	if r.metBy(s.chosen) {
		return s.meet(requirements[1:])
	}
	for _, option := range r.options {
		before := len(s.chosen)
		if s.assume(option) && s.meet(requirements[1:]) {
			return true
		}
		s.takeBack(before)
		if s.steps > maxSteps {
			return false
		}
	}
	return false
}

// assume adds literals, and says whether some request can still meet all of them.
func (s *run) assume(option []literal) bool {
	var touched []*domain
	for _, l := range option {
		if slices.Contains(s.chosen, l) {
			continue
		}
		if slices.Contains(s.chosen, l.not()) {
			return false
		}
		s.chosen = append(s.chosen, l)
		s.of[l.atom.domain] = append(s.of[l.atom.domain], l)
		if !slices.Contains(touched, l.atom.domain) {
			touched = append(touched, l.atom.domain)
		}
	}
	for _, d := range touched {
		if _, found := solve(d, s.of[d]); found != possible {
			s.gaveUp = s.gaveUp || found == undecided
			return false
		}
	}
	return true
}

func (s *run) takeBack(to int) {
	for len(s.chosen) > to {
		d := s.chosen[len(s.chosen)-1].atom.domain
		s.of[d] = s.of[d][:len(s.of[d])-1]
		s.chosen = s.chosen[:len(s.chosen)-1]
	}
}

// values are what the variables are in a request that meets what was chosen.
func (s *run) values() map[string]Value {
	values := map[string]Value{}
	for d, literals := range s.of {
		if len(literals) > 0 {
			values[d.variable], _ = solve(d, literals)
		}
	}
	return values
}
