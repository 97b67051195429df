package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"holdfast/scanner/finding"
)

// The CSV report is every finding of every status, one per line, for spreadsheets
// and for joining with other tables: id is the same in every run.
//
// A spreadsheet takes a cell for a formula that begins with =, +, - or @ (also
// behind blanks, also in full width), and so would run what somebody named a table.
// Such cells begin with an apostrophe here. Every field is quoted, and what follows
// a character that is a separator elsewhere (; | tab) is treated alike, since a
// spreadsheet may be set to split there.
//
// https://owasp.org/www-community/attacks/CSV_Injection
var csvFormat = Format{
	Name:  "csv",
	Doc:   "every finding of every status, for spreadsheets",
	Ext:   "csv",
	Write: writeCSV,
}

// maxCell is below what spreadsheets take, 32,767 characters.
const maxCell = 8000

type csvColumn struct {
	name  string
	value func(*csvRow) string
}

// A csvRow is a finding with what its columns need to know besides.
type csvRow struct {
	*finding.Finding
	rule finding.Rule
	in   *Input
}

var csvColumns = []csvColumn{
	{"id", func(r *csvRow) string { return findingID(r.Finding) }},
	{"status", func(r *csvRow) string { return string(r.Status) }},
	{"severity", func(r *csvRow) string { return string(r.Severity) }},
	{"rule", func(r *csvRow) string { return r.Rule }},
	{"should_be_true", func(r *csvRow) string { return r.rule.Title }},
	{"subject", func(r *csvRow) string { return r.Subject }},
	{"name", func(r *csvRow) string { return r.Name }},
	{"arn", func(r *csvRow) string { return r.ARN }},
	{"account", func(r *csvRow) string { return r.Account }},
	{"region", func(r *csvRow) string { return r.Region }},
	{"reason", func(r *csvRow) string { return reason(r.Finding, r.rule) }},
	{"expected", func(r *csvRow) string { return given(r.Expected) }},
	{"actual", func(r *csvRow) string { return given(r.Actual) }},
	{"scope", func(r *csvRow) string { return r.Scope }},
	{"business_function", func(r *csvRow) string { return r.BusinessFunction }},
	{"owner", func(r *csvRow) string { return r.Owner }},
	{"cause", func(r *csvRow) string { return r.Cause }},
	{"caused_by", func(r *csvRow) string { return strings.Join(r.CausedBy, " ") }},
	{"waiver_owner", func(r *csvRow) string { return waiverOf(r.Finding).Owner }},
	{"waiver_approver", func(r *csvRow) string { return waiverOf(r.Finding).Approver }},
	{"waiver_ticket", func(r *csvRow) string { return waiverOf(r.Finding).Ticket }},
	{"waiver_expires", func(r *csvRow) string { return day(waiverOf(r.Finding).Expires) }},
	{"code", func(r *csvRow) string { return r.in.Sources.line(r.Finding, r.rule) }},
	{"evaluated_at", func(r *csvRow) string { return iso(r.in.Header.EvaluatedAt) }},
	{"run", func(r *csvRow) string { return r.in.Header.RunID }},
}

func writeCSV(w io.Writer, in *Input) error {
	out := bufio.NewWriter(w)
	for i, c := range csvColumns {
		csvField(out, i, c.name)
	}
	out.WriteByte('\n')
	rules := rulesOf(in)
	for f, err := range in.Findings() {
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		row := &csvRow{Finding: f, rule: rules[f.Rule], in: in}
		for i, c := range csvColumns {
			csvField(out, i, c.value(row))
		}
		out.WriteByte('\n')
	}
	return out.Flush()
}

func csvField(out *bufio.Writer, i int, text string) {
	if i > 0 {
		out.WriteByte(',')
	}
	out.WriteByte('"')
	out.WriteString(strings.ReplaceAll(noFormula(clean(text, maxCell)), `"`, `""`))
	out.WriteByte('"')
}

var (
	formulaStart  = regexp.MustCompile(`^[\s'"]*[=+\-@＝＋－＠]`)
	formulaInside = regexp.MustCompile(`([;,|]["'\s]*)([=+\-@＝＋－＠])`)
)

func noFormula(text string) string {
	if !strings.ContainsAny(text, "=+-@＝＋－＠") {
		return text
	}
	if formulaStart.MatchString(text) {
		text = "'" + text
	}
	return formulaInside.ReplaceAllString(text, "$1'$2")
}

func waiverOf(f *finding.Finding) finding.Waiver {
	if f.Waiver == nil {
		return finding.Waiver{}
	}
	return *f.Waiver
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
