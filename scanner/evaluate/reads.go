package evaluate

import "slices"

// Reads says whether a rule reads a fact path, something below it or something
// above it. A rule that the engine computes reads nothing itself.
func (p *Policy) Reads(id, factPath string) bool {
	at := parsePath(factPath)
	for _, rules := range p.rules {
		for _, r := range rules {
			if r.meta.ID == id {
				return slices.ContainsFunc(r.reads, at.overlaps)
			}
		}
	}
	return false
}
