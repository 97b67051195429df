package evaluate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A shape is a Go type as JSON sees it, compiled once so that facts become Rego
// terms, cache keys and evidence without a detour over JSON text. It follows
// encoding/json for what facts are made of: structs, slices, pointers, strings,
// booleans, numbers and times. Anything else is an error, maps included, since
// fields below a map could not be type-checked in rules.
type shape struct {
	kind    kind
	pointer bool   // of a pointer to it
	elem    *shape // of slices
	fields  []field
}

type kind uint8

const (
	boolean kind = iota
	integer
	float
	text
	instant
	list
	object
)

type field struct {
	name      string
	key       *ast.Term
	index     int
	omitEmpty bool
	shape     *shape
}

var timeType = reflect.TypeFor[time.Time]()

// shapeOf compiles t. It is called for the five kinds of facts, which do not
// contain themselves.
func shapeOf(t reflect.Type) (*shape, error) {
	if t == timeType {
		return &shape{kind: instant}, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		elem, err := shapeOf(t.Elem())
		if err != nil {
			return nil, err
		}
		if elem.pointer {
			return nil, fmt.Errorf("type %s: pointers to pointers are not supported in facts", t)
		}
		pointed := *elem
		pointed.pointer = true
		return &pointed, nil
	case reflect.Bool:
		return &shape{kind: boolean}, nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return &shape{kind: integer}, nil
	case reflect.Float64:
		return &shape{kind: float}, nil
	case reflect.String:
		return &shape{kind: text}, nil
	case reflect.Slice:
		elem, err := shapeOf(t.Elem())
		return &shape{kind: list, elem: elem}, err
	case reflect.Struct:
		return structShape(t)
	}
	return nil, fmt.Errorf("type %s is not supported in facts", t)
}

func structShape(t reflect.Type) (*shape, error) {
	s := &shape{kind: object}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" || f.Anonymous || !f.IsExported() {
			return nil, fmt.Errorf("%s.%s: facts need a JSON name on each exported field", t, f.Name)
		}
		if options != "" && options != "omitempty" {
			return nil, fmt.Errorf("%s.%s: JSON option %q is not supported in facts", t, f.Name, options)
		}
		inner, err := shapeOf(f.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		s.fields = append(s.fields, field{name: name, key: ast.StringTerm(name), index: i, omitEmpty: options == "omitempty", shape: inner})
	}
	return s, nil
}

func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

// omitted says whether encoding/json leaves the field out of struct v.
func (f *field) omitted(v reflect.Value) bool {
	if !f.omitEmpty {
		return false
	}
	switch v.Kind() {
	case reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// deref follows the pointer, if s has one; ok is false for nil, which is null.
func (s *shape) deref(v reflect.Value) (_ reflect.Value, ok bool) {
	if !s.pointer {
		return v, true
	}
	if v.IsNil() {
		return v, false
	}
	return v.Elem(), true
}

// term is v as Rego sees it: what parsing its JSON would give.
func (s *shape) term(v reflect.Value) *ast.Term {
	v, ok := s.deref(v)
	if !ok {
		return ast.NullTerm()
	}
	switch s.kind {
	case boolean:
		return ast.InternedTerm(v.Bool())
	case integer:
		return ast.InternedTerm(int(v.Int()))
	case float:
		return floatTerm(v.Float())
	case text:
		return ast.StringTerm(v.String())
	case instant:
		return ast.StringTerm(v.Interface().(time.Time).Format(time.RFC3339Nano))
	case list:
		if v.IsNil() {
			return ast.NullTerm()
		}
		terms := make([]*ast.Term, v.Len())
		for i := range terms {
			terms[i] = s.elem.term(v.Index(i))
		}
		return ast.ArrayTerm(terms...)
	}
	pairs := make([][2]*ast.Term, 0, len(s.fields))
	for i := range s.fields {
		f := &s.fields[i]
		if fv := v.Field(f.index); !f.omitted(fv) {
			pairs = append(pairs, [2]*ast.Term{f.key, f.shape.term(fv)})
		}
	}
	return ast.ObjectTerm(pairs...)
}

func floatTerm(x float64) *ast.Term {
	text, err := json.Marshal(x)
	if err != nil { // NaN and infinities have no JSON; rules see nothing sensible either
		return ast.NullTerm()
	}
	return ast.NumberTerm(json.Number(text))
}

// appendKey appends bytes that are equal for two values of this shape exactly
// when rules cannot tell them apart (or only where they could: never the other
// way round).
func (s *shape) appendKey(b []byte, v reflect.Value) []byte {
	v, ok := s.deref(v)
	if !ok {
		return append(b, 0)
	}
	if s.pointer {
		b = append(b, 1)
	}
	switch s.kind {
	case boolean:
		if v.Bool() {
			return append(b, 't')
		}
		return append(b, 'f')
	case integer:
		return appendUint(b, uint64(v.Int()))
	case float:
		return append(strconv.AppendFloat(b, v.Float(), 'b', -1, 64), ';')
	case text:
		return appendText(b, v.String())
	case instant:
		return appendText(b, v.Interface().(time.Time).Format(time.RFC3339Nano))
	case list:
		if v.IsNil() {
			return append(b, 0)
		}
		b = appendUint(append(b, 1), uint64(v.Len()))
		for i := range v.Len() {
			b = s.elem.appendKey(b, v.Index(i))
		}
		return b
	}
	for i := range s.fields {
		f := &s.fields[i]
		b = f.shape.appendKey(b, v.Field(f.index))
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(appendUint(b, uint64(len(s))), s...)
}

// appendUint is a prefix-free encoding: small numbers take one byte.
func appendUint(b []byte, x uint64) []byte {
	for x >= 0x80 {
		b = append(b, byte(x)|0x80)
		x >>= 7
	}
	return append(b, byte(x))
}
