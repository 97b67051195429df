package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

// What somebody may put where AWS lets them choose a text.
var hostile = []string{
	"<script>alert(1)</script>",
	"=cmd|' /C calc'!A0",
	"line\nbreak\r\n| fake | row |\n# heading",
	"\u202eevil\u202c \u2066x\u2069 zero\u200bwidth",
	"\x1b[2J\x1b[31mred\x07",
	"`code` ``` @octocat [x](https://evil.example) ![](//evil.example/a.png) &amp; <!-- -->",
	"www.evil.example https://evil.example :tada: **bold** ~~gone~~ $x$ \\",
	"bad\xff\xfeutf8 \ufeff\u2028\U000e0041",
	strings.Repeat("A", 10_000),
	strings.Repeat("💥", 10_000),
	"",
}

// hostileInput puts every one of them wherever a report prints something.
func hostileInput() *report.Input {
	var findings []finding.Finding
	for _, s := range hostile {
		findings = append(findings,
			finding.Finding{Rule: "table.pitr_enabled", Subject: "table", ARN: "arn:" + s, Account: prod, Region: dublin, Name: s,
				Status: finding.Fail, Severity: finding.High, Message: s, Expected: raw(s), Actual: raw(map[string]any{s: []string{s}}), Members: []string{s, s}},
			finding.Finding{Rule: "table.daily_backup", Subject: "table", ARN: "arn:" + s, Account: s, Region: s, Name: s,
				Status: finding.Fail, Severity: finding.High, Message: s, Cause: "cause " + s},
			finding.Finding{Rule: "table.key_usable", Subject: "table", ARN: "arn:" + s, Account: s, Region: s, Name: s,
				Status: finding.Unknown, Severity: finding.High, Message: s, Gap: &finding.Gap{Call: s, Reason: s, Code: s, Message: s}},
			finding.Finding{Rule: "table.pitr_fresh", Subject: "table", ARN: "arn:" + s, Account: s, Region: s, Name: s,
				Status: finding.Unknown, Severity: finding.High, Gap: &finding.Gap{Reason: s, Message: s, Expected: s}},
			finding.Finding{Rule: "table.deletion_protection", Subject: "table", ARN: "arn:" + s, Account: s, Region: s, Name: s,
				Status: finding.Waived, Severity: finding.High, Waiver: &finding.Waiver{Reason: s, Ticket: s, Owner: s, Approver: s}})
	}
	in := inputOf(findings)
	var subjects []facts.Subject
	for _, s := range hostile {
		in.Gaps = append(in.Gaps, report.Gap{Account: s, Region: s, Gap: snapshot.Gap{Operation: s, Reason: snapshot.Denied, Code: s, Message: s}})
		in.ExpectedGaps = append(in.ExpectedGaps, report.ExpectedGap{What: s, Reason: s})
		in.Changes = append(in.Changes, report.Change{Who: s, Action: s, Operation: s, Target: "arn:" + s, Account: s, Region: s, Outcome: s, Summary: s, Why: s, RequestID: s, Plan: s})
		in.Run.Callers = append(in.Run.Callers, s)
		in.Run.Files = append(in.Run.Files, s)
		subjects = append(subjects, facts.Subject{Kind: s, ARN: "arn:" + s, Account: s, Region: s, Name: s})
	}
	in.Header.Tool, in.Header.RunID, in.Run.Folder, in.Summary.Digest = "holdfast "+hostile[4], hostile[2], hostile[4], hostile[3]
	in.Header.Accounts, in.Header.Regions = hostile, hostile
	in.Subjects = stream(subjects)
	return in
}

func TestHostileText(t *testing.T) {
	in := hostileInput()
	docs := map[string][]byte{}
	for _, f := range report.Formats() {
		docs[f.Name] = write(t, f.Name, in)
	}
	var inventory bytes.Buffer
	if _, err := report.WriteInventory(&inventory, in); err != nil {
		t.Fatal(err)
	}
	docs["inventory"] = inventory.Bytes()
	for name, doc := range docs {
		t.Run(name, func(t *testing.T) {
			harmless(t, name, doc)
		})
	}
}

// notMarkup are formats that nobody shows as HTML.
var notMarkup = []string{"csv", "metrics", "text"}

func harmless(t *testing.T, name string, doc []byte) {
	t.Helper()
	if !utf8.Valid(doc) {
		t.Errorf("%s: not UTF-8", name)
	}
	for i, r := range string(doc) {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%s: %U is printed raw, behind %q", name, r, doc[max(0, i-60):i])
		}
	}
	if bytes.Contains(doc, []byte("<script>")) && !slices.Contains(notMarkup, name) {
		t.Errorf("%s: <script> is printed raw", name)
	}
}

// A name may be long; a line that people read may not.
func TestHostileLengthIsCut(t *testing.T) {
	in := hostileInput()
	for _, name := range []string{"text", "markdown"} {
		for line := range strings.Lines(string(write(t, name, in))) {
			if len(line) > 40_000 || name == "text" && !strings.Contains(line, "files ") && utf8.RuneCountInString(line) > 101 {
				t.Errorf("%s: a line of %d bytes: %.100s…", name, len(line), line)
			}
		}
	}
	for _, r := range readSARIF(t, write(t, "sarif", in)).Results {
		if utf8.RuneCountInString(r.Message.Text) > 20_000 {
			t.Errorf("sarif: a message of %d characters", utf8.RuneCountInString(r.Message.Text))
		}
	}
}

// Markdown has as many table rows as there are things to tell, however many
// pipes and line ends their names hold.
func TestHostileTextStaysInItsCell(t *testing.T) {
	columns, inTable := 0, false
	for line := range strings.Lines(string(write(t, "markdown", hostileInput()))) {
		row := strings.HasPrefix(line, "|")
		if row && !inTable {
			columns = strings.Count(line, "|")
		}
		if inTable = row; row && strings.Count(line, "|") != columns {
			t.Errorf("a row of %d cells in a table of %d: %.200s", strings.Count(line, "|")-1, columns-1, line)
		}
		for _, bad := range []string{"@octocat", "](", "`", "**bold", "https://", "www.evil", "~~", ":tada:", "# heading", "<!-- -->x"} {
			if strings.Contains(line, bad) {
				t.Errorf("%q is Markdown that a name wrote: %.200s", bad, line)
			}
		}
	}
}

// The JSON report loses nothing: escaping changes the spelling, not the data.
func TestJSONKeepsHostileText(t *testing.T) {
	var doc report.Document
	if err := json.Unmarshal(write(t, "json", hostileInput()), &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range hostile {
		want := strings.ReplaceAll(s, "\xff\xfe", "\ufffd\ufffd")
		if !slices.ContainsFunc(doc.Findings, func(f finding.Finding) bool { return f.Name == want && f.ARN == "arn:"+want }) {
			t.Errorf("%.60q is lost", s)
		}
	}
}
