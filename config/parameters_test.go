package config_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"holdfast/config"
	"holdfast/scanner/finding"

	"pgregory.net/rapid"
)

// Rules as package evaluate hands them over.
var (
	pitrWindow = finding.Rule{ID: "table.pitr_window", Subject: "table", Parameters: map[string]finding.Parameter{
		"pitr_days": {Type: "integer", Unit: "days", Default: json.RawMessage("35"), Minimum: new(1.0), Maximum: new(35.0), Stricter: "higher"},
	}}
	recent = finding.Rule{ID: "table.recent_backup", Subject: "table", Parameters: map[string]finding.Parameter{
		"rpo_hours":  {Type: "integer", Unit: "hours", Default: json.RawMessage("36"), Minimum: new(1.0), Stricter: "lower"},
		"late_hours": {Type: "number", Default: json.RawMessage("4"), Stricter: "lower"},
	}}
	retention = finding.Rule{ID: "table.retention", Subject: "table", Parameters: map[string]finding.Parameter{
		"profile": {Type: "array", Default: json.RawMessage(`[{"to_days":366}]`),
			Items: json.RawMessage(`{"type":"object","required":["to_days"],"properties":{"to_days":{"type":"integer","minimum":1}},"additionalProperties":false}`)},
		"mechanisms": {Type: "array", Default: json.RawMessage(`["plan"]`), Enum: []string{"plan", "on_demand", "external"}},
		"tier":       {Type: "string", Default: json.RawMessage(`"warm"`), Enum: []string{"warm", "cold"}},
	}}
	locked = finding.Rule{ID: "vault.locked", Subject: "vault", Parameters: map[string]finding.Parameter{
		"min_days":   {Type: "integer", Default: json.RawMessage("7"), Stricter: "higher"},
		"grace_days": {Type: "integer", Default: json.RawMessage("3"), Stricter: "lower"},
		"compliance": {Type: "boolean", Default: json.RawMessage("false"), Stricter: "higher"},
		"label":      {Type: "string", Default: json.RawMessage(`"x"`)},
	}}
	rules = []finding.Rule{pitrWindow, recent, retention, locked}
)

func text(values map[string]json.RawMessage) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, name+"="+string(values[name]))
	}
	return strings.Join(parts, " ")
}

func TestParametersComeFromTheNearest(t *testing.T) {
	c := parse(t, `
rules:
  "table.*": {parameters: {pitr_days: 20, late_hours: 2.5}}
  table.pitr_window: {parameters: {pitr_days: 21}}
scopes:
  - {name: a, match: {names: a}, parameters: {pitr_days: 7}, rpo_hours: 12}
  - {name: b, match: {names: b}, rto_minutes: 5}
  - {name: c, match: {names: c}, mechanisms: [plan, external], parameters: {profile: [{to_days: 30}]}}
`)
	if err := c.CheckRules(rules); err != nil {
		t.Fatal(err)
	}
	a, b, last := c.Scopes[0], c.Scopes[1], c.Scopes[2]
	cases := []struct {
		rule  finding.Rule
		scope *config.Scope
		want  string
	}{
		{pitrWindow, nil, "pitr_days=21"},
		{pitrWindow, a, "pitr_days=7"},
		{pitrWindow, b, "pitr_days=21"},
		{recent, nil, "late_hours=2.5 rpo_hours=36"},
		{recent, a, "late_hours=2.5 rpo_hours=12"},
		{retention, nil, `mechanisms=["plan"] profile=[{"to_days":366}] tier="warm"`},
		{retention, last, `mechanisms=["plan","external"] profile=[{"to_days":30}] tier="warm"`},
		{locked, a, `compliance=false grace_days=3 label="x" min_days=7`},
	}
	for _, tc := range cases {
		got, err := c.Parameters(tc.rule, tc.scope)
		if err != nil || text(got) != tc.want {
			t.Errorf("%s in scope %q: %s, %v; want %s", tc.rule.ID, name(tc.scope), text(got), err, tc.want)
		}
	}
}

