package awssim

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// A Document is a policy or pattern: JSON text, or YAML that says the same. As
// YAML, 2012-10-17 stays the text that it looks like.
type Document string

// UnmarshalYAML reads a Document.
func (d *Document) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		if node.Value != "" && !isJSON(node.Value) {
			return fmt.Errorf("line %d: the document is no JSON", node.Line)
		}
		*d = Document(node.Value)
		return nil
	}
	var b bytes.Buffer
	if err := writeDocument(&b, node); err != nil {
		return err
	}
	*d = Document(b.String())
	return nil
}

// writeDocument writes a node as JSON, in its order.
func writeDocument(b *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.AliasNode:
		return writeDocument(b, node.Alias)
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i < len(node.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(encodeJSON(node.Content[i].Value))
			b.WriteByte(':')
			if err := writeDocument(b, node.Content[i+1]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range node.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeDocument(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case yaml.ScalarNode:
		b.Write(scalar(node))
	default:
		return fmt.Errorf("line %d: this has no place in a document", node.Line)
	}
	return nil
}

// scalar keeps numbers and booleans that JSON writes alike; all else is text.
func scalar(node *yaml.Node) []byte {
	switch node.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		if json.Valid([]byte(node.Value)) {
			return []byte(node.Value)
		}
		if node.Tag == "!!null" {
			return []byte("null")
		}
	}
	return encodeJSON(node.Value)
}
