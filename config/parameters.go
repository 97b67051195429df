package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// Parameters are the values that a rule reads as data.parameters for the tables
// of a scope (nil: the default scope), by name: the rule's defaults, over them
// the profile, the configuration's rules, and the scope. A parameter without
// default that nobody sets is left out. The error says which value does not fit
// its type, bounds or enum; after CheckRules there is none.
func (c *Config) Parameters(rule finding.Rule, scope *Scope) (map[string]json.RawMessage, error) {
	values := make(map[string]json.RawMessage, len(rule.Parameters))
	for name, p := range rule.Parameters {
		value, from := c.parameter(rule, name, p, scope)
		if value == nil {
			continue
		}
		if err := CheckValue(p, value); err != nil {
			return nil, fmt.Errorf("parameter %s of rule %s, set by %s: %w", name, rule.ID, from, err)
		}
		values[name] = value
	}
	return values, nil
}

// parameter is the value of one parameter and who set it.
func (c *Config) parameter(rule finding.Rule, name string, p finding.Parameter, scope *Scope) (value json.RawMessage, from string) {
	value, from = canonical(p.Default), "the rule itself"
	for _, s := range c.settingsOf(rule.ID) {
		if v, ok := s.Parameters[name]; ok {
			value, from = v.JSON, fmt.Sprintf("rules: %s on line %d", s.Pattern, v.Line)
		}
	}
	if scope == nil {
		return value, from
	}
	if v, ok := scope.fields()[name]; ok {
		value, from = v, "scope "+scope.Name
	}
	if v, ok := scope.Parameters[name]; ok {
		value, from = v.JSON, fmt.Sprintf("scope %s on line %d", scope.Name, v.Line)
	}
	return value, from
}

// canonical is the value in the one way that the values of a configuration are
// written, so that equal ones have equal bytes.
func canonical(value json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return value // absent, or for CheckValue to tell
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("config: " + err.Error()) // came out of JSON
	}
	return text
}

// fields are the scope's own fields that are parameters too.
func (s *Scope) fields() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	put := func(name string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			panic("config: " + err.Error()) // integers and strings only
		}
		all[name] = text
	}
	if s.RPOHours != nil {
		put("rpo_hours", *s.RPOHours)
	}
	if s.RTOMinutes != nil {
		put("rto_minutes", *s.RTOMinutes)
	}
	if len(s.Mechanisms) > 0 {
		put("mechanisms", s.Mechanisms)
	}
	return all
}

// Strictest are the parameters for a subject that serves tables of several
// scopes (nil among them: the default scope): of each parameter the value that
// asks most, by finding.Parameter.Stricter. Without scopes it is the default
// scope. The text names the scopes that decided, joined with ", ", and is empty
// where the default scope is as strict as all others.
//
// A parameter without a stricter side must have the same value in all scopes,
// else there is an error.
func (c *Config) Strictest(rule finding.Rule, scopes []*Scope) (map[string]json.RawMessage, string, error) {
	scopes = c.inOrder(scopes)
	sets := make([]map[string]json.RawMessage, len(scopes))
	for i, s := range scopes {
		var err error
		if sets[i], err = c.Parameters(rule, s); err != nil {
			return nil, "", err
		}
	}
	strictest := map[string]json.RawMessage{}
	for _, name := range sortedKeys(rule.Parameters) {
		for i, set := range sets {
			asked, ok := set[name]
			if !ok {
				continue
			}
			held, ok := strictest[name]
			if !ok {
				strictest[name] = asked
				continue
			}
			more, err := stricter(rule.Parameters[name], asked, held)
			if err != nil {
				return nil, "", fmt.Errorf("parameter %s of rule %s differs in scope %s: %w", name, rule.ID, nameOf(scopes[i]), err)
			}
			if more {
				strictest[name] = asked
			}
		}
	}
	return strictest, deciders(scopes, sets, strictest), nil
}

// inOrder is the scopes without repetition: the default first, then as in the file.
func (c *Config) inOrder(scopes []*Scope) (all []*Scope) {
	if len(scopes) == 0 || slices.Contains(scopes, nil) {
		all = append(all, nil)
	}
	for _, s := range c.Scopes {
		if slices.Contains(scopes, s) {
			all = append(all, s)
		}
	}
	return all
}

// deciders names the one scope that asks for all of the strictest values, or
// else, of each value, the first scope that asks for it.
func deciders(scopes []*Scope, sets []map[string]json.RawMessage, strictest map[string]json.RawMessage) string {
	var names []string
	for i, set := range sets {
		all, first := true, false
		for name, value := range strictest {
			asks := func(s map[string]json.RawMessage) bool { return string(s[name]) == string(value) }
			all = all && asks(set)
			first = first || asks(set) && !slices.ContainsFunc(sets[:i], asks)
		}
		if all {
			return nameOf(scopes[i])
		}
		if first && scopes[i] != nil {
			names = append(names, scopes[i].Name)
		}
	}
	return strings.Join(names, ", ")
}

func nameOf(s *Scope) string {
	if s == nil {
		return ""
	}
	return s.Name
}
