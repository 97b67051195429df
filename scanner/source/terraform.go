package source

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// Terraform and OpenTofu configuration: each folder with code is a module.
// https://developer.hashicorp.com/terraform/language

// A module is the code of one folder, as it is written.
type module struct {
	dir        string
	resources  []*block
	companions []*block
	calls      []*block
	providers  []*block
	variables  map[string]hcl.Expression // defaults; nil: none
	locals     map[string]hcl.Expression
	places     map[string]map[string]cty.Value // data sources that tell account, Region and partition
	values     map[string]cty.Value            // of terraform.tfvars and *.auto.tfvars
	choices    []map[string]cty.Value          // of other files of variables, here or one folder below: -var-file names one
	called     bool                            // by another module of the tree
}

// A block is a resource, a module call or a provider.
type block struct {
	file   string // where its text is, links followed
	text   []byte
	labels []string
	header hcl.Range
	body   hcl.Body
}

func (b *block) at() Position { return position(b.file, b.header) }

func position(file string, r hcl.Range) Position {
	return Position{file, r.Start.Line}
}

// code parses a file of a module.
func (r *reader) code(name, place string, text []byte) {
	base := path.Base(name)
	if base == "override.tf" || strings.HasSuffix(base, "_override.tf") {
		return // it changes blocks of other files, and defines none
	}
	body, err := parseHCL(name, text)
	if err != nil {
		r.skip(name, err)
		return
	}
	r.tree.Files++
	if strings.HasSuffix(base, ".tfvars") {
		r.values = append(r.values, valuesOf(name, body))
		return
	}
	m := r.module(path.Dir(name))
	content, _, _ := body.PartialContent(moduleSchema) // what is there in spite of mistakes
	for _, b := range content.Blocks {
		m.add(&block{file: place, text: text, labels: b.Labels, header: b.DefRange, body: b.Body}, b.Type)
	}
}

func (r *reader) module(dir string) *module {
	if r.modules[dir] == nil {
		r.modules[dir] = &module{dir: dir, variables: map[string]hcl.Expression{}, locals: map[string]hcl.Expression{},
			places: map[string]map[string]cty.Value{}, values: map[string]cty.Value{}}
	}
	return r.modules[dir]
}

func parseHCL(name string, text []byte) (body hcl.Body, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the HCL parser gave up: %v", panicked)
		}
	}()
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		if _, err := parseJSON(name, text); err != nil {
			return nil, err
		}
		file, diags = hcljson.Parse(text, name)
	} else {
		if err := tooDeep(text); err != nil {
			return nil, err
		}
		file, diags = hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	}
	if diags.HasErrors() {
		first := diags.Errs()[0]
		var d *hcl.Diagnostic
		if errors.As(first, &d) && d.Subject != nil {
			return nil, fmt.Errorf("line %d: %s", d.Subject.Start.Line, d.Summary)
		}
		return nil, first
	}
	return file.Body, nil
}

var moduleSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "resource", LabelNames: []string{"type", "name"}},
	{Type: "data", LabelNames: []string{"type", "name"}},
	{Type: "module", LabelNames: []string{"name"}},
	{Type: "provider", LabelNames: []string{"name"}},
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
}}

func (m *module) add(b *block, kind string) {
	switch kind {
	case "resource":
		if _, companion := companions[b.labels[0]]; companion {
			m.companions = append(m.companions, b)
		} else if typeOf(b.labels[0]) != nil {
			m.resources = append(m.resources, b)
		}
	case "module":
		m.calls = append(m.calls, b)
	case "provider":
		if b.labels[0] == "aws" {
			m.providers = append(m.providers, b)
		}
	case "variable":
		m.variables[b.labels[0]] = attribute(b.body, "default")
	case "locals":
		attributes, _ := b.body.JustAttributes()
		for name, a := range attributes {
			m.locals[name] = a.Expr
		}
	case "data":
		if value, ok := here[b.labels[0]]; ok {
			if m.places[b.labels[0]] == nil {
				m.places[b.labels[0]] = map[string]cty.Value{}
			}
			m.places[b.labels[0]][b.labels[1]] = value
		}
	}
}

