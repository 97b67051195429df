package authz

import (
	"encoding/binary"
	"slices"
	"unicode"
)

// A result is what a search found out.
type result uint8

const (
	impossible result = iota
	possible
	undecided // the search gave up; there may be a solution
)

// maxStates bounds a search; those of real policies visit less than a thousand.
const maxStates = 50_000

// A language is a set of texts: those that some of its globs match.
type language []*glob

// findText looks for a text that is in each of the languages of must and in none
// of mustNot: the shortest one. It walks through all globs at once, from state to
// state, so that no text is tried twice.
func findText(must, mustNot []language) (string, result) {
	w := newWalk(must, mustNot)
	first, alive := w.begin()
	if !alive {
		return "", impossible
	}
	w.visit(first, -1, 0)
	for at := 0; at < len(w.nodes); at++ {
		if at > 0 && w.accepts(w.nodes[at].state) {
			return w.text(at), possible
		}
		if len(w.nodes) > maxStates {
			return "", undecided
		}
		for _, char := range w.alphabet(w.nodes[at].state) {
			if state, alive := w.step(w.nodes[at].state, char); alive {
				w.visit(state, at, char)
			}
		}
	}
	if w.accepts(w.nodes[0].state) { // the empty text is the last resort: few requests have one
		return "", possible
	}
	return "", impossible
}

// A walk goes through several globs at once. Its state is theirs, one after the other.
type walk struct {
	globs   []*glob
	offsets []int // where the state of each glob begins
	groups  []group
	size    int
	nodes   []walked
	seen    map[string]bool
	buffer  []byte
	next    []uint64
}

// A group is the globs of one language.
type group struct {
	from, to int
	wanted   bool
}

type walked struct {
	state []uint64
	from  int
	char  rune
}

func newWalk(must, mustNot []language) *walk {
	w := &walk{seen: map[string]bool{}}
	add := func(l language, wanted bool) {
		g := group{from: len(w.globs), wanted: wanted}
		for _, glob := range l {
			w.globs = append(w.globs, glob)
			w.offsets = append(w.offsets, w.size)
			w.size += glob.words()
		}
		g.to = len(w.globs)
		w.groups = append(w.groups, g)
	}
	for _, l := range must {
		add(l, true)
	}
	for _, l := range mustNot {
		add(l, false)
	}
	w.next = make([]uint64, w.size)
	return w
}

func (w *walk) part(state []uint64, i int) states {
	return states(state[w.offsets[i] : w.offsets[i]+w.globs[i].words()])
}

func (w *walk) begin() (state []uint64, alive bool) {
	for _, g := range w.globs {
		state = append(state, g.start()...)
	}
	return state, w.alive(state)
}

func (w *walk) step(from []uint64, char rune) (to []uint64, alive bool) {
	for i, g := range w.globs {
		g.step(w.part(from, i), w.part(w.next, i), char)
	}
	return w.next, w.alive(w.next)
}

// alive says whether some text may lead on from here to where the walk wants to go.
func (w *walk) alive(state []uint64) bool {
	for _, g := range w.groups {
		some, all := false, false
		for i := g.from; i < g.to; i++ {
			part := w.part(state, i)
			some = some || !part.empty()
			all = all || w.globs[i].takesAnything(part)
		}
		if g.wanted && !some || !g.wanted && all {
			return false
		}
	}
	return true
}

func (w *walk) accepts(state []uint64) bool {
	for _, g := range w.groups {
		matched := false
		for i := g.from; i < g.to && !matched; i++ {
			matched = w.globs[i].accepts(w.part(state, i))
		}
		if matched != g.wanted {
			return false
		}
	}
	return true
}

func (w *walk) visit(state []uint64, from int, char rune) {
	w.buffer = w.buffer[:0]
	for _, word := range state {
		w.buffer = binary.NativeEndian.AppendUint64(w.buffer, word)
	}
	if w.seen[string(w.buffer)] {
		return
	}
	w.seen[string(w.buffer)] = true
	w.nodes = append(w.nodes, walked{slices.Clone(state), from, char})
}

func (w *walk) text(at int) string {
	var chars []rune
	for ; w.nodes[at].from >= 0; at = w.nodes[at].from {
		chars = append(chars, w.nodes[at].char)
	}
	slices.Reverse(chars)
	return string(chars)
}

// alphabet lists the characters worth a try: where a wanted language only goes on
// with certain ones, these; else all that some glob waits for, and one of each
// class that no glob tells from another.
func (w *walk) alphabet(state []uint64) []rune {
	var all []rune
	for _, g := range w.groups {
		var chars []rune
		open := false
		for i := g.from; i < g.to; i++ {
			chars = w.globs[i].awaits(w.part(state, i), chars, &open)
		}
		if g.wanted && !open {
			return chars
		}
		for _, char := range chars {
			if !slices.Contains(all, char) {
				all = append(all, char)
			}
		}
	}
	chars := make([]rune, 0, len(all)+len(classes)+1)
	for _, class := range classes {
		for _, char := range class {
			if !slices.Contains(all, char) {
				chars = append(chars, char)
				break
			}
		}
	}
	other := ' '
	for slices.Contains(all, other) || inPath(other) || other == ':' {
		other++
	}
	return append(append(chars, other), all...)
}

// classes are characters that tokens tell apart: of names, of paths, and the colon;
// then there is the rest. One of each that no glob waits for stands for all such.
var classes = [][]rune{
	[]rune("x0abcdefghijklmnopqrstuvwyz123456789-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
	[]rune("/@+=,"),
	[]rune(":"),
}

func (s states) empty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// takesAnything says whether the pattern matches whatever follows.
func (g *glob) takesAnything(s states) bool {
	last := len(g.tokens) - 1
	return last >= 0 && g.tokens[last].kind == many && s[last/64]&(1<<(last%64)) != 0
}

// awaits adds the characters that the pattern waits for by name, and says whether
// it takes others too.
func (g *glob) awaits(s states, chars []rune, open *bool) []rune {
	s.each(func(place int) {
		if place == len(g.tokens) {
			return
		}
		switch t := g.tokens[place]; t.kind {
		case exactly:
			chars = append(chars, t.char)
		case folded:
			chars = append(chars, t.char)
			for r := unicode.SimpleFold(t.char); r != t.char; r = unicode.SimpleFold(r) {
				chars = append(chars, r)
			}
		default:
			*open = true
		}
	})
	return chars
}
