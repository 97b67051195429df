package awssim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// effective merges the policies of a kind from the root down to the account, "" when
// there are none. It knows @@assign, @@append and @@remove; what a policy allows
// those below to change is not looked at. Scalars come out as text, as AWS has them.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
func (d *directory) effective(m *member, kind string) string {
	path := []string{m.id}
	for u := m.parent; u != nil; u = u.parent {
		path = append(path, u.id)
	}
	var result any
	for _, id := range slices.Backward(path) {
		for _, p := range d.policies {
			var policy any
			if p.kind == kind && contains(p.targets, id) && json.Unmarshal([]byte(p.content), &policy) == nil {
				result = inherit(result, policy)
			}
		}
	}
	if result == nil {
		return ""
	}
	return strings.ReplaceAll(string(encodeJSON(result)), "$account", m.id)
}

// inherit applies one policy to what is above it.
func inherit(above, policy any) any {
	node, ok := policy.(map[string]any)
	if !ok {
		return plain(policy)
	}
	if v, ok := node["@@assign"]; ok {
		return plain(v)
	}
	_, appends := node["@@append"]
	_, removes := node["@@remove"]
	if appends || removes {
		list := asList(above)
		for _, v := range asList(plain(node["@@append"])) {
			if !slices.ContainsFunc(list, same(v)) {
				list = append(list, v)
			}
		}
		gone := asList(plain(node["@@remove"]))
		return slices.DeleteFunc(list, func(v any) bool { return slices.ContainsFunc(gone, same(v)) })
	}
	out := map[string]any{}
	if old, ok := above.(map[string]any); ok {
		for k, v := range old {
			out[k] = v
		}
	}
	for k, v := range node {
		if !strings.HasPrefix(k, "@@") {
			out[k] = inherit(out[k], v)
		}
	}
	return out
}

// plain writes scalars as text.
func plain(v any) any {
	switch v := v.(type) {
	case nil, map[string]any:
		return v
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, plain(x))
		}
		return out
	}
	return fmt.Sprint(v)
}

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return []any{}
	case []any:
		return slices.Clone(v)
	}
	return []any{v}
}

func same(v any) func(any) bool {
	return func(x any) bool { return fmt.Sprint(x) == fmt.Sprint(v) }
}
