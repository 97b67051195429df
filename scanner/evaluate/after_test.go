package evaluate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

func statuses(t *testing.T, found map[string]*finding.Finding, want map[string]finding.Status) {
	t.Helper()
	for key, status := range want {
		if f := found[key]; f == nil {
			t.Errorf("%s is missing", key)
		} else if f.Status != status {
			t.Errorf("%s is %s (%s), want %s", key, f.Status, f.Message, status)
		}
	}
}

func hide(s *facts.Subject, path string) *facts.Subject {
	hidden := *s
	hidden.Gaps = append(slices.Clone(s.Gaps), facts.Hidden{
		Path: path, Call: "dynamodb:DescribeContinuousBackups TableName=" + s.Name, Reason: "denied", Code: "AccessDeniedException",
	})
	return &hidden
}

func TestGapsHideWhatRulesRead(t *testing.T) {
	policy := load(t, map[string]string{
		"pitr":  head() + pitrSides,
		"pass":  head("with_gaps: pass_stands") + pitrSides,
		"fail":  head("with_gaps: fail_stands") + pitrSides,
		"other": head() + "ok if input.TableStatus == \"ACTIVE\"\ndeny contains {\"message\": \"m\"} if input.TableStatus != \"ACTIVE\"",
	})
	const pass, fail, unknown = finding.Pass, finding.Fail, finding.Unknown
	for path, want := range map[string]struct{ on, off [4]finding.Status }{ // pitr, pass, fail, other
		"pitr":                             {[4]finding.Status{unknown, pass, unknown, pass}, [4]finding.Status{unknown, unknown, fail, pass}},
		"pitr.PointInTimeRecoveryStatus":   {[4]finding.Status{unknown, pass, unknown, pass}, [4]finding.Status{unknown, unknown, fail, pass}},
		"pitr.PointInTimeRecoveryStatus.x": {[4]finding.Status{unknown, pass, unknown, pass}, [4]finding.Status{unknown, unknown, fail, pass}},
		"pitr.window_hours":                {[4]finding.Status{pass, pass, pass, pass}, [4]finding.Status{fail, fail, fail, pass}},
		"pit":                              {[4]finding.Status{pass, pass, pass, pass}, [4]finding.Status{fail, fail, fail, pass}},
		"TableStatus":                      {[4]finding.Status{pass, pass, pass, unknown}, [4]finding.Status{fail, fail, fail, unknown}},
		"":                                 {[4]finding.Status{unknown, unknown, unknown, unknown}, [4]finding.Status{unknown, unknown, unknown, unknown}},
	} {
		found := evaluated(t, policy, evaluate.Settings{}, hide(table("On", "ENABLED"), path), hide(table("Off", "DISABLED"), path))
		for i, rule := range []string{"pitr", "pass", "fail", "other"} {
			for name, status := range map[string]finding.Status{"On": want.on[i], "Off": want.off[i]} {
				f := found["table."+rule+" "+name]
				if f.Status != status {
					t.Errorf("hiding %q: %s of %s is %s, want %s", path, rule, name, f.Status, status)
				}
				if f.Status == unknown && (f.Gap.Reason != "denied" || f.Gap.Code == "" || !strings.Contains(f.Message, f.Gap.Call)) {
					t.Errorf("hiding %q: gap %+v, message %q", path, f.Gap, f.Message)
				}
			}
		}
	}
}

func TestUnlistedSubjectsAreUnknownForEveryRule(t *testing.T) {
	policy := load(t, map[string]string{"a": head() + pitrSides, "b": head("with_gaps: pass_stands") + pitrSides})
	unlisted := &facts.Subject{
		Kind: facts.KindTable, ARN: "arn:aws:backup:eu-west-1:111122223333:region", Account: account, Region: region, Name: region, Unlisted: true,
		Gaps: []facts.Hidden{{Path: "", Call: "dynamodb:ListTables", Reason: "denied"}},
	}
	found := evaluated(t, policy, evaluate.Settings{}, unlisted)
	statuses(t, found, map[string]finding.Status{"table.a eu-west-1": finding.Unknown, "table.b eu-west-1": finding.Unknown})
	if len(found) != 2 || found["table.a eu-west-1"].Gap.Call != "dynamodb:ListTables" {
		t.Errorf("got %v", found)
	}
}

