package source

import (
	"slices"
	"strings"
)

// A definition is one resource as code says it. Code that is repeated (for_each, a
// module that is called twice) gives several at one place.
type definition struct {
	*resourceType
	at      Position // first line of its block
	address string   // "module.shop.aws_dynamodb_table.orders", a logical id
	calls   []Position

	logicalID string   // of a template's resource
	stackName string   // where the CDK says it
	root      string   // of Terraform: the folder whose state has it
	name      string   // "": not known; with pseudo parameters
	assumed   bool     // the name is worked out from defaults
	traces    []string // see traceKeys
	regions   []string // where it can be; nil: anywhere
	accounts  []string

	block func() *element
}

// read takes from a block what a definition is found by.
func (d *definition) read(block *element) {
	if name, _ := block.text(d.resourceType.name); !strings.Contains(withoutPseudo.Replace(name), "${") {
		d.name = name // else another tool's template
	}
	for _, e := range block.all(d.resourceType.name) {
		d.assumed = d.assumed || e.assumed
	}
	d.traces = traceKeys(func(key string) string { return block.tag(d.tags, key) })
	if d.regions != nil && d.replicas != "" {
		d.regions = d.withReplicas(block)
	}
}

// withReplicas are the Regions of a table and its replicas; nil where one of them
// is not known.
func (d *definition) withReplicas(block *element) []string {
	regions := slices.Clone(d.regions)
	for _, replica := range block.all(d.replicas) {
		region, ok := replica.text(d.region)
		if !ok {
			return nil
		}
		regions = append(regions, region)
	}
	return regions
}

// traceKeys are what a tracing tool wrote into the tags: yor's trace, which is
// unique, and file and name of the block, which are unique together.
// https://github.com/bridgecrewio/yor
func traceKeys(tag func(key string) string) []string {
	var keys []string
	if trace := tag("yor_trace"); trace != "" {
		keys = append(keys, "yor_trace\x00"+trace)
	}
	if file, name := tag("git_file"), tag("yor_name"); file != "" && name != "" {
		keys = append(keys, "git_file\x00"+file+"\x00"+name)
	}
	return keys
}

// fits is false where something speaks against this definition being that
// resource's: another kind, account, Region, literal name or stack.
func (d *definition) fits(r *Resource) bool {
	if d.resourceType != nil && d.kind != r.Kind {
		return false
	}
	if id := r.Tags[tagLogicalID]; id != "" && d.logicalID != id {
		return false
	}
	if stack := r.Tags[tagStackName]; stack != "" && d.stackName != "" && d.stackName != stack {
		return false
	}
	if d.accounts != nil && !slices.Contains(d.accounts, r.Account) || d.regions != nil && !slices.Contains(d.regions, r.Region) {
		return false
	}
	return d.name == "" || d.assumed || r.Name == "" || r.expand(d.name) == r.Name
}

// focus is the part of the block that is about the resource: a plan's rule, a
// table's replica, else the block.
func (d *definition) focus(r *Resource) *element {
	block := d.block()
	if d.resourceType == nil {
		return block
	}
	if r.Part != "" && d.parts != "" {
		return one(block, block.all(d.parts), d.partName, r.Part)
	}
	if d.replicas != "" && r.Region != "" {
		return one(block, block.all(d.replicas), d.region, r.Region)
	}
	return block
}

// one is the part that says of itself what it is wanted to, else the one that
// makes several parts whose words are not known, else the block.
func one(block *element, parts []*element, path, want string) *element {
	var found, made []*element
	for _, part := range parts {
		if value, ok := part.text(path); ok && value == want {
			found = append(found, part)
		} else if !ok {
			made = append(made, part)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) == 0 && len(made) == 1 && made[0].dynamic:
		return made[0]
	}
	return block
}

var withoutPseudo = strings.NewReplacer(pseudo["AWS::AccountId"], "", pseudo["AWS::Region"], "", pseudo["AWS::Partition"], "")

// expand puts the resource's own account, Region and partition where code names
// them by their pseudo parameters.
func (r *Resource) expand(name string) string {
	if !strings.Contains(name, "${") {
		return name
	}
	partition := "aws"
	if parts := strings.SplitN(r.ARN, ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	return strings.NewReplacer(pseudo["AWS::AccountId"], r.Account, pseudo["AWS::Region"], r.Region, pseudo["AWS::Partition"], partition).Replace(name)
}
