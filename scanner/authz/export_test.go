package authz

import (
	"slices"
	"strings"
)

// What tests from outside have to look into.

// layers lists all layers of a question.
func layers(p *Principal, r *Resource) []*Layer {
	list := []*Layer{&p.Identity, p.Boundary, p.Session, r.Policy}
	for i := range p.SCPs {
		list = append(list, &p.SCPs[i])
	}
	for i := range r.RCPs {
		list = append(list, &r.RCPs[i])
	}
	return list
}

// KeysOf lists the keys that the policies speak of, in lower case.
func KeysOf(p *Principal, r *Resource) map[string]bool {
	keys := map[string]bool{}
	parts := func(t template) {
		for _, part := range t.parts {
			if part.key != "" {
				keys[part.key] = true
			}
		}
	}
	for _, l := range layers(p, r) {
		if l == nil {
			continue
		}
		for _, policy := range l.Policies {
			for _, s := range policy.Statements {
				for _, pattern := range s.resources.patterns {
					parts(pattern.template)
				}
				for _, c := range s.conditions {
					keys[c.name] = true
					for _, o := range c.operands {
						parts(o.template)
					}
				}
			}
		}
	}
	return keys
}

// Covered says whether a request is one that the question is about: whether each
// key that policies speak of may be what it is.
func (e *Engine) Covered(q *Question, r *Request) bool {
	e.begin()
	a := lookUp(q.Action)
	resource := *q.Resource
	region := ""
	if fields, ok := splitARN(r.Resource.ARN); ok {
		region = fields[3]
		if region == "" && globalServices[a.service] {
			region = globalRegion(fields[1])
		}
	}
	known := KnownContext(q.Principal, &resource, q.Action, requestedIn(a, region))
	for lower, entry := range q.Context.entries {
		known.entries[lower] = entry
	}
	p := problem{engine: e, action: a, caller: q.Principal.caller(), resource: &resource, format: e.format(q.Resource.ARN), known: known}
	for key := range KeysOf(q.Principal, r.Resource) {
		got := r.Context.get(key)
		value, isKnown, d := p.lookUp(key)
		switch {
		case isKnown:
			if value.String() != got.String() {
				return false
			}
		case d == nil: // an unknown key: whatever it is
		case !got.present && !d.absent, got.present && got.set != d.set:
			return false
		default:
			for _, text := range got.list {
				if !d.admits(text) {
					return false
				}
			}
		}
	}
	return true
}

// Has says whether a request is in the cube.
func (c Cube) Has(r *Request) bool {
	if c.Session != "" && c.Session != r.Principal.ARN {
		return false
	}
	region := r.Context.Get("aws:RequestedRegion")
	if fields, _ := splitARN(r.Resource.ARN); fields[3] != "" {
		region = One(fields[3])
	}
	if c.Regions != nil && !slices.Contains(c.Regions, region.String()) {
		return false
	}
	for _, constraint := range c.Constraints {
		l := constraint.literal
		v := One(r.Resource.ARN)
		if l.atom.cond != nil {
			v = r.Context.get(l.atom.cond.name)
		}
		if !l.met(v) {
			return false
		}
	}
	return true
}

// KnowsKey says whether the catalogue has a condition key.
func KnowsKey(name string) bool { return keyNamed(strings.ToLower(name)) != nil }
