package evaluate_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

func shipped(t testing.TB) *evaluate.Policy {
	t.Helper()
	policy, err := evaluate.Load(evaluate.Tree{FS: policies.FS})
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// BenchmarkEvaluate is facts in memory → findings written, for the whole
// catalogue.
func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("tables=%d", n), func(b *testing.B) {
			measure(b, n, evaluate.Settings{})
		})
	}
}

func BenchmarkNoCache(b *testing.B) { measure(b, 2_000, evaluate.Settings{NoCache: true}) }

func measure(b *testing.B, n int, s evaluate.Settings) {
	policy, subjects := shipped(b), bigAccount(n)
	b.ReportAllocs()
	for b.Loop() {
		w, err := finding.NewWriter(io.Discard, finding.Header{Rules: policy.Rules()})
		if err != nil {
			b.Fatal(err)
		}
		if err := policy.Evaluate(context.Background(), all(subjects), s, w.Write); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/table")
}

func all(subjects []*facts.Subject) func(func(*facts.Subject, error) bool) {
	return func(yield func(*facts.Subject, error) bool) {
		for _, s := range subjects {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// BenchmarkByHand is the same tables and findings in plain Go, on one core, as
// Evaluate is with -cpu 1; the engine may take three times as long.
func BenchmarkByHand(b *testing.B) {
	const n = 100_000
	policy, subjects := shipped(b), bigAccount(n)
	b.ReportAllocs()
	for b.Loop() {
		w, err := finding.NewWriter(io.Discard, finding.Header{Rules: policy.Rules()})
		if err != nil {
			b.Fatal(err)
		}
		hand := newByHand(policy, w.Write)
		for _, s := range subjects {
			if s.Table == nil {
				continue
			}
			if err := hand.table(s); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/table")
}
