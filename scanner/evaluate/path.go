package evaluate

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A path names a fact and all below it: "pitr", "coverage.fires". The empty path
// is the whole document.
type path []string

func parsePath(s string) path {
	if s == "" {
		return nil
	}
	return strings.Split(s, ".")
}

func (p path) String() string { return strings.Join(p, ".") }

// within says whether p is q or below it.
func (p path) within(q path) bool {
	return len(p) >= len(q) && slices.Equal(p[:len(q)], q)
}

// overlaps says whether one contains the other.
func (p path) overlaps(q path) bool { return p.within(q) || q.within(p) }

// refPath is what a ground ref reads below its root: input.pitr.window_hours →
// pitr.window_hours. It ends before the first step that is no field name, such
// as an index into a list.
func refPath(ref ast.Ref) path {
	var p path
	for _, step := range ref[1:] {
		name, ok := step.Value.(ast.String)
		if !ok {
			break
		}
		p = append(p, string(name))
	}
	return p
}
