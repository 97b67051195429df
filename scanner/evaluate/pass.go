package evaluate

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"holdfast/scanner/facts"

	"golang.org/x/sync/errgroup"
)

// chunk is how many subjects a worker takes at a time.
const chunk = 64

// An item is a subject with the alternatives of its scope.
type item struct {
	*facts.Subject
	scopes []*scopeSet
}

// pass hands all subjects to the workers, a chunk at a time, and what they make of
// each chunk to next, in order. What a worker makes of a chunk does not depend on
// what it saw before, so the outcome does not depend on their number.
func pass[T any](ctx context.Context, r *run, subjects iter.Seq2[*facts.Subject, error], work func(context.Context, *worker, []item) (T, error), next func(T) error) error {
	type task struct {
		items []item
		part  chan T
	}
	tasks, parts := make(chan task), make(chan chan T, 2*len(r.workers))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(tasks)
		defer close(parts)
		return r.chunks(subjects, func(items []item) error {
			part := make(chan T, 1)
			select {
			case parts <- part:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case tasks <- task{items, part}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	for _, w := range r.workers {
		group.Go(func() error {
			for t := range tasks {
				made, err := work(ctx, w, t.items)
				if err != nil {
					return err
				}
				t.part <- made
			}
			return nil
		})
	}
	group.Go(func() error {
		for part := range parts {
			select {
			case made := <-part:
				if err := next(made); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return ctx.Err()
	})
	return watched(group.Wait, r.stuck)
}

// stuck is the error of a worker whose query will never end. The others stop.
func (r *run) stuck() error {
	for _, w := range r.workers {
		if err := w.progress.stuck(); err != nil {
			r.stop.Store(true)
			return err
		}
	}
	return nil
}

// chunks reads subjects, holds each to what the engine relies on, and finds its
// scopes.
func (r *run) chunks(subjects iter.Seq2[*facts.Subject, error], hand func([]item) error) error {
	var before *facts.Subject
	items := make([]item, 0, chunk)
	for s, err := range subjects {
		if err == nil {
			err = r.admit(before, s)
		}
		if err != nil {
			return err
		}
		before, r.account = s, s.Account
		scopes, err := r.scopes.of(s)
		if err != nil {
			return err
		}
		if items = append(items, item{s, scopes}); len(items) == chunk {
			if err := hand(items); err != nil {
				return err
			}
			items = make([]item, 0, chunk)
		}
	}
	if len(items) > 0 {
		return hand(items)
	}
	return nil
}

// admit refuses a subject that nobody could judge.
func (r *run) admit(before, s *facts.Subject) error {
	if before != nil {
		if before.Account != s.Account {
			return fmt.Errorf("evaluating %s: its account is not %s; accounts are judged one after the other", s.ARN, before.Account)
		}
		switch c := compareSubjects(before, s); {
		case c == 0:
			return fmt.Errorf("evaluating %s %s: it is there twice", s.Kind, s.ARN)
		case c > 0:
			return fmt.Errorf("evaluating %s %s: it comes after %s %s; subjects are sorted by account, Region, kind and ARN", s.Kind, s.ARN, before.Kind, before.ARN)
		}
	}
	if _, known := r.policy.shapes[s.Kind]; !known {
		return fmt.Errorf("evaluating %s: unknown kind of subject %q", s.ARN, s.Kind)
	}
	if s.Facts() == nil && whole(s) == nil {
		return fmt.Errorf("evaluating %s %s: it has neither facts nor a gap that says why", s.Kind, s.ARN)
	}
	return nil
}

// twice is subjects that are gone through twice: kept after the first time where
// there are no more than most, and read again where they are many.
func twice(subjects iter.Seq2[*facts.Subject, error], most int) iter.Seq2[*facts.Subject, error] {
	var kept []*facts.Subject
	whole := false
	return func(yield func(*facts.Subject, error) bool) {
		if whole {
			for _, s := range kept {
				if !yield(s, nil) {
					return
				}
			}
			return
		}
		kept = nil
		n := 0
		for s, err := range subjects {
			if n++; n <= most {
				kept = append(kept, s)
			} else {
				kept = nil
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
		whole = n <= most
	}
}

// newWorkers makes as many as the settings ask for.
func (r *run) newWorkers() {
	r.stop = &atomic.Bool{}
	for range r.settings.Parallel {
		r.workers = append(r.workers, newWorker(r))
	}
}
