package evaluate

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const (
	// maxValue is the largest argument or result of a growing builtin and the
	// largest answer, in bytes or elements.
	maxValue = 64 << 10
	// maxDigits is the longest number that a builtin may make. 28 squarings of a
	// number of ten digits have two billion.
	maxDigits = 1000
	// maxPattern is the longest regular expression or glob, in bytes: compiled, a
	// pattern is up to a thousand times as large.
	maxPattern = 256
)

// growing builtins can double their argument; 28 doublings are 2 GiB. There is a
// cap on what goes in and comes out.
var growing = []string{"array.concat", "concat", "replace", "sprintf"}

// wide finds a width or precision that makes sprintf write more than it is given.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*([0-9]{4,}|\*)`)

// handled is how much a builtin has to read, at most a little more than limit.
// Its error is a value that no builtin is given.
func handled(name string, args []*ast.Term, limit int) (work int, err error) {
	grows := slices.Contains(growing, name)
	if grows {
		limit = min(limit, maxValue)
	}
	for _, arg := range args {
		work += size(arg, limit-work)
	}
	switch name {
	case "replace": // each byte can become the third argument
		work *= size(args[2], maxValue)
	case "sprintf":
		if format, ok := args[0].Value.(ast.String); ok && wide.MatchString(string(format)) {
			return work, errValue
		}
	case "regex.match", "glob.match":
		pattern, _ := args[0].Value.(ast.String)
		if len(pattern) > maxPattern {
			return work, errPattern
		}
		work += len(pattern) * (work + 16)
	}
	if grows && work > maxValue {
		return work, errValue
	}
	return work, nil
}

// made is how large a result is, at most a little more than limit.
func made(name string, result *ast.Term, limit int) (work int, err error) {
	switch v := result.Value.(type) {
	case ast.Boolean:
		return 0, nil
	case ast.Number:
		if len(v) > maxDigits {
			return 0, errDigits
		}
	}
	work = size(result, limit)
	if work > maxValue && slices.Contains(growing, name) {
		return work, errValue
	}
	return work, nil
}

var (
	errValue   = fmt.Errorf("value is larger than %d bytes", maxValue)
	errDigits  = fmt.Errorf("number has more than %d digits", maxDigits)
	errPattern = fmt.Errorf("pattern is longer than %d bytes", maxPattern)
)

func tooLarge(location *ast.Location, name string, why error) error {
	return topdown.Halt{Err: &topdown.Error{Code: topdown.BuiltinErr, Location: location, Message: fmt.Sprintf("%s: %s", name, why)}}
}

// checkSize refuses answers that would swell the findings.
func checkSize(answer ast.Object) error {
	if n := len(members(answer, "deny")); n > maxViolations {
		return fmt.Errorf("%d violations for one subject; %d are the most", n, maxViolations)
	}
	if size(ast.NewTerm(answer), maxValue) > maxValue {
		return fmt.Errorf("its answer is larger than %d bytes", maxValue)
	}
	return nil
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