func TestExpectedGapsExplainUnknowns(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	yaml := `
expected_gaps:
  - {what: dynamodb:DescribeContinuousBackups, reason: closed on purpose, expires: 2026-12-31}`
	orders := hide(table("Orders", "ENABLED"), "pitr")
	two := hide(table("Two", "ENABLED"), "pitr")
	two.Gaps = append(two.Gaps, facts.Hidden{Path: "pitr", Call: "dynamodb:Other", Reason: "denied"})
	found := evaluated(t, policy, evaluate.Settings{Config: configured(t, yaml)}, orders, two)
	if f := found["table.pitr Orders"]; f.Status != finding.Unknown || f.Gap.Expected != "closed on purpose" {
		t.Errorf("got %s, %+v", f.Status, f.Gap)
	}
	if f := found["table.pitr Two"]; f.Gap.Expected != "" || f.Gap.Call != "dynamodb:Other" {
		t.Errorf("an expected gap covers another one up: %+v", f.Gap)
	}
	later := time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
	if f := evaluated(t, policy, evaluate.Settings{Config: configured(t, yaml), Now: later}, orders)["table.pitr Orders"]; f.Gap.Expected != "" {
		t.Error("an expired entry still explains")
	}
}

func TestWaiversTurnFailuresAndNothingElse(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	settings := evaluate.Settings{Config: configured(t, `
waivers:
  - {rule: "table.*", resource: "arn:*:table/Legacy*", reason: old, owner: ann, approver: bob, expires: 2026-12-31}`)}
	tables := []*facts.Subject{
		table("Legacy1", "DISABLED"), table("Legacy2", "ENABLED"), hide(table("Legacy3", "DISABLED"), "pitr"), table("Orders", "DISABLED"),
	}
	found := evaluated(t, policy, settings, tables...)
	statuses(t, found, map[string]finding.Status{
		"table.pitr Legacy1": finding.Waived, "table.pitr Legacy2": finding.Pass,
		"table.pitr Legacy3": finding.Unknown, "table.pitr Orders": finding.Fail,
	})
	if w := found["table.pitr Legacy1"].Waiver; w == nil || w.Approver != "bob" {
		t.Errorf("waiver is %+v", w)
	}
	settings.Now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	statuses(t, evaluated(t, policy, settings, tables...), map[string]finding.Status{"table.pitr Legacy1": finding.Fail})
}

func TestCausedBy(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides, "window": head("caused_by: [table.pitr]") + `
ok if input.pitr.window_hours >= 24
deny contains {"message": "m"} if not input.pitr.window_hours`})
	settings := evaluate.Settings{Config: configured(t, `
waivers:
  - {rule: table.pitr, resource: "arn:*:table/Waived", reason: old, owner: ann, approver: bob, expires: 2026-12-31}`)}
	found := evaluated(t, policy, settings, table("Off", "DISABLED"), table("On", "ENABLED"), table("Waived", "DISABLED"))
	for name, want := range map[string][]string{"Off": {"table.pitr"}, "On": nil, "Waived": nil} {
		if f := found["table.window "+name]; f.Status != finding.Fail || !slices.Equal(f.CausedBy, want) {
			t.Errorf("%s: %s, caused by %v, want %v", name, f.Status, f.CausedBy, want)
		}
	}
}

const hoursRule = `
ok if input.age_hours <= data.parameters.hours
deny contains {"message": "m"} if input.age_hours > data.parameters.hours`

func hoursHead() string {
	return head("parameters: {hours: {type: integer, default: 24, stricter: lower}}")
}

func aged(s *facts.Subject, hours int, tags ...facts.Tag) *facts.Subject {
	s.Table.AgeHours, s.Table.Tags = &hours, tags
	return s
}

const twoScopes = `
scopes:
  - {name: gold, match: {tags: {tier: gold}}, parameters: {hours: 12}, owner: ann, business_function: payments}
  - {name: tin, match: {tags: {tier: tin}}, parameters: {hours: 48}}`

