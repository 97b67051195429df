package report_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"holdfast/report"
	"holdfast/scanner/finding"
)

func full(in *report.Input) *report.Input {
	in.Options.SARIFFull = true
	return in
}

// Other viewers than GitHub see every finding, told apart by its kind.
func TestFullSARIFHoldsEveryStatus(t *testing.T) {
	active := len(readSARIF(t, write(t, "sarif", sampleInput())).Results)
	run := readSARIF(t, write(t, "sarif", full(sampleInput())))
	want := map[string]int{"fail": active}
	kinds := map[finding.Status]string{finding.Pass: "pass", finding.Unknown: "open", finding.Waived: "fail", finding.NotApplicable: "notApplicable"}
	for _, f := range sampleFindings() {
		if f.Status != finding.Fail {
			want[kinds[f.Status]]++
		}
	}
	got := map[string]int{}
	suppressed := 0
	for _, r := range run.Results {
		got[r.Kind]++
		if none := r.Level == "none"; none != (r.Kind != "fail") {
			t.Errorf("%s of kind %s has level %s", r.RuleID, r.Kind, r.Level)
		}
		for _, s := range r.Suppressions {
			suppressed++
			if s.Status != "accepted" || !strings.Contains(s.Justification, "RISK-7") || !strings.Contains(s.Justification, "approved by risk") {
				t.Errorf("a waiver is suppressed as %+v", s)
			}
		}
	}
	if !maps.Equal(got, want) || suppressed != 1 {
		t.Errorf("kinds %v, want %v; %d suppressed, want 1", got, want, suppressed)
	}
}

func TestFullSARIFNamesControls(t *testing.T) {
	doc := string(write(t, "sarif", full(sampleInput())))
	if !strings.Contains(doc, `"taxonomies":[{`) || !strings.Contains(doc, `"controls":["`) {
		t.Error("no taxonomies, or no controls of a rule")
	}
	for _, r := range readSARIF(t, []byte(doc)).Results {
		if r.RuleID == "table.pitr_enabled" && r.Kind == "fail" && !strings.Contains(fmt.Sprint(r.Taxa), "{CP-9}") {
			t.Errorf("point-in-time recovery is no evidence for CP-9: %v", r.Taxa)
		}
	}
	if plain := string(write(t, "sarif", sampleInput())); strings.Contains(plain, "taxonomies") || strings.Contains(plain, `"kind"`) {
		t.Error("GitHub gets what is for others")
	}
}

// A line of code may name an account; a redacted report does not.
func TestFullSARIFShowsTheLine(t *testing.T) {
	code := strings.Replace(shopCode, "enabled = false", "enabled = false # in "+prod, 1)
	in := full(withCode(t, twoTables(), map[string]string{"shop.tf": code}))
	if doc := string(write(t, "sarif", in)); !strings.Contains(doc, `"snippet":{"text":"    enabled = false # in `+prod) {
		t.Error("the line is not shown")
	}
	if doc := string(write(t, "sarif", report.Redacted(in))); strings.Contains(doc, prod) || !strings.Contains(doc, "enabled = false # in account-") {
		t.Error("the line is not redacted")
	}
}
