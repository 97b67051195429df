package evaluate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// builtins is all that rules may call, their authors' and ours: pure functions
// of their arguments whose result is no larger than these. There is no clock, no
// network, no randomness and no environment. numbers.range and the bits and json
// families can make much out of little and are left out.
var builtins = strings.Fields(`
	eq neq equal assign lt lte gt gte plus minus mul div rem abs ceil floor round
	count sum max min sort and or intersection union member_2 member_3
	array.concat array.slice array.reverse object.get object.keys object.union object.union_n object.remove object.filter
	concat contains endswith startswith format_int indexof lower upper replace split sprintf substring
	trim trim_left trim_right trim_prefix trim_suffix trim_space strings.count strings.reverse
	strings.any_prefix_match strings.any_suffix_match
	regex.match glob.match to_number type_name
	is_array is_boolean is_null is_number is_object is_set is_string
	internal.member_2 internal.member_3 internal.print print`)

// growing builtins can double their argument; 28 doublings are 2 GiB. There is a
// cap on what goes in and comes out.
var growing = []string{"array.concat", "concat", "replace", "sprintf"}

// comparing builtins tell of a number only how it stands to another.
var comparing = []string{"lt", "lte", "gt", "gte", "neq"}

// calculating builtins use the value of a number.
var calculating = []string{"plus", "minus", "mul", "div", "rem", "abs", "ceil", "floor", "round", "format_int", "max", "min"}

const (
	// own goes before the names of builtins that are wrapped: capped, or observed.
	own = "holdfast."
	// maxValue is the largest argument or result of a growing builtin and the
	// largest violation, in bytes or elements.
	maxValue = 64 << 10
)

// capabilities is OPA's own list cut down to builtins. AllowNet is empty, not
// absent: nobody fetches schemas.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(builtins, b.Name) })
	c.Features = slices.DeleteFunc(c.Features, func(f string) bool { return f == ast.FeatureTemplateStrings })
	c.AllowNet = []string{}
	return c
}

// compilable is capabilities with the wrapped builtins, which no author writes.
func compilable() *ast.Capabilities {
	c := capabilities()
	for _, declared := range declarations() {
		c.Builtins = append(c.Builtins, declared)
	}
	return c
}

// declarations are the wrapped builtins for the compiler.
func declarations() map[string]*ast.Builtin {
	found := map[string]*ast.Builtin{}
	for _, name := range slices.Concat(growing, comparing, calculating) {
		declared := *ast.BuiltinMap[name]
		declared.Name = own + name
		declared.Infix = ""
		found[declared.Name] = &declared
	}
	return found
}

// A builtin is one without backtracking: one result, or an error.
type builtin func(topdown.BuiltinContext, []*ast.Term) (*ast.Term, error)

func plain(name string) builtin {
	original := topdown.GetBuiltin(name)
	return func(bctx topdown.BuiltinContext, args []*ast.Term) (result *ast.Term, err error) {
		err = original(bctx, args, func(made *ast.Term) error {
			result = made
			return nil
		})
		return result, err
	}
}

// implementations are the wrapped builtins for queries whose questions about
// volatile numbers o notes.
func implementations(o *observer) map[string]*topdown.Builtin {
	found := map[string]*topdown.Builtin{}
	for name, declared := range declarations() {
		call := implementation(strings.TrimPrefix(name, own), o)
		found[name] = &topdown.Builtin{Decl: declared, Func: func(bctx topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
			result, err := call(bctx, args)
			if err != nil || result == nil {
				return err
			}
			return iter(result)
		}}
	}
	return found
}

func implementation(name string, o *observer) builtin {
	call := plain(name)
	if slices.Contains(growing, name) {
		call = capBuiltin(name, call)
	}
	if slices.Contains(comparing, name) {
		return o.comparing(name, call)
	}
	return o.using(call)
}

// wide finds a width or precision that makes sprintf write more than it is given.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*([0-9]{4,}|\*)`)

func capBuiltin(name string, original builtin) builtin {
	return func(bctx topdown.BuiltinContext, args []*ast.Term) (*ast.Term, error) {
		total := 0
		for _, arg := range args {
			total += size(arg, maxValue-total)
		}
		if format, ok := args[0].Value.(ast.String); ok && name == "sprintf" && wide.MatchString(string(format)) {
			total = maxValue + 1
		}
		if name == "replace" { // each byte can become the third argument
			total *= size(args[2], maxValue)
		}
		if total > maxValue {
			return nil, tooLarge(bctx.Location, name)
		}
		result, err := original(bctx, args)
		if err == nil && result != nil && size(result, maxValue) > maxValue {
			err = tooLarge(bctx.Location, name)
		}
		return result, err
	}
}

func tooLarge(location *ast.Location, name string) error {
	return &topdown.Error{Code: topdown.BuiltinErr, Location: location, Message: fmt.Sprintf("%s: value is larger than %d bytes", name, maxValue)}
}

// size is the number of bytes and elements in a term, counted only until it is
// above limit: a term may share its parts with itself and print much larger than
// it is.
func size(t *ast.Term, limit int) int {
	if limit < 0 {
		return 1
	}
	n := 1
	add := func(part *ast.Term) bool {
		n += size(part, limit-n)
		return n <= limit
	}
	switch v := t.Value.(type) {
	case ast.String:
		n += len(v)
	case ast.Number:
		n += len(v)
	case *ast.Array:
		_ = v.Iter(func(part *ast.Term) error { return stopUnless(add(part)) })
	case ast.Set:
		_ = v.Iter(func(part *ast.Term) error { return stopUnless(add(part)) })
	case ast.Object:
		_ = v.Iter(func(key, part *ast.Term) error { return stopUnless(add(key) && add(part)) })
	}
	return n
}

type stopped struct{}

func (stopped) Error() string { return "stopped" }

func stopUnless(goOn bool) error {
	if goOn {
		return nil
	}
	return stopped{}
}

// wrapCalls makes a module call the wrapped builtins.
func wrapCalls(module *ast.Module) {
	names := map[string]ast.Ref{}
	for name, declared := range declarations() {
		names[strings.TrimPrefix(name, own)] = declared.Ref()
	}
	rename := func(operator *ast.Term) {
		if ref, ok := operator.Value.(ast.Ref); ok {
			if to, found := names[ref.String()]; found {
				operator.Value = to
			}
		}
	}
	ast.WalkNodes(module, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Expr:
			if terms, ok := node.Terms.([]*ast.Term); ok && node.IsCall() {
				rename(terms[0])
			}
		case *ast.Term:
			if call, ok := node.Value.(ast.Call); ok {
				rename(call[0])
			}
		}
		return false
	})
}
