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
