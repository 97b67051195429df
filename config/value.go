package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// check says why a value does not fit its parameter's type, bounds or enum.
func check(p finding.Parameter, value json.RawMessage) error {
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	fits := false
	switch p.Type {
	case "integer":
		x, ok := v.(float64)
		fits = ok && isWhole(x)
	case "number":
		_, fits = v.(float64)
	case "string":
		_, fits = v.(string)
	case "boolean":
		_, fits = v.(bool)
	case "array":
		_, fits = v.([]any)
	default:
		return fmt.Errorf("the rule declares it as %q; known types are integer, number, string, boolean, array", p.Type)
	}
	if !fits {
		return fmt.Errorf("%s is not of type %s%s", value, p.Type, allowed(p))
	}
	if x, ok := v.(float64); ok && (p.Minimum != nil && x < *p.Minimum || p.Maximum != nil && x > *p.Maximum) {
		return fmt.Errorf("%s is out of bounds%s", value, allowed(p))
	}
	if s, ok := v.(string); ok && len(p.Enum) > 0 && !slices.Contains(p.Enum, s) {
		return fmt.Errorf("%s is not allowed%s", value, allowed(p))
	}
	if _, ok := v.([]any); ok && len(p.Items) > 0 {
		return checkItems(p.Items, v)
	}
	return nil
}

// allowed tells bounds and enum: "; allowed is 1 to 35 days".
func allowed(p finding.Parameter) string {
	unit := ""
	if p.Unit != "" {
		unit = " " + p.Unit
	}
	switch {
	case len(p.Enum) > 0:
		return "; allowed is " + strings.Join(p.Enum, ", ")
	case p.Minimum != nil && p.Maximum != nil:
		return fmt.Sprintf("; allowed is %v to %v%s", *p.Minimum, *p.Maximum, unit)
	case p.Minimum != nil:
		return fmt.Sprintf("; allowed is %v%s or more", *p.Minimum, unit)
	case p.Maximum != nil:
		return fmt.Sprintf("; allowed is %v%s or less", *p.Maximum, unit)
	}
	return ""
}

// checkItems holds the items of an array against their JSON Schema.
func checkItems(items json.RawMessage, array any) error {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(items))
	if err != nil {
		return fmt.Errorf("reading the schema of its items: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("parameter.json", map[string]any{"type": "array", "items": schema}); err != nil {
		return fmt.Errorf("reading the schema of its items: %w", err)
	}
	compiled, err := compiler.Compile("parameter.json")
	if err != nil {
		return fmt.Errorf("reading the schema of its items: %w", err)
	}
	var invalid *jsonschema.ValidationError
	if err := compiled.Validate(array); errors.As(err, &invalid) {
		return errors.New(explain(invalid))
	}
	return nil
}

// explain is the deepest reasons of a schema's error, on one line.
func explain(e *jsonschema.ValidationError) string {
	if len(e.Causes) == 0 {
		_, text, _ := strings.Cut(e.Error(), "\n")
		return strings.TrimPrefix(strings.TrimSpace(text), "- ")
	}
	var all []string
	for _, cause := range e.Causes {
		all = append(all, explain(cause))
	}
	return strings.Join(all, "; ")
}

// errNoStricter is the outcome where nobody can say which of two values asks more.
var errNoStricter = errors.New("the rule does not say which value is stricter, so all tables that it serves need the same one")

// stricter says whether value a asks more than b. Numbers compare by size,
// false comes before true, and strings stand in the order of the enum.
func stricter(p finding.Parameter, a, b json.RawMessage) (bool, error) {
	x, okX := rank(p, a)
	y, okY := rank(p, b)
	switch {
	case string(a) == string(b):
		return false, nil
	case okX && okY && p.Stricter == "higher":
		return x > y, nil
	case okX && okY && p.Stricter == "lower":
		return x < y, nil
	}
	return false, errNoStricter
}

func rank(p finding.Parameter, value json.RawMessage) (float64, bool) {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return 0, false
	}
	switch v := v.(type) {
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		i := slices.Index(p.Enum, v)
		return float64(i), i >= 0
	}
	return 0, false
}
