package report_test

import (
	"io"

	"holdfast/scanner/finding"
)

// summaryOf is the last line of a findings.jsonl with these rules and findings.
func summaryOf(rules []finding.Rule, findings []finding.Finding) finding.Summary {
	w, err := finding.NewWriter(io.Discard, finding.Header{Rules: rules})
	if err != nil {
		panic(err)
	}
	for i := range findings {
		if err := w.Write(&findings[i]); err != nil {
			panic(err)
		}
	}
	summary, err := w.Close()
	if err != nil {
		panic(err)
	}
	return summary
}
