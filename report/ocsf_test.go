package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	ocsf "github.com/valllabh/ocsf-schema-golang/ocsfvalidate/1.2"

	"holdfast/report"
	"holdfast/scanner/finding"
)

type ocsfEvent struct {
	Time        int64
	SeverityID  int                  `json:"severity_id"`
	StatusID    int                  `json:"status_id"`
	TypeUID     int                  `json:"type_uid"`
	FindingInfo struct{ UID string } `json:"finding_info"`
	Compliance  struct {
		StatusID                int `json:"status_id"`
		Control                 string
		Standards, Requirements []string
	}
	Resource struct{ UID string }
	Unmapped struct {
		Evidence []finding.Evidence
		Gap      *finding.Gap
	}
}

func TestOCSFIsValid(t *testing.T) {
	inputs := map[string]*report.Input{"sample": sampleInput(), "hostile": hostileInput(), "redacted": report.Redacted(sampleInput())}
	for name, in := range inputs {
		for line := range bytes.Lines(write(t, "ocsf", in)) {
			if err := ocsf.Validate("compliance_finding", line); err != nil {
				t.Fatalf("%s: %v\n%.500s", name, err, line)
			}
		}
	}
	if ocsf.Validate("compliance_finding", []byte(`{"class_uid": 2004}`)) == nil {
		t.Error("the schema accepts anything")
	}
}

func TestOCSFMapsEachStatus(t *testing.T) {
	want := map[finding.Status][2]int{ // compliance.status_id, status_id
		finding.Pass: {1, 1}, finding.Fail: {3, 1}, finding.Unknown: {0, 1}, finding.Waived: {3, 3}, finding.NotApplicable: {99, 1},
	}
	findings := sampleFindings()
	in := sampleInput()
	i := 0
	for line := range bytes.Lines(write(t, "ocsf", in)) {
		var e ocsfEvent
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		f := findings[i]
		if got := [2]int{e.Compliance.StatusID, e.StatusID}; got != want[f.Status] || e.Compliance.Control != f.Rule || e.Resource.UID != f.ARN {
			t.Errorf("%s of %s on %s is %+v", f.Status, f.Rule, f.ARN, e)
		}
		if e.Time != in.Header.EvaluatedAt.UnixMilli() || e.TypeUID != 200301 || e.FindingInfo.UID == "" {
			t.Errorf("time %d, type %d, uid %q", e.Time, e.TypeUID, e.FindingInfo.UID)
		}
		if f.Rule == "table.pitr_enabled" && !slices.Contains(e.Compliance.Requirements, "nist-800-53-r5/CP-9") {
			t.Errorf("%s is evidence for %q of %q", f.Rule, e.Compliance.Requirements, e.Compliance.Standards)
		}
		if len(e.Unmapped.Evidence) != len(f.Evidence) || (e.Unmapped.Gap == nil) != (f.Gap == nil) {
			t.Errorf("evidence or gap of %s on %s is lost: %s", f.Rule, f.ARN, line)
		}
		i++
	}
	if i != len(findings) {
		t.Errorf("%d events for %d findings", i, len(findings))
	}
}
