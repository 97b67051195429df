package evaluate

import (
	"encoding/json"
	"fmt"
	"reflect"

	"holdfast/scanner/facts"

	"github.com/open-policy-agent/opa/v1/ast"
)

// factTypes are the documents that rules judge, by kind of subject.
func factTypes() map[string]reflect.Type {
	return map[string]reflect.Type{
		facts.KindAccount:   reflect.TypeFor[facts.Account](),
		facts.KindBackup:    reflect.TypeFor[facts.Backup](),
		facts.KindPlanRule:  reflect.TypeFor[facts.PlanRule](),
		facts.KindRegion:    reflect.TypeFor[facts.Region](),
		facts.KindSelection: reflect.TypeFor[facts.Selection](),
		facts.KindTable:     reflect.TypeFor[facts.Table](),
		facts.KindVault:     reflect.TypeFor[facts.Vault](),
	}
}

func shapes() (map[string]*shape, error) {
	found := map[string]*shape{}
	for kind, t := range factTypes() {
		s, err := shapeOf(t)
		if err != nil {
			return nil, err
		}
		found[kind] = s
	}
	return found, nil
}

// schemaRef names a kind's schema in annotations: schema.table.
func schemaRef(kind string) ast.Ref {
	return ast.Ref{ast.SchemaRootDocument, ast.StringTerm(kind)}
}

// schemaSet is what rules may read, kind by kind, for OPA's type checker.
func schemaSet() (*ast.SchemaSet, error) {
	set := ast.NewSchemaSet()
	for _, kind := range facts.Kinds() {
		var schema any
		if err := json.Unmarshal(facts.Schema(kind), &schema); err != nil {
			return nil, fmt.Errorf("reading the schema of %s facts: %w", kind, err)
		}
		set.Put(schemaRef(kind), schema)
	}
	return set, nil
}

// withSchemas makes the type checker hold a rule's package against its subject's
// facts and its own parameters.
func withSchemas(a *ast.Annotations, kind string, parameters map[string]any) {
	var definition any = parameters
	a.Schemas = append(a.Schemas,
		&ast.SchemaAnnotation{Path: ast.InputRootRef, Schema: schemaRef(kind)},
		&ast.SchemaAnnotation{Path: parametersRef(), Definition: &definition})
}

func parametersRef() ast.Ref {
	return ast.Ref{ast.DefaultRootDocument, ast.StringTerm("parameters")}
}
