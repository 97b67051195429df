package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Undoable is the plan of taking back what a journal says was done, the newest
// first. It has nothing in it that was undone already.
func Undoable(records []Record) (*Plan, error) {
	plan := &Plan{Format: PlanFormat, Changes: []Change{}}
	steps, order := map[Step]*Intent{}, []Step{}
	for _, r := range records {
		switch {
		case r.Begin != nil:
			plan.Hash, plan.Run, plan.AsOf = r.Begin.Plan, r.Begin.Run, r.Begin.Time
		case r.Intent != nil && !r.Intent.Undo:
			steps[r.Intent.Step] = r.Intent
		case r.Done != nil && r.Done.Undo:
			order = slices.DeleteFunc(order, func(s Step) bool { return s.Change == r.Done.Change && s.Number == r.Done.Number })
		case r.Done != nil:
			intent := steps[r.Done.Step]
			if intent == nil {
				return nil, fmt.Errorf("the journal says that change %s was done, but not what it was", r.Done.Change)
			}
			done := *intent
			done.After = r.Done.After
			steps[r.Done.Step] = &done
			order = append(slices.DeleteFunc(order, func(s Step) bool { return s == r.Done.Step }), r.Done.Step)
		}
	}
	results := map[string]string{}
	for _, r := range records {
		if r.Done != nil && r.Done.Result != "" {
			results[r.Done.Change] = r.Done.Result
		}
	}
	slices.Reverse(order)
	for _, s := range order {
		intent := steps[s]
		c := Change{ID: s.Change, Action: intent.Action, Place: intent.Place, Target: intent.Target, Parameters: intent.Parameters, made: results}
		c.Steps = []Planned{{Operation: intent.Operation, Before: intent.After, After: intent.Before}}
		plan.Changes = append(plan.Changes, c)
	}
	return plan, nil
}

// Undo takes back the changes of a plan that Undoable made. What would leave
// anything weaker is not undone; the reason says how a person does it.
func (a *Applier) Undo(ctx context.Context) (Result, error) {
	w, err := a.begin(true)
	if err != nil {
		return Result{}, err
	}
	for i := range a.Plan.Changes {
		c := &a.Plan.Changes[i]
		verdict, why := VerdictLeft, w.stopped
		if why == "" {
			why = w.blocked(ctx, c)
		}
		if why == "" {
			if verdict, why, err = w.undoChange(ctx, c); err != nil {
				return w.result, err
			}
		}
		w.note(Event{i + 1, len(a.Plan.Changes), c, verdict, why})
	}
	return w.end()
}

// undoChange takes one step back, to exactly what was there before it.
func (w *work) undoChange(ctx context.Context, c *Change) (verdict, why string, err error) {
	action, err := Lookup(c.Action)
	if err != nil {
		return "", "", err
	}
	if len(action.do.undo) == 0 {
		return VerdictRefused, action.whyNot(c), nil
	}
	m, full := action.do.undo[0], c.Steps[0]
	m.want = func(state, state) (state, error) { return full.After, nil }
	if err := m.notWeaker(full.Before, full.After); err != nil {
		return VerdictRefused, err.Error() + action.hand(c), nil
	}
	planned := *c
	step := Planned{Operation: m.operation}
	if step.Before, err = m.known(full.Before); err != nil {
		return VerdictRefused, err.Error(), nil
	}
	if step.After, err = m.plain(full.After); err != nil {
		return VerdictRefused, err.Error(), nil
	}
	planned.Steps = []Planned{step}
	return w.change(ctx, &planned, []move{m})
}

// whyNot says why an action is not undone, and how a person does it.
func (a Action) whyNot(c *Change) string {
	if a.Undo == UndoNo {
		return "there is no way back" + a.hand(c)
	}
	return "undoing it would leave it weaker, so that is for a person to decide" + a.hand(c)
}

func (a Action) hand(c *Change) string {
	if a.do.back == nil {
		return ""
	}
	text := a.do.back(c.Parameters, Undoing{Place: c.Place, Target: c.Target, Before: c.Steps[0].After, After: c.Steps[0].Before, Result: c.made[c.ID]})
	return ": " + strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", "")), " ")
}
