package awssim

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// formTree turns an awsQuery form into what the same request is in JSON:
//
//	Tags.member.1.Key=a → {"Tags": [{"Key": "a"}]}
//	Attributes.entry.1.key=a&Attributes.entry.1.value=b → {"Attributes": {"a": "b"}}
func formTree(form url.Values) any {
	root := map[string]any{}
	for _, path := range sortedKeys(form) {
		at, parts := root, strings.Split(path, ".")
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		at[parts[len(parts)-1]] = form.Get(path)
	}
	return collapse(root)
}

// collapse makes lists of what is numbered, and maps of numbered entries.
func collapse(v any) any {
	node, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if members, ok := node["member"].(map[string]any); ok {
		return numbered(members)
	}
	if entries, ok := node["entry"].(map[string]any); ok {
		out := map[string]any{}
		for _, e := range numbered(entries) {
			if entry, ok := e.(map[string]any); ok {
				out[fmt.Sprint(entry["key"])] = entry["value"]
			}
		}
		return out
	}
	for k := range node {
		node[k] = collapse(node[k])
	}
	return node
}

func numbered(members map[string]any) []any {
	out := []any{}
	for i := 1; members[strconv.Itoa(i)] != nil; i++ {
		out = append(out, collapse(members[strconv.Itoa(i)]))
	}
	return out
}

// A number is a JSON number, or the text that a form has for it.
type number int

// UnmarshalJSON reads both.
func (n *number) UnmarshalJSON(data []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(data), `"`))
	*n = number(v)
	return err
}

// A flag is a JSON boolean, or the text that a form has for it.
type flag bool

// UnmarshalJSON reads both.
func (f *flag) UnmarshalJSON(data []byte) error {
	v, err := strconv.ParseBool(strings.Trim(string(data), `"`))
	*f = flag(v)
	return err
}

// entries is a map in an awsQuery answer.
type entries map[string]string

// answerXML is an awsQuery answer. Operations without a result have only the
// metadata.
func (c *call) answerXML(result any) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>", c.operation, c.service.namespace)
	if result != nil {
		writeXML(&b, c.operation+"Result", result)
	}
	writeXML(&b, "ResponseMetadata", obj{"RequestId": c.requestID})
	fmt.Fprintf(&b, "</%sResponse>", c.operation)
	return b.Bytes()
}

func writeXML(b *bytes.Buffer, name string, v any) {
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case obj:
		for _, k := range sortedKeys(v) {
			writeXML(b, k, v[k])
		}
	case entries:
		for _, k := range sortedKeys(v) {
			b.WriteString("<entry>")
			writeXML(b, "key", k)
			writeXML(b, "value", v[k])
			b.WriteString("</entry>")
		}
	case []obj:
		for _, x := range v {
			writeXML(b, "member", x)
		}
	case []string:
		for _, x := range v {
			writeXML(b, "member", x)
		}
	case epoch:
		b.WriteString(time.UnixMilli(int64(v * 1000)).UTC().Format(time.RFC3339))
	default:
		xml.EscapeText(b, []byte(fmt.Sprint(v)))
	}
	b.WriteString("</" + name + ">")
}

// A decimal is a JSON number with a fraction, or the text that a form has for it.
type decimal float64

// UnmarshalJSON reads both.
func (d *decimal) UnmarshalJSON(data []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(data), `"`), 64)
	*d = decimal(v)
	return err
}
