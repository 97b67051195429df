package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
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
		got = append(got, fmt.Sprintf("%s %s %d/%d %d", r.severity, r.rule.ID, r.causes, r.resources, len(r.members)))
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

// Ten plan rules with the same mistake are one row: they are mended in the same
// way, each by itself.
func TestCausesOfOneRuleShareARow(t *testing.T) {
	c := newCauses([]finding.Rule{{ID: "plan_rule.daily", Gathers: "table.daily_backup"}})
	face := func(name, region string, tables ...string) {
		c.add(&finding.Finding{Rule: "plan_rule.daily", Subject: "plan_rule", ARN: "arn/" + region + name, Name: name, Account: "1", Region: region,
			Cause: "arn/" + region + name, Members: tables, Status: finding.Fail, Severity: finding.High})
	}
	face("a/daily", "eu-west-1", "arn/t1")
	face("b/daily", "eu-west-1", "arn/t2", "arn/t3")
	face("a/daily", "us-east-1", "arn/t4")
	c.end()
	rows := c.rows()
	if len(rows) != 1 || rows[0].causes != 3 || rows[0].resources != 4 {
		t.Fatalf("rows %+v, want one with 3 causes and 4 resources", rows)
	}
	o := overview{in: &Input{}}
	want := "b/daily (fails 2), a/daily in eu-west-1 and 1 more"
	if got := o.what(rows[0], 2); got != want {
		t.Errorf("the row says %q, want %q", got, want)
	}
	if got := rows[0].extent(); got != "3 causes, 4 resources" {
		t.Errorf("the row counts %q", got)
	}
}

// What several rules doubt together is one question, and names who is meant.
func TestDoubtIsOneQuestion(t *testing.T) {
	qs := newQuestions(nil)
	for _, table := range []string{"Orders", "Users"} {
		for rule, message := range map[string]string{
			"table.in_backup_plan": "may be in no backup plan: no tag stage", "table.recent_backup": "may have no backup yet: no tag stage",
		} {
			qs.add(&finding.Finding{Rule: rule, ARN: "arn/" + table, Name: table, Status: finding.Unknown, Account: "1", Region: "eu-west-1",
				Message: message, Gap: &finding.Gap{Reason: "ambiguous", Message: message}})
		}
	}
	all := qs.end()
	if len(all) != 1 {
		t.Fatalf("questions %+v, want one", all)
	}
	got := all[0].what() + "; " + all[0].where()
	if want := "ambiguous: no tag stage; 4 verdicts unknown, on Orders, Users in eu-west-1 of 1"; got != want {
		t.Errorf("it says %q, want %q", got, want)
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

// An expected gap explains what it was written for. The same call may hide more.
func TestGapIsAcceptedOnlyIfAllItHidesIs(t *testing.T) {
	gap := Gap{Account: "1", Region: "eu-west-1", Gap: snapshot.Gap{Operation: "backup:ListCopyJobs", Reason: snapshot.Denied}}
	unknown := func(expected string) *finding.Finding {
		return &finding.Finding{Rule: "table.offsite_copy", Status: finding.Unknown, Account: "1", Region: "eu-west-1",
			Gap: &finding.Gap{Call: "backup:ListCopyJobs", Reason: "denied", Expected: expected}}
	}
	tests := []struct {
		name     string
		findings []*finding.Finding
		want     string // per group: accepted, questions, verdicts
	}{
		{"all expected", []*finding.Finding{unknown("no copies here"), unknown("no copies here")}, "[true 1 2]"},
		{"none expected", []*finding.Finding{unknown("")}, "[false 1 1]"},
		{"one not expected", []*finding.Finding{unknown("no copies here"), unknown("")}, "[false 1 1] [true 0 1]"},
		{"hides nothing", nil, "[false 1 0]"},
	}
	for _, test := range tests {
		qs := newQuestions([]Gap{gap})
		for _, f := range test.findings {
			qs.add(f)
		}
		var got []string
		for _, q := range qs.end() {
			got = append(got, fmt.Sprint([]any{q.accepted, q.questions, q.verdicts}))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
