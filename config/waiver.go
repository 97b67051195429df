package config

import (
	"strings"
	"time"

	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// A Waiver is an accepted risk: it turns failures into waived findings until it
// expires. Patterns have * for any text and are held against what reports print.
type Waiver struct {
	Rule     []string // patterns on rule ids
	Resource []string // patterns on ARNs
	Account  []string `json:",omitempty"` // patterns; empty: any
	Region   []string `json:",omitempty"` // patterns; empty: any
	Reason   string
	Ticket   string `json:",omitempty"`
	Owner    string
	Approver string // somebody else than Owner
	Expires  Date   // its last day
	Line     int    `json:"-"`
}

// Matches says whether a finding's rule and resource are the waiver's. It looks
// neither at the finding's status nor at the expiry.
func (w Waiver) Matches(f *finding.Finding) bool {
	return matchesAny(w.Rule, f.Rule) && matchesAny(w.Resource, f.ARN) &&
		admits(w.Account, f.Account) && admits(w.Region, f.Region)
}

// Judges says whether a waiver is about a rule.
func (w Waiver) Judges(rule string) bool { return matchesAny(w.Rule, rule) }

// Expired is true from the end of the last day (UTC) on.
func (w Waiver) Expired(now time.Time) bool { return w.Expires.Over(now) }

// Accepted is the waiver as findings show it; Expires is the end of its last day.
func (w Waiver) Accepted() *finding.Waiver {
	return &finding.Waiver{Reason: w.Reason, Ticket: w.Ticket, Owner: w.Owner, Approver: w.Approver, Expires: w.Expires.End()}
}

func (r *reader) waiver(n *yaml.Node) Waiver {
	w := Waiver{Line: n.Line}
	r.mapping(n, "a waiver", keys{
		"rule":     func(v *yaml.Node) { w.Rule = r.texts(v) },
		"resource": func(v *yaml.Node) { w.Resource = r.arnPatterns(v) },
		"account":  func(v *yaml.Node) { w.Account = r.accountPatterns(v) },
		"region":   func(v *yaml.Node) { w.Region = r.texts(v) },
		"reason":   func(v *yaml.Node) { w.Reason = r.text(v) },
		"ticket":   func(v *yaml.Node) { w.Ticket = r.text(v) },
		"owner":    func(v *yaml.Node) { w.Owner = r.text(v) },
		"approver": func(v *yaml.Node) { w.Approver = r.text(v) },
		"expires":  func(v *yaml.Node) { w.Expires = r.date(v) },
	}, "rule", "resource", "reason", "owner", "approver", "expires")
	if w.Owner != "" && strings.EqualFold(strings.TrimSpace(w.Owner), strings.TrimSpace(w.Approver)) {
		r.fail(n, "owner and approver of a waiver are both %q; somebody else must approve it", w.Owner)
	}
	return w
}
