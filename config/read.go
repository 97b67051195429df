package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Read reads a holdfast.yaml.
func Read(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the configuration: %w; `holdfast init` writes one", err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, data)
}

// Parse reads the text of a holdfast.yaml; name is what errors call it. An empty
// text is Default. The error joins one *Error per mistake.
func Parse(name string, data []byte) (*Config, error) {
	c := Default()
	c.File, c.lines = name, map[string]int{}
	r := &reader{file: name}
	if root := r.document(data); root != nil {
		r.config(root, c)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// document returns the root of the only document, nil if there is none.
func (r *reader) document(data []byte) *yaml.Node {
	var first, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.fail(&second, "a second document begins here; a configuration is one")
	case !errors.Is(err, io.EOF):
		r.syntax(err)
	}
	root := first.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	return root
}

// syntax keeps an error of the YAML library ("yaml: line 3: did not find …"),
// which leaves the line out where it is the first.
func (r *reader) syntax(err error) {
	text, line := plain(err), 1
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	r.failAt(line, 0, "%s", text)
}

func (r *reader) config(root *yaml.Node, c *Config) {
	known := keys{
		"accounts":         func(v *yaml.Node) { c.Accounts = r.scanned(v) },
		"regions":          func(v *yaml.Node) { c.Regions = r.regions(v) },
		"profile":          func(v *yaml.Node) { r.useProfile(v, c) },
		"rules":            func(v *yaml.Node) { c.Rules = r.rules(v) },
		"scopes":           func(v *yaml.Node) { c.Scopes = r.scopes(v) },
		"waivers":          func(v *yaml.Node) { c.Waivers = list(r, v, "waivers", r.waiver) },
		"expected_gaps":    func(v *yaml.Node) { c.ExpectedGaps = list(r, v, "expected_gaps", r.expectedGap) },
		"break_glass":      func(v *yaml.Node) { c.BreakGlass = r.arnPatterns(v) },
		"operators":        func(v *yaml.Node) { c.Operators = r.arnPatterns(v) },
		"pitr_managers":    func(v *yaml.Node) { c.PITRManagers = r.arnPatterns(v) },
		"trusted_accounts": func(v *yaml.Node) { c.TrustedAccounts = r.accounts(v, "trusted_accounts") },
		"scope_tag":        func(v *yaml.Node) { c.ScopeTag = r.text(v) },
		"attestations":     func(v *yaml.Node) { c.Attestations = list(r, v, "attestations", r.attestation) },
		"rate_share":       func(v *yaml.Node) { c.RateShare = r.share(v) },
		"outputs":          func(v *yaml.Node) { c.Outputs = r.outputs(v) },
		"remediation":      func(v *yaml.Node) { c.Remediation = r.remediation(v) },
	}
	r.mapping(root, "the configuration", known)
	for i := 0; i < len(root.Content); i += 2 {
		c.lines[root.Content[i].Value] = root.Content[i].Line
	}
}

func (r *reader) scanned(n *yaml.Node) []string {
	if n = resolve(n); n.Kind == yaml.ScalarNode && n.Value == "organization" {
		r.fail(n, "accounts: organization is not supported by this build; list the account ids")
		return nil
	}
	return r.accounts(n, "accounts")
}

// regions reads a list of names, or a mapping with only and denied_by_policy.
func (r *reader) regions(n *yaml.Node) Regions {
	var all Regions
	if resolve(n).Kind == yaml.SequenceNode {
		all.Only = r.regionNames(n)
		return all
	}
	r.mapping(n, "regions", keys{
		"only": func(v *yaml.Node) { all.Only = r.regionNames(v) },
		"denied_by_policy": func(v *yaml.Node) {
			all.DeniedByPolicy = list(r, v, "denied_by_policy", r.closedRegions)
		},
	})
	for _, name := range all.Only {
		if reason, denied := all.Denied(name); denied {
			r.fail(n, "Region %s is listed below only, and below denied_by_policy (%s)", name, reason)
		}
	}
	return all
}

func (r *reader) regionNames(n *yaml.Node) (all []string) {
	r.named(n, "the list of Regions", func(item *yaml.Node) {
		name := r.text(item)
		switch {
		case name == "":
		case !regionName.MatchString(name):
			r.fail(item, "%q is not the name of a Region, like eu-west-1", name)
		case slices.Contains(all, name):
			r.fail(item, "Region %s is listed twice", name)
		default:
			all = append(all, name)
		}
	})
	return all
}

func (r *reader) closedRegions(n *yaml.Node) ClosedRegions {
	closed := ClosedRegions{Line: n.Line}
	r.mapping(n, "an entry of denied_by_policy", keys{
		"regions": func(v *yaml.Node) {
			r.oneOrMore(v, func(item *yaml.Node) {
				name := r.text(item)
				if name != "" && !regionPattern.MatchString(name) {
					r.fail(item, "%q is not the name of a Region, like eu-west-1, or a pattern, like ap-*", name)
				}
				closed.Regions = append(closed.Regions, name)
			})
		},
		"reason": func(v *yaml.Node) { closed.Reason = r.text(v) },
	}, "regions", "reason")
	return closed
}

func (r *reader) scopes(n *yaml.Node) (all []*Scope) {
	r.list(n, "scopes", func(item *yaml.Node) {
		s := r.scope(item)
		if slices.ContainsFunc(all, func(other *Scope) bool { return other.Name == s.Name && s.Name != "" }) {
			r.fail(item, "two scopes are called %q", s.Name)
		}
		all = append(all, s)
	})
	return all
}

func (r *reader) attestation(n *yaml.Node) Attestation {
	a := Attestation{Line: n.Line}
	r.mapping(n, "an attestation", keys{
		"table":  func(v *yaml.Node) { a.Table = r.arnPattern(v) },
		"date":   func(v *yaml.Node) { a.Date = r.date(v) },
		"result": func(v *yaml.Node) { a.Result = r.choice(v, "restored", "validated", "failed") },
		"by":     func(v *yaml.Node) { a.By = r.text(v) },
		"ticket": func(v *yaml.Node) { a.Ticket = r.text(v) },
	}, "table", "date", "result", "by")
	return a
}

// outputs reads format → file; an empty file means the default name.
func (r *reader) outputs(n *yaml.Node) (all []Output) {
	r.pairsAt(n, "outputs", func(key, value *yaml.Node) {
		o := Output{Format: key.Value, Line: key.Line}
		if value = resolve(value); value.Tag != "!!null" {
			o.File = r.text(value)
		}
		all = append(all, o)
	})
	return all
}

func (r *reader) remediation(n *yaml.Node) Remediation {
	var all Remediation
	r.mapping(n, "remediation", keys{
		"max_changes": func(v *yaml.Node) {
			if i := r.positive(v); i != nil {
				all.MaxChanges = *i
			}
		},
		"actions": func(v *yaml.Node) { all.Actions = r.texts(v) },
	})
	return all
}
