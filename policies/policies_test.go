package policies_test

import (
	"context"
	"fmt"
	"testing"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
)

// covered is the least percentage of a file's lines that its tests evaluate.
const covered = 95

func tree() evaluate.Tree { return evaluate.Tree{Name: "policies", FS: policies.FS, Tested: true} }

// TestRules runs the _test.rego files, each test as one of Go's:
// go test ./policies -run 'TestRules/holdfast.table.pitr_enabled'.
func TestRules(t *testing.T) {
	report, err := evaluate.Test(context.Background(), []evaluate.Tree{tree()}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range report.Results {
		t.Run(result.Package+"/"+result.Name, func(t *testing.T) {
			if !result.Passed {
				t.Errorf("%s:%d: %s", result.File, result.Line, result.Output)
			}
		})
	}
	for _, file := range report.Coverage {
		if file.Percent < covered {
			t.Errorf("%s: tests cover %s %%, not lines %v; %d %% are asked for", file.File, fmt.Sprintf("%.0f", file.Percent), file.NotCovered, covered)
		}
	}
}

// TestRulesLoad checks metadata, types and the two sides of every rule.
func TestRulesLoad(t *testing.T) {
	policy, err := evaluate.Load(tree())
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range policy.Rules() {
		if rule.Fix == "" && rule.Remediation == "" {
			t.Errorf("rule %s tells neither a remediation nor a fix", rule.ID)
		}
	}
}
