// Package profiles_test holds the built-in profiles against the built-in rules. It
// stands apart from package config's own tests, since those need no rules.
package profiles_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"holdfast/config"
	"holdfast/policies"
	"holdfast/policies/frameworks"
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

// parse is for texts that must be right.
func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("holdfast.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func text(values map[string]json.RawMessage) string {
	all, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	return string(all)
}

// Profiles name only rules that the catalogue has, and of those that exist only
// parameters that they have, with values that they take.
func TestProfilesFitTheRules(t *testing.T) {
	rules := builtin(t)
	catalogue, err := frameworks.Groups()
	if err != nil {
		t.Fatal(err)
	}
	planned := slices.Concat(slices.Collect(maps.Values(catalogue))...)
	for _, profile := range config.Profiles() {
		text, err := os.ReadFile(profile + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		c := parse(t, string(text))
		c.Rules = slices.DeleteFunc(c.Rules, func(s config.RuleSetting) bool {
			exists := slices.ContainsFunc(rules, func(r finding.Rule) bool { return r.ID == s.Pattern })
			return !exists && slices.Contains(planned, s.Pattern)
		})
		if err := c.CheckRules(rules); err != nil {
			t.Error(err)
		}
	}
}

func TestCopiesAreForBanks(t *testing.T) {
	for _, id := range []string{"table.offsite_copy", "table.isolated_copy"} {
		for profile, want := range map[string]bool{"starter": false, "workshop": false, "bank": true} {
			if got := parse(t, "profile: "+profile+"\n").Enabled(finding.Rule{ID: id}); got != want {
				t.Errorf("%s is on in %s: %t", id, profile, got)
			}
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
