package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A reader walks the folder and sorts its files by what they may be.
type reader struct {
	root *os.Root
	dir  string
	tree *Tree

	documents []document          // templates and what the CDK says of them
	stacks    map[string]cdkStack // by template file
	modules   map[string]*module  // folders with Terraform code, by slash path
	values    []values            // for their variables
	entries   int
}

// A document is a file that looks like a template.
type document struct {
	file string
	text []byte
}

// ignored are folders of tools' own copies and caches: a finding should not point
// at code that nobody edits.
var ignored = []string{".git", ".terraform", ".terragrunt-cache", ".aws-sam", "node_modules"}

var errTooMany = fmt.Errorf("more than %d files and folders", maxEntries)

func (r *reader) walk() error {
	err := fs.WalkDir(r.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if r.entries++; r.entries > maxEntries {
			return errTooMany
		}
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			r.skip(name, err)
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			if slices.Contains(ignored, entry.Name()) || strings.Count(name, "/") > maxDepth {
				return fs.SkipDir
			}
			return nil
		}
		r.file(name, entry)
		return nil
	})
	if errors.Is(err, errTooMany) {
		r.skip(".", fmt.Errorf("%w; what lies behind them was not looked at", err))
		return nil
	}
	return err
}

// file reads one file, if its name is of a kind that may define something.
func (r *reader) file(name string, entry fs.DirEntry) {
	use, limit := r.use(entry.Name())
	if use == nil {
		return
	}
	info, err := r.root.Stat(name) // follows a link as long as it stays inside
	if err != nil || !info.Mode().IsRegular() {
		if entry.Type()&fs.ModeSymlink != 0 {
			r.skip(name, errors.New("a link that leads to no file of this folder"))
		}
		return
	}
	place := name
	if entry.Type()&fs.ModeSymlink != 0 {
		if place, err = r.target(name); err != nil {
			r.skip(name, err)
			return
		}
	}
	text, err := r.read(name, limit)
	if err != nil {
		r.skip(name, err)
		return
	}
	if text == nil {
		return
	}
	use(name, place, text)
}

// use says what to do with a file of that name, and how large it may be.
func (r *reader) use(base string) (use func(name, place string, text []byte), limit int64) {
	switch {
	case strings.HasSuffix(base, ".tf"), strings.HasSuffix(base, ".tofu"), strings.HasSuffix(base, ".tf.json"),
		strings.HasSuffix(base, ".tfvars"):
		return r.code, maxCode
	case strings.HasSuffix(base, ".json"), strings.HasSuffix(base, ".tfstate"):
		return r.json, maxState
	case strings.HasSuffix(base, ".yaml"), strings.HasSuffix(base, ".yml"), strings.HasSuffix(base, ".template"):
		return r.template, maxTemplate
	}
	return nil, 0
}

// read returns nil for a large file that is of no use, by its beginning.
func (r *reader) read(name string, limit int64) (_ []byte, err error) {
	in, err := r.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	text, err := io.ReadAll(io.LimitReader(in, maxCode))
	if err != nil {
		return nil, err
	}
	if len(text) < maxCode {
		return text, nil
	}
	if !looksUseful(text) && limit != maxCode {
		return nil, nil
	}
	rest, err := io.ReadAll(io.LimitReader(in, limit-maxCode+1))
	if err != nil {
		return nil, err
	}
	if text = append(text, rest...); int64(len(text)) > limit {
		return nil, fmt.Errorf("larger than %d MiB", limit>>20)
	}
	return text, nil
}

func looksUseful(text []byte) bool { return looksLikeTemplate(text) || looksLikeState(text) }

func looksLikeTemplate(text []byte) bool {
	return bytes.Contains(text, []byte("Resources")) && bytes.Contains(text, []byte("AWS::"))
}

func looksLikeState(text []byte) bool {
	head := text[:min(len(text), 4096)]
	return bytes.Contains(head, []byte(`"terraform_version"`)) || bytes.Contains(head, []byte(`"format_version"`))
}

func (r *reader) template(name, place string, text []byte) {
	if looksLikeTemplate(text) {
		r.documents = append(r.documents, document{place, text})
	}
}

// json is a state, a plan, a template, or what the CDK says about its templates.
func (r *reader) json(name, place string, text []byte) {
	switch {
	case looksLikeState(text):
		r.state(name, text)
	case len(text) > maxTemplate && looksLikeTemplate(text):
		r.skip(name, fmt.Errorf("larger than %d MiB", maxTemplate>>20))
	case path.Base(name) == "manifest.json":
		r.cdk(name, text)
	default:
		r.template(name, place, text)
	}
}

// target is the file that a link leads to, relative to the folder.
func (r *reader) target(name string) (string, error) {
	base, err := filepath.EvalSymlinks(r.dir)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(filepath.Join(base, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	inside, err := filepath.Rel(base, real)
	if err != nil || !filepath.IsLocal(inside) {
		return "", errors.New("a link that leads out of this folder")
	}
	return filepath.ToSlash(inside), nil
}

func (r *reader) skip(file string, reason error) {
	switch n := len(r.tree.Skipped); {
	case n < maxSkipped:
		r.tree.Skipped = append(r.tree.Skipped, Skipped{file, reason.Error()})
	case n == maxSkipped:
		r.tree.Skipped = append(r.tree.Skipped, Skipped{"…", "and more"})
	}
}

func compareSkipped(a, b Skipped) int {
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	return strings.Compare(a.Reason, b.Reason)
}

// define adds a definition, and keeps the text of its file.
func (r *reader) define(d *definition, text []byte) {
	if r.full() {
		return
	}
	r.tree.definitions = append(r.tree.definitions, d)
	r.keep(d.at.File, text)
}

func (r *reader) full() bool { return len(r.tree.definitions) >= maxInstances }

func (r *reader) keep(file string, text []byte) {
	if _, ok := r.tree.texts[file]; !ok {
		r.tree.texts[file] = string(text)
	}
}
