package remediate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"golang.org/x/time/rate"
)

// An Applier does a plan: exactly that, change after change. Plan, Journal and
// Accounts have to be set; all else has a default.
type Applier struct {
	Plan     *Plan
	Journal  *Journal
	Accounts map[string]Account // by id; all that the plan names
	Tool     string
	Approval string // how it was approved, for the journal

	// KeepGoing goes on after a change that was refused or failed. A change of
	// somebody else in between always stops.
	KeepGoing bool
	// Stop is the kill switch, asked before each change; nil: none. Its error says
	// who pulled it.
	Stop func(context.Context, *Change) error

	Settle   time.Duration // how long AWS may take to show what was written; 0: 2 min
	Doubt    time.Duration // how long one looks before believing that a call without an answer was not done; 0: 30 s
	Pause    time.Duration // between two looks meanwhile; 0: 2 s
	Rate     float64       // requests a second; 0: 10; below 0: no limit, for emulators
	Now      func() time.Time
	Progress func(Event) // may be nil
}

// An Event is what became of a change.
type Event struct {
	Number, Of int // from 1
	Change     *Change
	Verdict    string // "done", "skipped", "refused", "failed", "left"
	Why        string
}

// A Result is what became of a plan.
type Result struct {
	End
	Events []Event // one for each change
}

// Complete says whether all is as the plan wants it.
func (r Result) Complete() bool {
	return r.Refused == 0 && r.Failed == 0 && r.Left == 0 && r.Stopped == ""
}

// Words for what became of a change.
const (
	VerdictDone    = "done"
	VerdictSkipped = "skipped"
	VerdictRefused = "refused"
	VerdictFailed  = "failed"
	VerdictLeft    = "left"
)

// Apply does the plan, or what is left of it. The error says why nothing more
// could be done or noted; what AWS refused is in the result.
func (a *Applier) Apply(ctx context.Context) (Result, error) {
	w, err := a.begin(false)
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
			action, err := Lookup(c.Action)
			if err == nil {
				verdict, why, err = w.change(ctx, c, action.do.steps)
			}
			if err != nil {
				return w.result, err
			}
		}
		w.note(Event{i + 1, len(a.Plan.Changes), c, verdict, why})
	}
	return w.end()
}

// work is one application of a plan.
type work struct {
	*Applier
	history map[Step]*past
	targets map[Place]*Target
	limit   *rate.Limiter
	made    map[string]bool // ids of changes that are done, or were right already
	stopped string          // why nothing more is done
	undo    bool
	result  Result
}

// past is what the journal knows of a step.
type past struct {
	intent *Intent
	final  bool // done or skipped
}

// begin looks at what the journal says of this plan, and opens it anew.
func (a *Applier) begin(undo bool) (*work, error) {
	for _, id := range a.Plan.Accounts() {
		account, ok := a.Accounts[id]
		if !ok {
			return nil, fmt.Errorf("the plan changes account %s, for which there are no credentials", id)
		}
		if account.ID != id {
			return nil, fmt.Errorf("the plan changes account %s, but the credentials belong to %s", id, account.ID)
		}
	}
	w := &work{Applier: a, targets: map[Place]*Target{}, made: map[string]bool{}, undo: undo}
	if a.Rate >= 0 {
		perSecond := a.Rate
		if perSecond == 0 {
			perSecond = 10
		}
		w.limit = rate.NewLimiter(rate.Limit(perSecond), 1)
	}
	history, ended := w.readPast(undo)
	w.history = history
	resumed := !ended && len(history) > 0
	begin := &Begin{Format: JournalFormat, Tool: a.Tool, Plan: a.Plan.Hash, Run: a.Plan.Run, Time: w.now(), Changes: len(a.Plan.Changes),
		Undo: undo, Resumed: resumed, Approval: a.Approval, Callers: []string{}}
	for _, id := range a.Plan.Accounts() {
		begin.Callers = append(begin.Callers, a.Accounts[id].ARN)
	}
	return w, a.Journal.append(Record{Begin: begin})
}

