package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// text reads a string that is not empty.
func (r *reader) text(n *yaml.Node) string {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			hint = fmt.Sprintf(`; write "%s" in quotes`, n.Value)
		}
		r.fail(n, "text is wanted here, not %s%s", kind(n), hint)
		return ""
	}
	if strings.TrimSpace(n.Value) == "" {
		r.fail(n, "text is wanted here, but it is empty")
	}
	return n.Value
}

// texts reads one string or a list of them.
func (r *reader) texts(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) { all = append(all, r.text(item)) })
	return all
}

// arnPattern reads a pattern that can match an ARN.
func (r *reader) arnPattern(n *yaml.Node) string {
	s := r.text(n)
	if s != "" && !strings.HasPrefix(s, "arn:") && !strings.HasPrefix(s, "*") {
		r.fail(n, "%q matches no ARN; copy the ARN from a report, or write %q", s, "*/"+s)
	}
	return s
}

// arnPatterns reads one or more of them.
func (r *reader) arnPatterns(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) { all = append(all, r.arnPattern(item)) })
	return all
}

var (
	accountID      = regexp.MustCompile(`^[0-9]{12}$`)
	accountPattern = regexp.MustCompile(`^[0-9*]+$`)
	regionName     = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	regionPattern  = regexp.MustCompile(`^[a-z0-9*-]+$`)
)

// account reads 12 digits, quoted or not.
func (r *reader) account(n *yaml.Node) string {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || !accountID.MatchString(n.Value) {
		r.fail(n, "an account id has 12 digits, %s has not", kind(n))
		return ""
	}
	return n.Value
}

// tagValues reads one or more patterns on the value of a tag, which may be empty
// and, since AWS knows text only, need no quotes.
func (r *reader) tagValues(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) {
		if item = resolve(item); item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			r.fail(item, "the value of a tag, or a pattern for it, is wanted here, not %s", kind(item))
			return
		}
		all = append(all, item.Value)
	})
	return all
}

// accounts reads a list of account ids.
func (r *reader) accounts(n *yaml.Node, what string) (all []string) {
	r.named(n, what, func(item *yaml.Node) {
		id := r.account(item)
		if id != "" && slices.Contains(all, id) {
			r.fail(item, "account %s is listed twice", id)
		}
		all = append(all, id)
	})
	return all
}

// accountPatterns reads account ids or patterns on them.
func (r *reader) accountPatterns(n *yaml.Node) (all []string) {
	r.oneOrMore(n, func(item *yaml.Node) {
		item = resolve(item)
		if item.Kind == yaml.ScalarNode && strings.Contains(item.Value, "*") && accountPattern.MatchString(item.Value) {
			all = append(all, item.Value)
			return
		}
		all = append(all, r.account(item))
	})
	return all
}

// choice reads one of a few words.
func (r *reader) choice(n *yaml.Node, allowed ...string) string {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && slices.Contains(allowed, n.Value) {
		return n.Value
	}
	r.fail(n, "%s is not one of %s", kind(n), strings.Join(allowed, ", "))
	return ""
}

// onOff reads on, off, true or false.
func (r *reader) onOff(n *yaml.Node) *bool {
	switch r.choice(n, "on", "off", "true", "false") {
	case "on", "true":
		return new(true)
	case "off", "false":
		return new(false)
	}
	return nil
}

// positive reads an integer from 1 on.
func (r *reader) positive(n *yaml.Node) *int {
	n = resolve(n)
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || i < 1 {
		r.fail(n, "a whole number from 1 on is wanted here, not %s", kind(n))
		return nil
	}
	return &i
}

// share reads a number above 0, up to 1.
func (r *reader) share(n *yaml.Node) float64 {
	n = resolve(n)
	x, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || err != nil || !(x > 0 && x <= 1) {
		r.fail(n, "a number above 0, up to 1, is wanted here, not %s", kind(n))
		return 0
	}
	return x
}

func (r *reader) date(n *yaml.Node) Date {
	n = resolve(n)
	d, err := ParseDate(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		r.fail(n, "a date like 2027-01-31 is wanted here, not %s", kind(n))
	}
	return d
}

// values reads parameters: name → any value.
func (r *reader) values(n *yaml.Node) map[string]Value {
	all := map[string]Value{}
	r.pairsAt(n, "parameters", func(key, value *yaml.Node) {
		var v any
		err := value.Decode(&v)
		if err == nil && v == nil {
			err = errors.New("it has none")
		}
		var text []byte
		if err == nil {
			text, err = json.Marshal(v)
		}
		if err != nil {
			r.fail(key, "reading the value of parameter %s: %s", key.Value, plain(err))
			return
		}
		all[key.Value] = Value{JSON: text, Line: key.Line}
	})
	return all
}