func TestParametersAreThoseOfTheScope(t *testing.T) {
	policy := load(t, map[string]string{"age": hoursHead() + hoursRule})
	tier := func(v string) facts.Tag { return facts.Tag{Key: "tier", Value: v} }
	found := evaluated(t, policy, evaluate.Settings{Config: configured(t, twoScopes)},
		aged(table("Gold", ""), 20, tier("gold")), aged(table("Tin", ""), 30, tier("tin")), aged(table("None", ""), 20), aged(table("Old", ""), 30))
	for key, want := range map[string][2]string{"Gold": {"fail", "gold"}, "Tin": {"pass", "tin"}, "None": {"pass", ""}, "Old": {"fail", ""}} {
		if f := found["table.age "+key]; string(f.Status) != want[0] || f.Scope != want[1] {
			t.Errorf("%s is %s in scope %q, want %v", key, f.Status, f.Scope, want)
		} else if who := f.Owner + f.BusinessFunction; (who == "annpayments") != (f.Scope == "gold") || f.Scope != "gold" && who != "" {
			t.Errorf("%s in scope %q is %q's, for %q", key, f.Scope, f.Owner, f.BusinessFunction)
		}
	}
}

// Where tags were not read, a table may belong to any scope: only what is true in
// all of them is said.
func TestUnreadTagsLeaveTheScopeOpen(t *testing.T) {
	policy := load(t, map[string]string{"age": hoursHead() + hoursRule})
	settings := evaluate.Settings{Config: configured(t, twoScopes)}
	found := evaluated(t, policy, settings,
		hide(aged(table("Young", ""), 5), "Tags"), hide(aged(table("Middle", ""), 20), "Tags"), hide(aged(table("Old", ""), 50), "Tags"))
	statuses(t, found, map[string]finding.Status{"table.age Young": finding.Pass, "table.age Middle": finding.Unknown, "table.age Old": finding.Fail})
	if f := found["table.age Middle"]; f.Gap == nil || f.Gap.Reason != "denied" {
		t.Errorf("gap is %+v", f.Gap)
	}
}

func vault(serves ...string) *facts.Subject {
	return &facts.Subject{
		Kind: facts.KindVault, ARN: "arn:aws:backup:eu-west-1:111122223333:backup-vault:v", Account: account, Region: region, Name: "v",
		Serves: serves, Vault: &facts.Vault{BackupVaultName: "v", MinRetentionDays: ptr(20)},
	}
}

func TestServingSubjectsTakeTheStrictestScope(t *testing.T) {
	policy := load(t, map[string]string{"vault/min/min.rego": pkg("vault.min", hoursHead()+`
ok if input.MinRetentionDays <= data.parameters.hours
deny contains {"message": "m"} if input.MinRetentionDays > data.parameters.hours`)})
	gold := aged(table("Gold", ""), 1, facts.Tag{Key: "tier", Value: "gold"})
	tin := aged(table("Tin", ""), 1, facts.Tag{Key: "tier", Value: "tin"})
	unread := hide(aged(table("Unread", ""), 1), "Tags")
	for name, test := range map[string]struct {
		serves []string
		status finding.Status
		scope  string
	}{
		"nobody":            {nil, finding.Pass, ""},
		"tin":               {[]string{arn("Tin")}, finding.Pass, "tin"},
		"gold and tin":      {[]string{arn("Gold"), arn("Tin")}, finding.Fail, "gold"},
		"unread":            {[]string{arn("Unread")}, finding.Unknown, ""},
		"tin and unread":    {[]string{arn("Tin"), arn("Unread")}, finding.Unknown, ""},
		"gold and unread":   {[]string{arn("Gold"), arn("Unread")}, finding.Fail, "gold"},
		"a table elsewhere": {[]string{"arn:aws:dynamodb:eu-west-1:999999999999:table/X"}, finding.Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := evaluated(t, policy, evaluate.Settings{Config: configured(t, twoScopes)}, gold, tin, unread, vault(test.serves...))["vault.min v"]
			if f.Status != test.status || f.Status != finding.Unknown && f.Scope != test.scope {
				t.Errorf("got %s in scope %q, want %s in %q", f.Status, f.Scope, test.status, test.scope)
			}
		})
	}
}

