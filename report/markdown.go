package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
)

// The Markdown report is a GitHub job summary: warnings first, then causes, then
// the fifty tables in most danger, then counts. GitHub refuses a step's summary
// beyond 1 MiB, so each list is cut to what fits in 900 KiB together, and says
// what was cut.
//
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
var markdownFormat = Format{
	Name:  "markdown",
	Doc:   "a GitHub job summary of at most 900 KiB",
	Ext:   "md",
	Write: writeMarkdown,
}

const (
	markdownLimit  = 900 << 10
	markdownCauses = 100
	markdownTables = 50
	markdownOther  = 50
	markdownNames  = 10
)

func writeMarkdown(w io.Writer, in *Input) error {
	o, err := look(in, markdownTables)
	if err != nil {
		return err
	}
	m := &markdown{out: bufio.NewWriter(w), overview: o, room: markdownLimit}
	m.head()
	m.causeTable()
	m.tableTable()
	m.questionTable()
	m.acceptedTable()
	m.changeTable()
	m.totals()
	return m.out.Flush()
}

type markdown struct {
	out *bufio.Writer
	*overview
	room int // bytes left for lists; head and totals are small
}

func (m *markdown) print(parts ...string) {
	for _, p := range parts {
		m.out.WriteString(p)
		m.room -= len(p)
	}
}

func (m *markdown) head() {
	in := m.in
	m.print("# Holdfast\n\n")
	if !in.Summary.Complete {
		m.print("> [!CAUTION]\n> **Incomplete.** ", escapeMarkdown(m.incomplete()), "\n\n")
	}
	for _, g := range in.ExpectedGaps[:min(len(in.ExpectedGaps), markdownOther)] {
		m.print("> **Expected gap.** ", escapeMarkdown(expectedGap(g)), "\n\n")
	}
	if rest := len(in.ExpectedGaps) - markdownOther; rest > 0 {
		m.print("… and ", count(rest, "more expected gap"), ".\n\n")
	}
	m.print("**", escapeMarkdown(m.verdict()), "**\n\n")
	m.print("- tables: ", escapeMarkdown(m.population()), "\n- findings: ", escapeMarkdown(m.findings()), "\n")
}

func (m *markdown) causeTable() {
	rows := m.causes.rows()
	t := m.table("To fix, worst first", "severity", "should be true", "not so for", "fix")
	for i, r := range rows {
		if i == markdownCauses || !t.row(
			escapeMarkdown(clean(string(r.severity), maxName)),
			escapeMarkdown(clean(cmp.Or(r.rule.Title, r.rule.ID), maxMessage))+" <sub>"+code(r.rule.ID)+"</sub>",
			escapeMarkdown(m.what(r, markdownNames)),
			escapeMarkdown(r.fix()),
		) {
			t.cut(len(rows)-i, "rule")
			return
		}
	}
}

func (m *markdown) tableTable() {
	t := m.table("Most endangered tables", "table", "account", "Region", "findings")
	for i, d := range m.tables {
		if !t.row(code(d.name), code(d.account), code(d.region), d.counts()) {
			t.cut(len(m.tables)-i, "table")
			break
		}
	}
	if rest := m.endangered - len(m.tables); rest > 0 {
		t.cut(rest, "table")
	}
}

func (m *markdown) questionTable() {
	t := m.table("Not known", "call or rule", "hides", "missing permission")
	left := 0
	for i, q := range m.questions(false) {
		permission := ""
		if action := q.permission(); action != "" {
			permission = code(action)
		}
		if i >= markdownOther || !t.row(escapeMarkdown(q.what()), escapeMarkdown(q.where()), permission) {
			left++
		}
	}
	t.cut(left, "reason")
}

func (m *markdown) acceptedTable() {
	t := m.table("Not known, as expected", "call or rule", "hides", "because")
	left := 0
	for i, q := range m.questions(true) {
		if i >= markdownOther || !t.row(escapeMarkdown(q.what()), escapeMarkdown(q.where()), escapeMarkdown(clean(q.expected, maxMessage))) {
			left++
		}
	}
	t.cut(left, "expected gap")
	t = m.table("Accepted risks", "rule", "for", "terms")
	left = 0
	for i, w := range m.waivers {
		if i >= markdownOther || !t.row(code(w.rule), escapeMarkdown(someOf(w.names, w.findings, markdownNames)), escapeMarkdown(w.terms())) {
			left++
		}
	}
	t.cut(left, "waiver")
}

