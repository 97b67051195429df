package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Change is one thing that remediation did, or tried, before the scan that is
// reported: who, when, before, after, and AWS's request id.
type Change struct {
	Time      time.Time       `json:"time"`
	Who       string          `json:"who"`       // ARN of the caller
	Action    string          `json:"action"`    // "dynamodb.enable_pitr"
	Operation string          `json:"operation"` // "dynamodb:UpdateContinuousBackups"
	Target    string          `json:"target"`    // ARN
	Account   string          `json:"account"`
	Region    string          `json:"region"`
	Outcome   string          `json:"outcome"` // done, undone, refused, failed, or unknown where the process ended in between
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
	Summary   string          `json:"summary,omitempty"` // what differs, in a line
	Why       string          `json:"why,omitempty"`     // of what was not done
	RequestID string          `json:"request_id,omitempty"`
	Plan      string          `json:"plan"` // hash of the plan that was approved
}

// what says in a line what was changed, and how.
func (c *Change) what() string {
	name := c.Target
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return fmt.Sprintf("%s %s (%s): %s", clean(c.Action, maxName), clean(name, maxName), clean(joinParts(" ", c.Account, c.Region), maxName), clean(joinParts("; ", c.Summary, c.Why), maxMessage))
}

// by says who changed it, when, and how AWS names the request.
func (c *Change) by() string {
	line := fmt.Sprintf("%s, %s by %s", clean(c.Outcome, 20), stamp(c.Time), clean(c.Who, maxName))
	if c.RequestID != "" {
		line += ", request " + clean(c.RequestID, maxName)
	}
	return line
}
