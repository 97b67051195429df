package remediate

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// Options are what the person who plans decides. The zero value is useful.
type Options struct {
	Tool string // "holdfast 0.1.0"
	Run  string // id of the run

	// Actions are those that may be used; nil: all.
	Actions []Action
	// IncludeManaged also changes what infrastructure code defines.
	IncludeManaged bool
	// CoverByTag tags tables for the selections that are there, where that is all
	// that is missing, rather than making selections.
	CoverByTag bool
	// Defined says where code defines a resource, "main.tf:12"; nil: only tags tell.
	Defined func(arn string) (where string, ok bool)
	// Wanted limits the findings; nil: all.
	Wanted func(*finding.Finding) bool
}

// A Case is a failure that names an action.
type Case struct {
	*finding.Finding
	Rule finding.Rule
}

func (c Case) reason() Reason {
	return Reason{Rule: c.Finding.Rule, ARN: c.ARN, Name: c.Name, Message: c.Message}
}

// Propose makes a plan of what the findings of a run ask for. World is its
// snapshot. Only failures count: what is unknown has to be read first, and what is
// waived has been accepted. Where another failure of the same subject explains
// one, that other one is mended.
func Propose(header finding.Header, findings iter.Seq2[*finding.Finding, error], world *World, o Options) (*Plan, error) {
	if o.Actions == nil {
		o.Actions = Actions()
	}
	p := &proposer{world: world, options: o, rules: map[string]finding.Rule{}, placed: map[string]int{},
		plan: &Plan{Format: PlanFormat, Tool: o.Tool, Run: o.Run, AsOf: world.oldest.UTC(), IncludeManaged: o.IncludeManaged, Changes: []Change{}}}
	for _, r := range header.Rules {
		p.rules[r.ID] = r
	}
	cases := map[string][]Case{} // by action
	for f, err := range findings {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		p.plan.Incomplete = p.plan.Incomplete || f.Status == finding.Unknown && (f.Gap == nil || f.Gap.Expected == "")
		if f.Status != finding.Fail || len(f.CausedBy) > 0 || o.Wanted != nil && !o.Wanted(f) {
			continue
		}
		c := Case{f, p.rules[f.Rule]}
		if c.Rule.Gathers != "" {
			continue // its members have findings of their own
		}
		name := ""
		if f.Remediation != nil {
			name = f.Remediation.Action
		}
		cases[name] = append(cases[name], c)
	}
	actions := Actions() // in the order in which changes are made, so that later ones know of earlier ones
	slices.SortStableFunc(actions, func(a, b Action) int { return cmp.Compare(a.Order, b.Order) })
	for _, action := range actions {
		p.use(action, cases[action.Name])
		delete(cases, action.Name)
	}
	p.guard()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		for _, c := range cases[name] {
			p.leave(c, "no action of this build mends it; holdfast rules show "+c.Finding.Rule+" says how a person does", Text{})
		}
	}
	p.plan.sort()
	p.plan.seal()
	if err := p.plan.check(); err != nil {
		return nil, fmt.Errorf("planning: %w", err) // a mistake of ours
	}
	return p.plan, nil
}

type proposer struct {
	world   *World
	options Options
	rules   map[string]finding.Rule
	plan    *Plan
	placed  map[string]int // id → index in plan.Changes
	guarded []guarded      // vaults that the plan begins to use
}

// use lets an action propose what it does about its cases.
func (p *proposer) use(action Action, cases []Case) {
	if len(cases) == 0 {
		return
	}
	if !slices.ContainsFunc(p.options.Actions, func(a Action) bool { return a.Name == action.Name }) {
		for _, c := range cases {
			p.leave(c, "the action "+action.Name+" was not asked for", Text{})
		}
		return
	}
	action.propose(p, cases)
}