// readPast takes from the journal what happened to the steps of this plan. Once an
// application has come to its end, a new one looks at everything again; but an
// intent without an outcome stays open until somebody has looked.
func (w *work) readPast(undo bool) (history map[Step]*past, ended bool) {
	history, ended = map[Step]*past{}, true
	ours := false
	for _, r := range w.Journal.Past() {
		switch {
		case r.Begin != nil:
			ours = r.Begin.Plan == w.Plan.Hash && r.Begin.Undo == undo
			if ours {
				if !r.Begin.Resumed {
					maps.DeleteFunc(history, func(_ Step, p *past) bool { return p.intent == nil })
				}
				ended = false
			}
		case !ours:
		case r.Intent != nil:
			history[r.Intent.Step] = &past{intent: r.Intent}
		case r.Done != nil:
			history[r.Done.Step] = &past{final: true}
		case r.Skipped != nil:
			history[r.Skipped.Step] = &past{final: true}
		case r.Refused != nil:
			delete(history, r.Refused.Step)
		case r.Failed != nil:
			delete(history, r.Failed.Step)
		case r.End != nil:
			ended = true
		}
	}
	if ended {
		maps.DeleteFunc(history, func(_ Step, p *past) bool { return p.intent == nil })
	}
	return history, ended
}

func (w *work) now() time.Time {
	if w.Now != nil {
		return w.Now().UTC()
	}
	return time.Now().UTC().Truncate(time.Millisecond)
}

// blocked says why a change is not even begun; "" where it is.
func (w *work) blocked(ctx context.Context, c *Change) string {
	if ctx.Err() != nil {
		w.stopped = "interrupted"
		return w.stopped
	}
	if w.Stop != nil {
		if err := w.Stop(ctx, c); err != nil {
			w.stopped = err.Error()
			return w.stopped
		}
	}
	for _, id := range c.Needs {
		if !w.made[id] {
			return "it needs change " + id + ", which was not made"
		}
	}
	return ""
}

// change does all steps of a change. What was begun is finished, even if somebody
// interrupts.
func (w *work) change(ctx context.Context, c *Change, moves []move) (verdict, why string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Minute)
	defer cancel()
	verdict = VerdictSkipped
	for i, m := range moves {
		s := &stepWork{work: w, change: c, move: m, step: Step{Change: c.ID, Number: i, Undo: w.undo}, target: w.target(c.Place)}
		if known := w.history[s.step]; known != nil && known.final {
			continue
		}
		did, reason, err := s.do(ctx, c.Steps[i])
		if err != nil {
			return "", "", err
		}
		switch did {
		case VerdictDone:
			verdict, why = VerdictDone, reason
		case VerdictRefused, VerdictFailed:
			if !w.KeepGoing && w.stopped == "" {
				w.stopped = "stopped after the change before was " + did
			}
			return did, reason, nil
		case VerdictSkipped:
			if verdict == VerdictSkipped {
				why = reason
			}
		}
	}
	w.made[c.ID] = true
	return verdict, why, nil
}

func (w *work) target(at Place) *Target {
	if w.targets[at] == nil {
		w.targets[at] = newTarget(w.Accounts[at.Account], at, w.Plan, w.now, w.limit)
	}
	return w.targets[at]
}

func (w *work) note(e Event) {
	switch e.Verdict {
	case VerdictDone:
		w.result.Done++
	case VerdictSkipped:
		w.result.Skipped++
	case VerdictRefused:
		w.result.Refused++
	case VerdictFailed:
		w.result.Failed++
	case VerdictLeft:
		w.result.Left++
	}
	w.result.Events = append(w.result.Events, e)
	if w.Progress != nil {
		w.Progress(e)
	}
}

func (w *work) end() (Result, error) {
	w.result.Time = w.now()
	if w.result.Left > 0 {
		w.result.Stopped = w.stopped
	}
	return w.result, w.Journal.append(Record{End: &w.result.End})
}

// errForeign says what somebody else did in between.
type errForeign struct{ what string }

func (e errForeign) Error() string { return e.what }

// isForeign says whether an error tells of somebody else's change.
func isForeign(err error) bool {
	var foreign errForeign
	return errors.As(err, &foreign)
}
