package remediate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// stepWork is one step on its way: look, write down, look again, do, read back.
type stepWork struct {
	*work
	change *Change
	move   move
	step   Step
	target *Target
}

// do does the step as planned. The error says that the journal can't be written.
func (s *stepWork) do(ctx context.Context, planned Planned) (verdict, why string, err error) {
	if known := s.history[s.step]; known != nil && known.intent != nil {
		return s.recover(ctx, known.intent)
	}
	now, err := s.look(ctx)
	if err != nil {
		return s.refuse(err.Error(), nil)
	}
	if plain, err := s.move.plain(now); err == nil && same(plain, planned.After) {
		return s.skip("it is as it should be already", now)
	}
	known, err := s.move.known(now)
	if err != nil {
		return s.refuse(err.Error(), now)
	}
	if !same(known, planned.Before) {
		return s.refuse(fmt.Sprintf("it was changed since the plan was made: the plan knows %s, now there is %s; scan and plan again", brief(planned.Before), brief(known)), now)
	}
	after, err := s.intend(now, planned)
	if err != nil {
		return s.refuse(err.Error(), now)
	}
	return s.write(ctx, now, after)
}

// intend works out anew what the write will make, and holds it to the plan.
func (s *stepWork) intend(now state, planned Planned) (after state, err error) {
	if after, err = s.move.want(s.change.Parameters, now); err != nil {
		return nil, err
	}
	if err := s.move.notWeaker(now, after); err != nil {
		return nil, err
	}
	plain, err := s.move.plain(after)
	if err == nil && !same(plain, planned.After) {
		err = fmt.Errorf("it would become %s, not %s as the plan says", brief(plain), brief(planned.After))
	}
	return after, err
}

// recover goes on where a process ended between writing down what it was about to
// do and what came of it. What AWS shows decides, once it has had time to show it.
func (s *stepWork) recover(ctx context.Context, intent *Intent) (verdict, why string, err error) {
	now, reached, err := s.await(ctx, intent.Before, intent.After, s.doubt())
	switch {
	case err != nil:
		s.stopped = "it is not known what became of a change that was begun"
		return VerdictFailed, "looking for what became of it: " + err.Error(), nil // the intent stays open
	case reached:
		return s.done(ctx, intent.Before, now, Receipt{}, Done{Found: true})
	case same(now, intent.Before):
		return s.write(ctx, intent.Before, intent.After)
	}
	return s.foreign(fmt.Sprintf("the work ended while it was being made, and now something else is there: %s", brief(now)), intent.Before, now)
}

// write writes down what will be done, looks a last time, does it and reads it
// back.
func (s *stepWork) write(ctx context.Context, before, after state) (verdict, why string, err error) {
	if err := s.move.ready(ctx, s.target, s.change.Parameters, before); err != nil {
		return s.refuse(err.Error(), before)
	}
	intent := &Intent{Step: s.step, Action: s.change.Action, Operation: s.move.operation, Place: s.change.Place, Target: s.change.Target,
		Parameters: s.change.Parameters, Time: s.now(), Caller: s.Accounts[s.change.Account].ARN, Token: s.Plan.token(s.change, s.step.Number), Before: before, After: after}
	if err := s.Journal.append(Record{Intent: intent}); err != nil {
		return "", "", err
	}
	for attempt := 1; ; attempt++ {
		now, err := s.look(ctx)
		if err != nil {
			return s.refuse("looking a last time: "+err.Error(), nil)
		}
		if !same(now, before) {
			return s.lateChange(ctx, before, after, now)
		}
		s.Journal.reach("before write")
		got, err := s.move.write(ctx, s.target, s.change.Parameters, before, after, intent.Token)
		s.Journal.reach("after write")
		if err == nil {
			return s.verify(ctx, before, after, got, attempt)
		}
		verdict, why, again, err := s.answered(ctx, before, after, err, attempt)
		if !again {
			return verdict, why, err
		}
	}
}

// attempts of a write that AWS did not answer clearly.
const attempts = 4

// answered decides by AWS's answer to a write that was not a plain yes. again says
// that it certainly was not done, and may be tried once more.
func (s *stepWork) answered(ctx context.Context, before, after state, cause error, attempt int) (verdict, why string, again bool, err error) {
	what := fmt.Sprintf("%s: %v", s.move.operation, cause)
	switch judge(cause) {
	case refused, notThere:
		if isDenied(cause) {
			what += "; the role needs this permission: holdfast iam-policy remediate --actions " + s.change.Action
		}
		verdict, why, err = s.fail(what, requestOf(cause), nil)
		return verdict, why, false, err
	case undone:
		if attempt < attempts {
			return "", "", true, s.sleep(ctx)
		}
		verdict, why, err = s.fail(what, requestOf(cause), nil)
		return verdict, why, false, err
	}
	now, reached, looked := s.await(ctx, before, after, s.doubt())
	switch {
	case looked != nil:
		s.stopped = "it is not known what became of a change"
		return VerdictFailed, fmt.Sprintf("%s; and looking for what became of it: %v; apply the plan again to find out", what, looked), false, nil // the intent stays open
	case reached:
		verdict, why, err = s.done(ctx, before, now, Receipt{RequestID: requestOf(cause)}, Done{Attempts: attempt})
	case same(now, before) && attempt < attempts:
		return "", "", true, nil
	case same(now, before):
		verdict, why, err = s.fail(what, requestOf(cause), now)
	default:
		verdict, why, err = s.foreign("AWS gave no clear answer ("+what+"), and something else is there: "+brief(now), before, now)
	}
	return verdict, why, false, err
}

