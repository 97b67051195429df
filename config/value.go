package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// CheckValue says why a value does not fit its parameter's type, bounds or enum,
// and what is allowed.
func CheckValue(p finding.Parameter, value json.RawMessage) error {
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return fmt.Errorf("%s is not JSON: %w", value, err)
	}
	fits := false
	switch v := v.(type) {
	case bool:
		fits = p.Type == "boolean"
	case string:
		fits = p.Type == "string"
		if fits && len(p.Enum) > 0 && !slices.Contains(p.Enum, v) {
			return fmt.Errorf("%s is not allowed%s", value, allowed(p))
		}
	case float64:
		fits = p.Type == "number" || p.Type == "integer" && v == math.Trunc(v)
		if fits && (p.Minimum != nil && v < *p.Minimum || p.Maximum != nil && v > *p.Maximum) {
			return fmt.Errorf("%s is out of bounds%s", value, allowed(p))
		}
	case []any:
		if p.Type == "array" {
			return checkItems(p, v)
		}
	}
	if !fits {
		return fmt.Errorf("%s is not of type %s%s", value, p.Type, allowed(p))
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

// checkItems holds the items of an array against their JSON Schema; without one
// they are text.
func checkItems(p finding.Parameter, array []any) error {
	var items any = map[string]any{"type": "string"}
	if len(p.Items) > 0 {
		var err error
		if items, err = jsonschema.UnmarshalJSON(bytes.NewReader(p.Items)); err != nil {
			return fmt.Errorf("reading the schema of its items: %w", err)
		}
	}
	for _, item := range array {
		if s, ok := item.(string); ok && len(p.Enum) > 0 && !slices.Contains(p.Enum, s) {
			return fmt.Errorf("%q is not allowed%s", s, allowed(p))
		}
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("parameter.json", map[string]any{"type": "array", "items": items}); err != nil {
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

// explain is what a schema's error says about each place, on one line.
func explain(e *jsonschema.ValidationError) string {
	var all []string
	for _, unit := range e.BasicOutput().Errors {
		if unit.Error != nil {
			all = append(all, fmt.Sprintf("at %s: %s", unit.InstanceLocation, unit.Error))
		}
	}
	return strings.Join(all, "; ")
}

// errNoStricter is the outcome where nobody can say which of two values asks more.
var errNoStricter = errors.New("the rule does not say which value is stricter, so all tables that it serves need the same one")

// stricter says whether value a asks more than b. Numbers compare by size,
// and false comes before true.
func stricter(p finding.Parameter, a, b json.RawMessage) (bool, error) {
	x, okX := rank(a)
	y, okY := rank(b)
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

func rank(value json.RawMessage) (float64, bool) {
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
	}
	return 0, false
}
