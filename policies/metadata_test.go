package policies_test

import (
	"strings"
	"testing"

	"holdfast/remediate"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
)

func rules(t *testing.T) map[string]finding.Rule {
	t.Helper()
	policy, err := evaluate.Load(tree())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]finding.Rule{}
	for _, rule := range policy.Rules() {
		found[rule.ID] = rule
	}
	return found
}

// TestRulesTellPeopleWhatToDo holds the metadata to what a rule's page needs.
func TestRulesTellPeopleWhatToDo(t *testing.T) {
	for id, rule := range rules(t) {
		if rule.Engine {
			continue
		}
		for _, part := range []string{"**Console.**", "**CLI.**", "**Terraform.**"} {
			if !strings.Contains(rule.Fix, part) {
				t.Errorf("rule %s: fix has no %s", id, part)
			}
		}
		if rule.Limits == "" {
			t.Errorf("rule %s: limits is missing; say what the rule cannot see", id)
		}
		for _, link := range rule.Links {
			if !strings.HasPrefix(link, "https://docs.aws.amazon.com/") {
				t.Errorf("rule %s: %s is not a page of AWS's documentation", id, link)
			}
		}
		if _, err := remediate.Lookup(rule.Remediation); rule.Remediation != "" && err != nil {
			t.Errorf("rule %s: %v", id, err)
		}
		for name, p := range rule.Parameters {
			if p.Doc == "" {
				t.Errorf("rule %s: parameter %s has no doc", id, name)
			}
		}
	}
}
