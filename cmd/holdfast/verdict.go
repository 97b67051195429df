package main

import (
	"fmt"

	"holdfast/scanner"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// verdict is the exit code of a run: findings win over an incomplete scan.
func (a *app) verdict(f *flags, kept *run.Run, summary finding.Summary) error {
	reason, err := a.failing(f, kept, summary)
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
func (a *app) failing(f *flags, kept *run.Run, summary finding.Summary) (string, error) {
	switch f.failOn {
	case "", "never":
		return "", nil
	case "new":
		baseline, err := run.Open(f.out, f.baseline)
		if err != nil {
			return "", fmt.Errorf("opening --baseline: %w", err)
		}
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

// checkBaseline refuses a baseline that is not there before the scan, not after.
func checkBaseline(f *flags) error {
	if f.baseline == "" {
		return nil
	}
	if _, err := run.Open(f.out, f.baseline); err != nil {
		return fmt.Errorf("opening --baseline: %w", err)
	}
	return nil
}
