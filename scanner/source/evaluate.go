package source

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// An evaluator works out expressions of literals, locals and variables, as far as
// that is cheap: who writes the code may have written it so that it doubles a
// text thirty times. What is not known, too dear or too large is unknown.
type evaluator struct {
	left int // nodes
}

func (e *evaluator) value(x hcl.Expression, ctx *hcl.EvalContext) cty.Value {
	if x == nil || !e.affordable(x) {
		return cty.DynamicVal
	}
	value, diags := x.Value(ctx)
	if diags.HasErrors() || !small(value) {
		return cty.DynamicVal
	}
	return value
}

// affordable counts the nodes of an expression against what is left. JSON is
// worked out where it has no template.
func (e *evaluator) affordable(x hcl.Expression) bool {
	native, ok := x.(hclsyntax.Expression)
	if !ok {
		return len(x.Variables()) == 0
	}
	nodes, loops := 0, 0
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n.(type) {
		case *hclsyntax.ForExpr, *hclsyntax.SplatExpr:
			loops++
		}
		nodes++
		return nil
	})
	cost := nodes
	if loops > 0 {
		cost += forExpression
	}
	e.left -= cost
	return nodes <= maxNodes && loops <= 1 && e.left >= 0
}

// small bounds what a value can grow to when others are made of it.
func small(v cty.Value) bool {
	leaves, bytes := 0, 0
	err := cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		leaves++
		if v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
			bytes += len(v.AsString())
		}
		if leaves > maxLeaves || bytes > maxText*16 {
			return false, errDepth
		}
		return true, nil
	})
	return err == nil
}

// text is a scalar as the text that AWS would see.
func text(v cty.Value) (string, bool) {
	if v.IsMarked() || !v.IsWhollyKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return "", false
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || len(s.AsString()) > maxText {
		return "", false
	}
	return s.AsString(), true
}

// functions are those of Terraform's that names are made with.
var functions = map[string]function.Function{
	"can": tryfunc.CanFunc, "coalesce": stdlib.CoalesceFunc, "concat": stdlib.ConcatFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc,
	"keys": stdlib.KeysFunc, "length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc,
	"merge": stdlib.MergeFunc, "replace": stdlib.ReplaceFunc, "split": stdlib.SplitFunc, "substr": stdlib.SubstrFunc,
	"title": stdlib.TitleFunc, "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
	"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tostring": stdlib.MakeToFunc(cty.String), "try": tryfunc.TryFunc, "trimspace": stdlib.TrimSpaceFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
}
