package config_test

import (
	"os"
	"regexp"
	"testing"

	"holdfast/config"
	"holdfast/policies"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
)

func builtin(t *testing.T) []finding.Rule {
	t.Helper()
	policy, err := evaluate.Load(evaluate.Tree{Name: "policies", FS: policies.FS})
	if err != nil {
		t.Fatal(err)
	}
	return policy.Rules()
}

// Profiles, examples and documentation name only rules and parameters that exist,
// with values that they take.
func TestProfilesAndExamplesFitTheRules(t *testing.T) {
	rules := builtin(t)
	texts := map[string][]byte{}
	for _, profile := range config.Profiles() {
		texts["profile "+profile] = []byte("profile: " + profile + "\n")
	}
	example, err := config.Init(config.DefaultProfile)
	if err != nil {
		t.Fatal(err)
	}
	texts["config/init.yaml"] = uncommented(example)
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
		texts["docs/configuration.md: "+string(block[1])] = block[1]
	}
	for from, text := range texts {
		if err := parse(t, string(text)).CheckRules(rules); err != nil {
			t.Errorf("%s: %v", from, err)
		}
	}
}

func TestBankIsNowhereLaxerThanStarter(t *testing.T) {
	starter, bank := parse(t, "profile: starter\n"), parse(t, "profile: bank\n")
	stricter := 0
	for _, rule := range builtin(t) {
		if starter.Enabled(rule) && !bank.Enabled(rule) {
			t.Errorf("%s is on in starter, but not in bank", rule.ID)
		}
		if severity, ok := bank.Severity(rule); ok {
			if severity.Rank() < rule.Severity.Rank() {
				t.Errorf("%s is %s in bank, and %s by itself", rule.ID, severity, rule.Severity)
			}
			stricter++
		}
		lax, err := starter.Parameters(rule, nil)
		if err != nil {
			t.Fatal(err)
		}
		both := &config.Scope{Name: "starter", Parameters: map[string]config.Value{}}
		for name, value := range lax {
			both.Parameters[name] = config.Value{JSON: value}
		}
		bank.Scopes = []*config.Scope{both}
		own, err := bank.Parameters(rule, nil)
		if err != nil {
			t.Fatal(err)
		}
		strictest, _, err := bank.Strictest(rule, []*config.Scope{both, nil})
		if err != nil {
			t.Fatal(err)
		}
		if text(strictest) != text(own) {
			t.Errorf("%s: bank asks %s, starter %s", rule.ID, text(own), text(lax))
		}
		if text(own) != text(lax) {
			stricter++
		}
	}
	if stricter == 0 {
		t.Error("bank asks for nothing more than starter")
	}
}

func TestWorkshopIsItsPlan(t *testing.T) {
	c, want := parse(t, "profile: workshop\n"), map[string]string{
		"table.daily_backup": `24`, "table.cold_storage": `31`, "table.retention": `[{"max_gap_hours":24,"to_days":366}]`,
	}
	for _, rule := range builtin(t) {
		values, err := c.Parameters(rule, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"daily_hours", "cold_after_days", "retention_profile"} {
			if value, ok := values[name]; ok && want[rule.ID] != "" {
				if string(value) != want[rule.ID] || !c.Enabled(rule) {
					t.Errorf("%s: %s is %s, want %s", rule.ID, name, value, want[rule.ID])
				}
				delete(want, rule.ID)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("no rule has the parameters for %v", want)
	}
}
