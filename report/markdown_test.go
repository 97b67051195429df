package report_test

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/report"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

// GitHub refuses a job summary beyond 1 MiB: with the worst input there is, it
// still fits, and says what is not in it.
func TestMarkdownFits(t *testing.T) {
	long := strings.Repeat("|", 10_000)
	var findings []finding.Finding
	for i := range 700 {
		name := fmt.Sprintf("%s%d", long, i)
		findings = append(findings,
			fail(fmt.Sprint("table.rule", i), "arn:"+name, name, finding.High, long),
			with(fail("table.key_usable", "arn:"+name, name, finding.High, long), func(f *finding.Finding) {
				f.Status, f.Waiver = finding.Waived, &finding.Waiver{Reason: long, Ticket: name, Owner: long, Approver: long}
			}),
			with(fail("table.pitr_enabled", "arn:"+name, name, finding.High, long), func(f *finding.Finding) {
				f.Status, f.Gap = finding.Unknown, &finding.Gap{Call: name, Reason: long, Code: long, Expected: []string{"", long}[i%2]}
			}))
	}
	in := inputOf(findings)
	for i := range 700 {
		in.Gaps = append(in.Gaps, report.Gap{Account: long, Region: long, Gap: snapshot.Gap{Operation: fmt.Sprint(i, long), Reason: snapshot.Denied}})
		in.ExpectedGaps = append(in.ExpectedGaps, report.ExpectedGap{What: long, Reason: long})
		in.Run.Files = append(in.Run.Files, fmt.Sprint(long, i))
	}
	doc := string(write(t, "markdown", in))
	if len(doc) > 900<<10 {
		t.Errorf("%d bytes, GitHub's summaries may have 900 KiB", len(doc))
	}
	for _, part := range []string{"more rules", "more tables", "more reasons", "## Run"} {
		if !strings.Contains(doc, part) {
			t.Errorf("the cut report does not say %q", part)
		}
	}
}

func TestMarkdownListsFiftyTables(t *testing.T) {
	doc := string(write(t, "markdown", inputOf(manyFindings(120))))
	if rows := strings.Count(doc, "| <code>table-"); rows != 50 {
		t.Errorf("%d tables, want 50", rows)
	}
	if !strings.Contains(doc, "and 70 more tables") {
		t.Errorf("the other 70 are not counted:\n%s", doc)
	}
	if !strings.Contains(doc, "| <code>table-000009</code> | <code>"+prod) {
		t.Errorf("a critical table is not among the first")
	}
}
