package report

import (
	"cmp"
	"encoding/json"
	"strings"

	"holdfast/scanner/finding"
)

// findingID names a finding in exports: the same rule on the same resource has the
// same id in every run.
func findingID(f *finding.Finding) string {
	return finding.Hash(f.Rule, f.Account, f.Region, f.ARN)[:32]
}

// partition of an ARN: "aws", "aws-cn", "aws-us-gov".
func partition(arn string) string {
	if parts := strings.SplitN(arn, ":", 3); len(parts) == 3 && parts[0] == "arn" {
		return cmp.Or(parts[1], "aws")
	}
	return "aws"
}

// reason is why a finding has its status, in one line: its message, the gap, the
// waiver. A pass needs none.
func reason(f *finding.Finding, rule finding.Rule) string {
	switch f.Status {
	case finding.Fail:
		return messageOf(f, rule)
	case finding.Unknown:
		return unknownBecause(f)
	case finding.Waived:
		text := "accepted risk"
		if f.Waiver != nil {
			text += ": " + waived{waiver: *f.Waiver}.terms()
		}
		return joinParts(": ", clean(f.Message, maxMessage), text)
	case finding.NotApplicable:
		return "the rule does not apply to it"
	}
	return ""
}

// unknownBecause names the question that has no answer.
func unknownBecause(f *finding.Finding) string {
	if f.Gap == nil {
		return cmp.Or(clean(f.Message, maxMessage), "undecided")
	}
	g := f.Gap
	text := joinParts(": ", clean(g.Call, maxMessage), joinParts(", ", clean(g.Reason, maxName), clean(g.Code, maxName)), clean(g.Message, maxMessage))
	if g.Expected != "" {
		text += "; as expected: " + clean(g.Expected, maxMessage)
	}
	return text
}

func rulesOf(in *Input) map[string]finding.Rule {
	rules := make(map[string]finding.Rule, len(in.Header.Rules))
	for _, r := range in.Header.Rules {
		rules[r.ID] = r
	}
	return rules
}

// given is a value that a rule expected or found, nothing where it said none.
func given(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	return value(raw)
}
