package authz

import (
	"strconv"
	"strings"
	"time"
)

// witness builds a request from the values that a search found, and asks Decide
// whether it is allowed for sure. If not, the search is wrong, and there is no witness.
func (p *problem) witness(action string, values map[string]Value) (*Request, bool) {
	r := *p.resource
	if p.format.open {
		r.ARN = p.place.example
		if arn, chosen := values[resourceVariable]; chosen {
			r.ARN = arn.list[0]
		}
	}
	context := map[string]entry{}
	for lower, entry := range p.known.entries {
		if entry.value.present {
			context[lower] = entry
		}
	}
	p.usual(context, values)
	for variable, value := range values {
		switch {
		case variable == resourceVariable:
		case variable == timeVariable:
			setTime(context, value)
		case value.present:
			context[variable] = entry{p.spell(variable), value}
		default:
			delete(context, variable)
		}
	}
	request := &Request{Principal: p.caller.Principal, Action: action, Resource: &r, Context: Context{context}}
	return request, request.Decide() == Decision{Allowed, true}
}

func (p *problem) spell(variable string) string {
	_, _, d := p.lookUp(variable)
	return d.key
}

// usual adds what every request carries and what goes with the values, where the
// policies do not care.
func (p *problem) usual(context map[string]entry, values map[string]Value) {
	now := p.engine.Now
	if now.IsZero() {
		now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if !p.known.has(timeVariable) && !p.known.has("aws:epochtime") {
		setTime(context, One(now.UTC().Format(time.RFC3339)))
	}
	add := func(name, text string) {
		if lower := strings.ToLower(name); !p.known.has(lower) {
			context[lower] = entry{name, One(text)}
		}
	}
	add("aws:SecureTransport", "true")
	add("aws:ViaAWSService", strconv.FormatBool(len(values["aws:calledvia"].list) > 0))
	if values["aws:multifactorauthage"].present {
		add("aws:MultiFactorAuthPresent", "true")
	}
}

// setTime sets both keys that tell the time.
func setTime(context map[string]entry, value Value) {
	date, ok := readDate(value.list[0])
	if !ok {
		context[timeVariable] = entry{"aws:CurrentTime", value}
		return
	}
	context[timeVariable] = entry{"aws:CurrentTime", One(date.UTC().Format(time.RFC3339Nano))}
	context["aws:epochtime"] = entry{"aws:EpochTime", One(strconv.FormatInt(date.Unix(), 10))}
}
