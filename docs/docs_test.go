// Package docs_test holds the pages of this folder to the program.
package docs_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"holdfast/config"
	"holdfast/policies"
	"holdfast/report"
	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
)

func TestPermissionsGivesAReasonForEachAction(t *testing.T) {
	page, err := os.ReadFile("permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, c := range collect.Collectors() {
		for _, action := range c.Actions {
			asked[action] = true
		}
	}
	explained := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `.*$").FindAll(page, -1) {
		actions, _, _ := strings.Cut(string(row[1:]), "|")
		for _, action := range regexp.MustCompile("`([a-z]+:[A-Za-z]+)`").FindAllStringSubmatch(actions, -1) {
			explained[action[1]] = true
		}
	}
	for action := range asked {
		if !explained[action] {
			t.Errorf("docs/permissions.md gives no reason for %s", action)
		}
	}
	for action := range explained {
		if !asked[action] {
			t.Errorf("docs/permissions.md explains %s, which no collector calls", action)
		}
	}
}

// Examples of a configuration name only rules and parameters that exist, with
// values that they take.
func TestConfigurationExamplesFitTheRules(t *testing.T) {
	policy, err := evaluate.Load(evaluate.Tree{Name: "policies", FS: policies.FS})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	begin, err := config.Init(config.DefaultProfile)
	if err != nil {
		t.Fatal(err)
	}
	texts := [][]byte{regexp.MustCompile(`(?m)^#([^ \n]|  )`).ReplaceAll(begin, []byte("$1"))}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
		texts = append(texts, block[1])
	}
	if len(texts) < 5 {
		t.Errorf("found %d examples", len(texts))
	}
	for _, text := range texts {
		c, err := config.Parse("example", text)
		if err == nil {
			err = c.CheckRules(policy.Rules())
		}
		if err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

// Links from page to page, and to files of the repository, lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	pages := 0
	check := func(name string) {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		page = regexp.MustCompile("(?s)```.*?```").ReplaceAll(page, nil)
		for _, match := range link.FindAllSubmatch(page, -1) {
			target := filepath.Join(filepath.Dir(name), string(match[1]))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", name, match[1])
				continue
			}
			if anchor := string(match[2]); anchor != "" && strings.HasSuffix(target, ".md") {
				text, err := os.ReadFile(target)
				if err != nil {
					t.Fatal(err)
				}
				if !hasHeading(text, anchor[1:]) {
					t.Errorf("%s links to %s%s, but it has no such heading", name, match[1], anchor)
				}
			}
		}
	}
	for _, root := range []string{".", "../deploy"} {
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".md") {
				check(filepath.Join(root, name))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"../CONTRIBUTING.md", "../SECURITY.md"} {
		check(name)
	}
	if pages < 6 {
		t.Errorf("looked at %d pages only", pages)
	}
}

func hasHeading(page []byte, anchor string) bool {
	for _, line := range bytes.Split(page, []byte("\n")) {
		if text, ok := bytes.CutPrefix(bytes.TrimLeft(line, "#"), []byte(" ")); ok && bytes.HasPrefix(line, []byte("#")) {
			slug := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(string(text)), "")
			if strings.ReplaceAll(slug, " ", "-") == anchor {
				return true
			}
		}
	}
	return false
}

func TestFormatsPageKnowsEachFormat(t *testing.T) {
	page, err := os.ReadFile("formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Formats() {
		if row := "| `" + f.Name + "` | `" + f.File() + "` |"; !bytes.Contains(page, []byte(row)) {
			t.Errorf("docs/formats.md has no row %s", row)
		}
	}
}
