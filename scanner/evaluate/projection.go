package evaluate

import (
	"reflect"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A projection is the part of the facts that a query reads: a tree of fields,
// each whole or narrowed further. A query is given nothing else as input, so
// that its answer is a function of the projection by construction, and may be
// kept under the projection's key.
//
// Volatile numbers (volatile.go) are apart: the key says only whether they are
// there, and their values are collected beside it.
type projection struct {
	shape    *shape
	whole    bool
	fields   []projected // unless whole; sorted by their order in the shape
	volatile int         // place among the volatile numbers, from 1; 0: not volatile
}

type projected struct {
	field *field
	part  *projection
}

// project narrows s to paths. A path that leads through a list takes the whole
// list. It says which path leads nowhere.
func project(s *shape, paths []path) (p *projection, unknown path) {
	p = &projection{shape: s}
	for _, path := range paths {
		if !p.add(path) {
			return nil, path
		}
	}
	return p, nil
}

func (p *projection) add(rest path) bool {
	if p.whole {
		return true
	}
	if len(rest) == 0 || p.shape.kind != object {
		if len(rest) > 0 && p.shape.kind != list {
			return false
		}
		p.whole, p.fields = true, nil
		return true
	}
	f := p.shape.field(rest[0])
	if f == nil {
		return false
	}
	at := 0
	for at < len(p.fields) && p.fields[at].field.index < f.index {
		at++
	}
	if at == len(p.fields) || p.fields[at].field != f {
		p.fields = append(p.fields, projected{})
		copy(p.fields[at+1:], p.fields[at:])
		p.fields[at] = projected{f, &projection{shape: f.shape}}
	}
	return p.fields[at].part.add(rest[1:])
}

// numbers are the paths of whole numbers, which may be volatile.
func (p *projection) numbers(at path) (found []path) {
	if p.whole && p.shape.kind == integer {
		return []path{at}
	}
	for _, f := range p.fields {
		found = append(found, f.part.numbers(append(slices.Clone(at), f.field.name))...)
	}
	return found
}

// mark makes the number at a path the n-th volatile one, from 1.
func (p *projection) mark(at path, n int) {
	if len(at) == 0 {
		p.volatile = n
	}
	for _, f := range p.fields {
		if len(at) > 0 && f.field.name == at[0] {
			f.part.mark(at[1:], n)
		}
	}
}

// term is the projected part of v. An object that is there stays there, even
// where none of the fields that are read is set.
func (p *projection) term(v reflect.Value) *ast.Term {
	if p.whole && p.volatile == 0 {
		return p.shape.term(v)
	}
	v, ok := p.shape.deref(v)
	if !ok {
		return ast.NullTerm()
	}
	if p.volatile > 0 {
		return tagged(v.Int(), p.volatile-1)
	}
	pairs := make([][2]*ast.Term, 0, len(p.fields))
	for _, f := range p.fields {
		if fv := v.Field(f.field.index); !f.field.omitted(fv) {
			pairs = append(pairs, [2]*ast.Term{f.field.key, f.part.term(fv)})
		}
	}
	return ast.ObjectTerm(pairs...)
}

// appendKey appends the key of the projected part of v (see shape.appendKey), and
// stores the values of volatile numbers in their places.
func (p *projection) appendKey(b []byte, v reflect.Value, numbers []int64) []byte {
	if p.whole && p.volatile == 0 {
		return p.shape.appendKey(b, v)
	}
	v, ok := p.shape.deref(v)
	if !ok {
		return append(b, 0)
	}
	if p.shape.pointer {
		b = append(b, 1)
	}
	if p.volatile > 0 {
		numbers[p.volatile-1] = v.Int()
		return b
	}
	for _, f := range p.fields {
		b = f.part.appendKey(b, v.Field(f.field.index), numbers)
	}
	return b
}
