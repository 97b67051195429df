package remediate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A step is one write to AWS. P are the parameters of the change; S is all that
// the write may alter, so that nothing can become weaker unseen. Most changes have
// one step.
type step[P, S any] struct {
	operation string // "dynamodb:UpdateContinuousBackups"

	// read looks at the target. notReady says that it is on its way to somewhere.
	read func(context.Context, *Target, P) (S, error)
	// want is what should be there, from what is there. The error says why not.
	want func(P, S) (S, error)
	// weaker names the settings of after that protect less than those of before;
	// nil: the step only adds what was not there.
	weaker func(before, after S) []string
	// write does it. The token is the same for the same step of the same plan, and
	// of no other.
	write func(ctx context.Context, t *Target, p P, before, after S, token string) (Receipt, error)

	// ready looks at everything else that has to hold just before the write; nil:
	// nothing.
	ready func(context.Context, *Target, P, S) error
	// confirm looks afterwards for what somebody else did in between; nil: reading
	// back is all that AWS allows.
	confirm func(ctx context.Context, t *Target, p P, before, after S) error

	// known is the part of a state that a snapshot can tell; nil: all of it.
	known func(S) S
	// lasting leaves out what every write changes, such as a version; nil: nothing.
	lasting func(S) S
}

// A Receipt is what AWS gave in return for a write.
type Receipt struct {
	RequestID string `json:"request_id,omitempty"`
	Result    string `json:"result,omitempty"` // what was made: an ARN or id
}

// notReady is a target that is changing; it is looked at again.
type notReady struct{ what string }

func (e notReady) Error() string { return e.what }

// A state is what a step reads and writes, as JSON; null where there is nothing.
type state = json.RawMessage

// A move is a step whose types are behind JSON. Its functions never are nil.
type move struct {
	operation string
	read      func(ctx context.Context, t *Target, parameters state) (state, error)
	want      func(parameters, now state) (state, error)
	weaker    func(before, after state) ([]string, error)
	write     func(ctx context.Context, t *Target, parameters, before, after state, token string) (Receipt, error)
	ready     func(ctx context.Context, t *Target, parameters, now state) error
	confirm   func(ctx context.Context, t *Target, parameters, before, after state) error
	known     func(state) (state, error)
	lasting   func(state) (state, error)
}

// move puts the step behind JSON.
func (s step[P, S]) move() move {
	return move{
		operation: s.operation,
		read: func(ctx context.Context, t *Target, parameters state) (state, error) {
			p, err := decode[P](parameters)
			if err != nil {
				return nil, err
			}
			now, err := s.read(ctx, t, p)
			if err != nil {
				return nil, err
			}
			return encode(now), nil
		},
		want: func(parameters, now state) (state, error) {
			p, n, err := decode2[P, S](parameters, now)
			if err != nil {
				return nil, err
			}
			after, err := s.want(p, n)
			if err != nil {
				return nil, err
			}
			return encode(after), nil
		},
		weaker: func(before, after state) ([]string, error) {
			b, a, err := decode2[S, S](before, after)
			if err != nil || s.weaker == nil {
				return nil, err
			}
			return s.weaker(b, a), nil
		},
		write: func(ctx context.Context, t *Target, parameters, before, after state, token string) (Receipt, error) {
			p, err := decode[P](parameters)
			if err != nil {
				return Receipt{}, err
			}
			b, a, err := decode2[S, S](before, after)
			if err != nil {
				return Receipt{}, err
			}
			return s.write(ctx, t, p, b, a, token)
		},
		ready: func(ctx context.Context, t *Target, parameters, now state) error {
			p, n, err := decode2[P, S](parameters, now)
			if err != nil || s.ready == nil {
				return err
			}
			return s.ready(ctx, t, p, n)
		},
		confirm: func(ctx context.Context, t *Target, parameters, before, after state) error {
			p, err := decode[P](parameters)
			if err != nil || s.confirm == nil {
				return err
			}
			b, a, err := decode2[S, S](before, after)
			if err != nil {
				return err
			}
			return s.confirm(ctx, t, p, b, a)
		},
		known:   through(s.known),
		lasting: through(s.lasting),
	}
}

// through applies a function of S to its JSON; nil leaves it as it is.
func through[S any](f func(S) S) func(state) (state, error) {
	return func(raw state) (state, error) {
		if f == nil {
			return raw, nil
		}
		s, err := decode[S](raw)
		if err != nil {
			return nil, err
		}
		return encode(f(s)), nil
	}
}

// parameters are what a change is told, apart from where.
type parameters interface {
	// check holds them to AWS's bounds and to ours, without asking anybody.
	check(Place) error
	// target is the ARN of what is changed.
	target(Place) string
}

// A Place is one Region of one account.
type Place struct {
	Partition string `json:"partition"` // "aws"
	Account   string `json:"account"`   // 12 digits
	Region    string `json:"region"`    // "eu-west-1"
}

func (p Place) arn(service, resource string) string {
	return strings.Join([]string{"arn", p.Partition, service, p.Region, p.Account, resource}, ":")
}

// A doer is what an action does, its types behind JSON.
type doer struct {
	check func(parameters state, at Place) (target string, err error)
	steps []move
	undo  []move // by step, each to what was there before; nil: cannot be undone
	text  func(parameters state, c *Change) Text
	back  func(parameters state, d Undoing) string // how a person takes it back; nil: nobody can
}

// An Undoing is a step that was done, for the words that take it back.
type Undoing struct {
	Place
	Target        string
	Before, After state
	Result        string // what was made
}

// byHand adds to a doer the command with which a person takes it back.
func byHand[P parameters](d doer, back func(P, Undoing) string) doer {
	d.back = func(raw state, u Undoing) string {
		p, err := decode[P](raw)
		if err != nil {
			return ""
		}
		return back(p, u)
	}
	return d
}

// deed makes a doer. undo may be nil.
func deed[P parameters](steps, undo []move, text func(P, *Change) Text) doer {
	return doer{
		check: func(raw state, at Place) (string, error) {
			p, err := decode[P](raw)
			if err != nil {
				return "", err
			}
			return p.target(at), p.check(at)
		},
		steps: steps, undo: undo,
		text: func(raw state, c *Change) Text {
			p, err := decode[P](raw)
			if err != nil {
				return Text{} // check has refused it before
			}
			return text(p, c)
		},
	}
}

// encode is JSON as it stands in plans and journals. The types are our own, and
// can always be encoded.
func encode(v any) state {
	text, err := json.Marshal(v)
	if err != nil {
		panic("remediate: encoding: " + err.Error())
	}
	return text
}

// decode is strict: an unknown field, a field given twice, or one in another form
// than encode would write it, is an error.
func decode[T any](raw state) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if written := encode(v); !same(written, raw) {
		return v, fmt.Errorf("%s is not how it is written; it would be %s", brief(raw), brief(written))
	}
	return v, nil
}

func decode2[A, B any](first, second state) (a A, b B, err error) {
	if a, err = decode[A](first); err != nil {
		return a, b, err
	}
	b, err = decode[B](second)
	return a, b, err
}

// same compares JSON but for white space.
func same(a, b state) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

func brief(raw state) string {
	if len(raw) > 200 {
		return strings.ToValidUTF8(string(raw[:200]), "") + "…"
	}
	return string(raw)
}

// decodeLoosely reads JSON into a type that has the same names, and leaves out what
// that does not know.
func decodeLoosely[T any](raw state) (T, error) {
	var v T
	if raw == nil {
		return v, nil
	}
	return v, json.Unmarshal(raw, &v)
}
