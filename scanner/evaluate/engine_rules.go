package evaluate

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// Rules that the engine computes have no Rego. Their files are named after them,
// and have the keys of a METADATA block; custom.gathers names the table rule whose
// failures a rule gathers.
//
//go:embed engine/*.yaml
var engineFiles embed.FS

// Rules about holdfast.yaml itself; see accepted.go.
const (
	waiverExpired   = "account.waiver_expired"
	waiverUnmatched = "account.waiver_unmatched"
	gapExpired      = "account.expected_gap_expired"
)

// engineRules are computed after evaluation, from what other rules found, or from
// the configuration. Sorted by id.
var engineRules = sync.OnceValue(func() (rules []finding.Rule) {
	names, err := fs.Glob(engineFiles, "engine/*.yaml")
	for _, name := range names {
		var r finding.Rule
		if r, err = engineRule(name); err != nil {
			break
		}
		rules = append(rules, r)
	}
	if err != nil {
		panic("evaluate: " + err.Error()) // embedded, and tested
	}
	return rules
})

func engineRule(name string) (finding.Rule, error) {
	id := strings.TrimSuffix(strings.TrimPrefix(name, "engine/"), ".yaml")
	kind, _, _ := strings.Cut(id, ".")
	text, err := engineFiles.ReadFile(name)
	if err != nil {
		return finding.Rule{}, err
	}
	var file struct {
		Title, Description string
		RelatedResources   []string `yaml:"related_resources"`
		Custom             map[string]any
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return finding.Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	var c custom
	if err := c.read(file.Custom); err != nil {
		return finding.Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	r := c.rule(id, kind)
	r.Title, r.Description, r.Links = strings.TrimSpace(file.Title), strings.TrimSpace(file.Description), file.RelatedResources
	r.Engine, r.Gathers, r.Source = true, c.Gathers, name
	shapes, err := shapes()
	if err == nil {
		err = checkMetadata(&r, shapes[kind])
	}
	if err != nil {
		return finding.Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
