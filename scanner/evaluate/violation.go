package evaluate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A violation is one element of deny.
type violation struct {
	severity    finding.Severity // empty: the rule's
	message     string
	expected    json.RawMessage
	actual      json.RawMessage
	cause       string
	remediation json.RawMessage // parameters of the rule's action
	standsAlone bool            // no other rule's failure explains it, whatever the metadata's caused_by
}

// violation reads {"message": …} with, each optional, "severity", "expected",
// "actual", "cause", "remediation" and "stands_alone".
func (r *rule) violation(t *ast.Term) (v violation, err error) {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%s: rule %s: malformed violation: %s", r.deny, r.meta.ID, fmt.Sprintf(format, args...))
	}
	object, ok := t.Value.(ast.Object)
	if !ok {
		return v, wrong("%s is no object", shortened(t.String(), 80))
	}
	err = object.Iter(func(key, value *ast.Term) error {
		name, _ := key.Value.(ast.String)
		text, isText := value.Value.(ast.String)
		switch name {
		case "message", "severity", "cause":
			if !isText || text == "" {
				return wrong("%s is not a text", string(name))
			}
		case "expected", "actual", "remediation", "stands_alone":
		default:
			return wrong("it has no field %s; choose of message, severity, expected, actual, cause, remediation, stands_alone", key)
		}
		switch name {
		case "message":
			v.message = string(text)
		case "cause":
			v.cause = string(text)
		case "severity":
			v.severity = finding.Severity(text)
			if v.severity != r.meta.Severity && !slices.Contains(r.meta.Severities, v.severity) {
				return wrong("severity %q is not declared in the metadata", string(text))
			}
		case "expected":
			v.expected, err = termJSON(value)
		case "actual":
			v.actual, err = termJSON(value)
		case "stands_alone":
			if _, isBoolean := value.Value.(ast.Boolean); !isBoolean {
				return wrong("stands_alone is true or false")
			}
			v.standsAlone = bool(value.Value.(ast.Boolean))
		case "remediation":
			if _, isObject := value.Value.(ast.Object); !isObject || r.meta.Remediation == "" {
				return wrong("remediation is an object with the parameters of the action that the metadata names")
			}
			v.remediation, err = termJSON(value)
		}
		return err
	})
	if err == nil && v.message == "" {
		err = wrong("message is missing")
	}
	return v, err
}

// termJSON is a term as JSON; sets become sorted lists.
func termJSON(t *ast.Term) (json.RawMessage, error) {
	value, err := ast.JSON(t.Value)
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

func shortened(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
