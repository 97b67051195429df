package evaluate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// An oracle answers queries for one rule's parameters. It belongs to one
// goroutine.
type oracle struct {
	compiler *ast.Compiler
	observer *observer
	builtins map[string]*topdown.Builtin // of the observer
	store    storage.Store               // data.parameters
	txn      storage.Transaction
}

// newOracle makes parameters what data.parameters is.
func newOracle(ctx context.Context, compiler *ast.Compiler, observer *observer, builtins map[string]*topdown.Builtin, parameters *ast.Term) (*oracle, error) {
	store := inmem.NewFromASTObject(ast.NewObject([2]*ast.Term{ast.StringTerm("parameters"), parameters}))
	txn, err := store.NewTransaction(ctx)
	return &oracle{compiler, observer, builtins, store, txn}, err
}

// ask runs one query; the observer then knows what it depended on. A panic inside OPA is an error like any other.
func (o *oracle) ask(ctx context.Context, q *query, input *ast.Term) (answer ast.Object, err error) {
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, fmt.Errorf("panic in OPA: %v", p)
		}
	}()
	o.observer.budget.reset()
	o.observer.asked = o.observer.asked[:0]
	err = topdown.NewQuery(q.body).
		WithCompiler(o.compiler).WithQueryCompiler(q.compiled).
		WithStore(o.store).WithTransaction(o.txn).
		WithBuiltins(o.builtins).WithStrictBuiltinErrors(true).
		WithMetrics(metrics.NoOp()).WithCancel(&o.observer.budget).
		WithTime(time.Unix(0, 0)). // nothing allowed reads it
		WithInput(input).
		Iter(ctx, func(result topdown.QueryResult) error {
			object, ok := result["result"].Value.(ast.Object)
			if !ok {
				return errors.New("the query has no result")
			}
			answer = object
			return nil
		})
	switch {
	case topdown.IsCancel(err) && ctx.Err() == nil:
		return nil, errSteps
	case err != nil:
		return nil, err
	case answer == nil:
		return nil, errors.New("the query has no answer")
	}
	return answer, checkSize(answer)
}

// explain is one line about a rule's error: file:line: what went wrong.
func (r *rule) explain(err error) string {
	var e *topdown.Error
	if errors.As(err, &e) && e.Location != nil {
		text := strings.Join(strings.Fields(strings.ReplaceAll(e.Message, own, "")), " ")
		return fmt.Sprintf("%s:%d: %s", e.Location.File, e.Location.Row, text)
	}
	return fmt.Sprintf("%s: %s", r.ok, err)
}
