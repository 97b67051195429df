package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"holdfast/report"
	"holdfast/scanner/finding"
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

// An account id is one wherever it stands in a text.
func TestRedactedFindsAccountsBesideAnything(t *testing.T) {
	for _, text := range []string{
		"backup_111122223333", "line\n111122223333\tend", "111122223333/444455556666", "é111122223333", `{"Principal":"111122223333"}`, "table_111122223333_x",
	} {
		in := inputOf([]finding.Finding{fail("table.pitr_enabled", "arn:aws:x:::"+text, text, finding.High, text)})
		for _, name := range []string{"csv", "json", "sarif"} {
			if doc := string(write(t, name, report.Redacted(in))); strings.Contains(doc, prod) || strings.Contains(doc, audit) {
				t.Errorf("%s: %q still names an account", name, text)
			}
		}
	}
	hash := "9f111122223333ab" // digits inside of a word are none
	in := inputOf([]finding.Finding{fail("table.pitr_enabled", "arn:aws:x:::"+hash, hash, finding.High, hash)})
	if doc := string(write(t, "csv", report.Redacted(in))); !strings.Contains(doc, hash) {
		t.Errorf("%s is changed", hash)
	}
}