func TestReplicasAreJudgedTogether(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head("replicas: true") + pitrSides, "own": head() + pitrSides})
	replica := func(region, status string) *facts.Subject {
		s := table("Global", status)
		s.ARN, s.Region, s.Name, s.Group = strings.Replace(s.ARN, "eu-west-1", region, 1), region, region, "global"
		return s
	}
	const on, off = "ENABLED", "DISABLED"
	hidden := hide(replica("eu-west-1", on), "pitr")
	for name, test := range map[string]struct {
		replicas string
		subjects []*facts.Subject
		want     [2]finding.Status // of eu-west-1 and us-east-1
	}{
		"all":                 {"all", []*facts.Subject{replica("eu-west-1", on), replica("us-east-1", off)}, [2]finding.Status{finding.Pass, finding.Fail}},
		"one of two":          {"one", []*facts.Subject{replica("eu-west-1", on), replica("us-east-1", off)}, [2]finding.Status{finding.Pass, finding.NotApplicable}},
		"none of two":         {"one", []*facts.Subject{replica("eu-west-1", off), replica("us-east-1", off)}, [2]finding.Status{finding.Fail, finding.Fail}},
		"unknown and off":     {"one", []*facts.Subject{hidden, replica("us-east-1", off)}, [2]finding.Status{finding.Unknown, finding.Fail}},
		"Regions":             {"[us-east-1]", []*facts.Subject{replica("eu-west-1", off), replica("us-east-1", on)}, [2]finding.Status{finding.NotApplicable, finding.Pass}},
		"Regions, bad one":    {"[us-east-1]", []*facts.Subject{replica("eu-west-1", on), replica("us-east-1", off)}, [2]finding.Status{finding.NotApplicable, finding.Fail}},
		"Regions, one hidden": {"[us-east-1]", []*facts.Subject{replica("eu-west-1", on), hide(replica("us-east-1", on), "pitr")}, [2]finding.Status{finding.NotApplicable, finding.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			c := configured(t, "scopes:\n  - {name: s, match: {names: [\"*\"]}, replicas: "+test.replicas+"}")
			found := evaluated(t, policy, evaluate.Settings{Config: c}, test.subjects...)
			statuses(t, found, map[string]finding.Status{"table.pitr eu-west-1": test.want[0], "table.pitr us-east-1": test.want[1]})
			if test.want[1] == finding.NotApplicable && found["table.own us-east-1"].Status != finding.Fail {
				t.Error("a rule that is not judged together is excused too")
			}
			if f := found["table.pitr us-east-1"]; f.Status == finding.NotApplicable && !strings.Contains(f.Message, "eu-west-1") {
				t.Errorf("%q does not name the replica that is protected", f.Message)
			}
		})
	}
}

func TestPlanRulesAnswerForTheirTables(t *testing.T) {
	policy := load(t, map[string]string{"daily_backup": head() + `
ok if input.coverage.fires
deny contains {"message": "m", "cause": input.coverage.cause} if input.coverage.fires == false`})
	plan := func(name string, serves ...string) *facts.Subject {
		return &facts.Subject{
			Kind: facts.KindPlanRule, ARN: "plan/" + name, Account: account, Region: region, Name: name, Serves: serves, PlanRule: &facts.PlanRule{RuleName: name},
		}
	}
	covered := func(name string, fires bool, cause string) *facts.Subject {
		s := table(name, "")
		s.Table.Coverage = facts.Coverage{Fires: fires, Cause: cause}
		return s
	}
	found := evaluated(t, policy, evaluate.Settings{Config: configured(t, `
waivers:
  - {rule: table.daily_backup, resource: "arn:*:table/W", reason: old, owner: ann, approver: bob, expires: 2026-12-31}`)},
		covered("B", false, "plan/bad"), covered("A", false, "plan/bad"), covered("G", true, "plan/good"),
		hide(covered("U", true, ""), "coverage"), covered("W", false, "plan/waived"), covered("Lost", false, "plan/elsewhere"),
		plan("bad", arn("A"), arn("B"), arn("G")), plan("good", arn("G")), plan("unknown", arn("G"), arn("U")), plan("idle"), plan("waived", arn("W")),
		hide(plan("unread", arn("G")), ""), hide(plan("unasked", arn("G")), "tables_covered"), hide(plan("idle as far as known"), "tables_ambiguous"),
		hide(plan("bad"+" and unasked", arn("D")), "tables_covered"), covered("D", false, "plan/bad and unasked"))
	statuses(t, found, map[string]finding.Status{
		"plan_rule.daily bad": finding.Fail, "plan_rule.daily good": finding.Pass, "plan_rule.daily unknown": finding.Unknown,
		"plan_rule.daily idle": finding.NotApplicable, "plan_rule.daily waived": finding.Pass, "plan_rule.daily unread": finding.Unknown,
		"plan_rule.daily unasked": finding.Unknown, "plan_rule.daily idle as far as known": finding.Unknown,
		"plan_rule.daily bad and unasked": finding.Fail, // whatever else it serves
	})
	bad := found["plan_rule.daily bad"]
	if want := []string{arn("A"), arn("B")}; !slices.Equal(bad.Members, want) || bad.Severity != finding.High || bad.Cause != bad.ARN {
		t.Errorf("got %+v, want members %v", bad, want)
	}
	if _, there := found["plan_rule.lifecycle bad"]; there {
		t.Error("plan_rule.lifecycle is emitted without a rule table.retention")
	}
}

