package authz

import "fmt"

// A Question asks whether there is a request that a principal is allowed: on that
// resource, where it leaves parts open on any such, and in any context.
type Question struct {
	Principal *Principal
	Action    string
	Resource  *Resource
	// Context has keys that the question fixes beside those that principal and
	// resource bring themselves.
	Context Context
}

// A Verdict is the answer to a question.
type Verdict uint8

const (
	// Unknown: a policy was not read, a key or operator is not known, AWS's pages
	// leave something open, or the search gave up. Doubts says which.
	Unknown Verdict = iota
	// Never: no such request is allowed, whatever is unknown.
	Never
	// When: some are. Cubes say which, and Witness is one.
	When
	// Always: all are. Witness is one.
	Always
)

func (v Verdict) String() string { return [...]string{"unknown", "never", "when", "always"}[v] }

// An Answer is what came out of a question.
type Answer struct {
	Verdict Verdict
	// Cubes, of When: what a request has to be like. Each is enough.
	Cubes []Cube
	// Complete says that the cubes are all there are; else they are the first ones.
	Complete bool
	// Witness, of Always and When: a request that Decide allows for sure.
	Witness *Request
	// Reasons, of Never: what stands in the way.
	Reasons []Reason
	// Doubts, of Unknown: what would have to be known.
	Doubts []string
}

// A Cube is constraints that all have to hold for a request to be allowed.
type Cube struct {
	Regions     []string // in one of which it is made; nil: any that was asked about
	Session     string   // the ARN of the session that makes it; "": any session
	Constraints []Constraint
}

// A Constraint is one condition that has to hold, or not to.
type Constraint struct {
	Key   string // "aws:SourceIp"; "" is the resource's ARN
	Holds bool
	Text  string // "not Bool aws:MultiFactorAuthPresent false"

	literal literal
}

// A Reason is what stands in the way of a request.
type Reason struct {
	Layer     string // "permissions boundary"; "" for a rule of AWS beside the policies
	Policy    string
	Statement *Statement // nil: the layer as a whole
	Text      string     // "denies it"
}

func (r Reason) String() string {
	switch {
	case r.Layer == "":
		return r.Text
	case r.Statement == nil:
		return "nothing in " + r.Layer + " allows it"
	}
	return fmt.Sprintf("%s, %s, %s %s", r.Layer, r.Policy, r.Statement, r.Text)
}
