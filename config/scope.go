package config

import (
	"encoding/json"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// A Scope is a set of tables with parameters of its own.
type Scope struct {
	Name             string
	Match            Match
	BusinessFunction string   `json:",omitempty"`
	Owner            string   `json:",omitempty"`
	RPOHours         *int     `json:",omitempty"` // feeds the parameter rpo_hours
	RTOMinutes       *int     `json:",omitempty"` // feeds the parameter rto_minutes
	Mechanisms       []string `json:",omitempty"` // "plan", "on_demand", "external"; empty: plan. Feeds the parameter mechanisms
	Replicas         Replicas
	Parameters       map[string]Value `json:",omitempty"` // by name, for every rule that has a parameter of that name
	Line             int              `json:"-"`
}

// Match says which tables belong to a scope: those that meet every condition
// that is given. Of a list, one entry is enough. Patterns have * for any text.
type Match struct {
	Tags     []TagMatch `json:",omitempty"` // all of them; sorted by key
	Names    []string   `json:",omitempty"` // patterns on table names
	Accounts []string   `json:",omitempty"` // patterns
	Regions  []string   `json:",omitempty"` // patterns
}

// TagMatch asks for a tag with this very key and one of these values.
type TagMatch struct {
	Key    string
	Values []string // patterns
}

// Replicas says which replicas of a global table must be protected.
type Replicas struct {
	Mode    string   `json:",omitempty"` // "all", also where empty; "one"; "" with Regions
	Regions []string `json:",omitempty"` // exactly these
}

// A Table is what scopes look at.
type Table struct {
	Name, Account, Region string
	Tags                  []Tag
	TagsUnread            bool // Tags could not be read; see Candidates
}

// A Tag is one key and value of a table.
type Tag struct{ Key, Value string }

// ScopeOf is the first scope that matches a table, nil for the default scope.
// Where tags could not be read it ignores scopes that ask for tags: use
// Candidates to be sure.
func (c *Config) ScopeOf(table Table) *Scope {
	for _, s := range c.Scopes {
		if s.Match.meets(table) == yes {
			return s
		}
	}
	return nil
}

// Candidates are the scopes that a table may belong to, in file order, nil
// standing for the default scope: exactly one, unless the table's tags could not
// be read and scopes ask for them. Then Strictest tells what is safe to ask.
func (c *Config) Candidates(table Table) []*Scope {
	var found []*Scope
	for _, s := range c.Scopes {
		switch s.Match.meets(table) {
		case yes:
			return append(found, s)
		case perhaps:
			found = append(found, s)
		}
	}
	return append(found, nil)
}

// Described are the scopes as findings tell of them.
func (c *Config) Described() (all []finding.Scope) {
	for _, s := range c.Scopes {
		d := finding.Scope{
			Name: s.Name, BusinessFunction: s.BusinessFunction, Owner: s.Owner,
			RPOHours: s.RPOHours, RTOMinutes: s.RTOMinutes, Mechanisms: s.Mechanisms,
		}
		for name, value := range s.Parameters {
			if d.Parameters == nil {
				d.Parameters = map[string]json.RawMessage{}
			}
			d.Parameters[name] = value.JSON
		}
		all = append(all, d)
	}
	return all
}

type answer int

const (
	no answer = iota
	perhaps
	yes
)

func (m Match) meets(t Table) answer {
	if !admits(m.Names, t.Name) || !admits(m.Accounts, t.Account) || !admits(m.Regions, t.Region) {
		return no
	}
	if len(m.Tags) > 0 && t.TagsUnread {
		return perhaps
	}
	for _, want := range m.Tags {
		if !slices.ContainsFunc(t.Tags, func(tag Tag) bool {
			return tag.Key == want.Key && matchesAny(want.Values, tag.Value)
		}) {
			return no
		}
	}
	return yes
}

func (r *reader) scope(n *yaml.Node) *Scope {
	s := &Scope{Line: n.Line}
	r.mapping(n, "a scope", keys{
		"name":              func(v *yaml.Node) { s.Name = r.text(v) },
		"match":             func(v *yaml.Node) { s.Match = r.match(v) },
		"business_function": func(v *yaml.Node) { s.BusinessFunction = r.text(v) },
		"owner":             func(v *yaml.Node) { s.Owner = r.text(v) },
		"rpo_hours":         func(v *yaml.Node) { s.RPOHours = r.positive(v) },
		"rto_minutes":       func(v *yaml.Node) { s.RTOMinutes = r.positive(v) },
		"mechanisms": func(v *yaml.Node) {
			r.oneOrMore(v, func(item *yaml.Node) {
				s.Mechanisms = append(s.Mechanisms, r.choice(item, "plan", "on_demand", "external"))
			})
		},
		"replicas":   func(v *yaml.Node) { s.Replicas = r.replicas(v) },
		"parameters": func(v *yaml.Node) { s.Parameters = r.values(v) },
	}, "name", "match")
	for name, given := range s.fields() {
		if v, twice := s.Parameters[name]; twice {
			r.failAt(v.Line, 0, "%s is set twice in scope %s, by itself (%s) and below parameters", name, s.Name, given)
		}
	}
	return s
}

func (r *reader) match(n *yaml.Node) Match {
	var m Match
	given := r.mapping(n, "match", keys{
		"tags": func(v *yaml.Node) {
			r.pairs(v, "tags", func(key string, value *yaml.Node) {
				m.Tags = append(m.Tags, TagMatch{key, r.tagValues(value)})
			})
		},
		"names":    func(v *yaml.Node) { m.Names = r.texts(v) },
		"accounts": func(v *yaml.Node) { m.Accounts = r.accountPatterns(v) },
		"regions":  func(v *yaml.Node) { m.Regions = r.texts(v) },
	})
	slices.SortFunc(m.Tags, func(a, b TagMatch) int { return strings.Compare(a.Key, b.Key) })
	if given == 0 && resolve(n).Kind == yaml.MappingNode {
		r.fail(n, `match is empty; for all tables write names: ["*"]`)
	}
	return m
}

func (r *reader) replicas(n *yaml.Node) Replicas {
	if resolve(n).Kind == yaml.SequenceNode {
		return Replicas{Regions: r.texts(n)}
	}
	return Replicas{Mode: r.choice(n, "all", "one")}
}
