package snapshot_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/scanner/snapshot"
)

var update = flag.Bool("update", false, "rewrite schema.json from the Go types")

const schemaFile = "schema.json"

// generate makes the JSON Schema of one line of a shard. Descriptions are the
// types' doc comments.
func generate(t *testing.T) []byte {
	r := &jsonschema.Reflector{FieldNameTag: "json"}
	if err := r.AddGoComments("holdfast/scanner/snapshot", "."); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&snapshot.Row{})
	s.ID = "https://holdfast.dev/schema/snapshot.json"
	s.Title = "Line of a shard"
	one := uint64(1)
	row := s.Definitions["Row"]
	row.MinProperties, row.MaxProperties = &one, &one
	for _, d := range s.Definitions {
		d.Description = oneLine(d.Description)
		for p := d.Properties.Oldest(); p != nil; p = p.Next() {
			p.Value.Description = oneLine(p.Value.Description)
		}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestSchemaIsThatOfTheTypes(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the types say (%v); accept with: go test ./scanner/snapshot -run Schema -update", schemaFile, err)
	}
}

// The schema takes what the builder writes, and refuses what the reader refuses.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	compiler := validator.NewCompiler()
	schema, err := compiler.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(line string) bool {
		doc, err := validator.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(doc) == nil
	}
	shard := write(t, &snapshot.Builder{}, header(), table("A"), point("A", 1, "1"),
		snapshot.Row{Gap: &snapshot.Gap{Operation: "x", Reason: snapshot.Denied}},
		snapshot.Row{Call: &snapshot.Call{Operation: "x", Time: t0, Response: map[string]int{"items": 1}}},
		snapshot.Row{Table: &snapshot.Table{TableArn: "b", TableName: "b", ResourcePolicy: json.RawMessage(`{"Statement":[]}`)}})
	for line := range strings.SplitSeq(strings.TrimSpace(shard), "\n") {
		if !valid(line) {
			t.Errorf("refused: %s", line)
		}
	}
	for _, line := range []string{
		`{}`, `{"chair":{}}`, `{"table":{"TableName":"a"}}`, `{"table":{"TableArn":7,"TableName":"a"}}`,
		`{"table":{"TableArn":"a","TableName":"b","Colour":1}}`, `{"end":{"Rows":1},"table":{"TableArn":"a","TableName":"b"}}`,
	} {
		if valid(line) {
			t.Errorf("accepted: %s", line)
		}
	}
}
