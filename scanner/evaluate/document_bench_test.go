package evaluate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// BenchmarkOneDocument asks OPA about all tables at once, as `opa eval` does with
// one document that is keyed by ARN, without start-up and encoding. "x" is how
// much longer that takes than Evaluate on one core.
func BenchmarkOneDocument(b *testing.B) {
	const n = 1_000
	policy := shipped(b)
	subjects := bigAccount(n)
	document := map[string]*facts.Table{}
	for _, s := range subjects {
		if s.Table != nil {
			document[s.ARN] = s.Table
		}
	}
	input, err := ast.InterfaceToValue(plain(b, document))
	if err != nil {
		b.Fatal(err)
	}
	query := oneDocument(b, policy)
	for b.Loop() {
		before := processor()
		answer, err := query.Eval(context.Background(), rego.EvalParsedInput(input))
		if err != nil {
			b.Fatal(err)
		}
		document := perTable(processor()-before, n)
		engine := engineAlone(b, policy)
		b.ReportMetric(document, "µs-cpu/table")
		b.ReportMetric(engine, "µs-cpu/table-engine")
		b.ReportMetric(document/engine, "x")
		b.StopTimer()
		if got, want := len(answer[0].Expressions[0].Value.([]any)), failures(b, policy, subjects); got != want {
			b.Fatalf("%d failures in one document, %d in the engine", got, want)
		}
		b.StartTimer()
	}
}

// engineAlone is what the engine takes for one table of 100,000, in microseconds
// of processor time.
func engineAlone(b *testing.B, policy *evaluate.Policy) float64 {
	const n = 100_000
	subjects := bigAccount(n)
	before := processor()
	if err := policy.Evaluate(context.Background(), all(subjects), evaluate.Settings{}, func(*finding.Finding) error { return nil }); err != nil {
		b.Fatal(err)
	}
	return perTable(processor()-before, n)
}

// failures counts those of rules on tables.
func failures(b *testing.B, policy *evaluate.Policy, subjects []*facts.Subject) (n int) {
	err := policy.Evaluate(context.Background(), all(subjects), evaluate.Settings{}, func(f *finding.Finding) error {
		if f.Status == finding.Fail && f.Subject == facts.KindTable {
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// oneDocument prepares a query for all failures: [rule, ARN].
func oneDocument(b *testing.B, policy *evaluate.Policy) rego.PreparedEvalQuery {
	var module strings.Builder
	module.WriteString("package bench\n\nimport rego.v1\n")
	parameters := map[string]json.RawMessage{}
	for _, r := range policy.Rules() {
		if r.Subject != facts.KindTable || r.Engine {
			continue
		}
		for name, p := range r.Parameters {
			if p.Default != nil {
				parameters[name] = p.Default
			}
		}
		// All that the engine asks of a rule: does it apply, which side holds, what is in doubt.
		fmt.Fprintf(&module, `
failures contains [%[1]q, arn] if {
	some arn, facts in input
	count([a | a := data.holdfast.%[1]s.applicable with input as facts; a == false]) == 0
	denied := data.holdfast.%[1]s.deny with input as facts
	held := [o | o := data.holdfast.%[1]s.ok with input as facts]
	doubts := [d | d := data.holdfast.%[1]s.ambiguous with input as facts; count(d) > 0]
	count(doubts) == 0
	count(denied) > 0
	count(held) >= 0
}
`, r.ID)
	}
	options := []func(*rego.Rego){
		rego.Query("data.bench.failures"), rego.Module("bench.rego", module.String()),
		rego.Store(inmem.NewFromObject(map[string]any{"parameters": plain(b, parameters)})),
	}
	err := fs.WalkDir(policies.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".rego") || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		text, err := fs.ReadFile(policies.FS, name)
		options = append(options, rego.Module(name, string(text)))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	query, err := rego.New(options...).PrepareForEval(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return query
}

// plain is v as encoding/json reads it back.
func plain(b *testing.B, v any) (out any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		b.Fatal(err)
	}
	return out
}
