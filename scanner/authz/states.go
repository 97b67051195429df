package authz

import "math/bits"

// states is a set of places in a pattern: i is in it if the first i tokens can
// have taken the text so far.
type states []uint64

func (g *glob) words() int { return len(g.tokens)/64 + 1 }

// start is the set before any text.
func (g *glob) start() states {
	s := make(states, g.words())
	g.enter(s, 0)
	return s
}

// enter adds a place, and those behind it that need no character.
func (g *glob) enter(s states, place int) {
	s[place/64] |= 1 << (place % 64)
	for place < len(g.tokens) && g.tokens[place].repeats() {
		place++
		s[place/64] |= 1 << (place % 64)
	}
}

// each calls f for the places in the set.
func (s states) each(f func(place int)) {
	for word, set := range s {
		for ; set != 0; set &= set - 1 {
			f(64*word + bits.TrailingZeros64(set))
		}
	}
}

// step fills to with the places after one more character.
func (g *glob) step(from, to states, r rune) {
	clear(to)
	from.each(func(place int) {
		switch {
		case place == len(g.tokens) || !g.tokens[place].takes(r):
		case g.tokens[place].repeats():
			g.enter(to, place)
		default:
			g.enter(to, place+1)
		}
	})
}

// accepts says whether the whole pattern can have taken the text.
func (g *glob) accepts(s states) bool {
	return s[len(g.tokens)/64]&(1<<(len(g.tokens)%64)) != 0
}

// after is the set of places once the text was taken.
func (g *glob) after(text string) states {
	from, to := g.start(), make(states, g.words())
	for _, r := range text {
		g.step(from, to, r)
		from, to = to, from
	}
	return from
}
