package evaluate_test

import (
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// TestVerdicts is the table of docs/architecture.md, row by row.
func TestVerdicts(t *testing.T) {
	const yes, no = `input.TableName == "Orders"`, `input.TableName == "Other"`
	deny := func(when string) string { return "\ndeny contains {\"message\": \"is bad\"} if " + when + "\n" }
	ok := func(when string) string { return "\nok if " + when + "\n" }
	for name, test := range map[string]struct {
		body   string
		status finding.Status
		reason string // of the gap
		says   string // part of the message
	}{
		"ok":                       {ok(yes) + deny(no), finding.Pass, "", ""},
		"deny":                     {ok(no) + deny(yes), finding.Fail, "", "is bad"},
		"neither":                  {ok(no) + deny(no), finding.Unknown, "undecided", "table/x/x.rego:10"},
		"both":                     {ok(yes) + deny(yes), finding.Unknown, "undecided", "is bad"},
		"applicable":               {"applicable := true\n" + ok(yes) + deny(no), finding.Pass, "", ""},
		"not applicable":           {"applicable := " + no + "\n" + ok(yes) + deny(no), finding.NotApplicable, "", ""},
		"applicable not known":     {"applicable := input.age_hours > 3\n" + ok(yes) + deny(no), finding.Unknown, "undecided", "applies"},
		"not applicable, not deny": {"applicable := " + no + "\n" + ok(no) + deny(yes), finding.NotApplicable, "", ""},
		"ambiguous":                {ok(yes) + deny(no) + `ambiguous contains "nobody knows" if ` + yes, finding.Unknown, "ambiguous", "nobody knows"},
		"ambiguous over deny":      {ok(no) + deny(yes) + `ambiguous contains "nobody knows" if ` + yes, finding.Unknown, "ambiguous", "nobody knows"},
		"not ambiguous":            {ok(yes) + deny(no) + `ambiguous contains "nobody knows" if ` + no, finding.Pass, "", ""},
		"failing builtin":          {"ok if to_number(input.TableName) == 1\n" + deny(no), finding.Unknown, "rule_error", "table/x/x.rego:9"},
		"failing builtin in deny":  {ok(yes) + deny("to_number(input.TableName) == 1"), finding.Unknown, "rule_error", "to_number"},
		"conflict":                 {"_v := 1 if " + yes + "\n_v := 2 if " + yes + "\nok if _v == 1\n" + deny(no), finding.Unknown, "rule_error", "table/x/x.rego"},
		"missing fact":             {"ok if input.age_hours >= 0\n" + deny("input.age_hours < 0"), finding.Unknown, "undecided", "missing"},
		"several violations":       {ok(no) + deny(yes) + "deny contains {\"message\": \"is worse\"} if " + yes, finding.Fail, "", "is bad; is worse"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := load(t, map[string]string{"x": head() + test.body})
			f := evaluated(t, policy, evaluate.Settings{}, table("Orders", "ENABLED"))["table.x Orders"]
			if f.Status != test.status {
				t.Fatalf("got %s (%s), want %s", f.Status, f.Message, test.status)
			}
			if reason := gapReason(f); reason != test.reason {
				t.Errorf("gap's reason is %q, want %q", reason, test.reason)
			}
			if !strings.Contains(f.Message, test.says) {
				t.Errorf("message is %q, want %q in it", f.Message, test.says)
			}
		})
	}
}

func gapReason(f *finding.Finding) string {
	if f.Gap == nil {
		return ""
	}
	return f.Gap.Reason
}

