package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"holdfast/remediate"
	"holdfast/scanner/collect"
)

func printed(t *testing.T, as string) string {
	t.Helper()
	var out bytes.Buffer
	if err := (&app{stdout: &out}).printPolicy(readPolicy(collect.Collectors()), as); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func collectorActions() []string {
	var all []string
	for _, c := range collect.Collectors() {
		all = append(all, c.Actions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// What is printed is what the collectors call, in every form, and only reads.
func TestPolicyIsWhatTheCollectorsCall(t *testing.T) {
	var policy, fromStack struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal([]byte(printed(t, "json")), &policy); err != nil {
		t.Fatal(err)
	}
	var stack struct {
		Resources map[string]struct {
			Properties struct {
				PolicyDocument struct {
					Statement []struct {
						Action []string `yaml:"Action"`
					} `yaml:"Statement"`
				} `yaml:"PolicyDocument"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal([]byte(printed(t, "cloudformation")), &stack); err != nil {
		t.Fatal(err)
	}
	for _, s := range stack.Resources["HoldfastRead"].Properties.PolicyDocument.Statement {
		fromStack.Statement = append(fromStack.Statement, struct{ Action []string }{s.Action})
	}
	var fromTerraform []string
	for _, match := range regexp.MustCompile(`(?m)^      "([a-z]+:[A-Za-z]+)",$`).FindAllStringSubmatch(printed(t, "terraform"), -1) {
		fromTerraform = append(fromTerraform, match[1])
	}
	want := collectorActions()
	for name, statements := range map[string][]struct{ Action []string }{"json": policy.Statement, "cloudformation": fromStack.Statement} {
		var got []string
		for _, s := range statements {
			got = append(got, s.Action...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(want, fromTerraform); diff != "" {
		t.Errorf("terraform (-want +got):\n%s", diff)
	}
	reads := regexp.MustCompile(`^[a-z]+:(List|Get|Describe|Lookup)[A-Z]`)
	for _, action := range want {
		if !reads.MatchString(action) {
			t.Errorf("%s does not look like a read", action)
		}
	}
}

// One managed policy holds 6,144 characters, white space not counted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func TestPolicyFitsIntoOne(t *testing.T) {
	text := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, printed(t, "json"))
	if n := len(text); n > 6144 || n < 1000 {
		t.Errorf("the policy has %d characters", n)
	}
	t.Logf("the policy has %d characters", len(text))
}

func TestUnknownFormOfAPolicy(t *testing.T) {
	if err := (&app{}).printPolicy(iamPolicyDocument{}, "pulumi"); err == nil || !strings.Contains(err.Error(), "terraform") {
		t.Errorf("error %v", err)
	}
}

// The policy of the role that changes is what the actions call, and never lets a
// vault be locked for good; it fits into one managed policy.
func TestRemediatePolicy(t *testing.T) {
	policy := remediatePolicy(remediate.Actions(), true)
	allowed, denied := map[string]bool{}, 0
	sids := map[string]bool{}
	for _, s := range policy.Statement {
		if sids[s.Sid] {
			t.Errorf("two statements are called %s", s.Sid)
		}
		sids[s.Sid] = true
		for _, action := range s.Action {
			if s.Effect == "Allow" {
				allowed[action] = true
				continue
			}
			denied++
			if action != "backup:PutBackupVaultLockConfiguration" || s.Condition["Null"]["backup:ChangeableForDays"] != "false" || s.Resource != "*" {
				t.Errorf("denied: %+v", s)
			}
		}
		if s.Resource == "*" && slices.Contains(s.Action, "iam:PassRole") || slices.Contains(s.Action, "iam:PassRole") && s.Condition["StringEquals"]["iam:PassedToService"] != "backup.amazonaws.com" {
			t.Errorf("roles can be passed: %+v", s)
		}
	}
	if denied != 1 {
		t.Errorf("%d actions are denied", denied)
	}
	wanted := map[string]bool{}
	for _, a := range remediate.Actions() {
		for _, p := range slices.Concat(a.Permissions, a.UndoPermissions) {
			wanted[p.Action] = true
		}
	}
	if diff := cmp.Diff(wanted, allowed); diff != "" {
		t.Errorf("(-declared +allowed):\n%s", diff)
	}
	for action := range allowed {
		if strings.Contains(action, ":Delete") && action != "backup:DeleteBackupVault" && action != "backup:DeleteBackupPlan" && action != "backup:DeleteBackupSelection" {
			t.Errorf("%s is allowed", action)
		}
	}
	var out bytes.Buffer
	if err := (&app{stdout: &out}).printPolicy(policy, "json"); err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Join(strings.Fields(out.String()), "")); n > 6144 {
		t.Errorf("the policy has %d characters", n)
	}
}
