package authz

import (
	"slices"
)

// partial is the answer for one caller and one class of Regions.
type partial struct {
	Answer
	class   regionClass
	session string
}

// join puts the answers for all callers and Regions together.
func join(parts []partial) Answer {
	whole := Answer{Verdict: Never, Complete: true}
	always := true
	for _, part := range parts {
		always = always && part.Verdict == Always
		switch part.Verdict {
		case Never:
			whole.reasons(part.Reasons)
			continue
		case Unknown:
			whole.doubts(part.Doubts)
			whole.Complete = false
			continue
		}
		if whole.Witness == nil {
			whole.Witness = part.Witness
		}
		whole.Complete = whole.Complete && part.Complete
		if part.Verdict == Always {
			part.Cubes = []Cube{{}}
		}
		for _, cube := range part.Cubes {
			cube.Session = part.session
			if !part.class.all {
				cube.Regions = part.class.regions
			}
			whole.cube(cube)
		}
	}
	switch {
	case always:
		return Answer{Verdict: Always, Complete: true, Witness: whole.Witness}
	case whole.Witness != nil:
		return Answer{Verdict: When, Cubes: whole.Cubes, Complete: whole.Complete, Witness: whole.Witness}
	case len(whole.Doubts) > 0:
		return Answer{Verdict: Unknown, Doubts: whole.Doubts}
	}
	return Answer{Verdict: Never, Complete: true, Reasons: whole.Reasons}
}

// cube adds a cube, unless what it says is known: its Regions to one that says the
// same of others, and no named session to what any session can.
func (a *Answer) cube(c Cube) {
	for i := range a.Cubes {
		known := &a.Cubes[i]
		if !slices.EqualFunc(known.Constraints, c.Constraints, func(a, b Constraint) bool { return a.Text == b.Text }) {
			continue
		}
		switch {
		case known.Session == c.Session && known.Regions != nil && c.Regions != nil:
			known.Regions = append(slices.Clone(known.Regions), c.Regions...)
			return
		case known.Session == "" && slices.Equal(known.Regions, c.Regions):
			return
		}
	}
	a.Cubes = append(a.Cubes, c)
}

func (a *Answer) reasons(list []Reason) {
	for _, reason := range list {
		if !slices.Contains(a.Reasons, reason) {
			a.Reasons = append(a.Reasons, reason)
		}
	}
}

func (a *Answer) doubts(list []string) {
	for _, doubt := range list {
		if !slices.Contains(a.Doubts, doubt) {
			a.Doubts = append(a.Doubts, doubt)
		}
	}
}
