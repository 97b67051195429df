package report_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"holdfast/scanner/finding"
)

type junitReport struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Cases    []struct {
			Class   string `xml:"classname,attr"`
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func TestJUnitHoldsEverything(t *testing.T) {
	var doc junitReport
	if err := xml.Unmarshal(write(t, "junit", sampleInput()), &doc); err != nil {
		t.Fatal(err)
	}
	want := map[finding.Status]int{}
	expected := 0
	for _, f := range sampleFindings() {
		want[f.Status]++
		if f.Gap != nil && f.Gap.Expected != "" {
			expected++
		}
	}
	if expected == 0 {
		t.Fatal("the sample has no expected unknown")
	}
	if doc.Failures != want[finding.Fail] || doc.Errors != want[finding.Unknown]-expected ||
		doc.Skipped != want[finding.Waived]+want[finding.NotApplicable]+expected || doc.Tests != len(sampleFindings()) {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped of %v", doc.Tests, doc.Failures, doc.Errors, doc.Skipped, want)
	}
	for _, suite := range doc.Suites {
		failures, errors, skipped := 0, 0, 0
		for _, c := range suite.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		if len(suite.Cases) != suite.Tests || failures != suite.Failures || errors != suite.Errors || skipped != suite.Skipped {
			t.Errorf("%s says %d tests, %d failures, %d errors, %d skipped, but has %d, %d, %d, %d", suite.Name,
				suite.Tests, suite.Failures, suite.Errors, suite.Skipped, len(suite.Cases), failures, errors, skipped)
		}
	}
}

// Unknown is never a case that succeeds.
func TestJUnitUnknownIsNoSuccess(t *testing.T) {
	in := inputOf([]finding.Finding{with(fail("table.pitr_enabled", "arn:x", "x", finding.High, ""), func(f *finding.Finding) { f.Status = finding.Unknown })})
	if doc := string(write(t, "junit", in)); !strings.Contains(doc, "<error") {
		t.Errorf("an unknown verdict reads as a success:\n%s", doc)
	}
}

func TestHostileTextIsXML(t *testing.T) {
	var doc junitReport
	if err := xml.Unmarshal(write(t, "junit", hostileInput()), &doc); err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, suite := range doc.Suites {
		cases += len(suite.Cases)
	}
	if cases != doc.Tests || cases != 5*len(hostile) {
		t.Errorf("%d cases, says %d, want %d", cases, doc.Tests, 5*len(hostile))
	}
}
