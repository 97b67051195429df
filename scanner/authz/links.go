package authz

import "slices"

// throughEndpoint are the keys that a request has only if it came through a VPC
// endpoint; aws:SourceIp is what it has only if it did not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var throughEndpoint = []string{
	"aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpcsourceip", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
}

// links are requirements that come not from policies but from what keys have to do
// with one another.
func (e *Engine) links(requirements []requirement) []requirement {
	var address *domain
	var endpoint []*domain
	for _, r := range requirements {
		for _, option := range r.options {
			for _, l := range option {
				switch d := l.atom.domain; {
				case d.variable == "aws:sourceip":
					address = d
				case slices.Contains(throughEndpoint, d.variable) && !slices.Contains(endpoint, d):
					endpoint = append(endpoint, d)
				}
			}
		}
	}
	if address == nil || len(endpoint) == 0 {
		return nil
	}
	outside := make([]literal, len(endpoint))
	for i, d := range endpoint {
		outside[i] = e.isAbsent(d)
	}
	return []requirement{{options: [][]literal{outside, {e.isAbsent(address)}}}}
}

func (e *Engine) isAbsent(d *domain) literal {
	c := &condition{op: nullOperator, key: d.key, name: d.variable, operands: []operand{{text: "true"}}}
	return literal{e.intern(&atom{domain: d, cond: c}), true}
}

var nullOperator = &operators[len(operators)-1]
