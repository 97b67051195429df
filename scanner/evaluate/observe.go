package evaluate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// An observer notes, during one query, what builtins ask of volatile numbers, and
// charges their work. A nil observer does neither.
type observer struct {
	asked  []question
	budget budget
}

// A question is one thing that an answer depends on: how volatile number n
// stands to a limit, or, where exact is set, its very value.
type question struct {
	n     int
	exact bool
	limit int64
	value int64 // of exact questions
	sign  int   // of the others: −1 below the limit, 0 at it, 1 above
}

// answer is what value replies to the question.
func (q question) answer(value int64) int64 {
	if q.exact {
		return value
	}
	return int64(cmp.Compare(value, q.limit))
}

func (o *observer) ask(q question) {
	if !slices.Contains(o.asked, q) {
		o.asked = append(o.asked, q)
	}
}

// A tag is an exponent of zero with as many digits as the number's place among
// the volatile ones of its query: 26123e-000 equals 26123. Nobody else writes
// numbers so: the loader refuses it in rules, and parameters are normalized.
const tagMark = "e-0"

func tagged(value int64, n int) *ast.Term {
	return ast.NewTerm(ast.Number(strconv.FormatInt(value, 10) + tagMark + strings.Repeat("0", n)))
}

// untag reads a volatile number.
func untag(t *ast.Term) (value int64, n int, ok bool) {
	number, isNumber := t.Value.(ast.Number)
	if !isNumber {
		return 0, 0, false
	}
	digits, rest, found := strings.Cut(string(number), tagMark)
	if !found || strings.Trim(rest, "0") != "" {
		return 0, 0, false
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	return value, len(rest), err == nil
}

// comparing wraps lt, lte, gt, gte and neq.
func (o *observer) comparing(name string, call builtin) builtin {
	if o == nil {
		return call
	}
	use := o.using(call)
	return func(bctx topdown.BuiltinContext, args []*ast.Term) (*ast.Term, error) {
		left, leftN, leftTagged := untag(args[0])
		right, rightN, rightTagged := untag(args[1])
		switch {
		case leftTagged && !rightTagged:
			if limit, ok := whole64(args[1]); ok {
				o.ask(question{n: leftN, limit: limit, sign: cmp.Compare(left, limit)})
				return call(bctx, []*ast.Term{ast.InternedTerm(int(left)), args[1]})
			}
		case rightTagged && !leftTagged:
			if limit, ok := whole64(args[0]); ok {
				o.ask(question{n: rightN, limit: limit, sign: cmp.Compare(right, limit)})
				return call(bctx, []*ast.Term{args[0], ast.InternedTerm(int(right))})
			}
		}
		return use(bctx, args)
	}
}

func whole64(t *ast.Term) (int64, bool) {
	number, ok := t.Value.(ast.Number)
	if !ok {
		return 0, false
	}
	return number.Int64()
}

// using wraps builtins that use values: of volatile numbers among the arguments,
// or in a list that is an argument, the value is asked for.
func (o *observer) using(call builtin) builtin {
	if o == nil {
		return call
	}
	return func(bctx topdown.BuiltinContext, args []*ast.Term) (*ast.Term, error) {
		for i, arg := range args {
			if used := o.use(arg); used != arg {
				args = slices.Clone(args)
				args[i] = used
			}
		}
		return call(bctx, args)
	}
}

// use looks no deeper than volatile does: at the argument, and into a list.
func (o *observer) use(t *ast.Term) *ast.Term {
	if value := o.value(t); value != t {
		return value
	}
	list, ok := t.Value.(*ast.Array)
	if !ok {
		return t
	}
	var used []*ast.Term
	for i := range list.Len() {
		if value := o.value(list.Elem(i)); value != list.Elem(i) {
			if used == nil {
				used = terms(list)
			}
			used[i] = value
		}
	}
	if used == nil {
		return t
	}
	return ast.ArrayTerm(used...)
}

func terms(list *ast.Array) []*ast.Term {
	all := make([]*ast.Term, list.Len())
	for i := range all {
		all[i] = list.Elem(i)
	}
	return all
}

// value is a volatile number as it is, and any other term itself.
func (o *observer) value(t *ast.Term) *ast.Term {
	value, n, ok := untag(t)
	if !ok {
		return t
	}
	o.ask(question{n: n, exact: true, value: value})
	return ast.InternedTerm(int(value))
}

// observed says whether argument i of a builtin goes through an observer.
func observed(name string, i int) bool {
	name, wrapped := strings.CutPrefix(name, own)
	return wrapped && i < len(ast.BuiltinMap[name].Decl.FuncArgs().Args)
}
