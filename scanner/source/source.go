// Package source reads infrastructure code and says which line of it defines a
// live resource: Terraform and OpenTofu (configuration in HCL and JSON, and what
// "terraform show -json" prints of a state or plan), CloudFormation and SAM
// templates (YAML and JSON), and what the CDK synthesizes (cdk.out).
//
// In goes a folder. Out comes a Tree, which is asked for one resource at a time.
// A definition is found, in this order, by
//
//  1. the tags that CloudFormation puts on what it creates (logical id),
//  2. the address that a Terraform state or plan gives for its ARN,
//  3. the tags that tracing tools write into code and resource (yor),
//  4. its name, where exactly one definition of its type has it.
//
// What is ambiguous is not found: a finding at the wrong line is worse than one
// in the inventory.
//
// The folder may be anybody's. Nothing outside of it is read, nothing in it is
// run, and a file that is malformed, too large or nested too deep is left out and
// named (see limits.go), whatever it holds.
package source

import (
	"fmt"
	"os"
	"slices"
)

// A Tree is what a folder of infrastructure code defines.
type Tree struct {
	Files   int       // of infrastructure code
	Skipped []Skipped // what might have defined something and was not read, by file

	definitions []*definition
	index       index
	texts       map[string]string // of the files with definitions, by name
}

// Skipped is a file that was not read.
type Skipped struct {
	File   string // slash path from the folder
	Reason string
}

// Read reads the folder. The only errors are those of the folder itself.
func Read(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("reading infrastructure code in %s: %w", dir, err)
	}
	defer root.Close()
	r := &reader{root: root, dir: dir, tree: &Tree{texts: map[string]string{}}, modules: map[string]*module{}, stacks: map[string]cdkStack{}}
	if err := r.walk(); err != nil {
		return nil, fmt.Errorf("reading infrastructure code in %s: %w", dir, err)
	}
	r.templates()
	r.terraform()
	r.tree.index.fill(r.tree.definitions)
	slices.SortFunc(r.tree.Skipped, compareSkipped)
	return r.tree, nil
}

// Text returns the text of a file that holds a definition.
func (t *Tree) Text(file string) string { return t.texts[file] }
