package config

import (
	"slices"
	"strings"
	"time"

	"holdfast/scanner/finding"

	"gopkg.in/yaml.v3"
)

// An ExpectedGap says that something cannot be read, and why that is right. The
// rules that depend on it stay unknown, but the scan counts as complete.
type ExpectedGap struct {
	// What is a list of patterns on the call ("backup:GetLegalHold LegalHoldId=abc"),
	// on its operation ("backup:GetLegalHold"), or, where there is no call, the
	// word "ambiguous".
	What     []string
	Answer   []string `json:",omitempty"` // gap reasons; empty: all that a later scan would meet again
	Rule     []string `json:",omitempty"` // patterns on rule ids; empty: any
	Resource []string `json:",omitempty"` // patterns on ARNs; empty: any
	Account  []string `json:",omitempty"` // patterns; empty: any
	Region   []string `json:",omitempty"` // patterns; empty: any
	Reason   string
	Expires  Date // its last day
	Line     int  `json:"-"`
}

// gapReasons are those of finding.Gap that may be expected. Errors of a rule
// itself are not among them.
var gapReasons = []string{"ambiguous", "denied", "failed", "not_asked", "throttled", "timeout", "unreadable"}

// passing reasons are gone with the next scan, so that they are expected only
// where Answer names them.
var passing = []string{"throttled", "timeout"}

// Matches says whether the entry explains why a finding is unknown. It does not
// look at the expiry.
func (g ExpectedGap) Matches(f *finding.Finding) bool {
	if f.Gap == nil || f.Status != finding.Unknown || !g.expects(f.Gap.Reason) {
		return false
	}
	what, operation := f.Gap.Reason, f.Gap.Reason
	if f.Gap.Call != "" {
		what = f.Gap.Call
		operation, _, _ = strings.Cut(what, " ")
	}
	return (matchesAny(g.What, what) || matchesAny(g.What, operation)) &&
		admits(g.Rule, f.Rule) && admits(g.Resource, f.ARN) &&
		admits(g.Account, f.Account) && admits(g.Region, f.Region)
}

func (g ExpectedGap) expects(reason string) bool {
	if len(g.Answer) > 0 {
		return slices.Contains(g.Answer, reason)
	}
	return slices.Contains(gapReasons, reason) && !slices.Contains(passing, reason)
}

// Expired is true from the end of the last day (UTC) on.
func (g ExpectedGap) Expired(now time.Time) bool { return g.Expires.Over(now) }

func (r *reader) expectedGap(n *yaml.Node) ExpectedGap {
	g := ExpectedGap{Line: n.Line}
	r.mapping(n, "an expected gap", keys{
		"what": func(v *yaml.Node) { g.What = r.texts(v) },
		"answer": func(v *yaml.Node) {
			r.oneOrMore(v, func(item *yaml.Node) { g.Answer = append(g.Answer, r.choice(item, gapReasons...)) })
		},
		"rule":     func(v *yaml.Node) { g.Rule = r.texts(v) },
		"resource": func(v *yaml.Node) { g.Resource = r.arnPatterns(v) },
		"account":  func(v *yaml.Node) { g.Account = r.accountPatterns(v) },
		"region":   func(v *yaml.Node) { g.Region = r.texts(v) },
		"reason":   func(v *yaml.Node) { g.Reason = r.text(v) },
		"expires":  func(v *yaml.Node) { g.Expires = r.date(v) },
	}, "what", "reason", "expires")
	return g
}
