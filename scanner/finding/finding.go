// Package finding is what rules say of subjects: the shape of findings.jsonl, its
// reader and writer, the counting of causes and the digest.
package finding

import (
	"encoding/json"
	"time"
)

// Format is the version of findings.jsonl that this build writes. Older ones
// are read, newer ones refused.
const Format = 1

// A Status is what a rule says of a subject. Only Pass is good news; Unknown
// never counts as a pass.
type Status string

const (
	Pass          Status = "pass"
	Fail          Status = "fail"
	Unknown       Status = "unknown"
	NotApplicable Status = "not_applicable"
	Waived        Status = "waived"
)

// A Severity says how bad a failure is.
type Severity string

const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// A Rule is the metadata of one Rego package. Its ID is its folder, "table.pitr_enabled".
type Rule struct {
	ID          string               `json:"id"`
	Subject     string               `json:"subject"` // kind it judges: "table"
	Title       string               `json:"title"`   // the good state, as a sentence
	Description string               `json:"description"`
	Severity    Severity             `json:"severity"` // the default; a violation may use another of Severities
	Severities  []Severity           `json:"severities,omitempty"`
	Links       []string             `json:"links,omitempty"`
	Evidence    []string             `json:"evidence,omitempty"` // fact paths that are copied into findings
	Parameters  map[string]Parameter `json:"parameters,omitempty"`
	WithGaps    string               `json:"with_gaps,omitempty"` // "", "pass_stands" or "fail_stands"
	CausedBy    []string             `json:"caused_by,omitempty"`
	Replicas    bool                 `json:"replicas,omitempty"` // judged together over the replicas of a global table
	Remediation string               `json:"remediation,omitempty"`
	Limits      string               `json:"limits,omitempty"`     // what it does not say, Markdown
	Fix         string               `json:"fix,omitempty"`        // what a person does about it, Markdown
	Engine      bool                 `json:"engine,omitempty"`     // computed after evaluation, no Rego
	Gathers     string               `json:"gathers,omitempty"`    // of engine rules: the rule whose findings it gathers by their cause
	Attributes  []string             `json:"attributes,omitempty"` // of infrastructure code that it is about: "point_in_time_recovery.enabled"
	Source      string               `json:"source,omitempty"`     // file, relative to its policy tree
}

// A Parameter is a threshold that a rule reads from data.parameters.
type Parameter struct {
	Type     string          `json:"type"` // integer, number, string, boolean, array
	Unit     string          `json:"unit,omitempty"`
	Default  json.RawMessage `json:"default,omitempty"`
	Minimum  *float64        `json:"minimum,omitempty"`
	Maximum  *float64        `json:"maximum,omitempty"`
	Enum     []string        `json:"enum,omitempty"`
	Items    json.RawMessage `json:"items,omitempty"`    // JSON Schema of an array's items
	Stricter string          `json:"stricter,omitempty"` // "higher" or "lower": which value asks more
	Doc      string          `json:"doc,omitempty"`
}

// A Finding is one rule's word on one subject. Empty fields are left out.
type Finding struct {
	Rule             string          `json:"rule"`
	Subject          string          `json:"subject"` // kind
	ARN              string          `json:"arn"`
	Account          string          `json:"account"`
	Region           string          `json:"region"`
	Name             string          `json:"name,omitempty"`
	Status           Status          `json:"status"`
	Severity         Severity        `json:"severity"`
	Message          string          `json:"message,omitempty"` // completes "<name> …"
	Expected         json.RawMessage `json:"expected,omitempty"`
	Actual           json.RawMessage `json:"actual,omitempty"`
	Scope            string          `json:"scope,omitempty"`             // name of a scope of the header; several, joined by ", ", where each decided something
	Cause            string          `json:"cause,omitempty"`             // what several findings share, e.g. the ARN of a plan rule
	CausedBy         []string        `json:"caused_by,omitempty"`         // rules that fail on the same subject and explain this one
	Members          []string        `json:"members,omitempty"`           // ARNs that this finding stands for
	BusinessFunction string          `json:"business_function,omitempty"` // of the scope
	Owner            string          `json:"owner,omitempty"`             // of the scope
	Evidence         []Evidence      `json:"evidence,omitempty"`
	Gap              *Gap            `json:"gap,omitempty"`
	Waiver           *Waiver         `json:"waiver,omitempty"`
	Remediation      *Remediation    `json:"remediation,omitempty"`
}

// Evidence is one fact that decided, and the calls that it came from, by
// snapshot.CallID.
type Evidence struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"`
	Calls []string        `json:"calls,omitempty"`
}

// A Gap says why a finding is unknown: a call without an answer, or, without
// Call, what is ambiguous.
type Gap struct {
	Call     string `json:"call,omitempty"` // snapshot.CallID
	Reason   string `json:"reason"`         // denied, throttled, timeout, unreadable, failed, not_asked; ambiguous, rule_error, undecided
	Code     string `json:"code,omitempty"` // AWS's error code
	Message  string `json:"message,omitempty"`
	Expected string `json:"expected,omitempty"` // reason of the expected_gaps entry that explains it
}

// A Waiver is the accepted risk that turned a fail into waived.
type Waiver struct {
	Reason   string    `json:"reason"`
	Ticket   string    `json:"ticket,omitempty"`
	Owner    string    `json:"owner"`
	Approver string    `json:"approver"`
	Expires  time.Time `json:"expires"`
}

// A Remediation names the typed action that would fix a finding.
type Remediation struct {
	Action     string          `json:"action"` // "dynamodb.enable_pitr"
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

// A Header is the first line of findings.jsonl.
type Header struct {
	Format      int       `json:"format"`
	Tool        string    `json:"tool"`
	RunID       string    `json:"run,omitempty"`
	RuleSet     string    `json:"rule_set"` // sha256 of the policy tree and the parameters in force
	EvaluatedAt time.Time `json:"evaluated_at"`
	Accounts    []string  `json:"accounts,omitempty"`
	Regions     []string  `json:"regions,omitempty"`
	Scopes      []Scope   `json:"scopes,omitempty"` // of the configuration, in its order: the first that matches a table is its scope
	Rules       []Rule    `json:"rules"`            // sorted by ID
}

// A Scope is a set of tables with demands of its own, as the configuration has it.
type Scope struct {
	Name             string                     `json:"name"`
	BusinessFunction string                     `json:"business_function,omitempty"`
	Owner            string                     `json:"owner,omitempty"`
	RPOHours         *int                       `json:"rpo_hours,omitempty"`
	RTOMinutes       *int                       `json:"rto_minutes,omitempty"`
	Mechanisms       []string                   `json:"mechanisms,omitempty"` // what backs its tables up: plan, on_demand, external
	Parameters       map[string]json.RawMessage `json:"parameters,omitempty"` // for every rule that has a parameter of that name
}

// A Summary is the last line of findings.jsonl.
type Summary struct {
	Findings int                       `json:"findings"`
	Status   map[Status]int            `json:"status"`
	Failing  map[Severity]int          `json:"failing"`            // fails by severity, all of them
	Causes   map[Severity]int          `json:"causes"`             // distinct causes by their worst severity
	Subjects map[string]map[Status]int `json:"subjects,omitempty"` // kind → worst status → subjects
	Complete bool                      `json:"complete"`           // no unknown but expected ones
	Unknown  int                       `json:"unexpected_unknown"`
	Digest   string                    `json:"digest"` // sha256 over rule, resource, status, expected, actual, message, scope, waiver
}
