package frameworks

import (
	"slices"

	"holdfast/scanner/finding"
)

// A Coverage says how far rules test a control.
type Coverage string

const (
	Tested      Coverage = "tested"       // findings of its rules are evidence for the control itself
	Partly      Coverage = "partly"       // findings only support it
	NotTested   Coverage = "not_tested"   // no rule that judged looks at it
	NotTestable Coverage = "not_testable" // nothing that AWS shows could prove it
)

// A Tally counts the findings of each rule by status.
type Tally map[string]map[finding.Status]int

// Add counts one finding.
func (t Tally) Add(f *finding.Finding) {
	if t[f.Rule] == nil {
		t[f.Rule] = map[finding.Status]int{}
	}
	t[f.Rule][f.Status]++
}

// A Result is one control in the light of what the rules that judged found.
type Result struct {
	Control                         // Rules and Supporting are those that judged
	Coverage Coverage               //
	Status   finding.Status         // of its rules, or, of a control that is tested partly, of the supporting ones; empty where nothing judged
	Counts   map[finding.Status]int // findings behind Status
	Why      string                 // why it is not tested, or not testable
}

// View is a framework in the light of findings: control by control, what is
// tested, how far, and with which outcome. rules are those that judged.
//
// The outcome of a control is the worst that its rules found: one failure fails
// it, and what is unknown or waived never reads as a pass.
func (f Framework) View(rules []finding.Rule, found Tally) []Result {
	judged := map[string]bool{}
	for _, r := range rules {
		judged[r.ID] = true
	}
	absent := func(id string) bool { return !judged[id] }
	all := make([]Result, 0, len(f.Controls))
	for _, c := range f.Controls {
		r := Result{Control: c}
		r.Rules = slices.DeleteFunc(slices.Clone(c.Rules), absent)
		r.Supporting = slices.DeleteFunc(slices.Clone(c.Supporting), absent)
		r.Coverage, r.Why = r.coverage()
		evidence := r.Rules
		if r.Coverage != Tested {
			evidence = r.Supporting
		}
		r.Status, r.Counts = outcome(evidence, found)
		all = append(all, r)
	}
	return all
}

func (r Result) coverage() (Coverage, string) {
	switch {
	case len(r.Rules) > 0:
		return Tested, ""
	case len(r.Supporting) > 0:
		return Partly, r.NotTestable
	case r.NotTestable != "":
		return NotTestable, r.NotTestable
	case r.NotTested != "":
		return NotTested, r.NotTested
	}
	return NotTested, "No rule that is on looks at it."
}

// worst comes first.
var worst = []finding.Status{finding.Fail, finding.Unknown, finding.Waived, finding.Pass, finding.NotApplicable}

func outcome(rules []string, found Tally) (finding.Status, map[finding.Status]int) {
	counts := map[finding.Status]int{}
	for _, id := range rules {
		for status, n := range found[id] {
			counts[status] += n
		}
	}
	for _, status := range worst {
		if counts[status] > 0 {
			return status, counts
		}
	}
	return "", counts
}
