package authz

import "strings"

// An operator is how a condition compares.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type operator struct {
	name    string
	family  family
	style   style    // of texts
	order   relation // of numbers and dates
	negated bool
}

// A family of operators reads its values in one way.
type family uint8

const (
	texts family = iota
	numbers
	dates
	booleans
	binaries
	addresses
	presence
)

type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// holds says whether the relation holds of a value that compares so (-1, 0, 1) to
// the policy's.
func (r relation) holds(compared int) bool {
	switch r {
	case less:
		return compared < 0
	case lessOrEqual:
		return compared <= 0
	case greater:
		return compared > 0
	case greaterOrEqual:
		return compared >= 0
	}
	return compared == 0
}

var operators = []operator{
	{name: "StringEquals", style: exactText},
	{name: "StringNotEquals", style: exactText, negated: true},
	{name: "StringEqualsIgnoreCase", style: anyCase},
	{name: "StringNotEqualsIgnoreCase", style: anyCase, negated: true},
	{name: "StringLike", style: likeText},
	{name: "StringNotLike", style: likeText, negated: true},
	{name: "ArnEquals", style: arnText},
	{name: "ArnLike", style: arnText},
	{name: "ArnNotEquals", style: arnText, negated: true},
	{name: "ArnNotLike", style: arnText, negated: true},
	{name: "NumericEquals", family: numbers},
	{name: "NumericNotEquals", family: numbers, negated: true},
	{name: "NumericLessThan", family: numbers, order: less},
	{name: "NumericLessThanEquals", family: numbers, order: lessOrEqual},
	{name: "NumericGreaterThan", family: numbers, order: greater},
	{name: "NumericGreaterThanEquals", family: numbers, order: greaterOrEqual},
	{name: "DateEquals", family: dates},
	{name: "DateNotEquals", family: dates, negated: true},
	{name: "DateLessThan", family: dates, order: less},
	{name: "DateLessThanEquals", family: dates, order: lessOrEqual},
	{name: "DateGreaterThan", family: dates, order: greater},
	{name: "DateGreaterThanEquals", family: dates, order: greaterOrEqual},
	{name: "Bool", family: booleans},
	{name: "BinaryEquals", family: binaries},
	{name: "IpAddress", family: addresses},
	{name: "NotIpAddress", family: addresses, negated: true},
	{name: "Null", family: presence},
}

// A quantifier is what a set operator asks of a multivalued key.
type quantifier uint8

const (
	single quantifier = iota // the key is single-valued
	every                    // ForAllValues
	some                     // ForAnyValue
)

// readOperator takes a name apart, such as "ForAnyValue:StringLikeIfExists". It is
// not sure of one in another case; AWS's pages are silent on that.
func readOperator(text string) (op *operator, q quantifier, ifExists bool, doubt string) {
	name := text
	if prefix, rest, found := strings.Cut(text, ":"); found {
		switch strings.ToLower(prefix) {
		case "forallvalues":
			q = every
		case "foranyvalue":
			q = some
		default:
			return nil, single, false, "unknown operator " + text
		}
		name = rest
	}
	const suffix = "ifexists"
	if len(name) > len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix) {
		name, ifExists = name[:len(name)-len(suffix)], true
	}
	for i := range operators {
		if !strings.EqualFold(operators[i].name, name) {
			continue
		}
		op = &operators[i]
		if op.family == presence && (ifExists || q != single) {
			return nil, single, false, "unknown operator " + text
		}
		if text != op.spelled(q, ifExists) {
			doubt = "operator " + text + " is not spelled as AWS spells it"
		}
		return op, q, ifExists, doubt
	}
	return nil, single, false, "unknown operator " + text
}

func (op *operator) spelled(q quantifier, ifExists bool) string {
	name := [...]string{"", "ForAllValues:", "ForAnyValue:"}[q] + op.name
	if ifExists {
		name += "IfExists"
	}
	return name
}
