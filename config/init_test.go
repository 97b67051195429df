package config_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"holdfast/config"
)

var example = regexp.MustCompile(`(?m)^#([^ \n]|  )`)

// uncommented is a configuration with its example lines turned on.
func uncommented(text []byte) []byte { return example.ReplaceAll(text, []byte("$1")) }

func TestInitSaysTheSameAsItsProfile(t *testing.T) {
	for _, profile := range config.Profiles() {
		text, err := config.Init(profile)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := parse(t, string(text)), parse(t, "profile: "+profile+"\n"); got.Hash() != want.Hash() {
			t.Errorf("init for %s says more than its profile", profile)
		}
	}
	if _, err := config.Init("banc"); err == nil || !strings.Contains(err.Error(), `did you mean "bank"?`) {
		t.Errorf("got %v", err)
	}
}

// Examples that are wrong are worse than none: every commented line must parse,
// and every key must have an example.
func TestInitExamplesParse(t *testing.T) {
	text, err := config.Init("starter")
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, string(uncommented(text)))
	if len(c.Scopes) != 2 || len(c.Waivers) != 1 || len(c.ExpectedGaps) != 1 || len(c.Attestations) != 1 || len(c.Outputs) != 2 || c.Remediation.MaxChanges != 20 {
		t.Errorf("uncommenting the examples gave %+v", c)
	}
	for _, key := range topLevelKeys(t) {
		if !bytes.Contains(text, []byte("\n"+key+":")) && !bytes.Contains(text, []byte("\n#"+key+":")) {
			t.Errorf("config/init.yaml has no example of %s", key)
		}
	}
}

func TestDocumentationParses(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	for _, block := range blocks {
		parse(t, string(block[1]))
	}
	for _, key := range topLevelKeys(t) {
		if !bytes.Contains(page, []byte("`"+key+"`")) {
			t.Errorf("docs/configuration.md does not describe %s", key)
		}
	}
}

// topLevelKeys are the keys that Parse itself names when it meets a strange one.
func topLevelKeys(t *testing.T) []string {
	t.Helper()
	_, err := config.Parse("h", []byte("zzzzzzzzzzzzzzzzzz: 1\n"))
	if err == nil {
		t.Fatal("a strange key was accepted")
	}
	_, list, _ := strings.Cut(err.Error(), "known are ")
	all := strings.Split(list, ", ")
	if len(all) < 10 {
		t.Fatalf("found %d keys in %q", len(all), err)
	}
	return all
}
