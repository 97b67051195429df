package evaluate

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// builtins is all that rules may call, their authors' and ours: pure functions
// of their arguments whose result is no larger than these. There is no clock, no
// network, no randomness and no environment. numbers.range and the bits and json
// families can make much out of little and are left out, and so is object.get: a
// misspelt key, which nothing checks, would read its default for ever.
var builtins = strings.Fields(`
	eq neq equal assign lt lte gt gte plus minus mul div rem abs ceil floor round
	count sum max min sort and or intersection union member_2 member_3
	array.concat array.slice array.reverse object.keys object.union object.union_n object.remove object.filter
	concat contains endswith startswith format_int indexof lower upper replace split sprintf substring
	trim trim_left trim_right trim_prefix trim_suffix trim_space strings.count strings.reverse
	strings.any_prefix_match strings.any_suffix_match
	regex.match glob.match to_number type_name
	is_array is_boolean is_null is_number is_object is_set is_string
	internal.member_2 internal.member_3 internal.print print`)

// comparing builtins tell of a number only how it stands to another.
var comparing = []string{"lt", "lte", "gt", "gte", "neq"}

// bare builtins are left as they are: what the compiler itself writes or knows by
// name, and what takes no time.
var bare = strings.Fields(`
	eq equal assign member_2 member_3 internal.member_2 internal.member_3 internal.print print type_name
	is_array is_boolean is_null is_number is_object is_set is_string`)

// own goes before the names of builtins that are wrapped: charged, capped and
// observed.
const own = "holdfast_own."

// wrapped are the names of all others.
func wrapped() []string {
	return slices.DeleteFunc(slices.Clone(builtins), func(name string) bool { return slices.Contains(bare, name) })
}

// Capabilities is what rules may use of OPA, for its own tools: opa check
// --capabilities.
func Capabilities() any { return capabilities() }

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
	for _, name := range wrapped() {
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
	call := o.charging(name, plain(name))
	if slices.Contains(comparing, name) {
		return o.comparing(name, call)
	}
	return o.using(call)
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
