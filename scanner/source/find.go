package source

import (
	"cmp"
	"strings"
)

// A Resource is a live one, as AWS describes it.
type Resource struct {
	Kind    string // KindTable …
	ARN     string
	ID      string // of a selection, which has no ARN of its own
	Account string
	Region  string
	Name    string            // of the table, vault, plan or selection
	Part    string            // of a plan: the name of one of its rules; ARN is the plan's
	Tags    map[string]string // as far as they were read
}

// By says how a definition was found.
type By string

const (
	ByTags  By = "cloudformation_tags"
	ByState By = "terraform_state"
	ByTrace By = "trace_tags"
	ByName  By = "name"
)

// What CloudFormation puts on what it creates.
const (
	tagLogicalID = "aws:cloudformation:logical-id"
	tagStackName = "aws:cloudformation:stack-name"
)

// A Definition is the code that defines a resource.
type Definition struct {
	Position        // first line of the block, or of the part of it that is about the resource
	Type     string // "aws_dynamodb_table", "AWS::DynamoDB::Table"; "" where a module that is not in the tree makes it
	Address  string // "module.shop.aws_dynamodb_table.orders", a template's logical id
	By       By
	Calls    []Position // module calls that lead there, outermost first

	focus *element
}

// At is where one of the attributes stands: the first that is there, else as far
// as the way to one of them goes, else the definition itself.
func (d *Definition) At(attributes []string) Position {
	at, furthest := d.Position, 0
	for _, path := range attributes {
		e, found := d.focus.nearest(path)
		if found == 1+strings.Count(path, ".") {
			return e.at
		}
		if found > furthest {
			at, furthest = e.at, found
		}
	}
	return at
}

// Find returns the definition of a resource, if there is exactly one.
func (t *Tree) Find(r Resource) (Definition, bool) {
	steps := []struct {
		by         By
		candidates []*definition
	}{
		{ByTags, t.index.logicalIDs[r.Tags[tagLogicalID]]},
		{ByState, t.index.stated(&r)},
		{ByTrace, t.index.traced(&r)},
		{ByName, t.index.named(&r)},
	}
	for _, step := range steps {
		if d := only(step.candidates, &r, step.by); d != nil {
			return d.found(&r, step.by), true
		}
	}
	return Definition{}, false
}

// only is the definition at the one place that the candidates share. A state knows
// the ARN, so nothing that code says can speak against it.
func only(candidates []*definition, r *Resource, by By) *definition {
	var first *definition
	for _, d := range candidates {
		switch {
		case by != ByState && !d.fits(r):
		case first == nil:
			first = d
		case d.at != first.at:
			return nil
		}
	}
	return first
}

func (d *definition) found(r *Resource, by By) Definition {
	focus := d.focus(r)
	out := Definition{Position: focus.at, Address: d.address, By: by, Calls: d.calls, focus: focus}
	if d.resourceType != nil {
		out.Type = d.id
	}
	return out
}

// An index finds definitions by what they say.
type index struct {
	logicalIDs map[string][]*definition
	traces     map[string][]*definition
	names      map[string][]*definition
	patterns   []*definition // whose name has pseudo parameters in it
	addresses  map[string][]*definition
	states     []state
}

func (x *index) fill(definitions []*definition) {
	x.logicalIDs, x.traces = map[string][]*definition{}, map[string][]*definition{}
	x.names, x.addresses = map[string][]*definition{}, map[string][]*definition{}
	for _, d := range definitions {
		switch {
		case strings.Contains(d.name, "${"):
			x.patterns = append(x.patterns, d)
		case d.name != "":
			x.names[d.name] = append(x.names[d.name], d)
		}
		for _, key := range d.traces {
			x.traces[key] = append(x.traces[key], d)
		}
		if d.logicalID != "" {
			x.logicalIDs[d.logicalID] = append(x.logicalIDs[d.logicalID], d)
			continue
		}
		address := withoutKeys(d.address)
		x.addresses[address] = append(x.addresses[address], d)
	}
}

func (x *index) traced(r *Resource) []*definition {
	var found []*definition
	for _, key := range traceKeys(func(key string) string { return r.Tags[key] }) {
		found = append(found, x.traces[key]...)
	}
	return found
}

func (x *index) named(r *Resource) []*definition {
	if r.Name == "" {
		return nil
	}
	found := x.names[r.Name]
	for _, d := range x.patterns {
		if r.expand(d.name) == r.Name {
			found = append(found[:len(found):len(found)], d)
		}
	}
	return found
}

// stated are the definitions at the addresses that states give for the ARN.
func (x *index) stated(r *Resource) []*definition {
	var found []*definition
	for _, s := range x.states {
		for _, address := range s.addresses[cmp.Or(r.ID, r.ARN)] {
			for _, d := range x.at(address) {
				if s.root == "" || d.root == s.root {
					found = append(found, d)
				}
			}
		}
	}
	return found
}

// at are the definitions at an address, or else the call of the module that has
// it, where that module is not in the tree.
func (x *index) at(address string) []*definition {
	parts := strings.Split(withoutKeys(address), ".")
	for ; len(parts) >= 2; parts = parts[:len(parts)-2] {
		if found := x.addresses[strings.Join(parts, ".")]; found != nil {
			return found
		}
	}
	return nil
}
