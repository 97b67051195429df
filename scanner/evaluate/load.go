package evaluate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	slashpath "path"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A Tree is a folder of rules, laid out as package policies describes.
type Tree struct {
	Name string // goes before file names in errors: the folder given to --policies; empty for the rules that ship
	FS   fs.FS
	// Tested demands a test file beside each rule.
	Tested bool
	// Untested leaves its tests out of Test, but for what those of other trees need
	// of them: the subjects that tests are made of.
	Untested bool
}

// A Policy is a set of rules that have been checked and compiled. It is safe for
// concurrent use.
type Policy struct {
	rules    map[string][]*rule // by kind of subject, sorted by id
	byID     map[string]finding.Rule
	hash     string
	shapes   map[string]*shape
	compiler *ast.Compiler
}

// Load reads, checks and compiles trees. Errors name file, row and column, all
// of them at once, joined: a file in the wrong place, missing or unknown
// metadata, a rule without ok or deny, a misspelt fact or parameter, a builtin
// that is not allowed, two rules of one name.
func Load(trees ...Tree) (*Policy, error) {
	var p *Policy
	err := watched(func() error {
		l, err := read(false, trees)
		if err == nil {
			p, err = l.compile()
		}
		return err
	}, limited("checking the rules"+named(trees), maxLoadTime))
	if err != nil {
		return nil, err
	}
	return p, nil
}

