package authz

// A Request is one call: who does what to what, in which context.
type Request struct {
	Principal *Principal
	Action    string
	Resource  *Resource
	// Context is complete: a key that is not in it is absent.
	Context Context
}

// An Outcome is how AWS answers a request.
type Outcome uint8

const (
	ImplicitlyDenied Outcome = iota // nothing allows it, or a boundary, session policy or SCP level does not
	Allowed
	ExplicitlyDenied // a deny statement applies, whatever allows
)

func (o Outcome) String() string {
	return [...]string{"ImplicitlyDenied", "Allowed", "ExplicitlyDenied"}[o]
}

// A Decision is an outcome, and whether it is sure.
type Decision struct {
	Outcome Outcome
	// Sure says that every reading of the policies agrees on whether the request is
	// allowed. Else a policy was not read, or AWS's pages leave something open, and
	// the Outcome is the likelier one. Explain names the reasons.
	Sure bool
}

// Decide says how AWS answers the request.
func (r *Request) Decide() Decision {
	e := evaluation{request: r, action: lookUp(r.Action), caller: r.Principal.caller()}
	return e.decide()
}

// evaluation is one request on its way through the layers.
type evaluation struct {
	request *Request
	action  action
	caller  caller
	trace   *Explanation // nil: nobody wants to know why
}

// verdict is what one layer says.
type verdict struct {
	deny  truth
	grant grant // of layers without Principal: direct
}

func (v verdict) allow() truth { return v.grant.any() }

// decide follows the reference's order of evaluation; since any deny wins, the
// order of layers never matters for the outcome.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (e *evaluation) decide() Decision {
	p, r := e.request.Principal, e.request.Resource
	identity := e.identity(&p.Identity)
	boundary := e.optional(p.Boundary, boundaryLayer)
	session := e.session(p.Session)
	deny := max(identity.deny, boundary.deny, session.deny)

	guard := yes
	if !e.caller.serviceLinked() {
		for i := range p.SCPs {
			level := e.layer(&p.SCPs[i], scpLayer)
			deny, guard = max(deny, level.deny), min(guard, level.allow())
		}
		if rcpBinds(e.action) {
			for i := range r.RCPs {
				deny = max(deny, e.layer(&r.RCPs[i], rcpLayer).deny)
			}
		}
	}
	own := e.resourcePolicy(r.Policy)
	deny = max(deny, own.deny)

	limits := min(boundary.allow(), session.allow())
	allow := min(guard, e.combine(identity.allow(), limits, own.grant))
	return conclude(deny, allow)
}

// combine is what identity policies, their limits and the resource policy allow together.
func (e *evaluation) combine(identity, limits truth, own grant) truth {
	arn := e.request.Resource.ARN
	if unmodifiable(e.action, arn) {
		e.note(iamRefuses)
		return no
	}
	if e.caller.Type == Service {
		return own.direct
	}
	if e.across() {
		if refusedAcross(e.action) {
			e.note(refusesAcross)
			return no
		}
		return min(own.any(), identity, limits)
	}
	byIdentity := min(identity, limits)
	if needsAccountGrant(e.action, arn) {
		byIdentity = min(byIdentity, own.account)
	}
	return max(own.direct, min(own.behind, limits), byIdentity)
}

func (e *evaluation) across() bool {
	return e.request.Resource.Account != "" && e.request.Resource.Account != e.caller.account
}

func conclude(deny, allow truth) Decision {
	allowed := min(deny.not(), allow)
	switch {
	case deny.likely():
		return Decision{ExplicitlyDenied, allowed.sure()}
	case allow.likely():
		return Decision{Allowed, allowed.sure()}
	}
	return Decision{ImplicitlyDenied, allowed.sure()}
}

// identity: the root user may do everything, without any policy that says so.
func (e *evaluation) identity(l *Layer) verdict {
	switch e.caller.Type {
	case Root:
		e.note("the root user needs no identity policy")
		return verdict{grant: grant{direct: yes}}
	case Service:
		return verdict{}
	}
	return e.layer(l, identityLayer)
}

// session: the session of a federated user has no identity permissions but those
// that its session policy allows.
func (e *evaluation) session(l *Layer) verdict {
	if l == nil && e.caller.Type == FederatedUser {
		e.note("a federated user without a session policy has no permissions of its own")
		return verdict{}
	}
	return e.optional(l, sessionLayer)
}

func (e *evaluation) optional(l *Layer, kind layerKind) verdict {
	if l == nil {
		return verdict{grant: grant{direct: yes}}
	}
	return e.layer(l, kind)
}

func (e *evaluation) resourcePolicy(l *Layer) verdict {
	if l == nil {
		return verdict{}
	}
	if withoutResourcePolicy(e.action) {
		e.note("DynamoDB backups have no policy of their own, and the table's does not speak of them")
		return verdict{}
	}
	v := e.layer(l, resourceLayer)
	if rootOverrides(e.caller, e.action) && !e.across() {
		e.note("the root user may change a table's policy whatever it denies")
		v.deny = no
	}
	return v
}

// layer judges the policies of one layer together.
func (e *evaluation) layer(l *Layer, kind layerKind) verdict {
	var v verdict
	if len(l.Unread) > 0 {
		v = verdict{likelyNo, grant{likelyYes, likelyYes, likelyYes}}
	}
	entry := e.enter(l, kind)
	for i := range l.Policies {
		p := &l.Policies[i]
		if !p.mayCover(Deny, e.action) && !p.mayCover(Allow, e.action) {
			continue
		}
		for _, s := range p.Statements {
			g := e.statement(s, kind, nil)
			if g == (grant{}) {
				continue
			}
			entry.record(e, p, s, kind, g)
			if s.Effect == Deny {
				v.deny = max(v.deny, g.any())
			} else {
				v.grant = v.grant.join(g)
			}
		}
	}
	return v
}

// statement says how far a statement applies.
func (e *evaluation) statement(s *Statement, kind layerKind, why *doubts) grant {
	covered := e.covers(s, kind, why)
	if covered == no {
		return grant{}
	}
	g := s.principals.names(e.caller, s.Effect, why)
	if g == (grant{}) {
		return g
	}
	context := e.request.Context
	t := min(covered, s.resources.covers(e.request.Resource.ARN, context, why))
	for i := range s.conditions {
		if t == no {
			return grant{}
		}
		t = min(t, s.conditions[i].holds(context, why))
	}
	return g.limit(t)
}

// covers says whether the statement's actions have the action among them.
func (e *evaluation) covers(s *Statement, kind layerKind, why *doubts) truth {
	covered := s.actions.covers(e.action)
	if !covered.sure() {
		why.add("AWS allows no wildcard in the service of an action")
	}
	if kind == resourceLayer && e.action.service == "backup" && !s.actions.negated && covered == yes && !s.actions.spells(e.action) {
		// https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
		why.add("vault access policies do not support wildcards in actions")
		return likelyNo
	}
	return covered
}
