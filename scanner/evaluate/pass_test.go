package evaluate_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

func none(*finding.Finding) error { return nil }

func TestSubjectsComeSortedAndOnce(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	other := table("c", "ENABLED")
	other.Account = "444455556666"
	for says, subjects := range map[string][]*facts.Subject{
		"it comes after table " + arn("b"): {table("b", "ENABLED"), table("a", "ENABLED")},
		"it is there twice":                {table("a", "ENABLED"), table("a", "ENABLED")},
		"one after the other":              {table("a", "ENABLED"), other},
	} {
		err := policy.Evaluate(context.Background(), all(subjects), evaluate.Settings{}, none)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %s", err, says)
		}
	}
}

// A large account is read twice, a small one once; an error of either reading, or
// of whoever takes the findings, is the outcome.
func TestReadTwiceOnlyIfLarge(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	broken := errors.New("disk is gone")
	for _, test := range []struct{ keep, failAt, reads int }{{200, 0, 1}, {199, 0, 2}, {199, 1, 1}, {199, 2, 2}, {200, 1, 1}} {
		reads, emitted := 0, 0
		subjects := func(yield func(*facts.Subject, error) bool) {
			reads++
			for i := range 200 {
				if reads == test.failAt && i == 150 {
					yield(nil, broken)
					return
				}
				if !yield(table(strings.Repeat("x", i+1), "ENABLED"), nil) {
					return
				}
			}
		}
		err := policy.Evaluate(context.Background(), subjects, evaluate.Settings{Keep: test.keep}, func(*finding.Finding) error {
			emitted++
			return nil
		})
		if reads != test.reads || errors.Is(err, broken) != (test.failAt > 0) || test.failAt == 0 && emitted != 200 {
			t.Errorf("%+v: read %d times, %d findings, %v", test, reads, emitted, err)
		}
	}
	full := errors.New("disk is full")
	if err := policy.Evaluate(context.Background(), all(bigAccount(300)), evaluate.Settings{}, func(*finding.Finding) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
