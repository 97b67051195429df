// Package conformance holds what Holdfast writes against other people's tools
// and schemas. `make conformance` runs it all; see the file run.
package conformance_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSARIF validates the report that HOLDFAST_SARIF names against OASIS's schema
// in the folder that HOLDFAST_SCHEMAS names.
func TestSARIF(t *testing.T) {
	schemas, report := os.Getenv("HOLDFAST_SCHEMAS"), os.Getenv("HOLDFAST_SARIF")
	if schemas == "" || report == "" {
		t.Skip("HOLDFAST_SCHEMAS and HOLDFAST_SARIF are set by conformance/run")
	}
	const id = "https://json.schemastore.org/sarif-2.1.0.json"
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(id, document(t, filepath.Join(schemas, "sarif-schema-2.1.0.json"))); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	sarif := document(t, report)
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(sarif); errors.As(err, &invalid) {
		for _, unit := range invalid.BasicOutput().Errors {
			t.Errorf("%s: %s", unit.InstanceLocation, unit.Error)
		}
	}
	// A schema that accepts anything would prove nothing.
	if err := schema.Validate(map[string]any{"version": "2.1.0"}); err == nil {
		t.Error("the schema accepts a log without runs")
	}
}

func document(t *testing.T, path string) any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return parsed
}
