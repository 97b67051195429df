package source

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A scope is a module as one call makes it: with values for its variables.
type scope struct {
	*reader
	*evaluator
	module    *module
	root      string // folder of the module that is not called
	address   string // "module.shop", "" of the root
	calls     []Position
	variables map[string]cty.Value // that the call gives
	providers map[string]provider  // by name, "aws" or "aws.west"
	context   *hcl.EvalContext
}

// A provider says where its resources are; nil: anywhere.
type provider struct{ regions, accounts []string }

// define adds the definitions of the module, and of all that it calls.
func (s *scope) define() {
	s.context = s.variablesAndLocals()
	s.readProviders()
	for _, b := range s.module.resources {
		s.resource(b)
	}
	for _, b := range s.module.calls {
		s.call(b)
	}
}

func (s *scope) variablesAndLocals() *hcl.EvalContext {
	variables := map[string]cty.Value{}
	for name, preset := range s.module.variables {
		variables[name] = cty.DynamicVal
		if value, ok := s.variables[name]; ok {
			variables[name] = value
		} else if preset != nil {
			variables[name] = s.value(preset, nil)
		}
	}
	data := map[string]cty.Value{}
	for kind, all := range s.module.places {
		data[kind] = cty.ObjectVal(all)
	}
	locals := map[string]cty.Value{}
	context := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{
		"var": cty.ObjectVal(variables), "data": cty.ObjectVal(data), "local": cty.EmptyObjectVal,
	}}
	names := slices.Sorted(maps.Keys(s.module.locals))
	for len(names) > 0 { // a local may need others: those come first
		before := len(names)
		names = slices.DeleteFunc(names, func(name string) bool {
			value := s.value(s.module.locals[name], context)
			if value.IsWhollyKnown() {
				locals[name] = value
			}
			return value.IsWhollyKnown()
		})
		context.Variables["local"] = cty.ObjectVal(locals)
		if len(names) == before || s.left < 0 {
			break
		}
	}
	return context
}

// readProviders takes the Regions and accounts of the module's providers. A
// module that is called has those that the call passes, and the default one.
func (s *scope) readProviders() {
	if s.providers == nil {
		s.providers = map[string]provider{}
	}
	for _, b := range s.module.providers {
		name := "aws"
		if alias, ok := s.text(b.body, "alias"); ok {
			name += "." + alias
		}
		p := provider{regions: s.region(b.body, nil)}
		if value := s.value(attribute(b.body, "allowed_account_ids"), s.context); value.IsWhollyKnown() && value.CanIterateElements() {
			for _, v := range value.AsValueSlice() {
				if id, ok := text(v); ok {
					p.accounts = append(p.accounts, id)
				}
			}
		}
		s.providers[name] = p
	}
}

// region is the one that a block names, else what it is without. The default of a
// variable says little: Regions are what people override.
func (s *scope) region(body hcl.Body, without []string) []string {
	x := attribute(body, "region")
	if x == nil {
		return without
	}
	region, ok := text(s.value(x, s.context))
	if !ok || strings.Contains(region, "${") || !s.given(x, 0) {
		return nil
	}
	return []string{region}
}

// given is false where an expression needs the default of a variable.
func (s *scope) given(x hcl.Expression, depth int) bool {
	for _, traversal := range x.Variables() {
		if len(traversal) < 2 {
			continue
		}
		name, _ := traversal[1].(hcl.TraverseAttr)
		switch traversal.RootName() {
		case "var":
			if _, ok := s.variables[name.Name]; !ok {
				return false
			}
		case "local":
			if local := s.module.locals[name.Name]; local == nil || depth > maxCallDepth || !s.given(local, depth+1) {
				return false
			}
		}
	}
	return true
}

func (s *scope) text(body hcl.Body, name string) (string, bool) {
	return text(s.value(attribute(body, name), s.context))
}

// provider is the one that a resource names, else the default one.
func (s *scope) provider(body hcl.Body) provider {
	name := "aws"
	if x := attribute(body, "provider"); x != nil {
		name = reference(x)
	}
	return s.providers[name]
}

// reference is a chain of names as it is written: "aws.west", "aws_backup_vault.main.name".
func reference(x hcl.Expression) string {
	traversal, diags := hcl.AbsTraversalForExpr(x)
	if diags.HasErrors() {
		name, _ := literal(x)
		return strings.TrimSuffix(strings.TrimPrefix(name, "${"), "}")
	}
	var names []string
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			names = append(names, step.Name)
		case hcl.TraverseAttr:
			names = append(names, step.Name)
		}
	}
	return strings.Join(names, ".")
}