func (m *markdown) changeTable() {
	t := m.table("Changed by Holdfast", "change", "outcome, when, who")
	left := 0
	for i := range m.in.Changes {
		if c := &m.in.Changes[i]; i >= markdownOther || !t.row(escapeMarkdown(c.what()), escapeMarkdown(c.by())) {
			left++
		}
	}
	t.cut(left, "change")
}

func (m *markdown) totals() {
	in := m.in
	m.print("\n## Run\n\n")
	m.item("run", in.Header.RunID)
	m.item("tool", in.Header.Tool)
	m.item("evaluated", stamp(in.Header.EvaluatedAt))
	m.item("accounts", in.Header.Accounts...)
	m.item("Regions", in.Header.Regions...)
	m.item("asked as", in.Run.Callers...)
	m.item("digest", in.Summary.Digest)
	if in.Sources != nil {
		m.print("- infrastructure code: ", escapeMarkdown(m.code()), "\n")
	}
	m.print("\nEvery finding, with its evidence, is in the run's files")
	if len(in.Run.Files) > 0 {
		var files []string
		for _, f := range in.Run.Files[:min(len(in.Run.Files), markdownOther)] {
			files = append(files, code(f))
		}
		m.print(": ", strings.Join(files, ", "))
	}
	m.print(".\n")
}

func (m *markdown) item(name string, values ...string) {
	var shown []string
	for _, v := range values[:min(len(values), 20)] {
		if v != "" {
			shown = append(shown, code(v))
		}
	}
	if len(shown) == 0 {
		return
	}
	m.print("- ", name, ": ", strings.Join(shown, ", "))
	if rest := len(values) - len(shown); rest > 0 {
		m.print(fmt.Sprintf(" and %d more", rest))
	}
	m.print("\n")
}

// A mdTable prints its heading with its first row, so that no table is empty.
type mdTable struct {
	*markdown
	heading string
	columns []string
	begun   bool
}

func (m *markdown) table(heading string, columns ...string) *mdTable {
	return &mdTable{markdown: m, heading: heading, columns: columns}
}

// reserve is left for what follows the lists.
const reserve = 128 << 10

// row prints a row of escaped cells, unless the file would grow too large.
func (t *mdTable) row(cells ...string) bool {
	line := "| " + strings.Join(cells, " | ") + " |\n"
	if t.room-len(line) < reserve {
		return false
	}
	if !t.begun {
		t.begun = true
		t.print("\n## ", t.heading, "\n\n| ", strings.Join(t.columns, " | "), " |\n",
			strings.Repeat("|---", len(t.columns)), "|\n")
	}
	t.print(line)
	return true
}

func (t *mdTable) cut(n int, what string) {
	if n > 0 {
		t.print("\n… and ", count(n, "more "+what), ", in the run's files.\n")
	}
}

// code is s as a code span that nothing inside can end. An HTML element with
// entities is used, since backticks cannot be escaped and a table's | would end
// the cell. GitHub notifies nobody who is mentioned in code.
func code(s string) string { return "<code>" + escapeMarkdown(clean(s, maxName)) + "</code>" }

// escapeMarkdown makes clean text harmless in Markdown: an entity is never
// syntax. It spells every ASCII character that begins or ends anything in
// GitHub's Markdown, links without brackets among them.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '@':
			b.WriteString("&#64;<!-- -->") // apart from its name, so that nobody is notified
		case strings.ContainsRune("\\`*_{}[]<>#+!|&~$\"'", r),
			r == ':' && !strings.HasPrefix(s[i+1:], " "), // https://, :emoji:
			r == '.' && strings.HasSuffix(s[:i], "www"),  // www.example.com
			r == '-' && (i == 0 || s[i-1] == '-'):        // lists, <!-- -->
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
