package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"holdfast/scanner/finding"
)

var parameterTypes = []string{"array", "boolean", "integer", "number", "string"}

// checkParameter checks a declaration. Whether the default fits it is for package
// config to say.
func checkParameter(name string, p finding.Parameter) error {
	switch {
	case !snakeCase.MatchString(name):
		return errors.New("a parameter's name is snake_case")
	case !slices.Contains(parameterTypes, p.Type):
		return fmt.Errorf("type is %q; choose one of %v", p.Type, parameterTypes)
	case p.Stricter != "" && p.Stricter != "higher" && p.Stricter != "lower":
		return fmt.Errorf(`stricter is %q; choose "higher" or "lower"`, p.Stricter)
	case p.Stricter != "" && (p.Type == "array" || p.Type == "string" && len(p.Enum) == 0):
		return fmt.Errorf("stricter needs an order, which type %s has not", p.Type)
	case len(p.Items) > 0 && p.Type != "array":
		return fmt.Errorf("items is for arrays, not for type %s", p.Type)
	}
	return nil
}

// parameterSchema is the closed schema of data.parameters for one rule.
func parameterSchema(parameters map[string]finding.Parameter) map[string]any {
	// An object without any property would be open to OPA's type checker.
	properties := map[string]any{"": map[string]any{"type": "null"}}
	for name, p := range parameters {
		schema := map[string]any{"type": p.Type}
		if p.Type == "array" {
			var items any = map[string]any{"type": "string"}
			if len(p.Items) > 0 {
				_ = json.Unmarshal(p.Items, &items) // came out of a JSON document
			}
			schema["items"] = items
		}
		properties[name] = schema
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}
