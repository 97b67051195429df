package report

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"holdfast/scanner/finding"
)

// The words of a SARIF report. GitHub shows a result's first sentence in lists
// and a rule's help beside each of its alerts: so the sentence names resource and
// defect, and the help names no resource.

const (
	maxDescription = 1024 // characters of a short or full description
	sarifMembers   = 50   // resources named in one message
)

// level is how SARIF says severity.
func level(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return "error"
	case finding.Medium:
		return "warning"
	}
	return "note"
}

// securitySeverity is the number that GitHub turns into a severity again: over
// 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, below that low. Each stands
// in the middle of its range.
func securitySeverity(s finding.Severity) string {
	switch s {
	case finding.Critical:
		return "9.5"
	case finding.High:
		return "8.0"
	case finding.Medium:
		return "5.5"
	}
	return "2.0"
}

// ruleTitle and its likes are never empty, since GitHub counts an empty string as absent.
func ruleTitle(r finding.Rule) string {
	return clean(cmp.Or(r.Title, r.ID), maxDescription)
}

func ruleDescription(r finding.Rule) string {
	return clean(strings.Join(strings.Fields(cmp.Or(r.Description, r.Title, r.ID)), " "), maxDescription)
}

func helpText(r finding.Rule) string {
	parts := []string{ruleTitle(r) + ".", ruleDescription(r)}
	if r.Fix != "" {
		parts = append(parts, "Fix: "+strings.TrimSpace(r.Fix))
	}
	return strings.Join(append(parts, r.Links...), "\n")
}

func helpMarkdown(r finding.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n%s\n", escapeMarkdown(ruleTitle(r)), escapeMarkdown(ruleDescription(r)))
	if r.Fix != "" {
		fmt.Fprintf(&b, "\n### Fix\n\n%s\n", strings.TrimSpace(r.Fix))
	}
	if len(r.Links) > 0 {
		b.WriteString("\n### Read more\n\n")
		for _, l := range r.Links {
			fmt.Fprintf(&b, "- <%s>\n", l)
		}
	}
	return b.String()
}

// resultMessage is what the alert says: a sentence, then where and what exactly.
func resultMessage(p placed, c *causes) string {
	f := p.Finding
	var b strings.Builder
	kind := strings.ReplaceAll(f.Subject, "_", " ")
	name := clean(nameOf(f), maxName)
	if p.row != nil && p.row.findings > 1 {
		name += fmt.Sprintf(" and %d more", p.row.findings-1)
	}
	sentence := messageOf(f, c.rules[f.Rule])
	if f.Status != finding.Fail {
		sentence = cmp.Or(reason(f, c.rules[f.Rule]), ruleTitle(c.rules[f.Rule]))
	}
	fmt.Fprintf(&b, "%s %s: %s.\n", clean(capital(kind), maxName), name, strings.TrimRight(sentence, "."))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, value)
		}
	}
	line("ARN", clean(f.ARN, maxMessage))
	line("Account", clean(f.Account, maxName))
	line("Region", clean(f.Region, maxName))
	if len(f.Expected) > 0 {
		line("Expected", value(f.Expected))
	}
	if len(f.Actual) > 0 {
		line("Actual", value(f.Actual))
	}
	if rule := c.rules[f.Rule]; rule.Severity != f.Severity {
		line("Severity here", string(f.Severity))
	}
	if names, n := c.membersOf(f); n > 0 {
		line("Fails because of it", fmt.Sprintf("%s: %s", count(n, "resource"), someOf(names, n, sarifMembers)))
	}
	if p.row != nil && p.row.findings > 1 {
		line("All that this line makes", fmt.Sprintf("%s: %s", count(p.row.findings, "resource"), someOf(p.row.names, p.row.findings, sarifMembers)))
	}
	return bracketless(b.String()) + linkLine(p)
}

// linkLine names the related locations: GitHub shows those that a message links to.
func linkLine(p placed) string {
	var all []string
	for i, to := range links(p.spot, p.row) {
		all = append(all, fmt.Sprintf("[%s:%d](%d)", bracketless(clean(to.uri, maxName)), to.line, i+1))
	}
	return after("\nSee also: ", strings.Join(all, ", "))
}

// bracketless escapes what SARIF reads as a link in a message.
func bracketless(s string) string {
	return strings.NewReplacer("[", `\[`, "]", `\]`).Replace(s)
}

// pascal makes a name of a rule's id: "table.pitr_enabled" is "TablePitrEnabled".
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return r == '.' || r == '_' || r == '-' }) {
		b.WriteString(capital(word))
	}
	return cmp.Or(b.String(), id)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// toolVersion splits "holdfast 0.1.0". The driver's name is constant, since
// alerts belong to it.
func toolVersion(tool string) (name, version string) {
	_, version, _ = strings.Cut(tool, " ")
	return "Holdfast", version
}

var semver = regexp.MustCompile(`^v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)$`)

func semanticVersion(version string) string {
	if m := semver.FindStringSubmatch(version); m != nil {
		return m[1]
	}
	return ""
}
