package source

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Bounds of what is read. Real code stays far below them; a hostile tree meets
// them soon.
const (
	maxEntries   = 500_000 // files and folders that are looked at
	maxCode      = 1 << 20 // bytes of a .tf file
	maxTemplate  = 2 << 20 // bytes of a template; CloudFormation takes 1 MB at most
	maxState     = 128 << 20
	maxDepth     = 100    // of blocks, brackets and mappings
	maxSkipped   = 1_000  // files that are named
	maxInstances = 50_000 // of resources and module calls
	maxEach      = 1_000  // instances of one for_each or count
	maxCallDepth = 16     // modules that call modules

	maxText       = 1 << 10   // bytes of a value that is worked out
	maxLeaves     = 256       // scalars in a value that is worked out
	maxNodes      = 200       // of an expression that is worked out
	evaluations   = 2_000_000 // nodes that are worked out in a whole tree
	forExpression = 1_000     // nodes that a "for" counts as
)

// tooDeep refuses HCL whose nesting could exhaust the parser's stack: it recurses
// for brackets, templates, conditions and unary operators, without a bound.
func tooDeep(src []byte) error {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	depth, signs, conditions := 0, 0, 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenQuestion:
			conditions++
		case hclsyntax.TokenNewline:
			conditions = 0
		}
		if token.Type == hclsyntax.TokenBang || token.Type == hclsyntax.TokenMinus {
			signs++
		} else {
			signs = 0
		}
		if depth > maxDepth || signs > maxDepth || conditions > maxDepth {
			return fmt.Errorf("line %d: nested deeper than %d", token.Range.Start.Line, maxDepth)
		}
	}
	return nil
}
