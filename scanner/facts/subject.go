package facts

import (
	"time"
)

// Kinds of subjects, sorted.
const (
	KindAccount   = "account"
	KindBackup    = "backup"
	KindPlanRule  = "plan_rule"
	KindRegion    = "region"
	KindSelection = "selection"
	KindTable     = "table"
	KindVault     = "vault"
)

// A Subject is one thing that rules judge: who it is, what could not be read
// about it, where each fact came from, and the facts themselves. Rules see the
// facts alone; the engine adds the rest to the findings.
type Subject struct {
	Kind    string   `json:"subject"`
	ARN     string   `json:"arn"`
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Name    string   `json:"name,omitempty"`
	Group   string   `json:"group,omitempty"`   // shared by the replicas of one global table; empty otherwise
	Serves  []string `json:"serves,omitempty"`  // ARNs of the tables that it serves (not for tables): their strictest scope applies
	Gaps    []Hidden `json:"gaps,omitempty"`    // sorted by path
	Sources []Source `json:"sources,omitempty"` // sorted by path

	// Unlisted is set where the subjects of this kind could not be listed: ARN is
	// then the Region's, Gaps says why, and there are no facts. Each enabled rule
	// of the kind is unknown here.
	Unlisted bool `json:"unlisted,omitempty"`

	Collected time.Time `json:"collected"` // collection time of its shard

	// Exactly one of these, by Kind (none where Unlisted).
	AccountOf *Account   `json:"account_facts,omitempty"`
	Backup    *Backup    `json:"backup,omitempty"`
	PlanRule  *PlanRule  `json:"plan_rule,omitempty"`
	RegionOf  *Region    `json:"region_facts,omitempty"`
	Selection *Selection `json:"selection,omitempty"`
	Table     *Table     `json:"table,omitempty"`
	Vault     *Vault     `json:"vault,omitempty"`
}

// Hidden says that a gap hides a fact path ("pitr", "protections", or "" for
// all facts of the subject) and everything below it.
type Hidden struct {
	Path    string `json:"path"`
	Call    string `json:"call"`   // snapshot.Gap.ID
	Reason  string `json:"reason"` // snapshot.Reason
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// Source names the calls that a fact path (and all below it) came from, by
// snapshot.CallID.
type Source struct {
	Path  string   `json:"path"`
	Calls []string `json:"calls"`
}

// Facts returns the document that rules see as input.
func (s *Subject) Facts() any {
	switch {
	case s.AccountOf != nil:
		return s.AccountOf
	case s.Backup != nil:
		return s.Backup
	case s.PlanRule != nil:
		return s.PlanRule
	case s.RegionOf != nil:
		return s.RegionOf
	case s.Selection != nil:
		return s.Selection
	case s.Table != nil:
		return s.Table
	case s.Vault != nil:
		return s.Vault
	}
	return nil
}
