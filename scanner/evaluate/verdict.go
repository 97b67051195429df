package evaluate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Values of with_gaps.
const (
	passStands = "pass_stands" // more data could only help
	failStands = "fail_stands" // more data could not heal
)

// Reasons of gaps that are no call's.
const (
	ambiguousReason = "ambiguous"
	undecidedReason = "undecided"
	ruleErrorReason = "rule_error"
)

// A verdict is what a rule says of facts: the part of a finding that is the same
// for all subjects in the same situation. Verdicts are shared and never changed.
type verdict struct {
	status      finding.Status
	severity    finding.Severity // empty: the rule's
	message     string
	expected    json.RawMessage
	actual      json.RawMessage
	cause       string
	remediation json.RawMessage
	standsAlone bool // see violation
	gap         *finding.Gap
}

func unknown(gap finding.Gap) *verdict {
	return &verdict{status: finding.Unknown, message: gap.Message, gap: &gap}
}

func notApplicable(message string) *verdict {
	return &verdict{status: finding.NotApplicable, message: message}
}

// weighGate says what follows from applicable: nil where the rule applies.
func (r *rule) weighGate(answer ast.Object) (*verdict, error) {
	switch applicable := single(answer, "applicable"); {
	case applicable == nil:
		return r.undecided("it is not known whether the rule applies: a fact that it needs is missing"), nil
	case ast.Boolean(true).Equal(applicable):
		return nil, nil
	case ast.Boolean(false).Equal(applicable):
		return notApplicable(""), nil
	default:
		return nil, fmt.Errorf("%s: rule %s: applicable is %s; it is true or false", r.ok, r.meta.ID, shortened(applicable.String(), 80))
	}
}

// weighSides applies the table of docs/architecture.md ("Verdicts"). Its error
// is a malformed answer: the author's mistake, whatever the facts.
func (r *rule) weighSides(answer ast.Object) (*verdict, error) {
	if messages := members(answer, "ambiguous"); len(messages) > 0 {
		return r.ambiguousVerdict(messages)
	}
	ok := single(answer, "ok")
	if ok != nil && !ast.Boolean(true).Equal(ok) && !ast.Boolean(false).Equal(ok) {
		return nil, fmt.Errorf("%s: rule %s: ok is %s; it is true or undefined", r.ok, r.meta.ID, shortened(ok.String(), 80))
	}
	passes := ok != nil && ast.Boolean(true).Equal(ok)
	var violations []violation
	for _, t := range members(answer, "deny") {
		v, err := r.violation(t)
		if err != nil {
			return nil, err
		}
		violations = append(violations, v)
	}
	switch {
	case passes && len(violations) > 0:
		return r.undecided("ok and deny both hold: " + violations[0].message), nil
	case passes:
		return &verdict{status: finding.Pass}, nil
	case len(violations) == 0:
		return r.undecided("neither ok nor deny holds: a fact that the rule needs is missing"), nil
	}
	return r.fail(violations), nil
}

// fail joins violations: the worst comes first and gives expected, actual,
// cause and remediation; the messages of all are told.
func (r *rule) fail(all []violation) *verdict {
	for i := range all {
		all[i].severity = cmp.Or(all[i].severity, r.meta.Severity)
	}
	slices.SortFunc(all, func(a, b violation) int {
		return cmp.Or(b.severity.Compare(a.severity), cmp.Compare(a.message, b.message),
			cmp.Compare(a.cause, b.cause), slices.Compare(a.actual, b.actual), slices.Compare(a.expected, b.expected))
	})
	var messages []string
	for _, v := range all {
		if !slices.Contains(messages, v.message) {
			messages = append(messages, v.message)
		}
	}
	worst := all[0]
	v := &verdict{
		status: finding.Fail, message: strings.Join(messages, "; "), expected: worst.expected,
		actual: worst.actual, cause: worst.cause, remediation: worst.remediation,
		standsAlone: slices.ContainsFunc(all, func(v violation) bool { return v.standsAlone }),
	}
	if worst.severity != r.meta.Severity {
		v.severity = worst.severity
	}
	return v
}

func (r *rule) ambiguousVerdict(messages []*ast.Term) (*verdict, error) {
	var texts []string
	for _, t := range messages {
		text, ok := t.Value.(ast.String)
		if !ok || text == "" {
			return nil, fmt.Errorf("%s: rule %s: ambiguous holds %s; it is a set of texts", r.ok, r.meta.ID, shortened(t.String(), 80))
		}
		texts = append(texts, string(text))
	}
	slices.Sort(texts)
	return unknown(finding.Gap{Reason: ambiguousReason, Message: strings.Join(texts, "; ")}), nil
}

func (r *rule) undecided(why string) *verdict {
	return unknown(finding.Gap{Reason: undecidedReason, Message: fmt.Sprintf("%s (%s)", why, r.ok)})
}

// failed is the verdict where a rule errs.
func (r *rule) failed(err error) *verdict {
	return unknown(finding.Gap{Reason: ruleErrorReason, Message: r.explain(err)})
}

// single is a document's value, nil where it is undefined.
func single(answer ast.Object, name string) ast.Value {
	if found := answer.Get(ast.StringTerm(name)); found != nil {
		if list, ok := found.Value.(*ast.Array); ok && list.Len() == 1 {
			return list.Elem(0).Value
		}
	}
	return nil
}

func members(answer ast.Object, name string) []*ast.Term {
	if found := answer.Get(ast.StringTerm(name)); found != nil {
		if set, ok := found.Value.(ast.Set); ok {
			return set.Slice()
		}
	}
	return nil
}
