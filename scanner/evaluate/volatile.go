package evaluate

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Ages and counts take many values, and rules mostly ask of them only whether
// they are above a limit. If their values were part of a cache's key, hardly any
// two tables would be in the same situation. So whole numbers that a query hands
// to nothing but observed builtins are volatile: they go into the input with a
// tag, the builtins note what was asked of them (observe.go), and the cache keeps
// the verdict under the answers to those questions (cache.go).
//
// This file finds those numbers, in the compiled rules. It errs on the safe
// side: a number that also goes anywhere else is not volatile.

// A flow is the search through the rules of one query.
type flow struct {
	compiler *ast.Compiler
	found    map[string]bool             // candidate path → still volatile
	params   map[string]map[int][]string // function → argument → paths that arrive there
	changed  bool
}

// volatile narrows candidates, whole numbers that refs read, to those that are
// volatile, sorted.
func volatile(compiler *ast.Compiler, refs []ast.Ref, candidates []path) []path {
	f := &flow{compiler: compiler, found: map[string]bool{}, params: map[string]map[int][]string{}}
	for _, c := range candidates {
		f.found[c.String()] = true
	}
	rules := reachable(compiler, refs)
	for f.changed = true; f.changed; {
		f.changed = false
		for _, r := range rules {
			f.rule(r)
		}
	}
	return slices.DeleteFunc(slices.Clone(candidates), func(p path) bool { return !f.found[p.String()] })
}

// reachable are the rules that documents depend on, else branches included.
func reachable(compiler *ast.Compiler, refs []ast.Ref) (rules []*ast.Rule) {
	seen := map[*ast.Rule]bool{}
	var visit func(ref ast.Ref) bool
	visit = func(ref ast.Ref) bool {
		for _, r := range compiler.GetRules(ref.ConstantPrefix()) {
			for ; r != nil && !seen[r]; r = r.Else {
				seen[r] = true
				rules = append(rules, r)
				ast.WalkRefs(r.Head, visit)
				ast.WalkRefs(r.Body, visit)
			}
		}
		return false
	}
	for _, ref := range refs {
		visit(ref)
	}
	return rules
}

// A reading is the search through one rule.
type reading struct {
	*flow
	arguments map[ast.Var]bool
	carries   map[ast.Var]string // variable → the path whose value it has
}

func (f *flow) rule(r *ast.Rule) {
	s := &reading{f, map[ast.Var]bool{}, map[ast.Var]string{}}
	for i, arg := range r.Head.Args {
		v, isVar := arg.Value.(ast.Var)
		s.arguments[v] = true
		for _, p := range f.params[r.Ref().String()][i] {
			if held := s.carries[v]; isVar && (held == "" || held == p) {
				s.carries[v] = p
				continue
			}
			// A pattern, or two paths that arrive at one place: OPA keeps what a
			// function said of equal arguments, and would not ask of the second.
			f.expose(p)
			f.expose(s.carries[v])
		}
	}
	for again := true; again; {
		again = false
		for _, e := range r.Body {
			if v, p := s.alias(e); p != "" && s.carries[v] == "" {
				s.carries[v], again = p, true
			}
		}
	}
	for _, e := range r.Body {
		s.expression(e)
	}
	s.mentions(r.Head.Key)
	s.mentions(r.Head.Value)
	s.mentions(r.Head.Reference)
}

// expose ends a path's being volatile.
func (f *flow) expose(p string) {
	if f.found[p] {
		f.found[p] = false
		f.changed = true
	}
}

// alias reads "variable = number". A variable that is anything else, too, is
// found by the other expressions that mention it.
func (s *reading) alias(e *ast.Expr) (ast.Var, string) {
	if !e.IsEquality() || e.Negated || len(e.With) > 0 {
		return "", ""
	}
	left, right := e.Operand(0), e.Operand(1)
	for _, pair := range [][2]*ast.Term{{left, right}, {right, left}} {
		v, ok := pair[0].Value.(ast.Var)
		if p := s.carried(pair[1]); ok && p != "" && !s.arguments[v] {
			return v, p
		}
	}
	return "", ""
}

// carried is the path whose value a term is, empty for any other term.
func (s *reading) carried(t *ast.Term) string {
	switch v := t.Value.(type) {
	case ast.Var:
		return s.carries[v]
	case ast.Ref:
		if p := refPath(v); v.HasPrefix(ast.InputRootRef) && len(p) == len(v)-1 && s.found[p.String()] {
			return p.String()
		}
	}
	return ""
}

func (s *reading) expression(e *ast.Expr) {
	if len(e.With) > 0 {
		s.mentions(e)
		return
	}
	switch terms := e.Terms.(type) {
	case *ast.Term:
		if s.carried(terms) == "" { // alone it only asks whether the number is there
			s.mentions(terms)
		}
	case []*ast.Term:
		s.call(e, terms)
	default:
		s.mentions(e)
	}
}

func (s *reading) call(e *ast.Expr, terms []*ast.Term) {
	if e.IsEquality() {
		if v, p := s.alias(e); p == "" || s.carries[v] != p {
			s.mentions(terms[1])
			s.mentions(terms[2])
		}
		return
	}
	name := terms[0].Value.(ast.Ref)
	functions := s.compiler.GetRules(name)
	for i, arg := range terms[1:] {
		p := s.carried(arg)
		switch {
		case p != "" && len(functions) > 0 && i < len(functions[0].Head.Args):
			s.passes(name, i, p)
		case p != "" && observed(name.String(), i):
		case observed(name.String(), i):
			s.argument(arg)
		default:
			s.mentions(arg)
		}
	}
}

// argument allows volatile numbers in a list that is written as an argument:
// sprintf("%d h", [age]).
func (s *reading) argument(arg *ast.Term) {
	list, ok := arg.Value.(*ast.Array)
	if !ok {
		s.mentions(arg)
		return
	}
	list.Foreach(func(t *ast.Term) {
		if s.carried(t) == "" {
			s.mentions(t)
		}
	})
}

// passes hands a path on to all definitions of a function.
func (s *reading) passes(function ast.Ref, argument int, p string) {
	name := function.String()
	if s.params[name] == nil {
		s.params[name] = map[int][]string{}
	}
	if !slices.Contains(s.params[name][argument], p) {
		s.params[name][argument] = append(s.params[name][argument], p)
		s.changed = true
	}
}

// mentions exposes all that x mentions.
func (s *reading) mentions(x any) {
	if term, ok := x.(*ast.Term); ok && term == nil {
		return
	}
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case ast.Var:
			s.expose(s.carries[node])
		case ast.Ref:
			s.prefix(node)
		}
		return false
	}).Walk(x)
}

// prefix exposes all paths at or below a ref.
func (s *reading) prefix(ref ast.Ref) {
	if !ref.HasPrefix(ast.InputRootRef) {
		return
	}
	at := refPath(ref)
	for p, still := range s.found {
		if still && parsePath(p).within(at) {
			s.expose(p)
		}
	}
}
