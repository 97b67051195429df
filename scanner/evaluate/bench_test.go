package evaluate_test

import (
	"context"
	"fmt"
	"io"
	"iter"
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

// What is measured here is processor time, of all cores together: other work on
// the machine hardly changes it. Bars and figures are in docs/speed.md.

// BenchmarkEvaluate is facts in memory → findings written, for the whole
// catalogue: ≤ 8 s on two cores and ≤ 400 MiB above the facts for 100,000 tables,
// and for each of them no more than 1.15 times what one of 10,000 takes.
func BenchmarkEvaluate(b *testing.B) {
	policy := shipped(b)
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("tables=%d", n), func(b *testing.B) {
			measure(b, policy, all(bigAccount(n)), n, evaluate.Settings{})
		})
	}
}

// BenchmarkStreamed is facts that are made as they are read, and findings written.
// The facts take their time, too: it is what BenchmarkFactsAlone says, twice.
func BenchmarkStreamed(b *testing.B) {
	policy := shipped(b)
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("tables=%d", n), func(b *testing.B) { measure(b, policy, streamed(n), n, evaluate.Settings{}) })
	}
}

func BenchmarkFactsAlone(b *testing.B) {
	const n = 1_000_000
	subjects := streamed(n)
	for b.Loop() {
		before := processor()
		for range subjects {
		}
		b.ReportMetric(perTable(processor()-before, n), "µs-cpu/table")
	}
}

// BenchmarkNoCache is what each situation takes the first time.
func BenchmarkNoCache(b *testing.B) {
	const n = 2_000
	measure(b, shipped(b), all(bigAccount(n)), n, evaluate.Settings{NoCache: true})
}

// BenchmarkAllDiffer is an account in which no two tables are in the same
// situation, as far as rules can tell: caches close, and the engine falls back to
// what BenchmarkNoCache takes.
func BenchmarkAllDiffer(b *testing.B) {
	const n = 20_000
	subjects := bigAccount(n)
	for i, s := range subjects {
		if s.Table != nil {
			differ(s.Table, i)
		}
	}
	measure(b, shipped(b), all(subjects), n, evaluate.Settings{})
}

// measure reports the processor time per table, and by how much the heap grew at
// most.
func measure(b *testing.B, policy *evaluate.Policy, subjects iter.Seq2[*facts.Subject, error], n int, s evaluate.Settings) {
	b.ReportAllocs()
	for b.Loop() {
		before, peak := processor(), watchHeap()
		w, err := finding.NewWriter(io.Discard, finding.Header{Rules: policy.Rules()})
		if err != nil {
			b.Fatal(err)
		}
		if err := policy.Evaluate(context.Background(), subjects, s, w.Write); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(perTable(processor()-before, n), "µs-cpu/table")
		b.ReportMetric(float64(peak())/(1<<20), "MiB-heap")
	}
}

func all(subjects []*facts.Subject) iter.Seq2[*facts.Subject, error] {
	return func(yield func(*facts.Subject, error) bool) {
		for _, s := range subjects {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// BenchmarkAgainstHand is the same rules on the same tables by the engine and in
// plain Go; x is how many times as long the engine takes: at most 3.
func BenchmarkAgainstHand(b *testing.B) {
	const n = 100_000
	policy, subjects := shipped(b), bigAccount(n)
	for b.Loop() {
		before := processor()
		byRules := writeAll(b, policy, func(w *finding.Writer) error {
			return policy.Evaluate(context.Background(), all(subjects), byThose(), w.Write)
		})
		engine := processor() - before
		before = processor()
		byHands := writeAll(b, policy, func(w *finding.Writer) error {
			hand := newByHand(policy, w.Write)
			for _, s := range subjects {
				if s.Table == nil {
					continue
				}
				if err := hand.table(s); err != nil {
					return err
				}
			}
			return nil
		})
		hand := processor() - before
		if byRules.Findings < byHands.Findings || byHands.Findings < n*len(handWritten) {
			b.Fatalf("%d findings by rules, %d by hand", byRules.Findings, byHands.Findings)
		}
		b.ReportMetric(perTable(engine, n), "µs-cpu/table")
		b.ReportMetric(perTable(hand, n), "µs-cpu/table-hand")
		b.ReportMetric(float64(engine)/float64(hand), "x")
	}
}

func writeAll(b *testing.B, policy *evaluate.Policy, into func(*finding.Writer) error) finding.Summary {
	b.Helper()
	w, err := finding.NewWriter(io.Discard, finding.Header{Rules: policy.Rules()})
	if err == nil {
		err = into(w)
	}
	if err != nil {
		b.Fatal(err)
	}
	summary, err := w.Close()
	if err != nil {
		b.Fatal(err)
	}
	return summary
}
