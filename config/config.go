// Package config reads holdfast.yaml: which accounts and Regions are scanned,
// which rules judge, with which parameters for which tables, and which failures
// and gaps have been accepted.
//
// Reading is strict. An unknown key, a wrong type, a key given twice or a value
// out of bounds is an error with file, line and column, what is allowed, and the
// nearest spelling; nothing is ignored, so that no mistyped waiver or threshold
// passes for one that is in force. All mistakes of a file are told at once.
//
// The result is plain data. What needs the rules themselves (do they exist, do
// they have that parameter) is checked by CheckRules, once they are loaded.
// The keys are described in docs/configuration.md.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Config is a holdfast.yaml. Use Default, Read or Parse to make one.
type Config struct {
	File string `json:"-"` // as errors and notices print it; empty for Default

	Accounts        []string      // 12 digits each; empty: the account of the credentials
	Regions         Regions       // what to scan, what is closed
	Profile         string        // "starter", "bank" or "workshop"
	Rules           []RuleSetting // in file order; later ones win
	Scopes          []*Scope      // in file order; the first that matches a table is its scope
	Waivers         []Waiver
	ExpectedGaps    []ExpectedGap
	BreakGlass      []string // ARNs of principals, with * for any text
	Operators       []string // ARNs of principals, with * for any text
	PITRManagers    []string // ARNs of principals, with * for any text
	TrustedAccounts []string // 12 digits each
	ScopeTag        string   // tag key that says to which scope a table belongs
	Attestations    []Attestation
	RateShare       float64 // share of AWS's rate limits that a scan may use, above 0, up to 1
	Outputs         []Output
	Remediation     Remediation

	profile []RuleSetting  // of Profile; come before Rules
	lines   map[string]int // top-level key → line, of the keys that were given
}

// DefaultRateShare leaves half of AWS's limits to everybody else's tools.
const DefaultRateShare = 0.5

// DefaultProfile is the profile of a configuration that names none.
const DefaultProfile = "starter"

// Default is the configuration of a user without a holdfast.yaml.
func Default() *Config {
	return &Config{
		Profile:   DefaultProfile,
		RateShare: DefaultRateShare,
		profile:   mustProfile(DefaultProfile),
	}
}

// Hash is the sha256, in hexadecimal, of everything that the configuration says,
// its profile's settings included. Comments, layout, line numbers and the file's
// name do not change it.
func (c *Config) Hash() string {
	canonical, err := json.Marshal(struct {
		*Config
		ProfileRules []RuleSetting
	}{c, c.profile})
	if err != nil {
		panic("config: hashing: " + err.Error()) // plain data; values were made by json.Marshal
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Regions says where to look.
type Regions struct {
	Only           []string        // "eu-west-1"; empty: every Region that is enabled in the account
	DeniedByPolicy []ClosedRegions // where every call is denied on purpose
}

// ClosedRegions are Regions that a service control policy closes. A scan that
// may choose its Regions leaves them out.
type ClosedRegions struct {
	Regions []string // names, with * for any text: "ap-*"
	Reason  string   // "SCP region-guard: Europe only"
	Line    int      `json:"-"`
}

// Denied says whether a policy closes a Region, and the reason that was given.
func (r Regions) Denied(region string) (reason string, denied bool) {
	for _, closed := range r.DeniedByPolicy {
		if matchesAny(closed.Regions, region) {
			return closed.Reason, true
		}
	}
	return "", false
}

// An Attestation is a person's word that a table was restored outside of what
// AWS records.
type Attestation struct {
	Table  string // pattern on the table's ARN
	Date   Date
	Result string // "restored", "validated" or "failed"
	By     string
	Ticket string `json:",omitempty"`
	Line   int    `json:"-"`
}

// An Output is a report that every scan writes.
type Output struct {
	Format string // "sarif"
	File   string `json:",omitempty"` // relative to the working directory; empty: report.<ext> in the run's folder
	Line   int    `json:"-"`
}

// Remediation limits what remediation may do.
type Remediation struct {
	MaxChanges int      `json:",omitempty"` // 0: the built-in limit
	Actions    []string `json:",omitempty"` // patterns on action names; empty: all
}
