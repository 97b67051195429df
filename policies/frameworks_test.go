package policies_test

import (
	"bytes"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// A framework is a file of frameworks/, read strictly.
type framework struct {
	ID, Name, Edition, Link, Note string
	Controls                      []control
}

type control struct {
	ID, Title         string
	Rules, Supporting []string
	NotTested         string `yaml:"not_tested"`
	NotTestable       string `yaml:"not_testable"`
	Note              string
}

// forMoney are rules about cost: evidence of no control.
var forMoney = []string{"plan_rule.cold_storage_effective", "table.cold_storage"}

func frameworks(t *testing.T) map[string]framework {
	t.Helper()
	here := os.DirFS(".")
	names, err := fs.Glob(here, "frameworks/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("found no frameworks (%v)", err)
	}
	found := map[string]framework{}
	for _, name := range names {
		text, err := fs.ReadFile(here, name)
		if err != nil {
			t.Fatal(err)
		}
		var f framework
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		if err := decoder.Decode(&f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := "frameworks/" + f.ID + ".yaml"; name != want {
			t.Errorf("%s: its id is %q, so the file is %s", name, f.ID, want)
		}
		if f.Name == "" || f.Edition == "" || !strings.HasPrefix(f.Link, "https://") || len(f.Controls) == 0 {
			t.Errorf("%s: name, edition, link or controls are missing", name)
		}
		found[name] = f
	}
	return found
}

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

// TestControlsNameRulesThatExist also keeps a control from claiming a rule twice
// and from saying nothing.
func TestControlsNameRulesThatExist(t *testing.T) {
	known := rules(t)
	for name, f := range frameworks(t) {
		var ids []string
		for _, c := range f.Controls {
			if slices.Contains(ids, c.ID) {
				t.Errorf("%s: control %s is there twice", name, c.ID)
			}
			ids = append(ids, c.ID)
			if c.ID == "" || c.Title == "" {
				t.Errorf("%s: control %q has no id or no title", name, c.ID)
			}
			evidence := slices.Concat(c.Rules, c.Supporting)
			for i, id := range evidence {
				if _, ok := known[id]; !ok {
					t.Errorf("%s: control %s names %s, which is no rule", name, c.ID, id)
				}
				if slices.Contains(evidence[:i], id) {
					t.Errorf("%s: control %s names %s twice", name, c.ID, id)
				}
			}
			if len(evidence) == 0 && c.NotTested == "" && c.NotTestable == "" {
				t.Errorf("%s: control %s has no rules; say why, in not_tested or not_testable", name, c.ID)
			}
			if len(c.Rules) > 0 && c.NotTestable != "" {
				t.Errorf("%s: control %s cannot be proved and have rules that prove it; make them supporting", name, c.ID)
			}
		}
	}
}

// TestRulesServeControls finds the rule that somebody forgot to map.
func TestRulesServeControls(t *testing.T) {
	mapped := map[string]bool{}
	for _, f := range frameworks(t) {
		for _, c := range f.Controls {
			for _, id := range slices.Concat(c.Rules, c.Supporting) {
				mapped[id] = true
			}
		}
	}
	for id := range rules(t) {
		if mapped[id] == slices.Contains(forMoney, id) {
			t.Errorf("rule %s: a rule is in policies/frameworks, or about money alone and in forMoney", id)
		}
	}
}

// actions are the remediations that rules may offer.
var actions = regexp.MustCompile(`^(dynamodb\.(enable_pitr|enable_deletion_protection)|backup\.(create_selection|update_rule|create_vault|lock_vault_governance|opt_in_region))$`)

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
		if rule.Remediation != "" && !actions.MatchString(rule.Remediation) {
			t.Errorf("rule %s: remediation %s is no known action", id, rule.Remediation)
		}
		for name, p := range rule.Parameters {
			if p.Doc == "" {
				t.Errorf("rule %s: parameter %s has no doc", id, name)
			}
		}
	}
}
