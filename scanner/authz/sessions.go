package authz

import (
	"slices"
	"strings"
)

// sessions returns the callers that a question is about. A Role stands for some
// session of it: one whose name no policy knows, and each that the resource's
// policy names.
func sessions(q *Question) []*Principal {
	callers := []*Principal{q.Principal}
	if q.Principal.Type != Role || q.Resource.Policy == nil {
		return callers
	}
	c := q.Principal.caller()
	var named []string
	for _, policy := range q.Resource.Policy.Policies {
		for _, s := range policy.Statements {
			for _, p := range s.principals.arns {
				if p.kind == sessionARN && p.account == c.account && strings.EqualFold(p.role, c.role) && p.session != "" && !slices.Contains(named, p.text) {
					named = append(named, p.text)
				}
			}
		}
	}
	for _, arn := range named {
		session := *q.Principal
		session.Type, session.ARN, session.Behind = AssumedRole, arn, q.Principal.ARN
		callers = append(callers, &session)
	}
	return callers
}
