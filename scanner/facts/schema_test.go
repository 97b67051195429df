package facts_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/invopop/jsonschema"

	"holdfast/internal/golden"
	"holdfast/scanner/facts"
)

func TestSchemasAreTheTypes(t *testing.T) {
	types := map[string]any{
		facts.KindAccount:   &facts.Account{},
		facts.KindBackup:    &facts.Backup{},
		facts.KindPlanRule:  &facts.PlanRule{},
		facts.KindRegion:    &facts.Region{},
		facts.KindSelection: &facts.Selection{},
		facts.KindTable:     &facts.Table{},
		facts.KindVault:     &facts.Vault{},
	}
	if len(types) != len(facts.Kinds()) {
		t.Fatalf("%d types for %d kinds", len(types), len(facts.Kinds()))
	}
	for _, kind := range facts.Kinds() {
		r := jsonschema.Reflector{DoNotReference: true, Anonymous: true}
		schema, err := json.MarshalIndent(r.Reflect(types[kind]), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "schema/"+kind+".json", append(schema, '\n'))
	}
}

// What Rego's type checker cannot see through must not be in a schema.
func TestSchemasAreClosed(t *testing.T) {
	for _, kind := range facts.Kinds() {
		if bytes.Contains(facts.Schema(kind), []byte("$ref")) {
			t.Errorf("%s: has a reference", kind)
		}
		var schema map[string]any
		if err := json.Unmarshal(facts.Schema(kind), &schema); err != nil {
			t.Fatal(err)
		}
		checkClosed(t, kind, schema)
	}
}

func checkClosed(t *testing.T, path string, schema map[string]any) {
	switch schema["type"] {
	case "object":
		properties, _ := schema["properties"].(map[string]any)
		if len(properties) == 0 {
			t.Errorf("%s: an object without properties is a map", path)
		}
		if schema["additionalProperties"] != false {
			t.Errorf("%s: is open", path)
		}
		for name, p := range properties {
			checkClosed(t, path+"."+name, p.(map[string]any))
		}
	case "array":
		items, ok := schema["items"].(map[string]any)
		if !ok {
			t.Errorf("%s: array of anything", path)
			return
		}
		checkClosed(t, path+"[]", items)
	case "string", "integer", "boolean":
	default:
		t.Errorf("%s: type is %v", path, schema["type"])
	}
}

func TestSchemaOfNoKindPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	facts.Schema("tabel")
}
