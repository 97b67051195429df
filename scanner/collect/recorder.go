package collect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"holdfast/scanner/snapshot"
)

// A Recorder puts what a collector finds into one shard: rows, and for every
// question a call and, without an answer, a gap. It may be used from many
// goroutines.
type Recorder struct {
	builder     *snapshot.Builder
	timeout     time.Duration // for all tries of a question
	credentials credentials
	breaker     breaker
	asked       func() // after every call
	named       named

	mu        sync.Mutex
	collected time.Time // AWS's clock at the first answer
	calls     int
	gaps      int
	all       []snapshot.Gap // the first few
	broken    error          // first error of the builder
}

// A question is one call to make.
type question struct {
	operation  string            // IAM action
	parameters map[string]string // AWS's names, without paging
	page       int               // 1, 2 … for lists
	none       []string          // error codes by which AWS says that there is none
	elsewhere  bool              // without an answer it is asked in another way: no gap
	optional   bool              // it need not be answered: noted as unread instead of as a gap
}

func ask(operation string, pairs ...string) question {
	q := question{operation: operation}
	if len(pairs) > 0 {
		q.parameters = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.parameters[pairs[i]] = pairs[i+1]
	}
	return q
}

// orNone adds error codes that are an answer: there is none.
func (q question) orNone(codes ...string) question {
	q.none = codes
	return q
}

// An answer says what became of a question.
type answer int

const (
	missing answer = iota // a gap
	none                  // AWS says that there is none
	given
)

// Add keeps a row.
func (r *Recorder) Add(row snapshot.Row) {
	r.named.in(row)
	if err := r.builder.Add(row); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.broken == nil {
			r.broken = err
		}
	}
}

// Now is AWS's clock at the shard's first answer, else ours.
func (r *Recorder) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.collected.IsZero() {
		return time.Now().UTC().Truncate(time.Second)
	}
	return r.collected
}

// err is why a collector should stop: ctx is done, or rows cannot be kept.
func (r *Recorder) err(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return r.broken
	}
	return ctx.Err()
}

// get asks one question. Used picks the fields of the answer that the call
// keeps; its error makes the answer unreadable.
func get[O any](ctx context.Context, r *Recorder, q question, call func(context.Context) (*O, error), used func(*O) (any, error)) (*O, answer) {
	var response any
	out, x, err := tried(ctx, r, call)
	if err == nil {
		response, err = used(out)
	}
	got := r.record(ctx, q, x, response, err)
	if got != given {
		return nil, got
	}
	return out, given
}

// tried makes the call, with fresh credentials a second time where the first
// ones had expired.
func tried[O any](ctx context.Context, r *Recorder, call func(context.Context) (*O, error)) (*O, *exchange, error) {
	x := &exchange{}
	if err := r.breaker.open(); err != nil {
		return nil, x, err
	}
	x.deadline = time.Now().Add(r.timeout)
	inner := context.WithValue(ctx, exchangeKey{}, x)
	out, err := call(inner)
	if err != nil && isCredentials(err) && ctx.Err() == nil && r.breaker.refresh(r.credentials) {
		out, err = call(inner)
	}
	r.breaker.note(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.collected.IsZero() {
		r.collected = x.time
	}
	return out, x, err
}

// record keeps the call and, if need be, the gap.
func (r *Recorder) record(ctx context.Context, q question, x *exchange, response any, err error) answer {
	if ctx.Err() != nil {
		return missing // the shard is given up; nothing of it will be kept
	}
	call := snapshot.Call{
		Operation: q.operation, Parameters: q.parameters, Page: q.page,
		Time: x.time, RequestId: x.requestID, Attempts: x.attempts, Response: response,
	}
	got := given
	if err != nil {
		reason, code, message := classify(err)
		call.Error, call.Response = code, nil
		if code == "" {
			call.Error = string(reason)
		}
		if got = none; !slices.Contains(q.none, code) {
			got = missing
			switch {
			case q.elsewhere:
			case q.optional:
				r.Add(snapshot.Row{Unread: &snapshot.Unread{
					Operation: q.operation, Parameters: maps.Clone(q.parameters), Reason: reason, Code: code, Message: message,
				}})
			default:
				r.gap(q, reason, code, message)
			}
		}
	}
	r.mu.Lock()
	r.calls++
	r.mu.Unlock()
	if call.Time.IsZero() {
		call.Time = time.Now().UTC().Truncate(time.Second)
	}
	r.Add(snapshot.Row{Call: &call})
	r.asked()
	return got
}

func (r *Recorder) gap(q question, reason snapshot.Reason, code, message string) {
	gap := &snapshot.Gap{Operation: q.operation, Parameters: maps.Clone(q.parameters), Reason: reason, Code: code, Message: message}
	r.mu.Lock()
	r.gaps++
	if len(r.all) < 10 {
		r.all = append(r.all, *gap)
	}
	r.mu.Unlock()
	r.Add(snapshot.Row{Gap: gap})
}

// remember adds a gap that was there before the shard was begun, unless the shard
// has it already.
func (r *Recorder) remember(g *snapshot.Gap) {
	if g == nil || slices.ContainsFunc(r.all, func(own snapshot.Gap) bool { return own.ID() == g.ID() }) {
		return
	}
	r.gap(question{operation: g.Operation, parameters: g.Parameters}, g.Reason, g.Code, g.Message)
}

// items is what a call keeps of a list's page.
type items struct {
	Items int `json:"items"`
}

// emptyPages is how many pages without an item may follow one another. AWS may
// filter a page after it was cut, so some are in order; a list of nothing else is not.
const emptyPages = 10_000

// list asks for page after page until AWS sends no token. Ask makes the request
// with the token of the page before; read takes the rows of a page and returns
// the next token and how many items there were. What was read before a page that
// has no answer stays; the result is then missing.
func list[O any](ctx context.Context, r *Recorder, q question,
	ask func(ctx context.Context, token *string) (*O, error), read func(*O) (next *string, n int, err error),
) answer {
	var token *string
	empty := 0
	seen := map[string]bool{}
	for q.page = 1; ; q.page++ {
		var next *string
		_, got := get(ctx, r, q,
			func(ctx context.Context) (*O, error) { return ask(ctx, token) },
			func(out *O) (any, error) {
				var n int
				var err error
				if next, n, err = read(out); err != nil {
					return nil, err
				}
				if next != nil && seen[*next] {
					return nil, unreadableError{"AWS repeats a page: its paging token came before"}
				}
				if empty++; n > 0 {
					empty = 0
				}
				if empty > emptyPages && next != nil {
					return nil, unreadableError{fmt.Sprintf("AWS sends more than %d pages without an item", emptyPages)}
				}
				return items{n}, nil
			})
		if got != given || next == nil || *next == "" {
			return got
		}
		seen[*next] = true
		token = next
	}
}
