package remediate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// WriteText writes the plan for a person who is to approve it.
func (p *Plan) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "Plan %s of run %s: %s in %s; %s.\n", short(p.Hash), p.Run, counted(len(p.Changes), "change"),
		counted(len(p.Accounts()), "account"), counted(p.left(), "thing")+" left to a person")
	fmt.Fprintf(out, "It builds on what AWS answered at %s.\n", p.AsOf.Format("2006-01-02 15:04 MST"))
	if p.Incomplete {
		out.WriteString("The scan was incomplete: there may be more to do than this.\n")
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		action, err := Lookup(c.Action)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%3d  %s  %s\n", i+1, c.Action, c.where())
		for _, line := range c.lines(action) {
			fmt.Fprintf(out, "     %-6s %s\n", line[0], line[1])
		}
	}
	if len(p.ByHand) > 0 {
		out.WriteString("\nLeft to a person\n")
	}
	for _, b := range p.ByHand {
		fmt.Fprintf(out, "  %s  %s\n      %s\n", b.Rule, some(b.Targets, 5), clean(b.Why))
	}
	fmt.Fprintf(out, "\nHash %s\n", p.Hash)
	return out.Flush()
}

// WriteMarkdown writes the plan with the words for the AWS CLI, Terraform and
// CloudFormation beside each change.
func (p *Plan) WriteMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# Remediation plan %s\n\nRun `%s`, as AWS answered at %s. %s in %s; %s left to a person.\n\nHash: `%s`\n", short(p.Hash), p.Run,
		p.AsOf.Format("2006-01-02 15:04 MST"), counted(len(p.Changes), "change"), counted(len(p.Accounts()), "account"), counted(p.left(), "thing"), p.Hash)
	if p.Incomplete {
		out.WriteString("\n**The scan was incomplete: there may be more to do than this.**\n")
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		action, err := Lookup(c.Action)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n## %d. `%s` %s\n\n%s.\n\n", i+1, c.Action, mark(c.where()), action.Doc)
		for _, line := range c.lines(action) {
			fmt.Fprintf(out, "- %s: %s\n", line[0], mark(line[1]))
		}
		writeFences(out, action.do.text(c.Parameters, c))
	}
	if len(p.ByHand) > 0 {
		out.WriteString("\n# Left to a person\n")
	}
	for _, b := range p.ByHand {
		fmt.Fprintf(out, "\n## `%s`: %s\n\n%s.\n", b.Rule, mark(some(b.Targets, 20)), mark(clean(b.Why)))
		writeFences(out, b.Text)
	}
	return out.Flush()
}

func writeFences(out io.Writer, t Text) {
	for _, form := range []struct{ name, language, text string }{
		{"AWS CLI", "sh", t.CLI}, {"Terraform, new", "hcl", t.Terraform}, {"Terraform, in the resource that is there", "hcl", t.TerraformPatch},
		{"CloudFormation", "yaml", t.CloudFormation},
	} {
		if form.text == "" {
			continue
		}
		fence := "```"
		for strings.Contains(form.text, fence) {
			fence += "`"
		}
		fmt.Fprintf(out, "\n%s:\n\n%s%s\n%s%s\n", form.name, fence, form.language, form.text, fence)
	}
}

// Texts joins the words of all changes in one language.
func (p *Plan) Texts(of func(Text) string) (string, error) {
	var b strings.Builder
	for i := range p.Changes {
		c := &p.Changes[i]
		action, err := Lookup(c.Action)
		if err != nil {
			return "", err
		}
		if text := of(action.do.text(c.Parameters, c)); text != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(text)
		}
	}
	return b.String(), nil
}

func (p *Plan) left() (n int) {
	for _, b := range p.ByHand {
		n += len(b.Targets)
	}
	return n
}

func (c *Change) where() string {
	_, name, _ := strings.Cut(c.Target, c.Account+":")
	return fmt.Sprintf("%s (%s %s)", clean(name), c.Account, c.Region)
}

// lines are what is to be known of a change, a word and a sentence each.
func (c *Change) lines(a Action) (lines [][2]string) {
	for _, s := range c.Steps {
		lines = append(lines, [2]string{"change", clean(difference(s.Before, s.After))})
	}
	for i, r := range c.Why {
		if i == 3 && len(c.Why) > 4 {
			lines = append(lines, [2]string{"why", fmt.Sprintf("… and %d more findings", len(c.Why)-i)})
			break
		}
		lines = append(lines, [2]string{"why", clean(fmt.Sprintf("%s: %s %s", r.Rule, r.Name, r.Message))})
	}
	undo := map[UndoKind]string{UndoYes: "yes, while nothing depends on it", UndoNo: "no", UndoWeakens: "by hand only, since it would weaken"}[a.Undo]
	lines = append(lines, [2]string{"risk", string(a.Risk)}, [2]string{"cost", a.Cost}, [2]string{"undo", undo})
	for _, note := range c.Notes {
		lines = append(lines, [2]string{"mind", clean(note)})
	}
	for _, id := range c.Needs {
		lines = append(lines, [2]string{"after", "change " + id})
	}
	return lines
}

// difference tells what differs between two states, field by field.
func difference(before, after state) string {
	b, a := flatten(before), flatten(after)
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(join(b, a))) {
		if b[path] != a[path] {
			if len(b) == 0 {
				parts = append(parts, strings.TrimSpace(path+" "+a[path]))
				continue
			}
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s → %s", path, dash(b[path]), dash(a[path]))))
		}
	}
	switch {
	case len(b) == 0 && len(a) > 0:
		return "new: " + strings.Join(parts, ", ")
	case len(a) == 0:
		return "gone"
	}
	return strings.Join(parts, ", ")
}

func join(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// flatten is JSON as paths and plain values. Items of a list are named after their
// names, if they have any.
func flatten(s state) map[string]string {
	var v any
	if len(s) == 0 || json.Unmarshal(s, &v) != nil {
		return nil
	}
	flat := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			for name, field := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), field)
			}
		case []any:
			for i, item := range v {
				name := fmt.Sprint(i)
				if object, ok := item.(map[string]any); ok {
					for _, key := range []string{"RuleName", "Sid"} {
						if text, ok := object[key].(string); ok {
							name = text
						}
					}
				}
				walk(path+"["+name+"]", item)
			}
		default:
			flat[path] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return flat
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// some names the first few of many, by the ends of their ARNs.
func some(arns []string, most int) string {
	var names []string
	for _, arn := range arns[:min(len(arns), most)] {
		parts := strings.SplitN(arn, ":", 6)
		names = append(names, clean(parts[len(parts)-1]))
	}
	if rest := len(arns) - most; rest > 0 {
		names = append(names, fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(names, ", ")
}

// clean is one line of printable characters: names and tags are anybody's words.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// mark makes clean text harmless in Markdown.
func mark(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "<", "&lt;", ">", "&gt;", "[", "\\[", "|", "\\|", "@", "&#64;").Replace(s)
}
