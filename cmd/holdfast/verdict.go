package main

import (
	"fmt"

	"holdfast/scanner"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// verdict is the exit code of a run: findings win over an incomplete scan.
func (a *app) verdict(f *flags, baseline, kept *run.Run, summary finding.Summary) error {
	reason, err := failing(f, baseline, kept, summary)
	switch {
	case err != nil:
		return err
	case reason != "":
		return verdict{exitFindings, reason}
	case !summary.Complete && !f.allowIncomplete:
		return verdict{exitIncomplete, fmt.Sprintf("incomplete: %d verdicts are unknown, since something could not be read; the report says what (--allow-incomplete accepts that)", summary.Unknown)}
	}
	return nil
}

// failing says why --fail-on is met, in one line, or nothing.
func failing(f *flags, baseline, kept *run.Run, summary finding.Summary) (string, error) {
	switch f.failOn {
	case "", "never":
		return "", nil
	case "new":
		fresh, err := scanner.NewFailures(baseline, kept)
		if err != nil || len(fresh) == 0 {
			return "", err
		}
		return fmt.Sprintf("%d failures that run %s does not have, first: %s on %s", len(fresh), baseline.ID, fresh[0].Rule, fresh[0].ARN), nil
	}
	floor, causes := finding.Severity(f.failOn), 0
	for severity, n := range summary.Causes {
		if severity.AtLeast(floor) {
			causes += n
		}
	}
	if causes == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d causes of failure at severity %s or worse (--fail-on)", causes, floor), nil
}

// findBaseline resolves --baseline before the scan: one that is not there should
// not be noticed after it, and "latest" means the run before this one.
func findBaseline(f *flags) (*run.Run, error) {
	if f.baseline == "" {
		return nil, nil
	}
	baseline, err := run.Open(f.out, f.baseline)
	if err != nil {
		return nil, fmt.Errorf("opening --baseline: %w", err)
	}
	return baseline, nil
}

// checkPrevious refuses a --previous that is not there before the scan, not after it.
func checkPrevious(f *flags) error {
	if f.previous == "" || f.previous == scanner.NoPrevious {
		return nil
	}
	if _, err := run.Open(f.out, f.previous); err != nil {
		return fmt.Errorf("opening --previous: %w", err)
	}
	return nil
}
