package authz

import "slices"

// solve looks for a value of one key that meets all literals, each of them about
// this key. Absent is tried first: a request with less in it is the simpler one.
// An answer of impossible holds for every value that the domain has.
func solve(d *domain, literals []literal) (Value, result) {
	if d.variable == resourceVariable {
		return solveResource(d, literals)
	}
	meets := func(v Value) bool {
		return !slices.ContainsFunc(literals, func(l literal) bool { return !l.met(v) })
	}
	if d.absent && meets(Absent) {
		return Absent, possible
	}
	if d.set {
		return solveSet(d, literals, meets)
	}
	if slices.ContainsFunc(literals, absentOnly) {
		return Value{}, impossible
	}
	element, found := findElement(d, literals)
	if found != possible {
		return Value{}, found
	}
	if v := One(element); meets(v) {
		return v, possible
	}
	return Value{}, undecided
}

func solveResource(d *domain, literals []literal) (Value, result) {
	must, mustNot := []language{{d.format}}, []language(nil)
	for _, l := range literals {
		if l.want {
			must = append(must, l.atom.globs)
		} else {
			mustNot = append(mustNot, l.atom.globs)
		}
	}
	text, found := findText(must, mustNot)
	return One(text), found
}

// solveSet looks for a set of values. What ForAllValues asks, all its elements have
// to fulfil; for each thing that ForAnyValue asks, one more element is looked for.
func solveSet(d *domain, literals []literal, meets func(Value) bool) (Value, result) {
	if meets(Set()) {
		return Set(), possible
	}
	var all, some []literal // of an element: the operator without its quantifier
	for _, l := range literals {
		switch c := l.atom.cond; {
		case c.op.family == presence: // tried with the absent and the empty set, and true of no others
		case c.quantifier == single:
			// Of more than one value AWS's pages do not say what it is. One value is sure.
			return solveSingleton(d, literals, meets)
		case (c.quantifier == every) == l.want:
			all = append(all, l)
		default:
			some = append(some, l)
		}
	}
	if len(some) == 0 {
		some = append(some, literal{}) // any element, so that the set is neither absent nor empty
	}
	var elements []string
	for _, l := range some {
		wanted := all
		if l.atom != nil {
			wanted = append(slices.Clone(all), l)
		}
		element, found := findElement(d, wanted)
		if found != possible {
			return Value{}, found
		}
		if !slices.Contains(elements, element) {
			elements = append(elements, element)
		}
	}
	if v := Set(elements...); meets(v) {
		return v, possible
	}
	if slices.ContainsFunc(literals, absentOnly) {
		return Value{}, impossible
	}
	return Value{}, undecided
}

// absentOnly says whether nothing but an absent key meets the literal.
func absentOnly(l literal) bool {
	return l.atom.cond.op.family == presence && !l.met(One("x"))
}

func solveSingleton(d *domain, literals []literal, meets func(Value) bool) (Value, result) {
	element, found := findElement(d, literals)
	if found == possible && meets(Set(element)) {
		return Set(element), possible
	}
	if found == impossible && !d.set {
		return Value{}, impossible
	}
	return Value{}, undecided
}

// findElement looks for one text that, as an element of a key's value, satisfies
// the operator of each literal that is wanted and of none that is not.
func findElement(d *domain, literals []literal) (string, result) {
	literals = slices.DeleteFunc(slices.Clone(literals), func(l literal) bool { return l.atom.cond.op.family == presence })
	fits := func(text string) bool {
		return d.admits(text) && !slices.ContainsFunc(literals, func(l literal) bool { return !l.satisfied(text) })
	}
	if d.values != nil {
		return firstThat(d.values, fits)
	}
	onlyTexts, families := true, map[family]bool{}
	for _, l := range literals {
		families[l.atom.cond.op.family] = true
		onlyTexts = onlyTexts && l.atom.cond.op.family == texts
	}
	if onlyTexts && d.family == texts {
		return findTextElement(d, literals)
	}
	if text, found := firstThat(candidates(d, literals), fits); found == possible {
		return text, possible
	}
	if len(families) == 1 && !families[texts] || len(families) == 0 {
		return "", impossible // the candidates stand for all values
	}
	if text, found := findTextElement(d, literals); found == possible && fits(text) {
		return text, possible
	}
	return "", undecided
}

func firstThat(list []string, fits func(string) bool) (string, result) {
	if at := slices.IndexFunc(list, fits); at >= 0 {
		return list[at], possible
	}
	return "", impossible
}

// satisfied says whether a text meets the literal's operator as one element.
func (l literal) satisfied(text string) bool {
	t := l.atom.cond.satisfies(text, Context{}, nil)
	if l.atom.over {
		return (t != no) == l.want
	}
	return (t == yes) == l.want
}

func findTextElement(d *domain, literals []literal) (string, result) {
	var must, mustNot []language
	if d.format != nil {
		must = append(must, language{d.format})
	}
	for _, l := range literals {
		c := l.atom.cond
		if c.op.family != texts {
			continue
		}
		like := c.language(l.atom.over != c.op.negated)
		if l.want != c.op.negated {
			must = append(must, like)
		} else {
			mustNot = append(mustNot, like)
		}
	}
	return findText(must, mustNot)
}
