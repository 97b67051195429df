package config

import (
	"encoding/json"

	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// A RuleSetting says something about all rules whose id a pattern matches. What
// it leaves out stays as it was.
type RuleSetting struct {
	Pattern    string           // "table.retention", "backup.*"
	Enabled    *bool            `json:",omitempty"`
	Severity   finding.Severity `json:",omitempty"`
	Parameters map[string]Value `json:",omitempty"` // by name
	Line       int              `json:"-"`
}

// A Value is a parameter's value as it was written.
type Value struct {
	JSON json.RawMessage
	Line int `json:"-"`
}

// Enabled says whether a rule judges at all. Rules are on until a profile or
// the configuration turns them off.
func (c *Config) Enabled(rule finding.Rule) bool {
	enabled := true
	for _, s := range c.settingsOf(rule.ID) {
		if s.Enabled != nil {
			enabled = *s.Enabled
		}
	}
	return enabled
}

// Severity is the severity that a profile or the configuration gives to all
// failures of a rule; ok is false where they leave it to the rule.
func (c *Config) Severity(rule finding.Rule) (severity finding.Severity, ok bool) {
	for _, s := range c.settingsOf(rule.ID) {
		if s.Severity != "" {
			severity = s.Severity
		}
	}
	return severity, severity != ""
}

// settingsOf are the settings for a rule; later ones win.
func (c *Config) settingsOf(id string) (all []RuleSetting) {
	for _, list := range [][]RuleSetting{c.profile, c.Rules} {
		for _, s := range list {
			if matches(s.Pattern, id) {
				all = append(all, s)
			}
		}
	}
	return all
}

func severities() (words []string) {
	for _, s := range finding.Severities {
		words = append(words, string(s))
	}
	return words
}

// rules reads pattern → on, off or a mapping.
func (r *reader) rules(n *yaml.Node) (all []RuleSetting) {
	r.pairsAt(n, "rules", func(key, value *yaml.Node) {
		s := RuleSetting{Pattern: key.Value, Line: key.Line}
		if resolve(value).Kind != yaml.MappingNode {
			s.Enabled = r.onOff(value)
		} else if r.mapping(value, "rule "+key.Value, keys{
			"enabled": func(v *yaml.Node) { s.Enabled = r.onOff(v) },
			"severity": func(v *yaml.Node) {
				s.Severity = finding.Severity(r.choice(v, severities()...))
			},
			"parameters": func(v *yaml.Node) { s.Parameters = r.values(v) },
		}) == 0 {
			r.fail(value, "rule %s says nothing; write on, off, or enabled, severity, parameters", key.Value)
		}
		all = append(all, s)
	})
	return all
}
