package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/finding"
)

// Every format that counts causes counts the same ones as the summary of the
// findings does.
func TestCausesAgree(t *testing.T) {
	plan := func(rule string, members ...string) finding.Finding {
		return with(fail(rule, nightly, "nightly", finding.High, "is the cause"), func(f *finding.Finding) { f.Cause, f.Members = nightly, members })
	}
	caused := func(rule, name, cause string) finding.Finding {
		return with(fail(rule, tableARN(prod, dublin, name), name, finding.High, "fails"), func(f *finding.Finding) { f.Cause = cause })
	}
	alone := func(rule, name string, severity finding.Severity) finding.Finding {
		return fail(rule, tableARN(prod, dublin, name), name, severity, "fails")
	}
	explained := func(rule, name string) finding.Finding {
		return with(alone(rule, name, finding.High), func(f *finding.Finding) { f.CausedBy = []string{"table.pitr_enabled"} })
	}
	status := func(f finding.Finding, s finding.Status) finding.Finding { f.Status = s; return f }
	tests := []struct {
		name     string
		findings []finding.Finding
		want     int
	}{
		{"nothing", nil, 0},
		{"each on its own", []finding.Finding{alone("table.pitr_enabled", "a", finding.High), alone("table.pitr_enabled", "b", finding.High),
			alone("table.key_usable", "b", finding.Critical)}, 3},
		{"a plan rule speaks for its tables", []finding.Finding{plan("plan_rule.daily", "a", "b"),
			caused("table.daily_backup", "a", nightly), caused("table.daily_backup", "b", nightly)}, 1},
		{"two rules of one plan rule are two causes", []finding.Finding{plan("plan_rule.daily", "a"),
			caused("table.daily_backup", "a", nightly), caused("table.retention", "a", nightly)}, 2},
		{"a face without its findings", []finding.Finding{plan("plan_rule.daily", "a", "b")}, 1},
		{"a cause that nobody speaks for counts once", []finding.Finding{
			caused("table.daily_backup", "a", nightly), caused("table.daily_backup", "b", nightly), caused("table.daily_backup", "c", "other")}, 2},
		{"caused_by is explained", []finding.Finding{alone("table.pitr_enabled", "a", finding.High), explained("table.pitr_fresh", "a")}, 1},
		{"only what fails counts", []finding.Finding{
			status(alone("table.pitr_enabled", "a", finding.High), finding.Unknown), status(alone("table.pitr_enabled", "b", finding.High), finding.Waived),
			status(alone("table.pitr_enabled", "c", finding.High), finding.Pass), status(plan("plan_rule.daily", "a"), finding.Waived)}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := inputOf(test.findings)
			in.Header.Rules = append(slices.Clone(sampleRules), finding.Rule{ID: "table.retention", Subject: "table", Severity: finding.High})
			sum := 0
			for _, n := range in.Summary.Causes {
				sum += n
			}
			if sum != test.want {
				t.Errorf("the summary counts %d causes, want %d", sum, test.want)
			}
			if n := len(readSARIF(t, write(t, "sarif", in)).Results); n != test.want {
				t.Errorf("SARIF has %d results, want %d", n, test.want)
			}
			for _, name := range []string{"text", "markdown"} {
				doc := string(write(t, name, in))
				if test.want > 0 && !strings.Contains(doc, fmt.Sprintf("%d cause", test.want)) {
					t.Errorf("%s does not say %d causes:\n%s", name, test.want, doc)
				}
			}
		})
	}
}

// A cause that nobody speaks for is one alert, on the cause's own line where
// that has one, and its message names what fails.
func TestCauseWithoutFaceIsOneResult(t *testing.T) {
	var findings []finding.Finding
	for _, name := range []string{"a", "b", "c"} {
		findings = append(findings, with(fail("table.daily_backup", tableARN(prod, dublin, name), name, finding.High, "48 h apart"),
			func(f *finding.Finding) { f.Cause = nightly }))
	}
	one := func(findings []finding.Finding) sarifResult {
		in := inputOf(append([]finding.Finding{with(fail("region.opted_in", nightly, "nightly", finding.Low, ""),
			func(f *finding.Finding) { f.Status = finding.Pass })}, findings...))
		run := readSARIF(t, write(t, "sarif", in))
		if len(run.Results) != 1 {
			t.Fatalf("%d results for one cause", len(run.Results))
		}
		return run.Results[0]
	}
	all, rest := one(findings), one(findings[1:])
	if !strings.Contains(all.Message.Text, "3 resources: a, b, c") {
		t.Errorf("the message does not name what fails: %s", all.Message.Text)
	}
	if all.PartialFingerprints["primaryLocationLineHash"] != rest.PartialFingerprints["primaryLocationLineHash"] {
		t.Errorf("the alert is another one once its first table is mended")
	}
}

// The ten most endangered tables are those with the worst failures, whatever
// their place among the findings.
func TestMostEndangeredTables(t *testing.T) {
	var findings []finding.Finding
	add := func(name string, severities ...finding.Severity) {
		for i, s := range severities {
			findings = append(findings, fail([]string{"table.daily_backup", "table.key_usable", "table.pitr_enabled"}[i], tableARN(prod, dublin, name), name, s, "fails"))
		}
	}
	for i := range 15 {
		add(fmt.Sprintf("low%02d", i), finding.Low, finding.Low, finding.Low)
	}
	add("many", finding.High, finding.High, finding.Medium)
	add("worst", finding.Critical)
	add("zebra", finding.High, finding.High, finding.Medium)
	in := inputOf(findings)
	doc := string(write(t, "text", in))
	_, list, _ := strings.Cut(doc, "Most endangered")
	list, _, _ = strings.Cut(list, "\nTotals")
	var got []string
	for _, line := range strings.Split(list, "\n")[2:] {
		if fields := strings.Fields(line); len(fields) > 1 {
			got = append(got, fields[1])
		}
	}
	want := "worst many zebra low00 low01 low02 low03 low04 low05 low06"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s\nwant %s\n%s", strings.Join(got, " "), want, doc)
	}
	if !strings.Contains(list, "10 of 18") {
		t.Errorf("the others are not counted: %s", list)
	}
}
