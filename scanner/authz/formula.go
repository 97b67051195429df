package authz

import "slices"

// A formula is what a problem comes to: all of common, and all of one of the ways.
type formula struct {
	common []requirement
	ways   [][]requirement
	links  []requirement // that no policy asks for
	denied bool          // a deny applies whatever is open
}

// A side is what one layer needs to allow: one of the options, nothing, or what no
// request has.
type side struct {
	layer   string
	options [][]literal
	always  bool
}

func (s side) hopeless() bool { return !s.always && len(s.options) == 0 }

var free = side{always: true}

// formula puts the layers together as evaluation.decide does.
func (p *problem) formula() formula {
	var f formula
	pr, r := p.caller.Principal, p.resource
	if p.caller.Type != Root && p.caller.Type != Service {
		p.denies(&f, &pr.Identity, identityLayer)
	}
	p.denies(&f, pr.Boundary, boundaryLayer)
	p.denies(&f, pr.Session, sessionLayer)
	if !p.caller.serviceLinked() {
		for i := range pr.SCPs {
			p.denies(&f, &pr.SCPs[i], scpLayer)
			p.need(&f, p.allows(&pr.SCPs[i], scpLayer, grant.any))
		}
		for i := range r.RCPs {
			if rcpBinds(p.action) {
				p.denies(&f, &r.RCPs[i], rcpLayer)
			}
		}
	}
	policy := r.Policy
	if withoutResourcePolicy(p.action) {
		policy = nil
	}
	if across := p.across(); across || !rootOverrides(p.caller, p.action) {
		p.denies(&f, policy, resourceLayer)
	}
	if f.denied {
		return f
	}
	p.refused(&f)
	for i, way := range p.ways(policy) {
		p.way(&f, way, i == 0)
	}
	return f
}

// refused keeps the resource from being one on which IAM refuses the action.
func (p *problem) refused(f *formula) {
	const linked = "arn:*:iam::*:role/aws-service-role/*"
	if !p.format.open || !unmodifiable(p.action, linked) {
		return
	}
	a := p.engine.intern(&atom{domain: p.place, globs: language{readTemplate(linked, false).pattern(resource)}, texts: []string{linked}})
	if !a.never {
		f.links = append(f.links, requirement{options: [][]literal{{{a, false}}}})
	}
}

func (p *problem) across() bool {
	return p.resource.Account != "" && p.resource.Account != p.caller.account
}

// ways lists what suffices, as evaluation.combine has it.
func (p *problem) ways(policy *Layer) [][]side {
	own := func(level func(grant) truth) side { return p.allows(policy, resourceLayer, level) }
	direct := func(g grant) truth { return g.direct }
	behind := func(g grant) truth { return g.behind }
	account := func(g grant) truth { return g.account }
	switch {
	case unmodifiable(p.action, p.format.text):
		p.blocks = append(p.blocks, Reason{Text: iamRefuses})
		return nil
	case p.caller.Type == Service:
		return [][]side{{own(direct)}}
	}
	identity, boundary, session := p.identity(), free, free
	if l := p.caller.Boundary; l != nil {
		boundary = p.allows(l, boundaryLayer, grant.any)
	}
	if l := p.caller.Session; l != nil {
		session = p.allows(l, sessionLayer, grant.any)
	} else if p.caller.Type == FederatedUser {
		session = side{layer: sessionLayer.String()}
	}
	if p.across() {
		if refusedAcross(p.action) {
			p.blocks = append(p.blocks, Reason{Text: refusesAcross})
			return nil
		}
		return [][]side{{own(grant.any), identity, boundary, session}}
	}
	byIdentity := []side{identity, boundary, session}
	if needsAccountGrant(p.action, p.format.text) {
		byIdentity = append(byIdentity, own(account))
	}
	ways := [][]side{byIdentity}
	if policy != nil {
		ways = append(ways, []side{own(behind), boundary, session}, []side{own(direct)})
	}
	return ways
}

func (p *problem) identity() side {
	if p.caller.Type == Root {
		return free
	}
	return p.allows(&p.caller.Identity, identityLayer, grant.any)
}

// need adds a side to what all ways have in common.
func (p *problem) need(f *formula, s side) {
	switch {
	case s.hopeless():
		f.denied = true
		p.blocks = append(p.blocks, Reason{Layer: s.layer, Text: "nothing in it allows it"})
	case !s.always:
		f.common = append(f.common, requirement{options: s.options})
	}
}

// way adds a way, unless one of its sides is hopeless.
func (p *problem) way(f *formula, sides []side, first bool) {
	way, hopeless := []requirement{}, false
	for _, s := range sides {
		switch {
		case s.hopeless():
			hopeless = true
			if first {
				p.blocks = append(p.blocks, Reason{Layer: s.layer, Text: "nothing in it allows it"})
			}
		case !s.always:
			way = append(way, requirement{options: s.options})
		}
	}
	if !hopeless {
		f.ways = append(f.ways, way)
	}
}

// allows is what it takes for the layer to allow at that level of grant.
func (p *problem) allows(l *Layer, kind layerKind, level func(grant) truth) side {
	s := side{layer: kind.String()}
	if l == nil {
		return s
	}
	s.layer = l.name(kind)
	over := p.over(Allow)
	if len(l.Unread) > 0 {
		p.unread(l, kind)
		s.always = over
	}
	for i := range l.Policies {
		if !l.Policies[i].mayCover(Allow, p.action) {
			continue
		}
		for _, statement := range l.Policies[i].Statements {
			if statement.Effect != Allow {
				continue
			}
			literals, g, possible := p.statement(l, &l.Policies[i], statement, kind)
			if !possible || !accept(level(g), over) {
				continue
			}
			s.options = append(s.options, literals)
			s.always = s.always || len(literals) == 0
		}
	}
	return s
}

// denies adds, for each statement that may deny, that one of its elements does not
// match.
func (p *problem) denies(f *formula, l *Layer, kind layerKind) {
	if l == nil {
		return
	}
	if len(l.Unread) > 0 {
		p.unread(l, kind)
		f.denied = f.denied || p.over(Deny)
	}
	for i := range l.Policies {
		policy := &l.Policies[i]
		if !policy.mayCover(Deny, p.action) {
			continue
		}
		for _, statement := range policy.Statements {
			if statement.Effect != Deny {
				continue
			}
			literals, g, possible := p.statement(l, policy, statement, kind)
			if !possible || !accept(g.any(), p.over(Deny)) {
				continue
			}
			reason := p.where
			if len(literals) == 0 {
				f.denied = true
				p.blocks = append(p.blocks, reason)
				continue
			}
			r := requirement{options: make([][]literal, len(literals)), from: &reason}
			for i, l := range literals {
				r.options[i] = []literal{l.not()}
			}
			f.common = append(f.common, r)
		}
	}
}

func (p *problem) unread(l *Layer, kind layerKind) {
	for _, unread := range l.Unread {
		p.reasons.add(l.name(kind) + " not read: " + unread)
	}
}

func (l *Layer) name(kind layerKind) string {
	if l.Name != "" {
		return l.Name
	}
	return kind.String()
}

// literals lists all that the formula is made of.
func (f formula) literals() []literal {
	var all []literal
	for _, r := range slices.Concat(f.common, slices.Concat(f.ways...), f.links) {
		for _, option := range r.options {
			all = append(all, option...)
		}
	}
	return all
}
