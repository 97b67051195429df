package report_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/finding"
)

func readCSV(t *testing.T, doc []byte) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(doc)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestCSVHoldsEverything(t *testing.T) {
	rows := readCSV(t, write(t, "csv", sampleInput()))
	want := sampleFindings()
	if len(rows) != len(want) {
		t.Fatalf("%d rows for %d findings", len(rows), len(want))
	}
	ids := map[string]bool{}
	for i, row := range rows {
		f := want[i]
		if row["status"] != string(f.Status) || row["rule"] != f.Rule || row["arn"] != f.ARN || row["severity"] != string(f.Severity) {
			t.Errorf("row %d is %v, want %+v", i, row, f)
		}
		if f.Status != finding.Pass && row["reason"] == "" {
			t.Errorf("row %d is %s without a reason", i, f.Status)
		}
		ids[row["id"]] = true
	}
	if len(ids) != len(rows) {
		t.Errorf("%d ids for %d findings", len(ids), len(rows))
	}
}

// The same resource has the same id, whatever is found of it and beside it.
func TestCSVIDsAreStable(t *testing.T) {
	before := readCSV(t, write(t, "csv", sampleInput()))
	findings := sampleFindings()[3:]
	for i := range findings {
		findings[i].Status, findings[i].Message = finding.Fail, "another night"
	}
	for i, row := range readCSV(t, write(t, "csv", inputOf(findings))) {
		if !slices.ContainsFunc(before, func(old map[string]string) bool {
			return old["id"] == row["id"] && old["arn"] == row["arn"] && old["rule"] == row["rule"]
		}) {
			t.Errorf("row %d has a new id: %v", i, row)
		}
	}
}

// A spreadsheet that opens the file must compute nothing, also one that splits at
// other characters than commas.
func TestCSVHasNoFormula(t *testing.T) {
	nasty := []string{"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "'=1", `"=1`, "a;=1", "a;  =1", "a|@x", "a\t=1", `a";"=1`, "a,=1"}
	var findings []finding.Finding
	for _, s := range nasty {
		findings = append(findings, with(fail("table.pitr_enabled", s, s, finding.High, s), func(f *finding.Finding) { f.Scope, f.Expected = s, raw(s) }))
	}
	doc := write(t, "csv", inputOf(findings))
	for _, separator := range []string{",", ";", "|", "\t"} {
		for line := range strings.Lines(string(doc)) {
			for cell := range strings.SplitSeq(line, separator) {
				cell = strings.TrimLeft(cell, "\" \t")
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") || strings.HasPrefix(cell, "＝") {
					t.Errorf("split at %q, a cell begins with %.20q: %s", separator, cell, line)
				}
			}
		}
	}
}
