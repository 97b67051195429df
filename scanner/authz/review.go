package authz

import (
	"fmt"
	"strings"
)

// review writes down what a reader of the policy should look at. Nothing here
// changes how the policy is judged.
func (p *parser) review() {
	d := p.document
	sids := map[string]int{}
	if !p.variables && p.sawVariable {
		d.odd(0, "Version", "", "without 2012-10-17 its policy variables are plain text")
	}
	for _, s := range d.Statements {
		if first, twice := sids[s.Sid]; twice && s.Sid != "" {
			d.odd(s.Number, "Sid", s.Sid, fmt.Sprintf("statement %d has it too", first))
		}
		sids[s.Sid] = s.Number
		d.reviewActions(s)
		d.reviewResources(s)
		d.reviewPrincipals(s)
		for i := range s.conditions {
			d.reviewCondition(s, &s.conditions[i])
		}
	}
}

func (d *Document) odd(statement int, element, value, text string) {
	d.Oddities = append(d.Oddities, Oddity{statement, element, value, text})
}

func (d *Document) reviewActions(s *Statement) {
	element := "Action"
	if s.actions.negated {
		element = "NotAction"
	}
	if d.Kind == RCP && s.actions.negated {
		d.odd(s.Number, element, "", "resource control policies do not have it")
	}
	if len(s.actions.patterns) == 0 {
		d.odd(s.Number, element, "", "it is empty")
	}
	for _, a := range s.actions.patterns {
		switch {
		case a.all:
			if d.Kind == RCP {
				d.odd(s.Number, element, a.text, "resource control policies name a service")
			}
		case a.name == nil:
			d.odd(s.Number, element, a.text, "it names no service, so it covers nothing")
		case hasWildcard(a.service):
			d.odd(s.Number, element, a.text, "AWS allows no wildcard in the service")
		case d.Kind == ResourcePolicy && a.service == "backup" && a.name.form != plain:
			d.odd(s.Number, element, a.text, "vault access policies do not support wildcards in actions")
		case d.Kind == RCP && !rcpServices[a.service]:
			d.odd(s.Number, element, a.text, "resource control policies do not bind this service")
		}
	}
}

func (d *Document) reviewResources(s *Statement) {
	element := "Resource"
	if s.resources.negated {
		element = "NotResource"
	}
	if !s.resources.absent && len(s.resources.patterns) == 0 {
		d.odd(s.Number, element, "", "it is empty")
	}
	for _, r := range s.resources.patterns {
		if r.doubt != "" {
			d.odd(s.Number, element, r.text, r.doubt)
		}
		if strings.Trim(r.text, "*") == "" {
			continue
		}
		fields, ok := splitARN(r.text)
		switch {
		case !strings.HasPrefix(r.text, "arn:") && r.doubt == "":
			d.odd(s.Number, element, r.text, "it is no ARN, so it matches nothing")
		case !ok && !hasWildcard(r.text):
			d.odd(s.Number, element, r.text, "its ARN has fewer than six fields, so it matches nothing")
		case ok && digits(fields[4]) && !accountID(fields[4]) && !strings.HasSuffix(fields[3], "*"):
			d.odd(s.Number, element, r.text, fmt.Sprintf("its account has %d digits where account ids have 12, so it matches nothing", len(fields[4])))
		}
	}
}

func (d *Document) reviewPrincipals(s *Statement) {
	if s.principals.negated {
		effect := "it exempts a caller only if account, role and session are all listed"
		if s.Effect == Allow {
			effect = "AWS does not support it with Allow"
		}
		d.odd(s.Number, "NotPrincipal", "", effect)
	}
	if d.Kind == RCP && (s.principals.negated || !s.principals.everyone) {
		d.odd(s.Number, "Principal", "", "resource control policies speak of everyone")
	}
	for _, p := range s.principals.arns {
		if hasWildcard(p.text) {
			d.odd(s.Number, "Principal", p.text, "a principal has no wildcards but a single *, so it names nobody")
		}
	}
}

func (d *Document) reviewCondition(s *Statement, c *condition) {
	if c.doubt != "" {
		d.odd(s.Number, "Condition", c.String(), c.doubt)
		return
	}
	for i := range c.operands {
		o := &c.operands[i]
		switch {
		case o.template.odd != "":
			d.odd(s.Number, "Condition", c.String(), o.template.odd)
		case c.op.family != texts && c.op.family != booleans && c.op.family != presence && !o.valid:
			d.odd(s.Number, "Condition", c.String(), o.text+" cannot be read as "+c.op.name+" reads values, so it equals nothing")
		case o.wide != nil:
			d.odd(s.Number, "Condition", c.String(), "its pattern has fewer than six fields, so it matches no ARN")
		}
	}
	if c.quantifier == every && s.Effect == Allow && !c.op.negated {
		d.odd(s.Number, "Condition", c.String(), "ForAllValues is true of a request without the key")
	}
}
