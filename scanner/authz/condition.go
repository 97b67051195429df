package authz

import (
	"fmt"
	"strings"
)

// A condition is one operator on one key. All conditions of a statement have to hold.
type condition struct {
	op         *operator // nil: unknown, see doubt
	empty      bool      // an operator without keys, which holds if anything
	quantifier quantifier
	ifExists   bool
	key        string // as the policy spells it
	name       string // in lower case
	operands   []operand
	doubt      string // why it is not sure that it works as it reads
}

func (c *condition) String() string {
	var values []string
	for _, o := range c.operands {
		values = append(values, o.text)
	}
	operator := c.doubt
	if c.op != nil {
		operator = c.op.spelled(c.quantifier, c.ifExists)
	}
	return fmt.Sprintf("%s %s %s", operator, c.key, strings.Join(values, ", "))
}

// holds says whether the condition holds in a request.
func (c *condition) holds(context Context, why *doubts) truth {
	if c.op == nil {
		why.add(c.doubt)
		if c.empty {
			return likelyYes
		}
		return likelyNo
	}
	result := c.on(context.get(c.name), context, why)
	if c.doubt != "" {
		why.add(c.doubt)
		return result.doubted()
	}
	return result
}

// on says whether the condition holds of a value of its key; the context gives
// values to policy variables.
func (c *condition) on(value Value, context Context, why *doubts) truth {
	switch {
	case c.op.family == presence:
		return c.null(value, why)
	case c.quantifier == every:
		return c.everyElement(value, context, why)
	case c.quantifier == some:
		return c.someElement(value, context, why)
	case !value.present:
		return truthOf(c.op.negated || c.ifExists)
	case len(value.list) == 1:
		return c.satisfies(value.list[0], context, why)
	}
	// A multivalued key needs a set operator; AWS's pages say nothing of it under another.
	why.add(c.key + " has several values, which " + c.op.name + " is not made for")
	if len(value.list) == 0 {
		return truthOf(c.op.negated || c.ifExists).doubted()
	}
	result := no
	for _, element := range value.list {
		result = max(result, c.any(element, context, why))
	}
	if c.op.negated {
		result = result.not()
	}
	return result.doubted()
}

// null is true for a policy that says "true" of a key that the request lacks, and
// for one that says "false" of a key that it has.
func (c *condition) null(value Value, why *doubts) truth {
	result := no
	for _, o := range c.operands {
		switch strings.ToLower(o.text) {
		case "true":
			result = max(result, truthOf(!value.present || len(value.list) == 0))
		case "false":
			result = max(result, truthOf(value.present && len(value.list) > 0))
		}
	}
	if value.present && len(value.list) == 0 {
		why.add(c.key + " is an empty set, of which AWS's pages do not say whether it is null")
		return result.doubted()
	}
	return result
}

// everyElement: ForAllValues is true of an absent key, an empty set, and a set of
// one empty string.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (c *condition) everyElement(value Value, context Context, why *doubts) truth {
	if !value.present || len(value.list) == 0 || len(value.list) == 1 && value.list[0] == "" {
		return yes
	}
	result := yes
	for _, element := range value.list {
		result = min(result, c.satisfies(element, context, why))
	}
	return result
}

func (c *condition) someElement(value Value, context Context, why *doubts) truth {
	if !value.present && c.ifExists {
		why.add("AWS's pages leave open what " + c.op.spelled(c.quantifier, true) + " is of an absent key")
		return likelyYes
	}
	result := no
	for _, element := range value.list {
		result = max(result, c.satisfies(element, context, why))
	}
	return result
}

// satisfies says whether one value satisfies the operator: a negated one, by being
// none of the policy's.
func (c *condition) satisfies(value string, context Context, why *doubts) truth {
	result := c.any(value, context, why)
	if c.op.negated {
		return result.not()
	}
	return result
}

// any says whether one value satisfies the positive form of the operator against
// any of the policy's.
func (c *condition) any(value string, context Context, why *doubts) truth {
	result := no
	for i := range c.operands {
		result = max(result, c.operands[i].compare(c.op, value, context))
		if result == yes {
			return yes
		}
	}
	if !result.sure() {
		why.add("AWS's pages leave open what " + c.op.name + " does with a pattern of fewer than six fields")
	}
	return result
}