// named tells whose rules are checked beside those that ship: " in ./ours".
func named(trees []Tree) string {
	var names []string
	for _, tree := range trees[min(1, len(trees)):] {
		names = append(names, tree.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return " in " + strings.Join(names, ", ")
}

// read parses and checks trees, with the files of their tests or without.
func read(tests bool, trees []Tree) (*loader, error) {
	shapes, err := shapes()
	if err != nil {
		return nil, err
	}
	l := &loader{shapes: shapes, tests: tests, modules: map[string]*ast.Module{}, packages: map[string]string{}, hash: sha256.New()}
	for _, tree := range trees {
		l.tree(tree)
	}
	return l, errors.Join(l.errs...)
}

type loader struct {
	tests    bool
	shapes   map[string]*shape
	modules  map[string]*ast.Module // by file name, as errors print it
	packages map[string]string      // package → its file
	rules    []*rule
	hash     hash.Hash
	errs     []error
}

func (l *loader) fail(location *ast.Location, format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if location != nil {
		err = fmt.Errorf("%s:%d:%d: %w", location.File, location.Row, max(location.Col, 1), err)
	}
	l.errs = append(l.errs, err)
}

func (l *loader) tree(tree Tree) {
	files, err := regoFiles(tree.FS)
	if err != nil {
		l.fail(nil, "reading rules %s: %w", tree.Name, err)
		return
	}
	for _, name := range files {
		source, err := readRule(tree.FS, name)
		if err != nil {
			l.fail(nil, "reading %s: %w", slashpath.Join(tree.Name, name), err)
			continue
		}
		fmt.Fprintf(l.hash, "%s %d\n%s", name, len(source), source)
		isTest := strings.HasSuffix(name, "_test.rego")
		if isTest && !l.tests {
			continue
		}
		module, err := parse(slashpath.Join(tree.Name, name), source)
		if err != nil {
			l.errs = append(l.errs, located(err)...)
			continue
		}
		if isTest {
			l.test(tree, name, module)
			continue
		}
		l.module(tree, name, module)
	}
}

// regoFiles are the Rego files of a tree, sorted. Folders whose name begins with
// "." or "_" are left alone.
func regoFiles(tree fs.FS) (names []string, err error) {
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && strings.ContainsAny(entry.Name()[:1], "._") {
			return fs.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(name, ".rego") {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// maxFile is the largest file of Rego that is read, in bytes. Those that ship are
// a hundredth of it.
const maxFile = 512 << 10

// readRule reads a regular file, or what a link to one leads to.
func readRule(tree fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(tree, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	return fs.ReadFile(tree, name)
}

func parse(name string, source []byte) (*ast.Module, error) {
	module, err := ast.ParseModuleWithOpts(name, string(source), ast.ParserOptions{
		ProcessAnnotation: true, Capabilities: capabilities(), RegoVersion: ast.RegoV1,
	})
	if err == nil && module == nil {
		err = fmt.Errorf("%s: the file is empty", name)
	}
	if err == nil {
		ast.WalkTerms(module, func(t *ast.Term) bool {
			if _, _, taken := untag(t); taken {
				err = fmt.Errorf("%s:%d:%d: write %s without exponent", name, t.Location.Row, t.Location.Col, t)
			}
			return false
		})
		wrapCalls(module)
	}
	return module, err
}

// module files one module under what its place says that it is.
func (l *loader) module(tree Tree, name string, module *ast.Module) {
	location := module.Package.Location
	folders := strings.Split(strings.TrimSuffix(name, ".rego"), "/")
	pkg := strings.TrimPrefix(module.Package.Path.String(), "data.")
	kind := folders[0]
	switch last := len(folders) - 1; {
	case last == 2 && folders[1] == folders[2] && kind == "lib":
		l.library(module, pkg)
	case last == 2 && folders[1] == folders[2] && l.shapes[kind] != nil:
		l.rule(tree, name, module)
	case last == 1 && kind == folders[1] && l.shapes[kind] != nil:
		// The annotation that plain OPA tools need. The schemas of rules are set below.
		if len(module.Rules) > 0 {
			l.fail(location, "this file is for the annotation of %s alone; rules have folders of their own", kind)
		}
		if pkg != "holdfast."+kind {
			l.fail(location, "package is %s; in this place it is holdfast.%s", pkg, kind)
		}
		return
	default:
		l.fail(location, "a rule's file is <subject>/<rule>/<rule>.rego with subject one of %v, shared Rego is lib/<topic>/<topic>.rego", keysSorted(l.shapes))
		return
	}
	if want := "holdfast." + strings.Join(folders[:2], "."); pkg != want {
		l.fail(location, "package is %s; in this place it is %s", pkg, want)
	}
	if other, taken := l.packages[pkg]; taken {
		l.fail(location, "package %s is there already, in %s", pkg, other)
		return
	}
	l.packages[pkg] = location.File
	l.modules[location.File] = module
}

// test files one module of tests, which are in a package of their own: in the
// rule's, they would be part of it.
func (l *loader) test(tree Tree, name string, module *ast.Module) {
	folder := slashpath.Dir(strings.TrimSuffix(name, "_test.rego"))
	want := "holdfast." + strings.ReplaceAll(folder, "/", ".") + "_test"
	if pkg := strings.TrimPrefix(module.Package.Path.String(), "data."); pkg != want {
		l.fail(module.Package.Location, "package is %s; tests in this place are in %s", pkg, want)
		return
	}
	if tree.Untested && !slices.ContainsFunc(module.Rules, shared) {
		return
	}
	l.modules[module.Package.Location.File] = module
}

// shared says of a rule of a test file whether other files are meant to use it.
func shared(r *ast.Rule) bool {
	name := r.Head.Ref()[0].Value.String()
	return !strings.HasPrefix(name, "test_") && !strings.HasPrefix(name, "todo_test_") && !strings.HasPrefix(name, "_")
}

func (l *loader) library(module *ast.Module, pkg string) {
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		if ref.HasPrefix(ast.InputRootRef) || ref.HasPrefix(parametersRef()) {
			l.fail(ref[0].Location, "%s reads %s; shared Rego takes arguments, so that the reads of a rule stay type-checked", pkg, ref)
		}
		return false
	})
}

func (l *loader) rule(tree Tree, name string, module *ast.Module) {
	location := module.Package.Location
	folders := strings.Split(name, "/")
	kind, id := folders[0], folders[0]+"."+folders[1]
	if !snakeCase.MatchString(folders[1]) {
		l.fail(location, "rule %q: a rule's name is snake_case", folders[1])
	}
	if tree.Tested {
		if _, err := fs.Stat(tree.FS, strings.TrimSuffix(name, ".rego")+"_test.rego"); err != nil {
			l.fail(location, "rule %s has no test; write %s_test.rego beside it", id, folders[1])
		}
	}
	var annotation *ast.Annotations
	for _, a := range module.Annotations {
		if a.Scope == "package" {
			annotation = a
		}
	}
	if annotation == nil {
		l.fail(location, "rule %s has no METADATA on its package", id)
		return
	}
	meta, err := metadata(id, kind, annotation, l.shapes[kind])
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			l.fail(annotation.Location, "rule %s: metadata: %s", id, line)
		}
		return
	}
	meta.Source = name
	withSchemas(annotation, kind, parameterSchema(meta.Parameters))
	r := &rule{meta: meta, pkg: module.Package.Path, file: location.File, shape: l.shapes[kind]}
	l.sides(r, module)
	l.rules = append(l.rules, r)
}

// sides checks that a rule says both ok and deny, and neither by default.
func (l *loader) sides(r *rule, module *ast.Module) {
	for _, one := range module.Rules {
		name, location := one.Head.Ref()[0].Value.String(), one.Location
		at := fmt.Sprintf("%s:%d", location.File, location.Row)
		switch name {
		case "ok", "applicable":
			if one.Default {
				l.fail(location, "%s has a default; leave it undefined where facts are missing", name)
			}
			if len(one.Head.Args) > 0 || one.Head.RuleKind() == ast.MultiValue || len(one.Head.Ref()) > 1 {
				l.fail(location, "%s is one value: write %s if …", name, name)
			}
			if name == "applicable" {
				r.applicable = true
			} else if r.ok == "" {
				r.ok = at
			}
		case "deny", "ambiguous":
			if one.Head.RuleKind() != ast.MultiValue {
				l.fail(location, "%s is a set: write %s contains … if …", name, name)
			}
			if name == "ambiguous" {
				r.ambiguous = true
			} else if r.deny == "" {
				r.deny = at
			}
		}
	}
	for name, at := range map[string]string{"ok": r.ok, "deny": r.deny} {
		if at == "" {
			l.fail(module.Package.Location, "rule %s has no %s; it says both sides, so that a missing fact is no pass", r.meta.ID, name)
		}
	}
}

func (l *loader) sum() string { return hex.EncodeToString(l.hash.Sum(nil)) }

func keysSorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
