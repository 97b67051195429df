package report

import (
	"fmt"
	"iter"

	"github.com/google/uuid"

	"holdfast/scanner/finding"
)

// What the full SARIF report holds besides active failures.

// results are those that speak for a cause, and in the full report every other
// finding that does not fail, each for itself.
func (s *sarifRun) results(worst []placed) iter.Seq2[placed, error] {
	return func(yield func(placed, error) bool) {
		for _, f := range worst {
			if !yield(f, nil) {
				return
			}
		}
		if !s.in.Options.SARIFFull {
			return
		}
		for f, err := range s.in.Findings() {
			if err != nil {
				yield(placed{}, fmt.Errorf("reading findings: %w", err))
				return
			}
			if f.Status == finding.Fail {
				continue
			}
			at, err := s.places.of(f)
			if !yield(placed{Finding: f, spot: at}, err) || err != nil {
				return
			}
		}
	}
}

// sarifKind is what a status is called there (SARIF 2.1.0, 3.27.9). What is waived
// fails, and is suppressed.
func sarifKind(s finding.Status) string {
	switch s {
	case finding.Pass:
		return "pass"
	case finding.NotApplicable:
		return "notApplicable"
	case finding.Fail, finding.Waived:
		return "fail"
	}
	return "open" // not enough is known to decide
}

// guid is the same for the same thing in every report.
func guid(kind, id string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("holdfast:"+kind+"/"+id)).String()
}
