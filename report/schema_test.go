package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/internal/golden"
	"holdfast/report"
	"holdfast/scanner/finding"
)

// The schema of the JSON report is generated from the types; descriptions are
// their comments.
func TestSchemaIsTheTypes(t *testing.T) {
	golden.Check(t, "report.schema.json", documentSchema(t))
}

func documentSchema(t *testing.T) []byte {
	t.Helper()
	r := invopop.Reflector{Anonymous: true}
	for _, folder := range []string{"../scanner/finding", "."} {
		if err := r.AddGoComments("holdfast/report", folder); err != nil {
			t.Fatal(err)
		}
	}
	s := r.Reflect(&report.Document{})
	for _, d := range s.Definitions {
		d.Description = oneLine(d.Description)
		for p := d.Properties.Oldest(); p != nil; p = p.Next() {
			p.Value.Description = oneLine(p.Value.Description)
			switch p.Key {
			case "status":
				if p.Value.Type == "string" {
					p.Value.Enum = []any{finding.Pass, finding.Fail, finding.Unknown, finding.NotApplicable, finding.Waived}
				}
			case "severity":
				p.Value.Enum = []any{finding.Low, finding.Medium, finding.High, finding.Critical}
			}
		}
	}
	schema, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(schema, '\n')
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestJSONFitsItsSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(documentSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*report.Input{"sample": sampleInput(), "hostile": hostileInput(), "empty": inputOf(nil)} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, "json", in)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	sample := write(t, "json", sampleInput())
	for _, wrong := range []string{`"state":"fail"`, `"status":"passed"`} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(sample, []byte(`"status":"fail"`), []byte(wrong), 1)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("a finding with %s fits the schema", wrong)
		}
	}
}
