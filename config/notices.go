package config

import (
	"slices"

	"holdfast/scanner/finding"
)

// unused are the keys that are checked when read, but that nothing in this build
// looks at yet.
var unused = []struct{ key, what string }{
	{"attestations", "no rule of this build uses it"},
	{"break_glass", "no rule of this build uses it"},
	{"operators", "no rule of this build uses it"},
	{"pitr_managers", "no rule of this build uses it"},
	{"remediation", "no command of this build uses it"},
	{"scope_tag", "no rule of this build uses it"},
	{"trusted_accounts", "no rule of this build uses it"},
}

// Notices tells what was read but changes nothing, one line each, by line
// ("holdfast.yaml:12: break_glass is read, but no rule of this build uses it"),
// so that nobody relies on it. Of the scopes' fields it speaks of those that
// none of the rules has as a parameter.
func (c *Config) Notices(rules []finding.Rule) []string {
	r := reader{file: c.File}
	for _, u := range unused {
		if line, given := c.lines[u.key]; given {
			r.failAt(line, 0, "%s is read, but %s", u.key, u.what)
		}
	}
	for _, s := range c.Scopes {
		for name := range s.fields() {
			if !slices.ContainsFunc(rules, func(rule finding.Rule) bool { _, ok := rule.Parameters[name]; return ok }) {
				r.failAt(s.Line, 0, "%s of scope %s is read, but no rule of this build uses it", name, s.Name)
			}
		}
	}
	r.err() // sorts
	var lines []string
	for _, e := range r.errors {
		lines = append(lines, e.Error())
	}
	return lines
}
