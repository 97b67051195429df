package evaluate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/dependencies"
)

// A rule is one Rego package, compiled.
type rule struct {
	meta       finding.Rule
	pkg        ast.Ref
	file       string // as errors print it
	ok, deny   string // file:line where they are first said
	applicable bool   // says applicable
	ambiguous  bool   // says ambiguous
	shape      *shape // of its subject's facts

	gate  *query // applicable; nil without
	sides *query // ok, deny and ambiguous
	reads []path // of both, sorted
}

// A query asks for part of a rule's package.
type query struct {
	body     ast.Body
	compiled ast.QueryCompiler
	input    *projection
	volatile int // how many volatile numbers it reads
}

// newCompiler holds modules against schemas and capabilities. Tests are compiled
// with the same settings.
func newCompiler() (*ast.Compiler, error) {
	schemas, err := schemaSet()
	return ast.NewCompiler().
		WithCapabilities(compilable()).
		WithSchemas(schemas).
		WithUseTypeCheckAnnotations(true).
		WithDefaultRegoVersion(ast.RegoV1).
		WithStrict(true).
		SetErrorLimit(0), err
}

func (l *loader) compile() (*Policy, error) {
	compiler, err := newCompiler()
	if err != nil {
		return nil, err
	}
	compiler.Compile(l.modules)
	if compiler.Failed() {
		return nil, errors.Join(located(compiler.Errors)...)
	}
	p := &Policy{rules: map[string][]*rule{}, byID: map[string]finding.Rule{}, hash: l.sum(), shapes: l.shapes, compiler: compiler}
	for _, r := range l.rules {
		if err := r.compile(compiler); err != nil {
			l.errs = append(l.errs, fmt.Errorf("%s: rule %s: %w", r.file, r.meta.ID, err))
		}
		p.rules[r.meta.Subject] = append(p.rules[r.meta.Subject], r)
		p.byID[r.meta.ID] = r.meta
	}
	for _, meta := range engineRules() {
		if _, inUse := p.byID[meta.ID]; inUse {
			l.errs = append(l.errs, fmt.Errorf("rule %s is computed by the engine; choose another name", meta.ID))
		}
		p.byID[meta.ID] = meta
	}
	for _, list := range p.rules {
		slices.SortFunc(list, func(a, b *rule) int { return cmp.Compare(a.meta.ID, b.meta.ID) })
		for _, r := range list {
			l.errs = append(l.errs, p.checkCauses(r)...)
		}
	}
	return p, errors.Join(l.errs...)
}

func (p *Policy) checkCauses(r *rule) (errs []error) {
	for _, cause := range r.meta.CausedBy {
		if other, known := p.byID[cause]; !known || other.Subject != r.meta.Subject || cause == r.meta.ID {
			errs = append(errs, fmt.Errorf("%s: rule %s: metadata: caused_by names %q, which is no other rule of a %s", r.file, r.meta.ID, cause, r.meta.Subject))
		}
	}
	return errs
}

func (r *rule) compile(compiler *ast.Compiler) (err error) {
	if r.applicable {
		if r.gate, err = r.query(compiler, map[string]bool{"applicable": false}); err != nil {
			return err
		}
	}
	sides := map[string]bool{"ok": false, "deny": true}
	if r.ambiguous {
		sides["ambiguous"] = true
	}
	r.sides, err = r.query(compiler, sides)
	slices.SortFunc(r.reads, func(a, b path) int { return slices.Compare(a, b) })
	return err
}

// query asks for documents of the rule's package: sets as they are, single
// values as a list of none or one, so that the query always has its one answer.
func (r *rule) query(compiler *ast.Compiler, documents map[string]bool) (*query, error) {
	var pairs []string
	var reads []path
	var refs []ast.Ref
	for _, name := range keysSorted(documents) {
		ref := r.pkg.Append(ast.StringTerm(name))
		if documents[name] {
			pairs = append(pairs, fmt.Sprintf("%q: %s", name, ref))
		} else {
			pairs = append(pairs, fmt.Sprintf("%q: [v | v := %s]", name, ref))
		}
		found, err := r.dependencies(compiler, ref)
		if err != nil {
			return nil, err
		}
		reads, refs = append(reads, found...), append(refs, ref)
	}
	body, err := ast.ParseBodyWithOpts("result = {"+strings.Join(pairs, ", ")+"}", ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return nil, err
	}
	q := &query{compiled: compiler.QueryCompiler()}
	if q.body, err = q.compiled.Compile(body); err != nil {
		return nil, err
	}
	input, unknown := project(r.shape, reads)
	if unknown != nil {
		return nil, fmt.Errorf("it reads input.%s, which %s facts do not have", unknown, r.meta.Subject)
	}
	q.input = input
	for i, at := range volatile(compiler, refs, input.numbers(nil)) {
		input.mark(at, i+1)
		q.volatile++
	}
	r.reads = append(r.reads, reads...)
	return q, nil
}

// dependencies are the facts that a document reads, through all that it calls.
// Of data it may read its own parameters alone.
func (r *rule) dependencies(compiler *ast.Compiler, ref ast.Ref) (reads []path, err error) {
	refs, err := dependencies.Base(compiler, ref)
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		switch {
		case ref.HasPrefix(ast.InputRootRef):
			reads = append(reads, refPath(ref))
		case ref.HasPrefix(parametersRef()) && len(ref) > 2:
			name := refPath(ref)[1]
			if _, declared := r.meta.Parameters[name]; !declared {
				return nil, fmt.Errorf("it reads data.parameters.%s, which its metadata does not declare", name)
			}
		case ref.HasPrefix(parametersRef()):
		case ref.HasPrefix(ast.DefaultRootRef):
			return nil, fmt.Errorf("it reads %s; rules read input and data.parameters alone", ref)
		}
	}
	return reads, nil
}

// located makes OPA's errors one line each: file:row:col: message.
func located(err error) (all []error) {
	var list ast.Errors
	if !errors.As(err, &list) {
		return []error{err}
	}
	for _, e := range list {
		text := e.Message
		if e.Details != nil {
			text += " (" + shortened(strings.Join(strings.Fields(strings.Join(e.Details.Lines(), " ")), " "), 500) + ")"
		}
		text = strings.ReplaceAll(text, own, "")
		if e.Location != nil {
			text = fmt.Sprintf("%s:%d:%d: %s", e.Location.File, e.Location.Row, max(e.Location.Col, 1), text)
		}
		all = append(all, errors.New(text))
	}
	return all
}
