package finding_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"holdfast/scanner/finding"

	"github.com/invopop/jsonschema"
	validate "github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write schema.json anew")

// schema describes one line of findings.jsonl.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{Anonymous: true, Mapper: func(typ reflect.Type) *jsonschema.Schema {
		switch typ {
		case reflect.TypeFor[json.RawMessage]():
			return &jsonschema.Schema{}
		case reflect.TypeFor[finding.Status]():
			return &jsonschema.Schema{Type: "string", Enum: []any{finding.Pass, finding.Fail, finding.Unknown, finding.NotApplicable, finding.Waived}}
		case reflect.TypeFor[finding.Severity]():
			return &jsonschema.Schema{Type: "string", Enum: []any{finding.Low, finding.Medium, finding.High, finding.Critical}}
		}
		return nil
	}}
	if err := r.AddGoComments("holdfast/scanner/finding", "./"); err != nil {
		t.Fatal(err)
	}
	var lines []*jsonschema.Schema
	definitions := jsonschema.Definitions{}
	for _, line := range []any{finding.Header{}, finding.Finding{}, finding.Summary{}} {
		reflected := r.Reflect(line)
		for name, definition := range reflected.Definitions {
			definitions[name] = definition
		}
		lines = append(lines, &jsonschema.Schema{Ref: reflected.Ref})
	}
	text, err := json.MarshalIndent(&jsonschema.Schema{
		Version: jsonschema.Version, Title: "A line of findings.jsonl",
		Description: "The first line is a Header, the last a Summary, and those between are Findings.",
		OneOf:       lines, Definitions: definitions,
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestSchemaIsThatOfTheTypes(t *testing.T) {
	want := schema(t)
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("schema.json is not that of the types; accept with: go test ./scanner/finding -update")
	}
}

func TestLinesFitTheSchema(t *testing.T) {
	document, err := validate.UnmarshalJSON(bytes.NewReader(schema(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validate.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := write(t, finding.Header{Rules: []finding.Rule{{ID: "table.a", Severity: finding.High}}}, failing("table.a", "A"))
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		instance, err := validate.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(instance); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
	}
}
