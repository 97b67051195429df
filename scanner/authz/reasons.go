package authz

import "slices"

// reasons names what keeps a formula without solution: the denies that it takes
// together, found by leaving out one after the other.
func (e *Engine) reasons(p *problem, f formula) []Reason {
	s := e.solve(f)
	if s.core == nil {
		core := slices.Clone(f.common)
		for i := len(core) - 1; i >= 0; i-- {
			if core[i].from == nil {
				continue
			}
			less := f
			less.common = slices.Delete(slices.Clone(core), i, i+1)
			if e.solve(less).found == impossible {
				core = less.common
			}
		}
		s.core = []int{}
		for i, r := range f.common {
			if slices.ContainsFunc(core, func(c requirement) bool { return c.from != nil && c.from == r.from }) {
				s.core = append(s.core, i)
			}
		}
	}
	reasons := p.blocks
	for _, i := range s.core {
		if from := f.common[i].from; from != nil {
			reasons = append(reasons, *from)
		}
	}
	switch {
	case len(reasons) > 0:
	case len(f.links) > 0:
		reasons = []Reason{{Text: iamRefuses}}
	default:
		reasons = []Reason{{Text: "what the layers allow has nothing in common"}}
	}
	return reasons
}
