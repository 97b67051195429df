package scanner

import (
	"context"
	"slices"

	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
)

// A Preflight is what a scan of one account would meet.
type Preflight struct {
	Account string
	Caller  string   // ARN
	Regions []string // that would be read
	Region  string   // in which the actions were tried
	Probes  []Probe  // sorted by action
	Problem string   // why the account can't be reached; empty: it can
}

// A Probe is one action and, where AWS refuses it, the rules that would be
// unknown.
type Probe struct {
	collect.ProbeResult
	Rules []string
}

// Check tries every action of the collectors once, in the first Region of each
// account, in seconds.
func Check(ctx context.Context, job Job) ([]Preflight, error) {
	all, err := targets(ctx, job)
	if err != nil {
		return nil, err
	}
	var checked []Preflight
	for _, t := range all {
		p := Preflight{Account: t.id, Regions: t.regions}
		if t.gap != nil {
			p.Problem = t.gap.Message
		} else if p.Caller = t.account.ARN; len(t.regions) > 0 {
			p.Region = t.regions[0]
			for _, result := range t.account.Probe(ctx, p.Region) {
				probe := Probe{ProbeResult: result}
				if result.Reason != "" {
					probe.Rules = unknownWithout(job, result.Action)
				}
				p.Probes = append(p.Probes, probe)
			}
		}
		checked = append(checked, p)
	}
	return checked, nil
}

// unknownWithout are the enabled rules that read what an action feeds.
func unknownWithout(job Job, action string) []string {
	var rules []string
	settings := evaluate.Settings{Config: job.Config, Select: selector(job.Rules)}
	for _, rule := range job.Policy.Enabled(settings) {
		for _, hidden := range facts.HiddenBy(action) {
			if hidden.Kind == rule.Subject && (hidden.Unlisted || job.Policy.Reads(rule.ID, hidden.Path)) {
				rules = append(rules, rule.ID)
				break
			}
		}
	}
	return slices.Compact(rules)
}

// An Estimate is about what a scan of one Region would ask.
type Estimate struct {
	Account string
	collect.Estimate
	Problem string // why the account can't be reached
}

// EstimateCalls counts what a scan would ask, without asking it.
func EstimateCalls(ctx context.Context, job Job) ([]Estimate, error) {
	all, err := targets(ctx, job)
	if err != nil {
		return nil, err
	}
	var estimates []Estimate
	for _, t := range all {
		if t.gap != nil {
			estimates = append(estimates, Estimate{Account: t.id, Problem: t.gap.Message})
		}
		for _, region := range t.regions {
			e, err := t.account.Estimate(ctx, region)
			if err != nil {
				return nil, err
			}
			estimates = append(estimates, Estimate{Account: t.id, Estimate: e})
		}
	}
	return estimates, nil
}
