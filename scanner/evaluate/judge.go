package evaluate

import (
	"context"
	"reflect"
	"slices"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// A worker judges one subject after the other, with caches of its own.
type worker struct {
	*run
	observer *observer
	builtins map[string]*topdown.Builtin
	oracles  map[*bound]*oracle
	caches   map[*query]*cache
	parsed   map[string]path // paths of sources; see exhibits
	progress progress
	key      []byte
	numbers  []int64 // volatile ones of the query at hand

	// Of the subject at hand:
	at    *facts.Subject
	facts reflect.Value
	input *ast.Term // all facts, for NoCache; nil until needed
}

func newWorker(r *run) *worker {
	o := &observer{budget: budget{stop: r.stop}}
	return &worker{run: r, observer: o, builtins: implementations(o), oracles: map[*bound]*oracle{}, caches: map[*query]*cache{}, parsed: map[string]path{}}
}

// judged is a subject with what rules say of it, one for each entry of its kind.
type judged struct {
	item
	all []judgement // without verdict where the rule was not asked, or is the engine's
}

// judge asks the rules that are asked among the entries of the subject's kind;
// nil: all.
func (w *worker) judge(ctx context.Context, it item, asked []bool) (*judged, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries := w.entries[it.Kind]
	j := &judged{it, make([]judgement, len(entries))}
	if document := it.Facts(); document != nil {
		w.at, w.facts, w.input = it.Subject, reflect.ValueOf(document).Elem(), nil
	}
	for n := range entries {
		if entries[n].rule == nil || asked != nil && !asked[n] {
			continue // without rule it is the engine's; see engine.go
		}
		v, by, err := w.verdict(ctx, it.Subject, &entries[n], n, it.scopes)
		if err != nil {
			return nil, err
		}
		j.all[n] = judgement{verdict: v, by: by}
	}
	return j, nil
}

// bare is the outcome without the facts.
func (j *judged) bare() *judged {
	s := j.Subject
	who := &facts.Subject{Kind: s.Kind, ARN: s.ARN, Account: s.Account, Region: s.Region, Name: s.Name, Group: s.Group}
	return &judged{item{who, j.scopes}, j.all}
}

// verdict judges under each alternative of the subject's scope; they must agree.
func (w *worker) verdict(ctx context.Context, s *facts.Subject, e *entry, j int, alternatives []*scopeSet) (*verdict, *bound, error) {
	first := alternatives[0].bounds[s.Kind][j]
	hidden := hides(s, e.rule.reads)
	if gap := whole(s); gap != nil {
		return w.hidden(s, e, []facts.Hidden{*gap}), first, nil
	}
	if len(hidden) > 0 && e.meta.WithGaps == "" {
		return w.hidden(s, e, hidden), first, nil
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
			return w.hidden(s, e, scopeGaps(s)), first, nil
		}
	}
	if len(hidden) > 0 && !withstands(e.meta.WithGaps, agreed.status) {
		agreed = w.hidden(s, e, hidden)
	}
	return agreed, first, nil
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
