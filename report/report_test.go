package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"holdfast/internal/golden"
	"holdfast/report"
	"holdfast/scanner/finding"
)

func write(t testing.TB, name string, in *report.Input) []byte {
	t.Helper()
	format, err := report.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := format.Write(&out, in); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out.Bytes()
}

func indent(t testing.TB, doc []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, doc, "", "  "); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, doc)
	}
	return out.Bytes()
}

// readable breaks what a format writes on one line.
func readable(t testing.TB, format string, doc []byte) []byte {
	if format == "sarif" || format == "json" {
		return indent(t, doc)
	}
	return doc
}

func TestGolden(t *testing.T) {
	in := sampleInput()
	for _, f := range report.Formats() {
		golden.Check(t, "testdata/report."+f.Ext, readable(t, f.Name, write(t, f.Name, in)))
	}
	var out bytes.Buffer
	if _, err := report.WriteInventory(&out, in); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/inventory.jsonl", out.Bytes())
}

func TestGoldenNothingFails(t *testing.T) {
	passes := slices.DeleteFunc(sampleFindings(), func(f finding.Finding) bool { return f.Status != finding.Pass })
	in := inputOf(passes)
	for _, f := range report.Formats() {
		golden.Check(t, "testdata/clean."+f.Ext, readable(t, f.Name, write(t, f.Name, in)))
	}
}

func TestLookup(t *testing.T) {
	for _, f := range report.Formats() {
		got, err := report.Lookup(f.Name)
		if err != nil || got.Name != f.Name {
			t.Errorf("Lookup(%q) = %q, %v", f.Name, got.Name, err)
		}
		if f.Doc == "" || f.Ext == "" || strings.Trim(f.Ext, "./") != f.Ext || strings.Contains(f.Ext, "/") || strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s: Doc %q and Ext %q must be a line without full stop and an extension without first dot", f.Name, f.Doc, f.Ext)
		}
	}
	_, err := report.Lookup("sarrif")
	if err == nil || !strings.Contains(err.Error(), "asff, csv, ") || !strings.Contains(err.Error(), ", sarif, text") {
		t.Errorf("an unknown format does not name the choices: %v", err)
	}
}

