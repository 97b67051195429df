package report_test

import (
	"bytes"
	"regexp"
	"testing"

	"holdfast/report"
)

func TestRedactedReportsNameNoAccountAndNoPrincipal(t *testing.T) {
	in := sampleInput()
	in.Run.Callers = []string{"arn:aws:sts::111122223333:assumed-role/Auditor/alice"}
	hidden := report.Redacted(in)
	for _, format := range report.Formats() {
		var plain, redacted bytes.Buffer
		if err := format.Write(&plain, in); err != nil {
			t.Fatal(err)
		}
		if err := format.Write(&redacted, hidden); err != nil {
			t.Fatal(err)
		}
		secret := regexp.MustCompile(`\b\d{12}\b|Auditor|alice`)
		if !secret.Match(plain.Bytes()) {
			t.Errorf("%s: the plain report names no account: this test proves nothing", format.Name)
		}
		if found := secret.Find(redacted.Bytes()); found != nil {
			t.Errorf("%s still says %q", format.Name, found)
		}
		if !bytes.Contains(redacted.Bytes(), []byte("account-")) {
			t.Errorf("%s does not tell accounts apart", format.Name)
		}
	}
}

func TestRedactedNamesAreTheSameInEveryRun(t *testing.T) {
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if _, err := report.WriteInventory(out, report.Redacted(sampleInput())); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two redacted inventories of one input differ")
	}
}
