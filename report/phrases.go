package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// The sentences that the reports for people share. All of them are clean, and
// none is escaped: that is the format's part.

// verdict is the first sentence of a report.
func (o *overview) verdict() string {
	if o.causes.failing == 0 {
		if o.in.Summary.Status[finding.Pass] == 0 {
			return "Nothing was judged: no finding passes and none fails."
		}
		return "No finding fails."
	}
	causes, by := 0, []string{}
	for _, s := range severities {
		if n := o.in.Summary.Causes[s]; n > 0 {
			causes += n
			by = append(by, fmt.Sprintf("%d %s", n, s))
		}
	}
	verb := "explain"
	if causes == 1 {
		verb = "explains"
	}
	return fmt.Sprintf("%s %s %s (%s).", count(causes, "cause"), verb,
		count(o.causes.failing, "failing finding"), strings.Join(by, ", "))
}

// incomplete says what is missing in one line.
func (o *overview) incomplete() string {
	questions := 0
	for _, q := range o.questions(false) {
		questions += q.questions
	}
	line := count(o.in.Summary.Unknown, "unknown verdict")
	if questions > 0 {
		line += fmt.Sprintf(", and AWS left %s unanswered", count(questions, "question"))
	}
	return line + ". Unknown is not a pass."
}

func (o *overview) population() string {
	tables := o.in.Summary.Subjects[facts.KindTable]
	return fmt.Sprintf("%d in %s and %s: %s", total(tables), count(len(o.in.Header.Accounts), "account"),
		count(len(o.in.Header.Regions), "Region"), statuses(tables))
}

func (o *overview) findings() string {
	return fmt.Sprintf("%d: %s", o.in.Summary.Findings, statuses(o.in.Summary.Status))
}

var statusOrder = []finding.Status{finding.Fail, finding.Unknown, finding.Waived, finding.Pass, finding.NotApplicable}

func statuses(n map[finding.Status]int) string {
	var parts []string
	for _, s := range statusOrder {
		parts = append(parts, fmt.Sprintf("%d %s", n[s], strings.ReplaceAll(string(s), "_", " ")))
	}
	return strings.Join(parts, ", ")
}

func total(n map[finding.Status]int) int {
	sum := 0
	for _, k := range n {
		sum += k
	}
	return sum
}

// what says which resources of a row fail and how.
func (o *overview) what(r *causeRow, maxNames int) string {
	if r.causes > 1 {
		return someOf(namesOf(r.members), r.listed, maxNames)
	}
	f := &r.face
	line := o.placed(f) + ": " + messageOf(f, r.rule)
	if len(f.Members) > 0 || f.Cause != "" {
		line += "; fails " + someOf(namesOf(r.members), r.resources, maxNames)
	}
	return line
}

// placed is the name of a subject, and where it is as far as that does not go
// without saying.
func (o *overview) placed(f *finding.Finding) string {
	name, account, region := nameOf(f), f.Account, f.Region
	if len(o.in.Header.Accounts) == 1 {
		account = ""
	}
	if region == name {
		region = ""
	}
	if place := joinParts(" ", account, region); place != "" {
		return clean(name, maxName) + " (" + clean(place, maxName) + ")"
	}
	return clean(name, maxName)
}

// namesOf names members: with their place where one name comes twice, and with
// how many fail because of them where it is not one.
func namesOf(members []member) []string {
	named := map[string][]member{}
	for _, m := range members {
		named[m.name] = append(named[m.name], m)
	}
	var all []string
	for _, m := range members {
		label := clean(m.name, maxName)
		if slices.ContainsFunc(named[m.name], func(o member) bool { return o.region != m.region }) {
			label += after(" in ", m.region)
		}
		if slices.ContainsFunc(named[m.name], func(o member) bool { return o.account != m.account }) {
			label += after(" of ", m.account)
		}
		if m.resources != 1 {
			label += fmt.Sprintf(" (fails %d)", m.resources)
		}
		all = append(all, label)
	}
	return all
}

// messageOf says what is wrong; a rule may leave it to its title.
func messageOf(f *finding.Finding, rule finding.Rule) string {
	return clean(cmp.Or(f.Message, "not so: "+cmp.Or(rule.Title, f.Rule)), maxMessage)
}

// extent says how much a row stands for, "" for one cause of one failure.
func (r *causeRow) extent() string {
	switch {
	case r.causes > 1 && r.resources > r.causes:
		return count(r.causes, "cause") + ", " + count(r.resources, "resource")
	case r.causes > 1:
		return count(r.causes, "cause")
	case r.resources > 1 || len(r.face.Members) > 0:
		return "fails " + count(r.resources, "resource")
	}
	return ""
}

func (r *causeRow) fix() string { return fixOf(r.rule) }

