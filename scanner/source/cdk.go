package source

import (
	"encoding/json"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// The manifest of the CDK's output (cdk.out/manifest.json) says which stack a
// template makes, where, and, when synthesized with CDK_DEBUG, which line of the
// program made each resource.
// https://docs.aws.amazon.com/cdk/v2/guide/how_synth_default.html

type cdkManifest struct {
	Artifacts map[string]struct {
		Type        string
		Environment string // "aws://111122223333/eu-west-1"
		Properties  struct {
			TemplateFile string
			StackName    string
		}
		Metadata map[string][]struct {
			Type  string
			Data  json.RawMessage
			Trace []string
		}
	}
}

type cdkStack struct {
	name, account, region string
	traces                map[string][]string // by logical id
}

func (r *reader) cdk(name string, text []byte) {
	if !strings.Contains(string(text), "aws:cloudformation:stack") {
		return
	}
	var manifest cdkManifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		r.skip(name, err)
		return
	}
	r.tree.Files++
	for id, artifact := range manifest.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" || artifact.Properties.TemplateFile == "" {
			continue
		}
		stack := cdkStack{name: id, traces: map[string][]string{}}
		if artifact.Properties.StackName != "" {
			stack.name = artifact.Properties.StackName
		}
		stack.account, stack.region, _ = strings.Cut(strings.TrimPrefix(artifact.Environment, "aws://"), "/")
		for _, entries := range artifact.Metadata {
			for _, entry := range entries {
				var logicalID string
				if entry.Type == "aws:cdk:logicalId" && json.Unmarshal(entry.Data, &logicalID) == nil {
					stack.traces[logicalID] = entry.Trace
				}
			}
		}
		r.stacks[path.Join(path.Dir(name), artifact.Properties.TemplateFile)] = stack
	}
}

// stack adds what the CDK says of a template's resource. Where it knows the line of
// the program, that is where people edit.
func (t *template) stack(d *definition) (code []byte) {
	stack, ok := t.stacks[t.document.file]
	if !ok {
		return t.text
	}
	d.stackName = stack.name
	if accountID.MatchString(stack.account) {
		d.accounts = []string{stack.account}
	}
	if stack.region != "" && stack.region != "unknown-region" {
		d.regions = []string{stack.region}
	}
	if at, text, ok := t.program(stack.traces[d.logicalID]); ok {
		d.at = at
		d.block = func() *element { return &element{key: d.logicalID, at: at} }
		return text
	}
	return t.text
}

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	traceLine = regexp.MustCompile(`\(?([^()\s]+):(\d+):(\d+)\)?$`)
)

// program is the line of the program that made a resource, the innermost one of
// its trace that is in this folder.
func (r *reader) program(trace []string) (at Position, text []byte, ok bool) {
	for _, line := range trace {
		m := traceLine.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[1], "node_modules") {
			continue
		}
		file, text := r.inside(m[1])
		number, _ := strconv.Atoi(m[2])
		if text != nil && number >= 1 && number <= 1+strings.Count(string(text), "\n") {
			return Position{file, number}, text, true
		}
	}
	return Position{}, nil, false
}

// inside finds a file of another machine's absolute path: the longest end of it
// that is a file of this folder.
func (r *reader) inside(name string) (string, []byte) {
	parts := strings.Split(strings.ReplaceAll(name, `\`, "/"), "/")
	for i := range parts {
		file := path.Join(parts[i:]...)
		info, err := r.root.Lstat(file)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxCode {
			continue
		}
		if text, err := r.root.ReadFile(file); err == nil {
			return file, text
		}
	}
	return "", nil
}
