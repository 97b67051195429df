package evaluate

import (
	"fmt"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const (
	// maxSteps is how many expressions a query may evaluate: hundreds of times what
	// any rule that ships needs.
	maxSteps = 100_000
	// maxWork is how many bytes and elements the builtins of a query may read and
	// make, all calls together.
	maxWork = 2 << 20
	// maxViolations is how many elements deny may have for one subject.
	maxViolations = 100
)

// A budget stops a query after so many steps and so much work, which, unlike
// time, are the same on every machine. OPA asks it before each expression, and
// the builtins charge what they are given and what they make of it.
type budget struct {
	steps, work int
	stop        *atomic.Bool // set from outside: the watchdog has given up on the run
}

func (b *budget) reset() { b.steps, b.work = maxSteps, maxWork }

// spent says whether the last query ran out of it.
func (b *budget) spent() bool { return b.steps < 0 || b.work < 0 }

func (b *budget) Cancel() { b.steps = 0 }

func (b *budget) Cancelled() bool {
	b.steps--
	return b.steps < 0 || b.stop != nil && b.stop.Load()
}

var (
	errSteps = fmt.Errorf("more than %d steps", maxSteps)
	errWork  = fmt.Errorf("its builtins handle more than %d bytes and elements", maxWork)
)

// left is how much more work there may be; without a budget, as in tests, any.
func (o *observer) left() int {
	if o == nil {
		return maxWork
	}
	return o.budget.work
}

// spend takes work off the budget. An error ends the query.
func (o *observer) spend(location *ast.Location, work int) error {
	if o == nil {
		return nil
	}
	if o.budget.work -= work; o.budget.work >= 0 {
		return nil
	}
	return topdown.Halt{Err: &topdown.Error{Code: topdown.BuiltinErr, Location: location, Message: errWork.Error()}}
}

// charging wraps all builtins: the caps hold for each call, the budget for all
// calls of a query together.
func (o *observer) charging(name string, call builtin) builtin {
	return func(bctx topdown.BuiltinContext, args []*ast.Term) (*ast.Term, error) {
		work, err := handled(name, args, o.left())
		if err == nil {
			err = o.spend(bctx.Location, work)
		} else {
			err = tooLarge(bctx.Location, name, err)
		}
		if err != nil {
			return nil, err
		}
		result, err := call(bctx, args)
		if err != nil || result == nil {
			return result, err
		}
		work, err = made(name, result, o.left())
		if err != nil {
			return nil, tooLarge(bctx.Location, name, err)
		}
		return result, o.spend(bctx.Location, work)
	}
}
