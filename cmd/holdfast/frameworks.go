package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"holdfast/policies/frameworks"
	"holdfast/scanner"
	"holdfast/scanner/evaluate"
)

// listFramework writes the controls of a framework, each with how far the rules
// that are on test it, and which these are.
func listFramework(w io.Writer, id string, job scanner.Job, asJSON bool) error {
	f, err := frameworks.Lookup(id)
	if err != nil {
		return err
	}
	view := f.View(job.Policy.Enabled(evaluate.Settings{Config: job.Config}), nil)
	if asJSON {
		return writeControls(w, f, view)
	}
	fmt.Fprintf(w, "%s, %s\n%s\n", f.Name, f.Edition, f.Link)
	if f.Note != "" {
		fmt.Fprintln(w, f.Note)
	}
	for _, c := range view {
		fmt.Fprintf(w, "\n%s  %s\n    %s\n", c.ID, c.Title, strings.ReplaceAll(string(c.Coverage), "_", " "))
		for _, id := range c.Rules {
			fmt.Fprintf(w, "    - %s\n", id)
		}
		for _, id := range c.Supporting {
			fmt.Fprintf(w, "    - %s, in support\n", id)
		}
		for _, text := range []string{c.Why, c.Note} {
			if text != "" {
				fmt.Fprintf(w, "    %s\n", text)
			}
		}
	}
	return nil
}

func writeControls(w io.Writer, f frameworks.Framework, view []frameworks.Result) error {
	type control struct {
		ID         string              `json:"id"`
		Title      string              `json:"title"`
		Coverage   frameworks.Coverage `json:"coverage"`
		Rules      []string            `json:"rules,omitempty"`
		Supporting []string            `json:"supporting,omitempty"`
		Why        string              `json:"why,omitempty"`
		Note       string              `json:"note,omitempty"`
	}
	var controls []control
	for _, c := range view {
		controls = append(controls, control{c.ID, c.Title, c.Coverage, c.Rules, c.Supporting, c.Why, c.Note})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{
		"framework": f.ID, "name": f.Name, "edition": f.Edition, "link": f.Link, "note": f.Note, "controls": controls,
	})
}

// evidenceFor lists the controls that a rule is evidence for.
func evidenceFor(rule string) (string, error) {
	all, err := frameworks.All()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for _, f := range all {
		var controls, supported []string
		for _, c := range f.Controls {
			if slices.Contains(c.Rules, rule) {
				controls = append(controls, c.ID)
			}
			if slices.Contains(c.Supporting, rule) {
				supported = append(supported, c.ID)
			}
		}
		if len(supported) > 0 {
			controls = append(controls, "in support of "+strings.Join(supported, ", "))
		}
		if len(controls) > 0 {
			fmt.Fprintf(&b, "- %s: %s\n", f.Name, strings.Join(controls, ", "))
		}
	}
	return b.String(), nil
}
