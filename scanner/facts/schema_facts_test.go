package facts_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/scanner/facts"
)

// What Derive makes is what the schemas promise.
func TestFactsFitTheirSchemas(t *testing.T) {
	compiled := map[string]*jsonschema.Schema{}
	for _, kind := range facts.Kinds() {
		c := jsonschema.NewCompiler()
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(facts.Schema(kind)))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(kind+".json", schema); err != nil {
			t.Fatal(err)
		}
		compiled[kind] = c.MustCompile(kind + ".json")
	}
	replicated := orders()
	replicated.Replicas = append(replicated.Replicas, replica(ohio))
	bare := shard(t, ohio, gap("dynamodb:DescribeTable", "TableName", "Lost"), gap("backup:ListBackupVaults"), daily())
	for _, s := range derive(t, shard(t, dublin, append(rich()[2:], settings(true, true), replicated)...), bare) {
		if s.Unlisted {
			continue
		}
		text, err := json.Marshal(s.Facts())
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled[s.Kind].Validate(document); err != nil {
			t.Errorf("%s %s: %v", s.Kind, s.ARN, err)
		}
	}
}