func TestViolationFillsTheFinding(t *testing.T) {
	policy := load(t, map[string]string{"x": head("severities: [low, critical]", "remediation: dynamodb.enable_pitr", "evidence: [pitr]") + `
ok if input.TableName == "Other"
deny contains {
	"message": "is bad", "severity": "critical", "expected": 35, "actual": {"days": 7},
	"cause": "arn:of:a:plan", "remediation": {"RecoveryPeriodInDays": 35},
} if input.TableName == "Orders"
deny contains {"message": "is a bit bad", "severity": "low", "actual": 3} if input.TableName == "Orders"
`})
	orders := table("Orders", "DISABLED")
	orders.Sources = []facts.Source{{Path: "pitr", Calls: []string{"dynamodb:DescribeContinuousBackups TableName=Orders"}}, {Path: "", Calls: []string{"dynamodb:DescribeTable TableName=Orders"}}}
	f := evaluated(t, policy, evaluate.Settings{}, orders)["table.x Orders"]
	for what, pair := range map[string][2]string{
		"severity":    {string(f.Severity), "critical"},
		"message":     {f.Message, "is bad; is a bit bad"},
		"expected":    {string(f.Expected), "35"},
		"actual":      {string(f.Actual), `{"days":7}`},
		"cause":       {f.Cause, "arn:of:a:plan"},
		"action":      {f.Remediation.Action, "dynamodb.enable_pitr"},
		"parameters":  {string(f.Remediation.Parameters), `{"RecoveryPeriodInDays":35}`},
		"evidence":    {f.Evidence[0].Path + string(f.Evidence[0].Value), `pitr{"PointInTimeRecoveryStatus":"DISABLED"}`},
		"its calls":   {strings.Join(f.Evidence[0].Calls, ","), "dynamodb:DescribeContinuousBackups TableName=Orders"},
		"the region":  {f.Region, region},
		"the subject": {f.Subject, "table"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestMalformedAnswersStopTheRun(t *testing.T) {
	for name, test := range map[string]struct{ body, says string }{
		"no message":          {`deny contains {"actual": 1} if input.TableName`, "message is missing"},
		"empty message":       {`deny contains {"message": ""} if input.TableName`, "message is not a text"},
		"no object":           {`deny contains "bad" if input.TableName`, "is no object"},
		"another key":         {`deny contains {"message": "m", "mesage": "m"} if input.TableName`, `no field "mesage"`},
		"undeclared severity": {`deny contains {"message": "m", "severity": "low"} if input.TableName`, `severity "low" is not declared`},
		"remediation":         {`deny contains {"message": "m", "remediation": {"a": 1}} if input.TableName`, "action that the metadata names"},
		"ambiguous object":    {"deny contains {\"message\": \"m\"} if input.TableName\nambiguous contains 1 if input.TableName", "set of texts"},
		"ok":                  {"deny contains {\"message\": \"m\"} if input.TableName == \"x\"", "ok is 3"},
	} {
		t.Run(name, func(t *testing.T) {
			ok := `ok if input.TableName == "x"`
			if name == "ok" {
				ok = "ok := 3"
			}
			policy := load(t, map[string]string{"x": head() + ok + "\n" + test.body})
			_, err := findings(policy, evaluate.Settings{}, table("Orders", "ENABLED"))
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "table/x/x.rego:") {
				t.Errorf("got %v, want table/x/x.rego:line and %q", err, test.says)
			}
		})
	}
}

func TestOneRuleErringLeavesTheOthersAlone(t *testing.T) {
	policy := load(t, map[string]string{
		"errs": head() + "ok if to_number(input.TableName) == 1\n" + `deny contains {"message": "m"} if input.TableName == "1"`,
		"pitr": head() + pitrSides,
	})
	found := evaluated(t, policy, evaluate.Settings{}, table("Orders", "ENABLED"), table("1", "DISABLED"))
	for key, want := range map[string]finding.Status{
		"table.errs Orders": finding.Unknown, "table.pitr Orders": finding.Pass, "table.pitr 1": finding.Fail,
		"table.errs 1": finding.Unknown, // ok and deny both
	} {
		if found[key].Status != want {
			t.Errorf("%s is %s, want %s", key, found[key].Status, want)
		}
	}
}

// Rules that would run away end as unknown, on every machine alike.
func TestRunawayRulesAreUnknown(t *testing.T) {
	var doubled strings.Builder
	doubled.WriteString("_d0 := \"0123456789\"\n")
	for i := range 28 {
		letter := string(rune('a' + i%26))
		doubled.WriteString("_d" + itoa(i+1) + " := concat(\"" + letter + "\", [_d" + itoa(i) + ", _d" + itoa(i) + "])\n")
	}
	ints := "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
	for name, test := range map[string]struct{ body, says string }{
		"steps": {`_n := ` + ints + `
ok if count([1 | some a in _n; some b in _n; some c in _n; some d in _n; some e in _n; some f in _n; some g in _n; a + b + c + d + e + f + g >= 0]) > 0`, "steps"},
		"doubling":      {doubled.String() + "ok if count(_d28) > 0", "larger than"},
		"width":         {`ok if sprintf("%999999999d", [1]) != ""`, "larger than"},
		"star":          {`ok if sprintf("%*d", [999999999, 1]) != ""`, "larger than"},
		"replace":       {`ok if replace(_s, "", _s) != ""` + "\n" + `_s := concat("", [input.TableName | some _ in ` + ints + `; some _ in ` + ints + `; some _ in ` + ints + `])`, "larger than"},
		"shared arrays": {sharedArrays() + `ok if sprintf("%v", [_a28]) != ""`, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := load(t, map[string]string{"x": head() + test.body + "\n" + `deny contains {"message": "m"} if input.TableName == "x"`})
			f := evaluated(t, policy, evaluate.Settings{}, table("Orders", "ENABLED"))["table.x Orders"]
			if f.Status != finding.Unknown || gapReason(f) != "rule_error" || !strings.Contains(f.Message, test.says) {
				t.Errorf("got %s %s: %s", f.Status, gapReason(f), f.Message)
			}
		})
	}
}

func sharedArrays() string {
	var b strings.Builder
	b.WriteString("_a0 := [input.TableName]\n")
	for i := range 28 {
		b.WriteString("_a" + itoa(i+1) + " := [_a" + itoa(i) + ", _a" + itoa(i) + "]\n")
	}
	return b.String()
}

func TestTooManyOrTooLargeViolationsAreUnknown(t *testing.T) {
	for name, body := range map[string]string{
		"many":  `deny contains {"message": sprintf("m%d%d%d", [a, b, c])} if { some a in _n; some b in _n; some c in _n; input.TableName }`,
		"large": sharedArrays() + `deny contains {"message": "m", "actual": _a28} if input.TableName`,
	} {
		policy := load(t, map[string]string{"x": head() + "_n := [0, 1, 2, 3, 4, 5]\nok if input.TableName == \"x\"\n" + body})
		f := evaluated(t, policy, evaluate.Settings{}, table("Orders", "ENABLED"))["table.x Orders"]
		if f.Status != finding.Unknown || gapReason(f) != "rule_error" {
			t.Errorf("%s: got %s %s: %s", name, f.Status, gapReason(f), f.Message)
		}
	}
}
