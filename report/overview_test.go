package report

import (
	"fmt"
	"slices"
	"testing"

	"holdfast/scanner/finding"
)

// A row has its worst severity, counts a table once whatever the number of its
// findings, and worse and larger rows come first.
func TestCauseRows(t *testing.T) {
	c := newCauses([]finding.Rule{{ID: "plan_rule.daily", Gathers: "table.daily_backup"}})
	add := func(rule, name, cause string, severity finding.Severity) {
		c.add(&finding.Finding{Rule: rule, Subject: "table", ARN: "arn/" + name, Name: name, Cause: cause,
			Status: finding.Fail, Severity: severity, Message: "fails"})
	}
	for i := range 60 {
		add("table.daily_backup", fmt.Sprint("t", i), "X", finding.Low)
	}
	add("table.daily_backup", "t59", "X", finding.High) // the same table again, worse
	add("table.key_usable", "a", "", finding.High)
	add("table.pitr_enabled", "a", "", finding.High)
	add("table.pitr_enabled", "b", "", finding.High)
	add("table.pitr_enabled", "c", "", finding.Critical)
	c.add(&finding.Finding{Rule: "plan_rule.daily", Subject: "plan_rule", ARN: "Y", Cause: "Y", Members: []string{"arn/p", "arn/q"},
		Status: finding.Fail, Severity: finding.High})
	add("table.daily_backup", "p", "Y", finding.High)
	c.end()

	var got []string
	for _, r := range c.rows() {
		got = append(got, fmt.Sprintf("%s %s %d/%d %d", r.severity, r.rule.ID, r.causes, r.resources, len(r.names)))
	}
	want := []string{
		"critical table.pitr_enabled 1/1 1",
		"high table.daily_backup 1/60 50",
		"high plan_rule.daily 1/2 2",
		"high table.pitr_enabled 2/2 2",
		"high table.key_usable 1/1 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n got %q\nwant %q", got, want)
	}
}

func TestPermission(t *testing.T) {
	tests := []struct{ operation, reason, want string }{
		{"dynamodb:DescribeTable", "denied", "dynamodb:DescribeTable"},
		{"tag:GetResources", "denied", "tag:GetResources"},
		{"dynamodb:DescribeTable", "throttled", ""},
		{"", "ambiguous", ""},
	}
	for _, test := range tests {
		q := openQuestion{operation: test.operation, reason: test.reason}
		if got := q.permission(); got != test.want {
			t.Errorf("%s %s needs %q, want %q", test.operation, test.reason, got, test.want)
		}
	}
}