// A weekday schedule is no lifecycle that is too short; a lifecycle that is too
// short is one, whatever the schedule.
func TestPlanRulesAnswerOnlyForWhatIsTheirs(t *testing.T) {
	policy := load(t, map[string]string{
		"daily_backup": head() + `
ok if input.coverage.fires
deny contains {"message": "weekdays", "cause": input.coverage.cause} if input.coverage.fires == false`,
		"retention": head("caused_by: [table.daily_backup]") + `
ok if input.TableName == "Long"
deny contains {"message": "too short", "cause": input.coverage.cause, "stands_alone": true} if input.TableName == "Short"
deny contains {"message": "too far apart", "cause": input.coverage.cause} if input.TableName == "Sparse"`,
	})
	plan := func(name, serves string) *facts.Subject {
		return &facts.Subject{
			Kind: facts.KindPlanRule, ARN: "plan/" + name, Account: account, Region: region, Name: name, Serves: []string{arn(serves)},
			PlanRule: &facts.PlanRule{RuleName: name},
		}
	}
	covered := func(name string) *facts.Subject {
		s := table(name, "")
		s.Table.Coverage = facts.Coverage{Cause: "plan/" + name}
		return s
	}
	found := evaluated(t, policy, evaluate.Settings{}, covered("Short"), covered("Sparse"), plan("Short", "Short"), plan("Sparse", "Sparse"))
	statuses(t, found, map[string]finding.Status{
		"plan_rule.daily Short": finding.Fail, "plan_rule.lifecycle Short": finding.Fail,
		"plan_rule.daily Sparse": finding.Fail, "plan_rule.lifecycle Sparse": finding.Pass,
	})
	if by := found["table.retention Short"].CausedBy; by != nil {
		t.Errorf("a failure that stands alone is explained by %v", by)
	}
	if by := found["table.retention Sparse"].CausedBy; !slices.Equal(by, []string{"table.daily_backup"}) {
		t.Errorf("the other is explained by %v", by)
	}
}

func TestSeverityOfTheConfiguration(t *testing.T) {
	policy := load(t, map[string]string{"x": head("severities: [critical]") + `
ok if input.TableName == "x"
deny contains {"message": "m", "severity": "critical"} if input.TableName != "x"`})
	if f := evaluated(t, policy, evaluate.Settings{}, table("A", ""))["table.x A"]; f.Severity != finding.Critical {
		t.Errorf("got %s", f.Severity)
	}
	c := configured(t, "rules:\n  table.x: {severity: low}")
	if f := evaluated(t, policy, evaluate.Settings{Config: c}, table("A", ""))["table.x A"]; f.Severity != finding.Low {
		t.Errorf("got %s, want the configuration's low", f.Severity)
	}
	if found := evaluated(t, policy, evaluate.Settings{Config: configured(t, "rules:\n  table.x: off")}, table("A", "")); len(found) != 0 {
		t.Errorf("a rule that is off judges: %v", found)
	}
	none := evaluate.Settings{Select: func(string) bool { return false }}
	if found := evaluated(t, policy, none, table("A", "")); len(found) != 0 || len(policy.Enabled(none)) != 0 {
		t.Errorf("a rule that is not selected judges: %v", found)
	}
}

func TestEvaluateRefusesSubjects(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	foreign := table("B", "")
	foreign.Account = "999999999999"
	empty := table("A", "")
	empty.Table = nil
	for name, subjects := range map[string][]*facts.Subject{
		"two accounts": {table("A", ""), foreign}, "twice": {table("A", ""), table("A", "")}, "no facts": {empty},
		"no kind": {{Kind: "tabel", ARN: "x", Table: &facts.Table{}}},
	} {
		if _, err := findings(policy, evaluate.Settings{}, subjects...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