// resource defines each instance of a resource.
func (s *scope) resource(b *block) {
	p := s.provider(b.body)
	p.regions = s.region(b.body, p.regions)
	for _, instance := range s.instances(b) {
		d := &definition{resourceType: typeOf(b.labels[0]), at: b.at(), calls: s.calls, root: s.root,
			address: s.within(b.labels[0]+"."+b.labels[1]) + instance.key, regions: p.regions, accounts: p.accounts}
		d.block = func() *element { return s.element(b, instance.context) }
		d.read(d.block())
		s.reader.define(d, b.text)
	}
}

func (s *scope) within(address string) string {
	return strings.TrimPrefix(s.address+"."+address, ".")
}

// call goes into a module of the tree, once for each instance. A module that is
// elsewhere is defined by its call.
func (s *scope) call(b *block) {
	called := s.local(s.module, b)
	for _, instance := range s.instances(b) {
		if s.entries++; s.entries > maxEntries || s.full() {
			return
		}
		address := s.within("module."+b.labels[0]) + instance.key
		if called == nil {
			s.elsewhere(b, address, instance)
			continue
		}
		if len(s.calls) >= maxCallDepth {
			return
		}
		inner := &scope{reader: s.reader, evaluator: s.evaluator, module: called, root: s.root, address: address,
			calls: append(slices.Clip(s.calls), b.at()), variables: map[string]cty.Value{}, providers: s.passed(b)}
		arguments, _ := b.body.JustAttributes()
		for name, a := range arguments {
			if _, ok := called.variables[name]; ok {
				inner.variables[name] = s.value(a.Expr, instance.context)
			}
		}
		s.keep(b.file, b.text)
		inner.define()
	}
}

func (s *scope) elsewhere(b *block, address string, instance instance) {
	source, _ := literal(attribute(b.body, "source"))
	source, _, _ = strings.Cut(strings.TrimPrefix(source, "registry.terraform.io/"), "//")
	p := s.passed(b)["aws"]
	d := &definition{resourceType: typeOf(source), at: b.at(), calls: s.calls, root: s.root, address: address, regions: p.regions, accounts: p.accounts}
	d.block = func() *element { return s.element(b, instance.context) }
	if d.resourceType != nil {
		d.read(d.block())
	}
	s.reader.define(d, b.text)
}

// passed are the providers of a module that is called.
func (s *scope) passed(b *block) map[string]provider {
	providers := map[string]provider{"aws": s.providers["aws"]}
	x := attribute(b.body, "providers")
	if x == nil {
		return providers
	}
	pairs, _ := hcl.ExprMap(x)
	for _, pair := range pairs {
		providers[reference(pair.Key)] = s.providers[reference(pair.Value)]
	}
	return providers
}

// An instance is one of those that count or for_each make.
type instance struct {
	key     string // "[0]", `["orders"]`; "" where there is but one, or they are not known
	context *hcl.EvalContext
}

func (s *scope) instances(b *block) []instance {
	var all []instance
	add := func(key, name string, value cty.Value) {
		context := s.context.NewChild()
		context.Variables = map[string]cty.Value{name: value}
		all = append(all, instance{key, context})
	}
	if x := attribute(b.body, "count"); x != nil {
		for i := range number(s.value(x, s.context)) {
			add("["+strconv.Itoa(i)+"]", "count", cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(i))}))
		}
	} else if x := attribute(b.body, "for_each"); x != nil {
		each := s.value(x, s.context)
		if each.IsWhollyKnown() && !each.IsNull() && each.CanIterateElements() && each.LengthInt() <= maxEach {
			for it := each.ElementIterator(); it.Next(); {
				key, value := it.Element()
				if name, ok := text(key); ok {
					add(`["`+name+`"]`, "each", cty.ObjectVal(map[string]cty.Value{"key": key, "value": value}))
				}
			}
		}
	}
	if len(all) == 0 { // none now may be one elsewhere: the code is the same
		all = append(all, instance{"", s.context})
	}
	return all
}

func number(v cty.Value) int {
	if !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.Number {
		return 0
	}
	n, _ := v.AsBigFloat().Int64()
	return int(min(max(n, 0), maxEach))
}