func TestParametersRefuseWhatDoesNotFit(t *testing.T) {
	c := parse(t, "rules:\n  table.pitr_window: {parameters: {pitr_days: 36}}\n")
	_, err := c.Parameters(pitrWindow, nil)
	const want = "parameter pitr_days of rule table.pitr_window, set by rules: table.pitr_window on line 2: 36 is out of bounds; allowed is 1 to 35 days"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCheckRulesTellsWhatNoRuleKnows(t *testing.T) {
	cases := map[string]string{
		"rules:\n  table.retentoin: off\n":                                                                           `h.yaml:2: rules: unknown rule "table.retentoin"; did you mean "table.retention"?`,
		"rules:\n  \"zebra.*\": off\n":                                                                               "h.yaml:2: rules: no rule matches \"zebra.*\"; `holdfast rules list` names them",
		"rules:\n  table.pitr_window:\n    parameters:\n      pitr_day: 3\n":                                         `h.yaml:4: rule table.pitr_window: unknown parameter "pitr_day"; did you mean "pitr_days"?`,
		"rules:\n  table.pitr_window: {parameters: {rpo_hours: 3}}\n":                                                `h.yaml:2: rule table.pitr_window: unknown parameter "rpo_hours"; known are pitr_days`,
		"rules:\n  \"*\": {parameters: {pitr_days: 0}}\n":                                                            `h.yaml:2: parameter pitr_days of rule table.pitr_window: 0 is out of bounds; allowed is 1 to 35 days`,
		"rules:\n  \"*\": {parameters: {pitr_days: 7.5}}\n":                                                          `h.yaml:2: parameter pitr_days of rule table.pitr_window: 7.5 is not of type integer; allowed is 1 to 35 days`,
		"rules:\n  \"*\": {parameters: {pitr_days: '7'}}\n":                                                          `h.yaml:2: parameter pitr_days of rule table.pitr_window: "7" is not of type integer; allowed is 1 to 35 days`,
		"rules:\n  \"*\": {parameters: {late_hours: yes}}\n":                                                         `h.yaml:2: parameter late_hours of rule table.recent_backup: "yes" is not of type number`,
		"rules:\n  \"*\": {parameters: {compliance: 1}}\n":                                                           `h.yaml:2: parameter compliance of rule vault.locked: 1 is not of type boolean`,
		"rules:\n  \"*\": {parameters: {tier: hot}}\n":                                                               `h.yaml:2: parameter tier of rule table.retention: "hot" is not allowed; allowed is warm, cold`,
		"rules:\n  \"*\": {parameters: {mechanisms: [tape]}}\n":                                                      `h.yaml:2: parameter mechanisms of rule table.retention: "tape" is not allowed; allowed is plan, on_demand, external`,
		"rules:\n  \"*\": {parameters: {mechanisms: [1]}}\n":                                                         `h.yaml:2: parameter mechanisms of rule table.retention: at /0: got number, want string`,
		"rules:\n  \"*\": {parameters: {profile: [{to_days: 0}]}}\n":                                                 `h.yaml:2: parameter profile of rule table.retention: at /0/to_days: minimum: got 0, want 1`,
		"rules:\n  \"*\": {parameters: {profile: [{days: 3}]}}\n":                                                    `h.yaml:2: parameter profile of rule table.retention: at /0: missing property 'to_days'; at /0: additional properties 'days' not allowed`,
		"scopes:\n  - name: a\n    match: {names: a}\n    rpo_hours: 4\n    parameters:\n      pitr_days: 99\n":      `h.yaml:6: parameter pitr_days of rule table.pitr_window: 99 is out of bounds; allowed is 1 to 35 days`,
		"scopes:\n  - {name: a, match: {names: a}, parameters: {pitr: 3}}\n":                                         `h.yaml:2: scope a: unknown parameter "pitr"; did you mean "pitr_days"?`,
		"scopes:\n  - {name: a, match: {names: a}, parameters: {label: z}}\n":                                        `h.yaml:2: parameter label of rule vault.locked cannot differ per scope: the rule does not say which value is stricter, so all tables that it serves need the same one`,
		"waivers:\n  - {rule: table.retain, resource: '*', reason: r, owner: a, approver: b, expires: 2027-01-31}\n": "h.yaml:2: the waiver: unknown rule \"table.retain\"; did you mean \"table.retention\"?",
		"expected_gaps:\n  - {what: a, rule: 'x*', reason: r, expires: 2027-01-31}\n":                                "h.yaml:2: the expected gap: no rule matches \"x*\"; `holdfast rules list` names them",
	}
	for text, want := range cases {
		c, err := config.Parse("h.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckRules(rules); err == nil || !strings.Contains("\n"+err.Error()+"\n", "\n"+want+"\n") {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestEnabledAndSeverityTakeTheLastWord(t *testing.T) {
	c := parse(t, `
rules:
  "table.*": off
  table.retention: {enabled: on, severity: critical}
  "*.locked": {severity: low}
  vault.locked: on
`)
	for _, tc := range []struct {
		rule     finding.Rule
		enabled  bool
		severity finding.Severity
	}{{pitrWindow, false, ""}, {retention, true, finding.Critical}, {locked, true, finding.Low}} {
		severity, ok := c.Severity(tc.rule)
		if c.Enabled(tc.rule) != tc.enabled || severity != tc.severity || ok != (tc.severity != "") {
			t.Errorf("%s is %v, %q, %v; want %v, %q", tc.rule.ID, c.Enabled(tc.rule), severity, ok, tc.enabled, tc.severity)
		}
	}
}

func TestStrictestAsksMost(t *testing.T) {
	c := parse(t, `
scopes:
  - {name: a, match: {names: a}, parameters: {min_days: 30}}
  - {name: b, match: {names: b}, parameters: {min_days: 5, grace_days: 1, compliance: true}}
  - {name: c, match: {names: c}, parameters: {min_days: 40, grace_days: 1, compliance: true}}
  - {name: d, match: {names: d}, parameters: {min_days: 1, grace_days: 9}}
`)
	a, b, last, lax := c.Scopes[0], c.Scopes[1], c.Scopes[2], c.Scopes[3]
	cases := []struct {
		scopes      []*config.Scope
		want, named string
	}{
		{nil, "compliance=false grace_days=3 label=\"x\" min_days=7", ""},
		{[]*config.Scope{nil}, "compliance=false grace_days=3 label=\"x\" min_days=7", ""},
		{[]*config.Scope{a}, "compliance=false grace_days=3 label=\"x\" min_days=30", "a"},
		{[]*config.Scope{lax}, "compliance=false grace_days=9 label=\"x\" min_days=1", "d"},
		{[]*config.Scope{lax, nil}, "compliance=false grace_days=3 label=\"x\" min_days=7", ""},
		{[]*config.Scope{b, a, a}, "compliance=true grace_days=1 label=\"x\" min_days=30", "a, b"},
		{[]*config.Scope{a, b, last, nil}, "compliance=true grace_days=1 label=\"x\" min_days=40", "c"},
		{[]*config.Scope{nil, b}, "compliance=true grace_days=1 label=\"x\" min_days=7", "b"}, // and the default scope
	}
	for _, tc := range cases {
		got, named, err := c.Strictest(locked, tc.scopes)
		if err != nil || text(got) != tc.want || named != tc.named {
			t.Errorf("got  %s by %q, %v\nwant %s by %q", text(got), named, err, tc.want, tc.named)
		}
	}
}

func TestStrictestSeesThroughTheOrderOfKeys(t *testing.T) {
	rule := finding.Rule{ID: "vault.tiers", Subject: "vault", Parameters: map[string]finding.Parameter{
		"tiers": {Type: "array", Default: json.RawMessage(`[ {"to_days": 366, "gap": 24} ]`), Items: json.RawMessage(`{"type":"object"}`)},
	}}
	c := parse(t, "scopes: [{name: a, match: {names: a}, parameters: {tiers: [{to_days: 366, gap: 24}]}}]\n")
	if err := c.CheckRules([]finding.Rule{rule}); err != nil {
		t.Error(err)
	}
	got, named, err := c.Strictest(rule, []*config.Scope{c.Scopes[0], nil})
	if err != nil || text(got) != `tiers=[{"gap":24,"to_days":366}]` || named != "" {
		t.Errorf("got %s by %q, %v", text(got), named, err)
	}
}

func TestStrictestRefusesToGuess(t *testing.T) {
	c := parse(t, "scopes: [{name: a, match: {names: a}, parameters: {label: z}}]\n")
	if _, _, err := c.Strictest(locked, []*config.Scope{c.Scopes[0], nil}); err == nil || !strings.Contains(err.Error(), "label") {
		t.Errorf("got %v", err)
	}
	if got, _, err := c.Strictest(locked, c.Scopes); err != nil || string(got["label"]) != `"z"` {
		t.Errorf("one scope alone: %s, %v", text(got), err)
	}
}

// Whatever the scopes and their order, each strictest value is asked by one of
// them, and none of them asks more.
func TestStrictestIsAnUpperBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := config.Default()
		var asked []int
		for i, days := range rapid.SliceOfN(rapid.IntRange(1, 50), 1, 5).Draw(t, "days") {
			value, _ := json.Marshal(days)
			c.Scopes = append(c.Scopes, &config.Scope{Name: string(rune('a' + i)), Parameters: map[string]config.Value{
				"min_days": {JSON: value}, "grace_days": {JSON: value}}})
			asked = append(asked, days)
		}
		got, named, err := c.Strictest(locked, rapid.Permutation(c.Scopes).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		highest, _ := json.Marshal(slices.Max(asked))
		lowest, _ := json.Marshal(slices.Min(asked))
		if string(got["min_days"]) != string(highest) || string(got["grace_days"]) != string(lowest) || named == "" {
			t.Fatalf("of %v the strictest are %s, by %q", asked, text(got), named)
		}
	})
}

func TestNoticesTellWhatChangesNothing(t *testing.T) {
	c := parse(t, `scope_tag: a
break_glass:
  - arn:aws:iam::111122223333:role/bg
scopes:
  - {name: a, match: {names: a}, rpo_hours: 4, rto_minutes: 30}
remediation: {max_changes: 3}
`)
	want := `holdfast.yaml:1: scope_tag is read, but no rule of this build uses it
holdfast.yaml:2: break_glass is read, but no rule of this build uses it
holdfast.yaml:5: rto_minutes of scope a is read, but no rule of this build uses it
holdfast.yaml:6: remediation is read, but no command of this build uses it`
	if got := strings.Join(c.Notices(rules), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := config.Default().Notices(rules); len(got) > 0 {
		t.Errorf("the default has notices: %v", got)
	}
}

func TestCheckFormats(t *testing.T) {
	c := parse(t, "outputs:\n  sarif: a.sarif\n  htlm:\n")
	if c.Outputs[0].File != "a.sarif" || c.Outputs[1].File != "" {
		t.Errorf("outputs are %+v", c.Outputs)
	}
	if err := c.CheckFormats([]string{"html", "sarif"}); err == nil || err.Error() != `holdfast.yaml:3: unknown format "htlm" in outputs; did you mean "html"?` {
		t.Errorf("got %v", err)
	}
	if err := c.CheckFormats([]string{"htlm", "sarif"}); err != nil {
		t.Error(err)
	}
}
