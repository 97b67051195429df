package evaluate

import (
	"context"
	"reflect"
	"slices"
	"sync/atomic"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"golang.org/x/sync/errgroup"
)

// chunk is how many subjects a worker takes at a time.
const chunk = 64

// judge fills judged, but for the engine's own rules, with workers that take
// chunks of subjects. What a worker finds does not depend on what it judged
// before, so the outcome does not depend on their number.
func (r *run) judge(ctx context.Context) error {
	r.judged = make([][]judgement, len(r.subjects))
	var next atomic.Int64
	var stop atomic.Bool
	var workers []*worker
	group, ctx := errgroup.WithContext(ctx)
	for range min(r.settings.Parallel, len(r.subjects)/chunk+1) {
		w := newWorker(r, &stop)
		workers = append(workers, w)
		group.Go(func() error {
			for {
				from := int(next.Add(1)-1) * chunk
				if from >= len(r.subjects) {
					return nil
				}
				for i := from; i < min(from+chunk, len(r.subjects)); i++ {
					if err := w.subject(ctx, i); err != nil {
						return err
					}
				}
			}
		})
	}
	return watched(group.Wait, func() error {
		for _, w := range workers {
			if err := w.progress.stuck(); err != nil {
				stop.Store(true)
				return err
			}
		}
		return nil
	})
}

// A worker judges one subject after the other, with caches of its own.
type worker struct {
	*run
	observer *observer
	builtins map[string]*topdown.Builtin
	oracles  map[*bound]*oracle
	caches   map[*query]*cache
	progress progress
	key      []byte
	numbers  []int64 // volatile ones of the query at hand

	// Of the subject at hand:
	at    *facts.Subject
	facts reflect.Value
	input *ast.Term // all facts, for NoCache; nil until needed
}

func newWorker(r *run, stop *atomic.Bool) *worker {
	o := &observer{budget: budget{stop: stop}}
	return &worker{run: r, observer: o, builtins: implementations(o), oracles: map[*bound]*oracle{}, caches: map[*query]*cache{}}
}

func (w *worker) subject(ctx context.Context, i int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := w.subjects[i]
	entries := w.entries[s.Kind]
	outcome := make([]judgement, len(entries))
	if document := s.Facts(); document != nil {
		w.at, w.facts, w.input = s, reflect.ValueOf(document).Elem(), nil
	}
	for j := range entries {
		if entries[j].rule == nil {
			continue // the engine's; see engine.go
		}
		v, scope, err := w.verdict(ctx, s, &entries[j], j, w.scopes.of[i])
		if err != nil {
			return err
		}
		outcome[j] = judgement{verdict: v, scope: scope}
	}
	w.judged[i] = outcome
	return nil
}

// verdict judges under each alternative of the subject's scope; they must agree.
func (w *worker) verdict(ctx context.Context, s *facts.Subject, e *entry, j int, alternatives []*scopeSet) (*verdict, *string, error) {
	first := alternatives[0].bounds[s.Kind][j]
	hidden := hides(s, e.rule.reads)
	if gap := whole(s); gap != nil {
		return w.hidden(s, e, []facts.Hidden{*gap}), &first.scope, nil
	}
	if len(hidden) > 0 && e.meta.WithGaps == "" {
		return w.hidden(s, e, hidden), &first.scope, nil
	}
	agreed, err := w.under(ctx, e.rule, first)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range alternatives[1:] {
		v, err := w.under(ctx, e.rule, other.bounds[s.Kind][j])
		if err != nil {
			return nil, nil, err
		}
		if v.status != agreed.status {
			return w.hidden(s, e, scopeGaps(s)), &first.scope, nil
		}
	}
	if len(hidden) > 0 && !withstands(e.meta.WithGaps, agreed.status) {
		agreed = w.hidden(s, e, hidden)
	}
	return agreed, &first.scope, nil
}

func withstands(withGaps string, status finding.Status) bool {
	return withGaps == passStands && status == finding.Pass || withGaps == failStands && status == finding.Fail
}

// under judges the facts at hand with given parameters: is it the rule's
// business, and if so, which side holds?
func (w *worker) under(ctx context.Context, r *rule, b *bound) (*verdict, error) {
	if b.err != nil {
		return unknown(finding.Gap{Reason: undecidedReason, Message: b.err.Error()}), nil
	}
	if r.gate != nil {
		v, err := w.cached(ctx, r, r.gate, b, r.weighGate)
		if v != nil || err != nil {
			return v, err
		}
	}
	return w.cached(ctx, r, r.sides, b, r.weighSides)
}

// cached answers from the cache or asks OPA. A nil verdict of the gate means
// that the rule applies.
func (w *worker) cached(ctx context.Context, r *rule, q *query, b *bound, weigh func(ast.Object) (*verdict, error)) (*verdict, error) {
	c := w.cache(q)
	if c.closed {
		return w.asked(ctx, r, q, b, weigh)
	}
	w.numbers = slices.Grow(w.numbers[:0], q.volatile)[:q.volatile]
	w.key = append(append(w.key[:0], b.key...), 0)
	w.key = q.input.appendKey(w.key, w.facts, w.numbers)
	if v, found := c.get(w.key, w.numbers); found {
		return v, nil
	}
	v, err := w.asked(ctx, r, q, b, weigh)
	if err == nil {
		c.put(w.key, w.observer.asked, w.numbers, v)
	}
	return v, err
}

func (w *worker) asked(ctx context.Context, r *rule, q *query, b *bound, weigh func(ast.Object) (*verdict, error)) (*verdict, error) {
	oracle := w.oracles[b]
	if oracle == nil {
		var err error
		if oracle, err = newOracle(ctx, w.policy.compiler, w.observer, w.builtins, b.parameters); err != nil {
			return nil, err
		}
		w.oracles[b] = oracle
	}
	w.progress.begin(r, w.at)
	answer, err := oracle.ask(ctx, q, w.inputOf(r, q))
	took := w.progress.end()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if w.observer.budget.spent() {
		if err := r.overdrawn(w.spent[r], took); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return r.failed(err), nil
	}
	return weigh(answer)
}

// inputOf is what the query sees: the facts that it reads, or, without cache,
// all of them.
func (w *worker) inputOf(r *rule, q *query) *ast.Term {
	if !w.settings.NoCache {
		return q.input.term(w.facts)
	}
	if w.input == nil {
		w.input = r.shape.term(w.facts)
	}
	return w.input
}

func (w *worker) cache(q *query) *cache {
	c := w.caches[q]
	if c == nil {
		c = &cache{trees: map[string]*tree{}, closed: w.settings.NoCache}
		w.caches[q] = c
	}
	return c
}
