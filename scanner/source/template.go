package source

import (
	"bytes"
	"strings"
)

// CloudFormation and SAM templates, also inside of the Serverless Framework's.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html

// templates reads all that looked like one, and defines their resources.
func (r *reader) templates() {
	for _, d := range r.documents {
		parse := parseYAML
		if bytes.HasPrefix(bytes.TrimSpace(d.text), []byte("{")) {
			parse = parseJSON
		}
		root, err := parse(d.file, d.text)
		if err != nil {
			r.skip(d.file, err)
			continue
		}
		r.tree.Files++
		t := template{reader: r, document: d, parameters: map[string]string{}}
		t.readParameters(root)
		for _, path := range []string{"Resources", "resources.Resources"} { // the latter in serverless.yml
			for _, resources := range root.all(path) {
				t.resources(resources)
			}
		}
	}
}

type template struct {
	*reader
	document
	parameters map[string]string // whose value is known
}

// Pseudo parameters are kept as they are written in Fn::Sub, until a resource
// says its account and Region.
var pseudo = map[string]string{
	"AWS::AccountId": "${AWS::AccountId}", "AWS::Partition": "${AWS::Partition}", "AWS::Region": "${AWS::Region}",
}

// readParameters takes defaults for values. One that names another place (SSM) is
// no value.
func (t *template) readParameters(root *element) {
	for name, value := range pseudo {
		t.parameters[name] = value
	}
	for _, parameters := range root.all("Parameters") {
		for _, p := range parameters.children {
			kind, _ := p.text("Type")
			if value, ok := p.text("Default"); ok && (kind == "String" || kind == "Number") {
				t.parameters[p.key] = value
			}
		}
	}
}

func (t *template) resources(list *element) {
	for _, e := range list.children {
		if strings.HasPrefix(e.key, "Fn::ForEach::") {
			t.forEach(e)
			continue
		}
		t.resource(e.key, e)
	}
}

// forEach repeats resources over a list of literals:
//
//	Fn::ForEach::Loop: [Variable, [value, …], {"${Variable}Table": {…}}]
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
func (t *template) forEach(e *element) {
	if len(e.children) != 3 || !e.children[0].known {
		return
	}
	variable := e.children[0].value
	before, shadowed := t.parameters[variable]
	for _, item := range e.children[1].children {
		if !item.known {
			continue
		}
		t.parameters[variable] = item.value
		for _, body := range e.children[2].children {
			if id, ok := t.substitute(body.key); ok && !t.full() {
				t.resource(id, body)
			}
		}
	}
	if delete(t.parameters, variable); shadowed {
		t.parameters[variable] = before
	}
}

func (t *template) resource(id string, e *element) {
	typeID, _ := e.text("Type")
	kind := typeOf(typeID)
	if kind == nil {
		return
	}
	block := &element{key: id, at: e.at}
	for _, properties := range e.all("Properties") {
		for _, p := range properties.children {
			block.children = append(block.children, t.resolved(p))
		}
	}
	d := &definition{resourceType: kind, at: e.at, address: id, logicalID: id, block: func() *element { return block }}
	code := t.stack(d)
	d.read(block)
	t.define(d, code)
}

// resolved is a copy of an element in which functions of known values are values.
func (t *template) resolved(e *element) *element {
	out := *e
	out.children = nil
	for _, child := range e.children {
		out.children = append(out.children, t.resolved(child))
	}
	if len(out.children) == 1 {
		if value, ok := t.function(out.children[0]); ok && len(value) <= maxText {
			out.value, out.known, out.assumed, out.children = value, true, true, nil
		}
	}
	return &out
}

func (t *template) function(call *element) (string, bool) {
	switch call.key {
	case "Ref":
		value, ok := t.parameters[call.value]
		return value, ok && call.known
	case "Fn::Sub":
		if !call.known { // the form with a map of variables of its own
			return "", false
		}
		return t.substitute(call.value)
	case "Fn::Join":
		return join(call)
	}
	return "", false
}

func (t *template) substitute(text string) (string, bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := t.parameters[strings.TrimSpace(name)]
		if !closed || !known || b.Len() > maxText {
			return "", false
		}
		b.WriteString(value)
		text = after
	}
}

// join is Fn::Join: [delimiter, [value, …]].
func join(call *element) (string, bool) {
	if len(call.children) != 2 || !call.children[0].known {
		return "", false
	}
	var values []string
	for _, item := range call.children[1].children {
		if !item.known {
			return "", false
		}
		values = append(values, item.value)
	}
	return strings.Join(values, call.children[0].value), len(values) > 0
}
