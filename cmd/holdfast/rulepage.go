package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// writeRulePage writes what people need to know about a rule, in Markdown, from
// its metadata alone.
func writeRulePage(w io.Writer, rule finding.Rule) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n`%s` · judges: %s · severity: %s\n\n", rule.Title, rule.ID, strings.ReplaceAll(rule.Subject, "_", " "), severities(rule))
	section(&b, "Why it matters", rule.Description)
	parameters(&b, rule)
	section(&b, "How to fix it", rule.Fix)
	section(&b, "What it can't see", rule.Limits)
	if rule.WithGaps == "pass_stands" {
		section(&b, "When something could not be read", "A pass stands, since more data could only help. Everything else is `unknown`.")
	} else {
		section(&b, "When something could not be read", "If AWS did not answer a question that this rule depends on, the verdict is `unknown`, never a pass.")
	}
	if len(rule.CausedBy) > 0 {
		section(&b, "Explained by", "Where one of these fails on the same subject, it is the cause and this failure is not counted again: `"+strings.Join(rule.CausedBy, "`, `")+"`.")
	}
	controls, err := evidenceFor(rule.ID)
	if err != nil {
		return err
	}
	section(&b, "Evidence for", controls)
	if len(rule.Links) > 0 {
		fmt.Fprint(&b, "## At AWS\n\n")
		for _, link := range rule.Links {
			fmt.Fprintf(&b, "- <%s>\n", link)
		}
		fmt.Fprintln(&b)
	}
	if rule.Engine {
		fmt.Fprintf(&b, "Computed by the engine, after all other rules; metadata: `scanner/evaluate/%s`.\n", rule.Source)
	} else {
		fmt.Fprintf(&b, "Source: `policies/%s`.\n", rule.Source)
	}
	_, err = w.Write(b.Bytes())
	return err
}

func section(b *bytes.Buffer, title, text string) {
	if text = strings.TrimSpace(text); text != "" {
		fmt.Fprintf(b, "## %s\n\n%s\n\n", title, text)
	}
}

func severities(rule finding.Rule) string {
	if len(rule.Severities) < 2 {
		return string(rule.Severity)
	}
	var all []string
	for _, s := range rule.Severities {
		all = append(all, string(s))
	}
	return strings.Join(all, " or ")
}

func parameters(b *bytes.Buffer, rule finding.Rule) {
	if len(rule.Parameters) == 0 {
		return
	}
	fmt.Fprint(b, "## Parameters\n\n| name | default | unit | allowed | meaning |\n|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(rule.Parameters)) {
		p := rule.Parameters[name]
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", name, defaultOf(p), p.Unit, allowed(p), p.Doc)
	}
	fmt.Fprintln(b)
}

func defaultOf(p finding.Parameter) string {
	var compact bytes.Buffer
	if len(p.Default) == 0 || json.Compact(&compact, p.Default) != nil {
		return "none"
	}
	return "`" + compact.String() + "`"
}

func allowed(p finding.Parameter) string {
	switch {
	case len(p.Enum) > 0:
		return strings.Join(p.Enum, ", ")
	case p.Minimum != nil && p.Maximum != nil:
		return fmt.Sprintf("%v to %v", *p.Minimum, *p.Maximum)
	case p.Minimum != nil:
		return fmt.Sprintf("from %v", *p.Minimum)
	case p.Maximum != nil:
		return fmt.Sprintf("up to %v", *p.Maximum)
	}
	return p.Type
}

func writeRuleIndex(w io.Writer, rules []finding.Rule) error {
	var b bytes.Buffer
	fmt.Fprint(&b, "# Rules\n\nOne page a rule, generated from its metadata (`make generate`). `holdfast rules show RULE` prints the same.\n\n| rule | severity | the good state |\n|---|---|---|\n")
	for _, rule := range rules {
		fmt.Fprintf(&b, "| [`%s`](%s.md) | %s | %s |\n", rule.ID, rule.ID, severities(rule), rule.Title)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// writePublic writes a file of the repository, readable by all.
func writePublic(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}
