package evaluate

import (
	"reflect"

	"holdfast/scanner/facts"

	"github.com/open-policy-agent/opa/v1/ast"
)

// factTypes are the documents that rules judge, by kind of subject.
func factTypes() map[string]reflect.Type {
	return map[string]reflect.Type{
		facts.KindBackup:   reflect.TypeFor[facts.Backup](),
		facts.KindPlanRule: reflect.TypeFor[facts.PlanRule](),
		facts.KindRegion:   reflect.TypeFor[facts.Region](),
		facts.KindTable:    reflect.TypeFor[facts.Table](),
		facts.KindVault:    reflect.TypeFor[facts.Vault](),
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

// schema is a closed JSON Schema for OPA's type checker: what the rules of a
// kind may read.
func (s *shape) schema() map[string]any {
	switch s.kind {
	case boolean:
		return map[string]any{"type": "boolean"}
	case integer:
		return map[string]any{"type": "integer"}
	case float:
		return map[string]any{"type": "number"}
	case list:
		return map[string]any{"type": "array", "items": s.elem.schema()}
	case object:
		properties := map[string]any{}
		for _, f := range s.fields {
			properties[f.name] = f.shape.schema()
		}
		return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	}
	return map[string]any{"type": "string"}
}

// schemaRef names a kind's schema in annotations: schema.table.
func schemaRef(kind string) ast.Ref {
	return ast.Ref{ast.SchemaRootDocument, ast.StringTerm(kind)}
}

func schemaSet(shapes map[string]*shape) *ast.SchemaSet {
	set := ast.NewSchemaSet()
	for kind, s := range shapes {
		set.Put(schemaRef(kind), s.schema())
	}
	return set
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
