package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// CheckRules holds the configuration against all rules that are loaded, also
// those that a run leaves out: that each rule and parameter it names exists and
// each value fits. The error joins one *Error per mistake. Its profile is ours, and
// may speak of rules that a build does not have.
func (c *Config) CheckRules(rules []finding.Rule) error {
	ck := &checker{reader: reader{file: c.File}, rules: rules}
	for _, s := range c.Rules {
		ck.setting(s)
	}
	for _, s := range c.Scopes {
		ck.scope(c, s)
	}
	for _, w := range c.Waivers {
		ck.patterns(w.Line, "the waiver", w.Rule)
	}
	for _, g := range c.ExpectedGaps {
		ck.patterns(g.Line, "the expected gap", g.Rule)
	}
	return ck.err()
}

// CheckFormats says which outputs have a format that is not among the known.
func (c *Config) CheckFormats(known []string) error {
	r := reader{file: c.File}
	for _, o := range c.Outputs {
		if !slices.Contains(known, o.Format) {
			r.failAt(o.Line, 0, "unknown format %q in outputs; %s", o.Format, suggestion(o.Format, known))
		}
	}
	return r.err()
}

// A checker collects what does not fit the rules.
type checker struct {
	reader
	rules []finding.Rule
}

func (ck *checker) patterns(line int, what string, patterns []string) {
	for _, p := range patterns {
		ck.matching(line, what, p)
	}
}

// matching are the rules that a pattern matches; none is a mistake.
func (ck *checker) matching(line int, what, pattern string) (found []finding.Rule) {
	var ids []string
	for _, rule := range ck.rules {
		ids = append(ids, rule.ID)
		if matches(pattern, rule.ID) {
			found = append(found, rule)
		}
	}
	switch {
	case len(found) > 0:
	case strings.Contains(pattern, "*"):
		ck.failAt(line, 0, "%s: no rule matches %q; `holdfast rules list` names them", what, pattern)
	default:
		slices.Sort(ids)
		hint := "`holdfast rules list` names them"
		if near := nearest(pattern, ids); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		ck.failAt(line, 0, "%s: unknown rule %q; %s", what, pattern, hint)
	}
	return found
}

func (ck *checker) setting(s RuleSetting) {
	found := ck.matching(s.Line, "rules", s.Pattern)
	if len(found) == 0 {
		return
	}
	for _, name := range sortedKeys(s.Parameters) {
		v := s.Parameters[name]
		ck.value(v.Line, name, v.JSON, found, "rule "+s.Pattern)
	}
}

func (ck *checker) scope(c *Config, s *Scope) {
	for _, name := range sortedKeys(s.Parameters) {
		v := s.Parameters[name]
		ck.value(v.Line, name, v.JSON, ck.rules, "scope "+s.Name)
		ck.comparable(c, v.Line, name, s)
	}
	for name, value := range s.fields() {
		for _, rule := range ck.rules {
			if p, ok := rule.Parameters[name]; ok {
				ck.fits(s.Line, name, value, rule, p)
			}
		}
		ck.comparable(c, s.Line, name, s)
	}
}

// value checks a parameter against every rule that has one of that name; none
// is a mistake.
func (ck *checker) value(line int, name string, value json.RawMessage, rules []finding.Rule, where string) {
	known := map[string]bool{}
	for _, rule := range rules {
		for n := range rule.Parameters {
			known[n] = true
		}
		if p, ok := rule.Parameters[name]; ok {
			ck.fits(line, name, value, rule, p)
		}
	}
	switch {
	case known[name]:
	case len(known) == 0:
		ck.failAt(line, 0, "%s has no parameters, so no %q", where, name)
	default:
		ck.failAt(line, 0, "%s: unknown parameter %q; %s", where, name, suggestion(name, sortedKeys(known)))
	}
}

func (ck *checker) fits(line int, name string, value json.RawMessage, rule finding.Rule, p finding.Parameter) {
	if err := CheckValue(p, value); err != nil {
		ck.failAt(line, 0, "parameter %s of rule %s: %s", name, rule.ID, err)
	}
}

// comparable refuses a scope's own value of a parameter that serves tables of
// several scopes and has no stricter side: nobody could say which one holds.
func (ck *checker) comparable(c *Config, line int, name string, s *Scope) {
	for _, rule := range ck.rules {
		p, ok := rule.Parameters[name]
		if !ok || rule.Subject == "table" {
			continue
		}
		own, _ := c.parameter(rule, name, p, s)
		general, _ := c.parameter(rule, name, p, nil)
		if _, err := stricter(p, own, general); err != nil {
			ck.failAt(line, 0, "parameter %s of rule %s cannot differ per scope: %s", name, rule.ID, err)
		}
	}
}
