package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// The text report is one screen for a person: first what is missing, then how
// many causes explain how many failures and what to do about each, then the
// tables in most danger, then the questions without an answer, then what was
// accepted, then what was changed, then totals.
var textFormat = Format{
	Name:  "text",
	Doc:   "a summary for the terminal: causes, tables in danger, what could not be read",
	Ext:   "txt",
	Write: writeText,
}

const (
	textCauses  = 12 // rows of causes: with the tables, one screen
	textTables  = 10
	textReasons = 20 // rows of each other list
	textNames   = 5  // resources named in one row
)

func writeText(w io.Writer, in *Input) error {
	o, err := look(in, textTables)
	if err != nil {
		return err
	}
	width := in.Options.Width
	if width == 0 {
		width = 100
	}
	t := &text{Writer: bufio.NewWriter(w), overview: o, width: min(max(width, 80), 120), color: in.Options.Color}
	t.head()
	t.causeList()
	t.tableList()
	t.questionList()
	t.acceptedList()
	t.changeList()
	t.totals()
	return t.Flush()
}

// text prints an overview. Write errors stay in the bufio.Writer until Flush.
type text struct {
	*bufio.Writer
	*overview
	width int
	color bool
}

func (t *text) head() {
	in := t.in
	t.prose(0, joinParts("  ", clean(in.Header.Tool, maxName), clean(in.Header.RunID, maxName), stamp(in.Header.EvaluatedAt)))
	t.prose(0, count(len(in.Header.Accounts), "account")+after(": ", some(in.Header.Accounts, 3))+
		"; "+count(len(in.Header.Regions), "Region")+after(": ", some(in.Header.Regions, 6)))
	t.WriteByte('\n')
	if !in.Summary.Complete {
		t.WriteString(t.paint(ansiRed, incompleteWord))
		t.lines(3, 0, len(incompleteWord), "  "+t.incomplete())
	}
	for _, g := range in.ExpectedGaps[:min(len(in.ExpectedGaps), textReasons)] {
		t.prose(0, "Expected gap  "+expectedGap(g))
	}
	t.more(len(in.ExpectedGaps)-textReasons, "expected gap")
	if !in.Summary.Complete || len(in.ExpectedGaps) > 0 {
		t.WriteByte('\n')
	}
	t.line(0, t.paint(ansiBold, t.verdict()))
}

func (t *text) causeList() {
	rows := t.causes.rows()
	if len(rows) == 0 {
		return
	}
	t.title("To fix, worst first: what should be true (holdfast rules show RULE says how)")
	for _, r := range rows[:min(len(rows), textCauses)] {
		t.cause(r)
	}
	t.more(len(rows)-textCauses, "rule")
}

func (t *text) cause(r *causeRow) {
	const indent = 12
	right := r.extent()
	room := t.width - indent - width(right) - 2
	id := " (" + clean(r.rule.ID, 40) + ")"
	left := fit(clean(cmp.Or(r.rule.Title, r.rule.ID), maxMessage), room-width(id)) + id
	t.WriteString("  " + t.severity(r.severity) + strings.Repeat(" ", indent-2-len(r.severity)))
	t.line(0, left+strings.Repeat(" ", max(room-width(left), 0))+"  "+right)
	t.lines(2, indent, 0, t.what(r, textNames))
	if fix := r.fix(); fix != "" {
		t.lines(2, indent, 0, "fix: "+fix)
	}
}

func (t *text) tableList() {
	if len(t.tables) == 0 {
		return
	}
	t.title(fmt.Sprintf("Most endangered tables (%d of %d with a failing or unknown finding)", len(t.tables), t.endangered))
	c := t.columns()
	heading := pad("table", c.name) + c.placed("account", "Region")
	for _, i := range c.counts {
		heading += fmt.Sprintf("%6s", countWords[i])
	}
	if c.why > 0 {
		heading += "  to mend"
	}
	t.line(6, heading)
	for i, d := range t.tables {
		row := fmt.Sprintf("%2d  %s", i+1, pad(fit(clean(d.name, maxName), c.name), c.name)+c.placed(d.account, d.region))
		for _, at := range c.counts {
			row += t.danger(at, append(d.fails[:], d.unknown)[at])
		}
		if c.why > 0 {
			row += "  " + t.toMend(d, c.why)
		}
		t.line(2, row)
	}
}

// columns says how wide the columns of the tables are, and which counts have any.
type columns struct {
	name, account, region, why int   // 0: left out
	counts                     []int // indices of countWords
}

// placed is the account, where there are several, and the Region.
func (c columns) placed(account, region string) string {
	s := "  " + pad(clean(region, c.region), c.region)
	if c.account > 0 {
		s = "  " + pad(clean(account, c.account), c.account) + s
	}
	return s
}

var countWords = [...]string{"crit", "high", "med", "low", "unkn"}

const (
	widestName   = 40
	narrowestWhy = 20 // less says nothing
)

func (t *text) columns() (c columns) {
	c.name, c.region = len("table"), len("Region")
	for _, d := range t.tables {
		c.name, c.region = max(c.name, width(clean(d.name, maxName))), max(c.region, width(clean(d.region, 14)))
	}
	for i := range countWords {
		if slices.ContainsFunc(t.tables, func(d danger) bool { return append(d.fails[:], d.unknown)[i] > 0 }) {
			c.counts = append(c.counts, i)
		}
	}
	if len(t.in.Header.Accounts) > 1 {
		c.account = 12
	}
	taken := 6 + width(c.placed("", "")) + 6*len(c.counts)
	c.name = min(c.name, widestName, t.width-taken)
	if c.why = t.width - taken - c.name - 2; c.why < narrowestWhy {
		c.why = 0
	}
	return c
}