func TestFormatsAreSortedAndDistinct(t *testing.T) {
	var names, exts []string
	for _, f := range report.Formats() {
		names, exts = append(names, f.Name), append(exts, f.Ext)
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("formats are not sorted and distinct: %q", names)
	}
	slices.Sort(exts)
	if len(slices.Compact(slices.Clone(exts))) != len(exts) {
		t.Errorf("two formats would write the same file: %q", exts)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	for _, f := range report.Formats() {
		first := write(t, f.Name, sampleInput())
		for range 10 { // maps iterate in another order each time
			if again := write(t, f.Name, sampleInput()); !bytes.Equal(first, again) {
				t.Fatalf("%s: two runs differ:\n%s\n%s", f.Name, first, again)
			}
		}
	}
}

func TestBrokenStreamIsAnError(t *testing.T) {
	for _, f := range report.Formats() {
		in := sampleInput()
		in.Findings = broken(sampleFindings())
		if err := f.Write(io.Discard, in); !errors.Is(err, errBroken) {
			t.Errorf("%s: findings end in an error, Write says %v", f.Name, err)
		}
	}
}

func TestFailingWriterIsAnError(t *testing.T) {
	for _, f := range report.Formats() {
		if err := f.Write(fullDisk{}, sampleInput()); !errors.Is(err, errBroken) {
			t.Errorf("%s: the disk is full, Write says %v", f.Name, err)
		}
	}
	if _, err := report.WriteInventory(fullDisk{}, sampleInput()); !errors.Is(err, errBroken) {
		t.Errorf("inventory: the disk is full, WriteInventory says %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errBroken }

func TestSampleHasEveryStatus(t *testing.T) {
	if got := statusesOf(sampleFindings()); len(got) != 5 {
		t.Errorf("the sample has only %v: the golden files would not show the others", got)
	}
}

// Incomplete is said before anything else, in each format that people read.
func TestIncompleteComesFirst(t *testing.T) {
	for _, name := range []string{"text", "markdown"} {
		doc := strings.ToLower(string(write(t, name, sampleInput())))
		incomplete, verdict := strings.Index(doc, "incomplete"), strings.Index(doc, "explain")
		if incomplete < 0 || verdict < incomplete {
			t.Errorf("%s: incomplete at %d, verdict at %d:\n%s", name, incomplete, verdict, doc)
		}
		complete := sampleInput()
		complete.Summary.Complete, complete.Summary.Unknown = true, 0
		if doc := string(write(t, name, complete)); strings.Contains(strings.ToLower(doc), "incomplete") {
			t.Errorf("%s: a complete scan is called incomplete:\n%s", name, doc)
		}
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	for _, width := range []int{0, 40, 80, 100, 120, 300} {
		in := sampleInput()
		in.Options.Width = width
		limit := min(max(width, 80), 120)
		if width == 0 {
			limit = 100
		}
		for line := range strings.Lines(string(write(t, "text", in))) {
			line = strings.TrimSuffix(line, "\n")
			if len([]rune(line)) > limit || strings.HasSuffix(line, " ") {
				t.Errorf("width %d: %d columns: %q", width, len([]rune(line)), line)
			}
		}
	}
}

func TestColorOnlyOnRequest(t *testing.T) {
	in := sampleInput()
	if plain := write(t, "text", in); bytes.ContainsRune(plain, '\x1b') {
		t.Errorf("colour without being asked:\n%q", plain)
	}
	in.Options.Color = true
	colored := string(write(t, "text", in))
	if !strings.Contains(colored, "\x1b[31;1mCRITICAL\x1b[0m") {
		t.Errorf("no colour:\n%q", colored)
	}
	in.Options.Color = false
	stripped := strings.NewReplacer("\x1b[31;1m", "", "\x1b[33m", "", "\x1b[1m", "", "\x1b[0m", "").Replace(colored)
	if plain := string(write(t, "text", in)); stripped != plain {
		t.Errorf("colour changes the layout:\n%s\n%s", stripped, plain)
	}
}

// The JSON report is the findings, whatever their status, in their order.
func TestJSONHoldsEverything(t *testing.T) {
	var doc report.Document
	if err := json.Unmarshal(write(t, "json", sampleInput()), &doc); err != nil {
		t.Fatal(err)
	}
	want := sampleFindings()
	if len(doc.Findings) != len(want) {
		t.Fatalf("%d findings, want %d", len(doc.Findings), len(want))
	}
	for i, f := range doc.Findings {
		if got, want := string(raw(f)), string(raw(want[i])); got != want {
			t.Errorf("finding %d\n got %s\nwant %s", i, got, want)
		}
	}
	if doc.Header.RunID != "20261122T180000Z-4f2a" || len(doc.Header.Rules) != len(sampleRules) {
		t.Errorf("header is %+v", doc.Header)
	}
}

// What is unknown or waived is told apart from what fails, and never left out.
func TestPeopleSeeUnknownAndWaivedApart(t *testing.T) {
	headings := map[string][4]string{
		"text":     {"To fix, worst first: what should be true (holdfast rules show RULE says how)", "Not known (and so never a pass)", "Not known, as expected", "Accepted risks"},
		"markdown": {"## To fix, worst first", "## Not known", "## Not known, as expected", "## Accepted risks"},
	}
	for name, heading := range headings {
		doc := strings.NewReplacer("&#95;", "_", "&#58;", ":").Replace(string(write(t, name, sampleInput())))
		for i, parts := range [4][]string{
			{"Orders", "nightly", "Ledger"},
			{"DescribeContinuousBackups", "StringNotEquals on a missing tag", "ListCopyJobs"},
			{"kms:DescribeKey", "the key lives in the vault account"},
			{"table.deletion_protection", "Carts", "RISK-7", "2027-03-31"},
		} {
			section := sectionOf(doc, heading[i])
			for _, part := range parts {
				if !strings.Contains(section, part) {
					t.Errorf("%s: section %q lacks %q: %s", name, heading[i], part, section)
				}
			}
		}
		if fix := sectionOf(doc, heading[0]); strings.Contains(fix, "Users") || strings.Contains(fix, "Carts (") {
			t.Errorf("%s: what is unknown or waived is listed as failing: %s", name, fix)
		}
	}
}

// sectionOf is what stands below a heading, up to the next empty line.
func sectionOf(doc, heading string) string {
	_, rest, _ := strings.Cut(doc, "\n"+heading+"\n")
	section, _, _ := strings.Cut(strings.TrimLeft(rest, "\n"), "\n\n")
	return section
}

// A rule whose violation says nothing still gives a sentence.
func TestEmptyMessageIsFilled(t *testing.T) {
	in := inputOf([]finding.Finding{fail("table.pitr_enabled", tableARN(prod, dublin, "Orders"), "Orders", finding.High, "")})
	const want = "not so: Point-in-time recovery is on"
	for _, name := range []string{"text", "markdown", "sarif"} {
		if doc := string(write(t, name, in)); !strings.Contains(doc, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, doc)
		}
	}
}