// add makes a change of what is there before, step by step, in the order of the
// action's steps. Where it cannot be made, the cases are left to a person, and ok
// is false.
func (p *proposer) add(action Action, at Place, parameters parameters, before []any, cases []Case, notes ...string) (id string, ok bool) {
	c := Change{Action: action.Name, Place: at, Target: parameters.target(at), Parameters: encode(parameters), Notes: notes}
	c.ID = c.identity()
	for _, one := range cases {
		c.Why = append(c.Why, one.reason())
	}
	err := parameters.check(at)
	for i, m := range action.do.steps {
		if err != nil {
			break
		}
		planned := Planned{Operation: m.operation, Before: encode(before[i])}
		planned.After, err = m.outcome(c.Parameters, planned.Before)
		if err == nil && same(planned.After, planned.Before) {
			err = errAlready
		}
		c.Steps = append(c.Steps, planned)
	}
	if err != nil {
		p.leaveAll(cases, err.Error(), Text{})
		return "", false
	}
	if where := p.managed(c.Target); where != "" && !p.options.IncludeManaged {
		p.leaveAll(cases, "infrastructure code defines it ("+where+"), and would turn the change back: change it there, or plan with --include-managed", action.do.text(c.Parameters, &c))
		return "", false
	}
	if i, there := p.placed[c.ID]; there {
		p.plan.Changes[i].Why = append(p.plan.Changes[i].Why, c.Why...)
		return c.ID, true
	}
	p.placed[c.ID] = len(p.plan.Changes)
	p.plan.Changes = append(p.plan.Changes, c)
	return c.ID, true
}

// errAlready: the snapshot says that it is as it should be.
var errAlready = fmt.Errorf("it is already as the action would make it")

// need says that one change has to be made before another.
func (p *proposer) need(id string, first ...string) {
	c := &p.plan.Changes[p.placed[id]]
	for _, f := range first {
		if f != "" {
			c.Needs = append(c.Needs, f)
		}
	}
}

// managed says where code defines a resource, as far as the snapshot tells.
func (p *proposer) managed(arn string) string {
	if p.options.Defined != nil {
		if where, ok := p.options.Defined(arn); ok {
			return where
		}
	}
	if _, table := p.world.table(arn); table != nil {
		return managedBy(table.Tags)
	}
	return ""
}

func (p *proposer) leaveAll(cases []Case, why string, text Text) {
	for _, c := range cases {
		p.leave(c, why, text)
	}
}

// leave hands a case to a person. Cases of one rule and place with the same reason
// are one.
func (p *proposer) leave(c Case, why string, text Text) {
	entry := ByHand{Rule: c.Finding.Rule, Account: c.Account, Region: c.Region, Why: why, Text: text, Targets: []string{c.ARN}}
	if c.Remediation != nil {
		entry.Action = c.Remediation.Action
	}
	for i := range p.plan.ByHand {
		if e := &p.plan.ByHand[i]; e.Rule == entry.Rule && e.Action == entry.Action && e.Account == entry.Account && e.Region == entry.Region &&
			e.Why == entry.Why && e.Text == entry.Text {
			e.Targets = append(e.Targets, c.ARN)
			return
		}
	}
	p.plan.ByHand = append(p.plan.ByHand, entry)
}

// byPlace groups cases by where their subjects are; those of Regions that were not
// scanned are left to a person.
func (p *proposer) byPlace(cases []Case) iter.Seq2[*region, []Case] {
	groups := map[*region][]Case{}
	for _, c := range cases {
		r := p.world.regionOf(c.Account, c.Region)
		if r == nil {
			p.leave(c, "its Region is not in the snapshot", Text{})
			continue
		}
		groups[r] = append(groups[r], c)
	}
	var places []*region
	for r := range groups {
		places = append(places, r)
	}
	slices.SortFunc(places, func(a, b *region) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region))
	})
	return func(yield func(*region, []Case) bool) {
		for _, r := range places {
			if !yield(r, groups[r]) {
				return
			}
		}
	}
}
