package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/config"
)

// parse is for texts that must be right.
func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("holdfast.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseTellsEveryMistakeWithItsPlace(t *testing.T) {
	const waiver = `waivers:
  - rule: table.retention
    resource: "*"
    reason: r
    owner: Ann
    approver: %approver
    expires: 2027-01-31
`
	cases := map[string]struct{ text, want string }{
		"unknown key":            {"accouts: []\n", `holdfast.yaml:1:1: unknown key "accouts" in the configuration; did you mean "accounts"?`},
		"unknown key, none near": {"remediation: {x: 1}\n", `holdfast.yaml:1:15: unknown key "x" in remediation; known are actions, max_changes`},
		"unknown nested key":     {"scopes:\n  - name: a\n    match:\n      tag: {A: b}\n", `holdfast.yaml:4:7: unknown key "tag" in match; did you mean "tags"?`},
		"duplicate key":          {"profile: bank\nscope_tag: a\nprofile: bank\n", `holdfast.yaml:3:1: "profile" is given twice in the configuration, first on line 1`},
		"duplicate rule":         {"rules:\n  a.b: on\n  a.b: off\n", `holdfast.yaml:3:3: "a.b" is given twice in rules, first on line 2`},
		"merge key":              {"x: &x {}\n<<: *x\n", `holdfast.yaml:2:1: merge keys (<<) are not supported; write the values out`},
		"not a mapping":          {"- a\n", `holdfast.yaml:1:1: the configuration must be a mapping (key: value), not a list`},
		"not a list":             {"\nwaivers: {}\n", `holdfast.yaml:2:10: waivers must be a list, not a mapping`},
		"nothing":                {"scopes:\n", `holdfast.yaml:1:8: scopes must be a list, not nothing (leave the key out, or give it a value)`},
		"not text":               {"scope_tag: 12\n", `holdfast.yaml:1:12: text is wanted here, not 12; write "12" in quotes`},
		"empty text":             {"scope_tag: ' '\n", `holdfast.yaml:1:12: text is wanted here, but it is empty`},
		"syntax":                 {"accounts: []\na: b: c\n", `holdfast.yaml:2: mapping values are not allowed in this context`},
		"syntax on line 1":       {"a: b: c\n", `holdfast.yaml:1: mapping values are not allowed in this context`},
		"two documents":          {"profile: bank\n---\nprofile: bank\n", `holdfast.yaml:2:1: a second document begins here; a configuration is one`},
		"organization":           {"accounts: organization\n", `holdfast.yaml:1:11: accounts: organization is not supported by this build; list the account ids`},
		"account with 9 digits":  {"accounts: [123456789]\n", `holdfast.yaml:1:12: an account id has 12 digits, 123456789 has not`},
		"account twice":          {"accounts: [111122223333, 111122223333]\n", `holdfast.yaml:1:26: account 111122223333 is listed twice`},
		"no account":             {"accounts: []\n", `holdfast.yaml:1:11: accounts is empty; leave the key out, or fill it`},
		"not a Region":           {"regions: [Ireland]\n", `holdfast.yaml:1:11: "Ireland" is not the name of a Region, like eu-west-1`},
		"closed without reason":  {"regions:\n  denied_by_policy:\n    - regions: [eu-west-1]\n", `holdfast.yaml:3:7: an entry of denied_by_policy has no reason`},
		"open and closed": {"regions:\n  only: [eu-west-1]\n  denied_by_policy: [{regions: [\"eu-*\"], reason: SCP}]\n",
			`holdfast.yaml:2:3: Region eu-west-1 is listed below only, and below denied_by_policy (SCP)`},
		"profile":             {"profile: banc\n", `holdfast.yaml:1:10: "banc" is not one of bank, starter, workshop`},
		"rule says nothing":   {"rules:\n  a.b: {}\n", `holdfast.yaml:2:8: rule a.b says nothing; write on, off, or enabled, severity, parameters`},
		"rule neither on off": {"rules: {a.b: maybe}\n", `holdfast.yaml:1:14: "maybe" is not one of on, off, true, false`},
		"severity":            {"rules: {a.b: {severity: urgent}}\n", `holdfast.yaml:1:25: "urgent" is not one of low, medium, high, critical`},
		"parameter is null":   {"rules: {a.b: {parameters: {x: }}}\n", `holdfast.yaml:1:28: reading the value of parameter x: it has none`},
		"parameter is NaN":    {"rules: {a.b: {parameters: {x: .nan}}}\n", `holdfast.yaml:1:28: reading the value of parameter x: json: unsupported value: NaN`},
		"rate share":          {"rate_share: 1.5\n", `holdfast.yaml:1:13: a number above 0, up to 1, is wanted here, not 1.5`},
		"rate share zero":     {"rate_share: 0\n", `holdfast.yaml:1:13: a number above 0, up to 1, is wanted here, not 0`},
		"rate share NaN":      {"rate_share: .nan\n", `holdfast.yaml:1:13: a number above 0, up to 1, is wanted here, not .nan`},
		"rpo":                 {"scopes: [{name: a, match: {names: a}, rpo_hours: 1.5}]\n", `holdfast.yaml:1:50: a whole number from 1 on is wanted here, not 1.5`},
		"rpo twice": {"scopes:\n  - name: a\n    match: {names: a}\n    rpo_hours: 4\n    parameters: {rpo_hours: 5}\n",
			`holdfast.yaml:5: rpo_hours is set twice in scope a, by itself (4) and below parameters`},
		"scope matches all":   {"scopes: [{name: a, match: {}}]\n", `holdfast.yaml:1:27: match is empty; for all tables write names: ["*"]`},
		"empty list matches":  {"scopes: [{name: a, match: {names: []}}]\n", `holdfast.yaml:1:35: the list is empty; leave the key out, or fill it`},
		"scope without match": {"scopes: [{name: a}]\n", `holdfast.yaml:1:10: a scope has no match`},
		"scope twice":         {"scopes: [{name: a, match: {names: a}}, {name: a, match: {names: b}}]\n", `holdfast.yaml:1:40: two scopes are called "a"`},
		"mechanism":           {"scopes: [{name: a, match: {names: a}, mechanisms: tape}]\n", `holdfast.yaml:1:51: "tape" is not one of plan, on_demand, external`},
		"waiver without anything": {"waivers:\n  - rule: a\n",
			`holdfast.yaml:2:5: a waiver has no resource, no reason, no owner, no approver, no expires`},
		"own approver":       {strings.Replace(waiver, "%approver", "ANN ", 1), `holdfast.yaml:2:5: owner and approver of a waiver are both "Ann"; somebody else must approve it`},
		"no date":            {strings.Replace(strings.Replace(waiver, "%approver", "Bob", 1), "2027-01-31", "31.1.2027", 1), `holdfast.yaml:7:14: a date like 2027-01-31 is wanted here, not "31.1.2027"`},
		"no such day":        {strings.Replace(strings.Replace(waiver, "%approver", "Bob", 1), "2027-01-31", "2027-02-30", 1), `holdfast.yaml:7:14: a date like 2027-01-31 is wanted here, not "2027-02-30"`},
		"name for an ARN":    {strings.Replace(strings.Replace(waiver, "%approver", "Bob", 1), `"*"`, "Orders", 1), `holdfast.yaml:3:15: "Orders" matches no ARN; copy the ARN from a report, or write "*/Orders"`},
		"gap without reason": {"expected_gaps: [{what: a, expires: 2027-01-31}]\n", `holdfast.yaml:1:17: an expected gap has no reason`},
		"gap of a rule": {"expected_gaps: [{what: a, answer: rule_error, reason: r, expires: 2027-01-31}]\n",
			`holdfast.yaml:1:35: "rule_error" is not one of ambiguous, denied, failed, not_asked, throttled, timeout, unreadable`},
		"break glass":     {"break_glass: admin\n", `holdfast.yaml:1:14: "admin" matches no ARN; copy the ARN from a report, or write "*/admin"`},
		"trusted account": {"trusted_accounts: [x]\n", `holdfast.yaml:1:20: an account id has 12 digits, "x" has not`},
		"attestation":     {"attestations: [{table: '*', date: 2026-11-01, by: a, result: fine}]\n", `holdfast.yaml:1:62: "fine" is not one of restored, validated, failed`},
		"max changes":     {"remediation: {max_changes: 0}\n", `holdfast.yaml:1:28: a whole number from 1 on is wanted here, not 0`},
	}
	for name, c := range cases {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			_, err := config.Parse("holdfast.yaml", []byte(c.text))
			if err == nil {
				t.Fatalf("no error, want %s", c.want)
			}
			if !strings.Contains("\n"+err.Error()+"\n", "\n"+c.want+"\n") {
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestParseTellsAllMistakesInOrder(t *testing.T) {
	_, err := config.Parse("h.yaml", []byte("zzzzzzzz: 1\nrate_share: 7\nprofile: x\n"))
	var lines []string
	for _, line := range strings.Split(err.Error(), "\n") {
		lines = append(lines, strings.SplitAfterN(line, ":", 3)[1])
	}
	if got := strings.Join(lines, ""); got != "1:2:3:" {
		t.Errorf("lines are %s, want 1:2:3:\n%s", got, err)
	}
	var first *config.Error
	if !errors.As(err, &first) || first.Line != 1 || first.Column != 1 {
		t.Errorf("first mistake is %+v, want one in line 1, column 1", first)
	}
}

func TestParseReadsAccountsAsTheyAreWritten(t *testing.T) {
	c := parse(t, "accounts: [011122223333, '111122223333']\n")
	if got := strings.Join(c.Accounts, " "); got != "011122223333 111122223333" {
		t.Errorf("accounts are %s; a leading zero belongs to the id", got)
	}
}

func TestParseReadsRegions(t *testing.T) {
	if c := parse(t, "regions: [eu-west-1, us-gov-east-1]\n"); strings.Join(c.Regions.Only, " ") != "eu-west-1 us-gov-east-1" {
		t.Errorf("regions are %v", c.Regions.Only)
	}
	c := parse(t, "regions:\n  denied_by_policy:\n    - {regions: ['ap-*', sa-east-1], reason: SCP}\n")
	for region, want := range map[string]string{"ap-south-1": "SCP", "sa-east-1": "SCP", "eu-west-1": "", "sa-east-12": ""} {
		if reason, denied := c.Regions.Denied(region); reason != want || denied != (want != "") {
			t.Errorf("Denied(%s) is %q, %v; want %q", region, reason, denied, want)
		}
	}
}

func TestParseFollowsAliases(t *testing.T) {
	c := parse(t, `
scopes:
  - name: a
    match: {accounts: &core ["111122223333"]}
  - name: b
    match: {accounts: *core, names: "b*"}
`)
	if got := c.Scopes[1].Match.Accounts; len(got) != 1 || got[0] != "111122223333" {
		t.Errorf("accounts of b are %v", got)
	}
}

func TestParseOfNothingIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n# all comments\n", "---\n", "null\n"} {
		if c := parse(t, text); c.Hash() != config.Default().Hash() {
			t.Errorf("%q is not the default", text)
		}
	}
}

func TestReadSaysWhereAConfigurationComesFrom(t *testing.T) {
	_, err := config.Read(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "holdfast init") {
		t.Errorf("got %v", err)
	}
}

func TestHashIsOfMeaning(t *testing.T) {
	base := "scopes:\n  - {name: a, match: {names: x}, parameters: {m: 1, n: [1, 2]}}\n"
	same := []string{
		"# comment\n\n" + base,
		"scopes:\n- match: {names: [x]}\n  parameters:\n    n: [1, 2]\n    m: 1\n  name: a\n",
		base + "profile: starter\n",
		base + "rate_share: 0.50\n",
	}
	other := []string{
		"", base + "profile: bank\n", base + "rate_share: 0.4\n", base + "rules: {a: off}\n",
		strings.Replace(base, "m: 1", "m: 2", 1), strings.Replace(base, "names: x", "names: y", 1),
		base + "outputs: {sarif: }\n", base + "outputs: {sarif: a}\n",
		base + "waivers: [{rule: a, resource: '*', reason: r, owner: a, approver: b, expires: 2027-01-31}]\n",
		base + "waivers: [{rule: a, resource: '*', reason: r, owner: a, approver: b, expires: 2027-02-01}]\n",
	}
	want := parse(t, base).Hash()
	for _, text := range same {
		if parse(t, text).Hash() != want {
			t.Errorf("hash differs, though the meaning is the same:\n%s", text)
		}
	}
	seen := map[string]string{want: base}
	for _, text := range other {
		hash := parse(t, text).Hash()
		if twin, ok := seen[hash]; ok {
			t.Errorf("these have one hash:\n%s\n%s", text, twin)
		}
		seen[hash] = text
	}
}

// FuzzParse: whatever the bytes, Parse returns a configuration or errors with
// the file's name, and what it accepts can be hashed and asked.
func FuzzParse(f *testing.F) {
	example, err := config.Init("starter")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add(uncommented(example))
	for _, text := range []string{"a: &a [*a]\n", "? [a]\n: b\n", "<<: {a: b}", "scopes: [{match: {tags: {a: [1, ~]}}}]", "---\n...\n---\n", "\xff", "rules: {'*': {parameters: {a: &x {b: *x}}}}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("fuzz.yaml", data)
		if err != nil {
			if c != nil || !strings.HasPrefix(err.Error(), "fuzz.yaml:") {
				t.Fatalf("configuration %v with error %q", c, err)
			}
			return
		}
		if len(c.Hash()) != 64 || !(c.RateShare > 0 && c.RateShare <= 1) {
			t.Fatalf("hash %q, rate share %v", c.Hash(), c.RateShare)
		}
		for _, w := range c.Waivers {
			if w.Reason == "" || len(w.Rule) == 0 || len(w.Resource) == 0 || w.Expires.IsZero() || strings.EqualFold(w.Owner, w.Approver) {
				t.Fatalf("accepted waiver %+v", w)
			}
		}
		c.ScopeOf(config.Table{Name: "Orders"})
		c.Notices(nil)
	})
}