// here are the data sources whose answer a live resource knows.
var here = map[string]cty.Value{
	"aws_caller_identity": cty.ObjectVal(map[string]cty.Value{"account_id": cty.StringVal(pseudo["AWS::AccountId"])}),
	"aws_partition":       cty.ObjectVal(map[string]cty.Value{"partition": cty.StringVal(pseudo["AWS::Partition"])}),
	"aws_region": cty.ObjectVal(map[string]cty.Value{
		"id": cty.StringVal(pseudo["AWS::Region"]), "name": cty.StringVal(pseudo["AWS::Region"]), "region": cty.StringVal(pseudo["AWS::Region"]),
	}),
}

// values are those of one .tfvars file.
type values struct {
	file string
	set  map[string]cty.Value
}

func valuesOf(file string, body hcl.Body) values {
	v := values{file, map[string]cty.Value{}}
	attributes, _ := body.JustAttributes()
	for name, a := range attributes {
		if value, diags := a.Expr.Value(nil); !diags.HasErrors() && small(value) {
			v.set[name] = value
		}
	}
	return v
}

// giveValues gives each module the files that Terraform reads by itself, and as a
// choice each of those that somebody names on its command line.
func (r *reader) giveValues() {
	for _, v := range r.values {
		dir, base := path.Dir(v.file), path.Base(v.file)
		m := r.modules[dir]
		if m == nil {
			m = r.modules[path.Dir(dir)]
		}
		switch {
		case m == nil:
		case m.dir == dir && (base == "terraform.tfvars" || strings.HasSuffix(base, ".auto.tfvars")):
			maps.Copy(m.values, v.set)
		default:
			m.choices = append(m.choices, v.set)
		}
	}
	for _, m := range r.modules {
		for _, choice := range m.choices {
			for name, value := range m.values {
				if _, ok := choice[name]; !ok {
					choice[name] = value
				}
			}
		}
	}
}

// attribute is the expression of an attribute, nil where it is not there.
func attribute(body hcl.Body, name string) hcl.Expression {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: name}}})
	if a := content.Attributes[name]; a != nil {
		return a.Expr
	}
	return nil
}

// terraform works out what the modules define, from those that no other calls.
func (r *reader) terraform() {
	r.giveValues()
	for i := range r.tree.index.states {
		if s := &r.tree.index.states[i]; r.modules[s.root] == nil {
			s.root = ""
		}
	}
	dirs := make([]string, 0, len(r.modules))
	for dir, m := range r.modules {
		dirs = append(dirs, dir)
		for _, call := range m.calls {
			if called := r.local(m, call); called != nil {
				called.called = true
			}
		}
	}
	slices.Sort(dirs)
	e := &evaluator{left: evaluations}
	for _, dir := range dirs {
		if m := r.modules[dir]; !m.called {
			for _, variables := range append([]map[string]cty.Value{m.values}, m.choices...) {
				s := &scope{reader: r, evaluator: e, module: m, root: dir, variables: variables}
				s.define()
			}
		}
	}
	if r.full() {
		r.skip(".", fmt.Errorf("more than %d resources; those that come later are not known", maxInstances))
	}
	if e.left < 0 {
		r.skip(".", fmt.Errorf("more than %d steps to work out names of Terraform resources; those that come later are not known by name", evaluations))
	}
}

// local is the module of the tree that is called, nil where it is elsewhere.
func (r *reader) local(m *module, call *block) *module {
	source, ok := literal(attribute(call.body, "source"))
	if !ok || !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") {
		return nil
	}
	return r.modules[path.Join(m.dir, source)]
}

func literal(e hcl.Expression) (string, bool) {
	if e == nil {
		return "", false
	}
	value, diags := e.Value(nil)
	if diags.HasErrors() || value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}