// verify reads back what AWS took.
func (s *stepWork) verify(ctx context.Context, before, after state, got Receipt, attempt int) (verdict, why string, err error) {
	now, reached, err := s.await(ctx, before, after, s.settle())
	count := 0
	if attempt > 1 {
		count = attempt
	}
	switch {
	case err != nil:
		s.stopped = "a change could not be read back"
		return VerdictFailed, fmt.Sprintf("AWS took it (request %s), but reading it back: %v; apply the plan again to find out", got.RequestID, err), nil // the intent stays open
	case reached:
		return s.done(ctx, before, now, got, Done{Attempts: count})
	case same(now, before):
		return s.fail(fmt.Sprintf("AWS took it (request %s), but does not show it after %s", got.RequestID, s.settle()), got.RequestID, now)
	}
	return s.foreign(fmt.Sprintf("AWS took it (request %s), but something else is there: %s", got.RequestID, brief(now)), before, now)
}

// lateChange is for a target that changed between the two looks before a write:
// to what was wanted, or to something else.
func (s *stepWork) lateChange(ctx context.Context, before, after, now state) (verdict, why string, err error) {
	if reached, err := s.reached(now, after); err == nil && reached {
		return s.done(ctx, before, now, Receipt{}, Done{Found: true})
	}
	return s.foreign("somebody changed it just now: "+brief(now)+"; nothing was written", before, now)
}

// look reads the target, and waits while it is changing.
func (s *stepWork) look(ctx context.Context) (state, error) {
	deadline := time.Now().Add(s.settle())
	for {
		now, err := s.move.read(ctx, s.target, s.change.Parameters)
		var busy notReady
		if !errors.As(err, &busy) {
			return now, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%w, and still was after %s", err, s.settle())
		}
		if err := s.sleep(ctx); err != nil {
			return nil, err
		}
	}
}

// await looks until what is there is what was wanted. It gives up after the time
// given, and sooner where neither the one nor the other has been there for a while.
func (s *stepWork) await(ctx context.Context, before, after state, patience time.Duration) (now state, reached bool, err error) {
	begun := time.Now()
	expected := begun // when it last was what it had been
	for {
		if now, err = s.look(ctx); err != nil {
			return nil, false, err
		}
		if reached, err = s.reached(now, after); err != nil || reached {
			return now, reached, err
		}
		if same(now, before) {
			expected = time.Now()
		}
		if time.Since(begun) > patience || time.Since(expected) > s.doubt() {
			return now, false, nil
		}
		if err := s.sleep(ctx); err != nil {
			return nil, false, err
		}
	}
}

func (s *stepWork) reached(now, after state) (bool, error) {
	is, err := s.move.lasting(now)
	if err != nil {
		return false, err
	}
	should, err := s.move.lasting(after)
	return same(is, should), err
}

func (s *stepWork) settle() time.Duration {
	if s.Settle > 0 {
		return s.Settle
	}
	return 2 * time.Minute
}

// doubt is how long something is looked at before it is believed that a call was
// not done, or that somebody else was there.
func (s *stepWork) doubt() time.Duration {
	if s.Doubt > 0 {
		return s.Doubt
	}
	return 30 * time.Second
}

func (s *stepWork) sleep(ctx context.Context) error {
	pause := s.Pause
	if pause <= 0 {
		pause = 2 * time.Second
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done notes a step that has been read back, after a look at what else happened.
func (s *stepWork) done(ctx context.Context, before, now state, got Receipt, d Done) (verdict, why string, err error) {
	d.Step, d.Time, d.After, d.RequestID, d.Result = s.step, s.now(), now, got.RequestID, got.Result
	if err := s.move.confirm(ctx, s.target, s.change.Parameters, before, now); isForeign(err) {
		d.Foreign = err.Error()
	} else if err != nil {
		d.Foreign = "whether somebody else changed it in between is not known: " + err.Error()
	}
	if err := s.Journal.append(Record{Done: &d}); err != nil {
		return "", "", err
	}
	if d.Foreign != "" {
		s.stopped = "stopped, since somebody else is changing the same things"
		return VerdictFailed, d.Foreign, nil
	}
	return VerdictDone, "", nil
}

func (s *stepWork) skip(why string, now state) (string, string, error) {
	return VerdictSkipped, why, s.Journal.append(Record{Skipped: s.verdict(why, "", now)})
}

func (s *stepWork) refuse(why string, now state) (string, string, error) {
	return VerdictRefused, why, s.Journal.append(Record{Refused: s.verdict(why, "", now)})
}

func (s *stepWork) fail(why, request string, now state) (string, string, error) {
	return VerdictFailed, why, s.Journal.append(Record{Failed: s.verdict(why, request, now)})
}

// foreign notes somebody else's change, says whether it left anything weaker, and
// stops the work.
func (s *stepWork) foreign(why string, before, now state) (string, string, error) {
	if err := s.move.notWeaker(before, now); err != nil {
		why += "; what is there now is weaker than what was there"
	}
	s.stopped = "stopped, since somebody else is changing the same things"
	return s.fail(why, "", now)
}

func (s *stepWork) verdict(why, request string, now state) *Verdict {
	return &Verdict{Step: s.step, Action: s.change.Action, Target: s.change.Target, Time: s.now(), Why: why, RequestID: request, Now: now}
}