// fixOf is what to do, in a line: the way through the console, which a rule's Fix
// gives in a paragraph of its own, else its first sentence, else where to read.
// The whole of it, with what to mind, is what "holdfast rules show" prints.
func fixOf(rule finding.Rule) string {
	first, rest, _ := strings.Cut(strings.TrimSpace(rule.Fix), "\n\n")
	for paragraph := range strings.SplitSeq(first+"\n\n"+rest, "\n\n") {
		if steps, ok := strings.CutPrefix(strings.TrimSpace(paragraph), "**Console.**"); ok {
			return unmarked(steps)
		}
	}
	if first != "" {
		sentence, _, more := strings.Cut(unmarked(first), ". ")
		if more {
			sentence += "."
		}
		return sentence
	}
	if len(rule.Links) > 0 {
		return clean(rule.Links[0], maxMessage)
	}
	return ""
}

// unmarked is a paragraph of Markdown on one line, without its marks.
func unmarked(markdown string) string {
	return clean(strings.NewReplacer("`", "", "**", "").Replace(strings.Join(strings.Fields(markdown), " ")), maxMessage)
}

// counts is "1 critical, 2 high, 3 unknown".
func (d danger) counts() string {
	var parts []string
	for i, n := range d.fails {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severities[i]))
		}
	}
	if d.unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", d.unknown))
	}
	return strings.Join(parts, ", ")
}

// what names the call without an answer, or what could not be decided.
func (q *openQuestion) what() string {
	if q.operation == "" {
		return reasonWord(q.reason) + ": " + clean(q.doubt, maxMessage)
	}
	reason := reasonWord(q.reason)
	if q.code != "" {
		reason += " (" + clean(q.code, maxName) + ")"
	}
	return clean(q.operation, maxName) + ": " + reason
}

func (q *openQuestion) where() string {
	var parts []string
	if q.questions > 0 {
		parts = append(parts, count(q.questions, "question"))
	}
	switch {
	case q.verdicts == 0:
		parts = append(parts, "hides no verdict")
	case q.subjects > 0:
		parts = append(parts, count(q.verdicts, "verdict")+" unknown, on "+someOf(q.names, q.subjects, 3))
	default:
		parts = append(parts, count(q.verdicts, "verdict")+" unknown")
	}
	return strings.Join(parts, ", ") + after(" in ", some(q.regions, 6)) + after(" of ", some(q.accounts, 3))
}

func reasonWord(reason string) string {
	return clean(strings.ReplaceAll(reason, "_", " "), maxName)
}

// terms of a waiver: reason, ticket, who, until when.
func (w waived) terms() string {
	parts := []string{clean(cmp.Or(w.waiver.Reason, "no reason given"), maxMessage)}
	if w.waiver.Ticket != "" {
		parts = append(parts, clean(w.waiver.Ticket, maxName))
	}
	if w.waiver.Owner != "" || w.waiver.Approver != "" {
		parts = append(parts, "owner "+clean(w.waiver.Owner, maxName)+", approved by "+clean(w.waiver.Approver, maxName))
	}
	if !w.waiver.Expires.IsZero() {
		parts = append(parts, "until "+w.waiver.Expires.UTC().Format(time.DateOnly))
	}
	return strings.Join(parts, "; ")
}

func expectedGap(g ExpectedGap) string {
	line := joinParts(": ", clean(g.What, maxName), clean(g.Reason, maxMessage))
	if !g.Expires.IsZero() {
		line += " (until " + g.Expires.UTC().Format(time.DateOnly) + ")"
	}
	return line
}

// value prints a JSON value as people write it: no quotes, no brackets.
func value(raw json.RawMessage) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return clean(string(raw), maxMessage)
	}
	return clean(speak(v), maxMessage)
}

func speak(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return v
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, speak(e))
		}
		return cmp.Or(strings.Join(parts, ", "), "none")
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+" "+speak(v[k]))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

// count is "1 table", "2 tables".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// some lists the first names and how many more there are.
func some(names []string, max int) string { return someOf(names, len(names), max) }

// someOf is some for names that stand for total ones.
func someOf(names []string, total, max int) string {
	shown := cleanAll(names[:min(len(names), max)])
	line := strings.Join(shown, ", ")
	if rest := total - len(shown); rest > 0 {
		line += fmt.Sprintf(" and %d more", rest)
	}
	return line
}

func cleanAll(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, clean(n, maxName))
	}
	return out
}

// after is prefix and s, or nothing if s is empty.
func after(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// joinParts joins what is not empty.
func joinParts(separator string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, separator)
}

// iso is a time in UTC for programs, or "".
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// stamp is a time in UTC to the minute, or "".
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// code says what the infrastructure code came to, and what of it was not read.
func (o *overview) code() string {
	s := o.in.Sources
	text := fmt.Sprintf("%s read, %s found in them", count(s.Files, "file"), count(len(s.Definitions), "resource"))
	for i, skipped := range s.Skipped {
		if i == maxSkippedFiles {
			return text + fmt.Sprintf("; and %d more", len(s.Skipped)-i)
		}
		text += "; not read: " + clean(skipped.File, maxName) + " (" + clean(skipped.Reason, maxName) + ")"
	}
	return text
}

// maxSkippedFiles are named by the reports for people; SARIF names more.
const maxSkippedFiles = 10
