package source

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// element is a block of Terraform as elements, with what its companions say.
func (s *scope) element(b *block, context *hcl.EvalContext) *element {
	h := hclElements{evaluator: s.evaluator, context: context, file: b.file}
	e := &element{key: b.labels[0], at: b.at(), children: h.body(b.body, 0)}
	for _, c := range s.module.companions {
		if s.accompanies(c, b, e) {
			h := hclElements{evaluator: s.evaluator, context: s.context, file: c.file}
			e.children = append(e.children, &element{key: c.labels[0], at: c.at(), children: h.body(c.body, 0)})
			s.keep(c.file, c.text)
		}
	}
	return e
}

// accompanies: the companion names the resource, by reference or by its name.
func (s *scope) accompanies(c, b *block, e *element) bool {
	link := companions[c.labels[0]]
	if link.of != b.labels[0] {
		return false
	}
	x := attribute(c.body, link.by)
	if x == nil {
		return false
	}
	switch reference(x) {
	case b.labels[0] + "." + b.labels[1] + ".name", b.labels[0] + "." + b.labels[1] + ".id":
		return true
	}
	named, ok := text(s.value(x, s.context))
	name, known := e.text(typeOf(b.labels[0]).name)
	return ok && known && named == name
}

type hclElements struct {
	*evaluator
	context *hcl.EvalContext
	file    string
}

func (h *hclElements) body(body hcl.Body, depth int) []*element {
	native, ok := body.(*hclsyntax.Body)
	if !ok {
		return h.json(body)
	}
	var all []*element
	for _, a := range native.Attributes {
		all = append(all, h.expression(a.Name, a.NameRange, a.Expr, depth))
	}
	for _, b := range native.Blocks {
		e := &element{key: b.Type, at: position(h.file, b.TypeRange)}
		inner := b.Body
		if b.Type == "dynamic" && len(b.Labels) == 1 {
			e.key, e.dynamic, inner = b.Labels[0], true, contentOf(b.Body)
		}
		if depth < maxDepth && inner != nil {
			e.children = h.body(inner, depth+1)
		}
		all = append(all, e)
	}
	return inOrder(all)
}

func inOrder(all []*element) []*element {
	slices.SortStableFunc(all, func(a, b *element) int {
		return cmp.Or(cmp.Compare(a.at.Line, b.at.Line), strings.Compare(a.key, b.key))
	})
	return all
}

// contentOf is what a dynamic block repeats.
func contentOf(body *hclsyntax.Body) *hclsyntax.Body {
	for _, b := range body.Blocks {
		if b.Type == "content" {
			return b.Body
		}
	}
	return nil
}

// json: blocks and attributes look alike there.
func (h *hclElements) json(body hcl.Body) []*element {
	var all []*element
	attributes, _ := body.JustAttributes()
	for _, a := range attributes {
		all = append(all, h.expression(a.Name, a.NameRange, a.Expr, 0))
	}
	return inOrder(all)
}

// expression is a scalar, or the parts of a list or map.
func (h *hclElements) expression(key string, at hcl.Range, x hcl.Expression, depth int) *element {
	e := &element{key: key, at: position(h.file, at)}
	if depth > maxDepth {
		return e
	}
	if pairs, diags := hcl.ExprMap(x); !diags.HasErrors() {
		for _, pair := range pairs {
			if name, ok := keyword(pair.Key); ok {
				e.children = append(e.children, h.expression(name, pair.Key.Range(), pair.Value, depth+1))
			}
		}
		return e
	}
	if items, diags := hcl.ExprList(x); !diags.HasErrors() {
		for _, item := range items {
			e.children = append(e.children, h.expression("", item.Range(), item, depth+1))
		}
		return e
	}
	if call, ok := x.(*hclsyntax.FunctionCallExpr); ok && call.Name == "merge" {
		for _, part := range call.Args {
			e.children = append(e.children, h.expression("", part.Range(), part, depth+1))
		}
		return e
	}
	value := h.value(x, h.context)
	e.assumed = len(x.Variables()) > 0
	if e.value, e.known = text(value); !e.known {
		e.children = entries(value, e.at)
	}
	return e
}

// entries are those of a map that is written elsewhere (tags = local.tags).
func entries(value cty.Value, at Position) []*element {
	if !value.IsWhollyKnown() || value.IsNull() || !value.Type().IsObjectType() && !value.Type().IsMapType() {
		return nil
	}
	var all []*element
	for key, v := range value.AsValueMap() {
		if entry, ok := text(v); ok {
			all = append(all, &element{key: key, at: at, value: entry, known: true})
		}
	}
	return inOrder(all)
}

func keyword(x hcl.Expression) (string, bool) {
	if name := hcl.ExprAsKeyword(x); name != "" {
		return name, true
	}
	return literal(x)
}
