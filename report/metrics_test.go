package report_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/finding"
)

var metricLine = regexp.MustCompile(`^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? \d+)$`)

func TestMetricsAreWellFormed(t *testing.T) {
	for _, in := range []string{string(write(t, "metrics", sampleInput())), string(write(t, "metrics", hostileInput()))} {
		seen := map[string]bool{}
		for line := range strings.Lines(in) {
			if line = strings.TrimSuffix(line, "\n"); !metricLine.MatchString(line) {
				t.Errorf("no line of the format: %.200s", line)
			}
			name, _, _ := strings.Cut(line, " ")
			if !strings.HasPrefix(line, "#") && seen[name] {
				t.Errorf("two samples of %s: a reader refuses the file", name)
			}
			seen[name] = true
		}
	}
}

func TestMetricsSayWhatToAlertOn(t *testing.T) {
	in := sampleInput()
	in.Run.LastComplete = time.Date(2026, 11, 21, 18, 0, 41, 0, time.UTC)
	doc := string(write(t, "metrics", in))
	for _, want := range []string{
		"holdfast_complete 0\n",
		"holdfast_last_scan_timestamp_seconds 1795370400\n",
		"holdfast_last_complete_scan_timestamp_seconds 1795284041\n",
		`holdfast_findings{rule="table.pitr_enabled",severity="high",status="unknown"} 1` + "\n",
		`holdfast_findings{rule="table.accessible",severity="critical",status="fail"} 0` + "\n",
		`holdfast_causes{severity="critical"} 1` + "\n",
		`holdfast_failing{account="444455556666",region="us-east-1",severity="high"} 1` + "\n",
		"holdfast_gaps 3\n",
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %q in\n%s", want, doc)
		}
	}
	in.Run.LastComplete = time.Time{}
	if doc := string(write(t, "metrics", in)); strings.Contains(doc, "last_complete") {
		t.Error("there was no complete scan, but a time of one")
	}
	total := 0
	for _, n := range in.Summary.Status {
		total += n
	}
	if total != len(sampleFindings()) || in.Summary.Status[finding.Unknown] == 0 {
		t.Fatal("the sample has no unknown finding")
	}
}
