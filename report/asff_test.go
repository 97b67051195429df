package report_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"holdfast/report"
	"holdfast/scanner/finding"
)

// readASFF decodes each line into the SDK's own types, which know every field.
func readASFF(t *testing.T, doc []byte) (batches [][]types.AwsSecurityFinding) {
	t.Helper()
	for line := range bytes.Lines(doc) {
		if len(line) > 6<<20 {
			t.Errorf("a call of %d bytes; AWS takes 6 MB", len(line))
		}
		var batch struct{ Findings []types.AwsSecurityFinding }
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&batch); err != nil {
			t.Fatalf("%v\n%.500s", err, line)
		}
		batches = append(batches, batch.Findings)
	}
	return batches
}

func TestASFFKeepsTheLimits(t *testing.T) {
	for name, in := range map[string]*report.Input{"sample": sampleInput(), "hostile": hostileInput(), "many": inputOf(manyFindings(250))} {
		for _, batch := range readASFF(t, write(t, "asff", in)) {
			if len(batch) < 1 || len(batch) > 100 {
				t.Errorf("%s: a call with %d findings", name, len(batch))
			}
			for _, f := range batch {
				if *f.AwsAccountId != *batch[0].AwsAccountId || *f.Region != *batch[0].Region {
					t.Errorf("%s: a call mixes %s %s with %s %s", name, *f.AwsAccountId, *f.Region, *batch[0].AwsAccountId, *batch[0].Region)
				}
				checkASFF(t, name, f)
			}
		}
	}
}

func checkASFF(t *testing.T, name string, f types.AwsSecurityFinding) {
	t.Helper()
	for _, field := range []struct {
		text *string
		max  int
	}{{f.Id, 512}, {f.GeneratorId, 512}, {f.Title, 256}, {f.Description, 1024}, {f.Resources[0].Id, 512}} {
		if field.text == nil || *field.text == "" || len(*field.text) > field.max {
			t.Errorf("%s: a text of at most %d bytes is %.80q", name, field.max, *field.text)
		}
	}
	if *f.SchemaVersion != "2018-10-08" || len(f.Resources) != 1 || len(f.Types) != 1 || len(f.ProductFields) > 50 {
		t.Errorf("%s: %+v", name, f)
	}
	for key, value := range f.ProductFields {
		if len(key) > 128 || len(value) > 2048 || value == "" {
			t.Errorf("%s: product field %s is %.80q", name, key, value)
		}
	}
	if !slices.Contains(f.Compliance.Status.Values(), f.Compliance.Status) || !slices.Contains(f.RecordState.Values(), f.RecordState) ||
		!slices.Contains(f.Severity.Label.Values(), f.Severity.Label) || f.FindingProviderFields.Severity.Label != f.Severity.Label {
		t.Errorf("%s: compliance %q, state %q, severity %q", name, f.Compliance.Status, f.RecordState, f.Severity.Label)
	}
	if len(f.Compliance.RelatedRequirements) > 32 || slices.ContainsFunc(f.Compliance.RelatedRequirements, func(id string) bool { return len(id) > 64 }) {
		t.Errorf("%s: requirements %q", name, f.Compliance.RelatedRequirements)
	}
	if _, err := time.Parse(time.RFC3339Nano, *f.CreatedAt); err != nil {
		t.Error(err)
	}
	if f.Remediation != nil && len(*f.Remediation.Recommendation.Text) > 512 {
		t.Errorf("%s: a recommendation of %d bytes", name, len(*f.Remediation.Recommendation.Text))
	}
}

func TestASFFMapsEachStatus(t *testing.T) {
	want := map[finding.Status]types.ComplianceStatus{
		finding.Pass: types.ComplianceStatusPassed, finding.Fail: types.ComplianceStatusFailed, finding.Unknown: types.ComplianceStatusNotAvailable,
		finding.Waived: types.ComplianceStatusWarning, finding.NotApplicable: types.ComplianceStatusNotAvailable,
	}
	got := slices.Concat(readASFF(t, write(t, "asff", sampleInput()))...)
	findings := sampleFindings()
	if len(got) != len(findings) {
		t.Fatalf("%d findings, want %d", len(got), len(findings))
	}
	ids := map[string]bool{}
	for i, f := range findings {
		if got[i].Compliance.Status != want[f.Status] || got[i].ProductFields["holdfast/Status"] != string(f.Status) {
			t.Errorf("%s of %s is %s, %v", f.Status, f.Rule, got[i].Compliance.Status, got[i].ProductFields)
		}
		if archived := got[i].RecordState == types.RecordStateArchived; archived != (f.Status == finding.NotApplicable) {
			t.Errorf("%s of %s is %s", f.Status, f.Rule, got[i].RecordState)
		}
		ids[*got[i].Id] = true
	}
	if len(ids) != len(findings) {
		t.Errorf("%d ids for %d findings: they would overwrite one another", len(ids), len(findings))
	}
}

// An account's findings have no Region of their own; Security Hub is regional.
func TestASFFImportsGlobalFindingsSomewhere(t *testing.T) {
	in := inputOf([]finding.Finding{with(fail("table.pitr_enabled", "arn:aws:iam::"+prod+":root", prod, finding.High, ""), func(f *finding.Finding) { f.Region = "global" })})
	if f := readASFF(t, write(t, "asff", in))[0][0]; *f.Region != dublin || *f.ProductArn != "arn:aws:securityhub:"+dublin+":"+prod+":product/"+prod+"/default" {
		t.Errorf("it is imported in %s, as %s", *f.Region, *f.ProductArn)
	}
}