// danger is one count, coloured as its severity is.
func (t *text) danger(at, n int) string {
	cell := fmt.Sprintf("%6s", dash(n))
	if n > 0 && at < len(severities) {
		return t.colour(severities[at], cell)
	}
	return cell
}

// toMend names the rules that fail, as many as there is room for.
func (t *text) toMend(d danger, room int) string {
	rules := d.worst()
	for i, rule := range rules {
		rules[i] = clean(strings.TrimPrefix(rule, facts.KindTable+"."), maxName)
	}
	for n := len(rules); n > 0; n-- {
		if line := some(rules, n); width(line) <= room {
			return line
		}
	}
	return fit(strings.Join(rules, ", "), room)
}

func (t *text) questionList() {
	open := t.questions(false)
	if len(open) == 0 {
		return
	}
	t.title("Not known (and so never a pass)")
	for _, q := range open[:min(len(open), textReasons)] {
		t.prose(2, q.what())
		t.prose(6, q.where())
		if action := q.permission(); action != "" {
			t.prose(6, "missing permission: "+action)
		}
	}
	t.more(len(open)-textReasons, "reason")
}

func (t *text) acceptedList() {
	accepted := t.questions(true)
	if len(accepted) > 0 {
		t.title("Not known, as expected")
		for _, q := range accepted[:min(len(accepted), textReasons)] {
			t.prose(2, joinParts(": ", q.what(), clean(q.expected, maxMessage)))
		}
		t.more(len(accepted)-textReasons, "reason")
	}
	if len(t.waivers) == 0 {
		return
	}
	t.title("Accepted risks")
	for _, w := range t.waivers[:min(len(t.waivers), textReasons)] {
		t.prose(2, fmt.Sprintf("%s: %s", clean(w.rule, maxName), someOf(w.names, w.findings, textNames)))
		t.prose(6, w.terms())
	}
	t.more(len(t.waivers)-textReasons, "waiver")
}

func (t *text) changeList() {
	changes := t.in.Changes
	if len(changes) == 0 {
		return
	}
	t.title("Changed by Holdfast")
	for i := range changes[:min(len(changes), textReasons)] {
		t.prose(2, changes[i].what())
		t.prose(6, changes[i].by())
	}
	t.more(len(changes)-textReasons, "change")
}

func (t *text) totals() {
	t.title("Totals")
	t.prose(2, "tables    "+t.population())
	t.prose(2, "findings  "+t.findings())
	if run := t.in.Run; run.Folder != "" {
		t.line(2, "files     "+clean(run.Folder, maxMessage)) // whole, to be copied
		if len(run.Files) > 0 {
			t.prose(12, strings.Join(cleanAll(run.Files), ", "))
		}
	}
	if t.in.Sources != nil {
		t.prose(2, "code      "+t.code())
	}
	if t.in.Summary.Digest != "" {
		t.line(2, "digest    "+clean(t.in.Summary.Digest, maxName))
	}
}

func (t *text) title(s string) { t.WriteString("\n" + t.paint(ansiBold, s) + "\n") }

func (t *text) line(indent int, s string) {
	t.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+s, " ") + "\n")
}

func (t *text) more(n int, what string) {
	if n > 0 {
		t.line(2, "… and "+count(n, "more "+what)+", all in the JSON report")
	}
}

// prose prints clean text, broken at spaces, on at most three lines.
func (t *text) prose(indent int, s string) { t.lines(3, indent, 0, s) }

// lines is prose on at most so many lines, the first of which has already taken
// columns.
func (t *text) lines(most, indent, taken int, s string) {
	first := indent
	for n := 1; ; n++ {
		room := t.width - indent - taken
		if width(s) <= room || n == most {
			t.line(first, fit(s, room))
			return
		}
		runes := []rune(s)
		at := strings.LastIndexByte(string(runes[:room+1]), ' ')
		if strings.TrimSpace(string(runes[:room+1])[:max(at, 0)]) == "" {
			at = len(string(runes[:room])) // one long word
		}
		t.line(first, s[:at])
		if n == 1 {
			indent += 2
		}
		s, taken, first = strings.TrimLeft(s[at:], " "), 0, indent
	}
}

const incompleteWord = "INCOMPLETE"

const (
	ansiRed    = "31;1"
	ansiYellow = "33"
	ansiBold   = "1"
)

func (t *text) paint(code, s string) string {
	if !t.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) severity(s finding.Severity) string {
	return t.colour(s, strings.ToUpper(clean(string(s), 8)))
}

func (t *text) colour(s finding.Severity, word string) string {
	switch s {
	case finding.Critical, finding.High:
		return t.paint(ansiRed, word)
	case finding.Medium:
		return t.paint(ansiYellow, word)
	}
	return word
}

func width(s string) int { return utf8.RuneCountInString(s) }

// fit cuts s to n characters.
func fit(s string, n int) string {
	if width(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:max(n-1, 0)]), " ") + "…"
}

// dash is a number in a table, where nothing is no news.
func dash(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }
