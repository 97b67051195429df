package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// YAML and JSON as elements. YAML's short tags are spelled out, so that !Ref X and
// {"Ref": "X"} are the same.

var errDepth = fmt.Errorf("nested deeper than %d", maxDepth)

// parseYAML parses the first document.
func parseYAML(file string, text []byte) (*element, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	y := yamlElements{file: file, budget: maxTemplate}
	return y.element("", doc.Content[0], doc.Content[0], 0)
}

// yamlElements follows aliases, so it counts what it makes: an alias of aliases
// of aliases grows without end.
type yamlElements struct {
	file   string
	budget int
}

func (y *yamlElements) element(key string, at, node *yaml.Node, depth int) (*element, error) {
	if y.budget--; depth > maxDepth || y.budget < 0 {
		return nil, fmt.Errorf("line %d: %w", node.Line, errDepth)
	}
	e := &element{key: key, at: Position{y.file, at.Line}}
	if name, ok := strings.CutPrefix(node.Tag, "!"); ok && !strings.HasPrefix(name, "!") && name != "" {
		plain := *node
		plain.Tag = ""
		argument, err := y.element(longName(name), node, &plain, depth+1)
		if err != nil {
			return nil, err
		}
		e.children = []*element{argument}
		return e, nil
	}
	switch node.Kind {
	case yaml.ScalarNode:
		e.value, e.known = node.Value, node.Tag != "!!null"
	case yaml.AliasNode:
		return y.element(key, at, node.Alias, depth+1)
	case yaml.SequenceNode:
		for _, item := range node.Content {
			child, err := y.element("", item, item, depth+1)
			if err != nil {
				return nil, err
			}
			e.children = append(e.children, child)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			child, err := y.element(node.Content[i].Value, node.Content[i], node.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			if child.key == "<<" {
				e.children = append(e.children, child.children...)
				continue
			}
			e.children = append(e.children, child)
		}
	}
	return e, nil
}

// longName is the function that a short tag stands for.
func longName(tag string) string {
	if tag == "Ref" || tag == "Condition" {
		return tag
	}
	return "Fn::" + tag
}

// parseJSON parses one document.
func parseJSON(file string, text []byte) (*element, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	j := &jsonElements{file: file, text: text, decoder: decoder, line: 1}
	token, at, err := j.next()
	if err != nil {
		return nil, err
	}
	return j.element("", token, at, 0)
}

type jsonElements struct {
	file    string
	text    []byte
	decoder *json.Decoder
	read    int // bytes that line speaks of
	line    int
}

// next reads a token and says where it begins.
func (j *jsonElements) next() (json.Token, Position, error) {
	token, err := j.decoder.Token()
	if errors.Is(err, io.EOF) {
		err = errors.New("the file was cut")
	}
	if err != nil {
		return nil, Position{}, fmt.Errorf("line %d: %w", j.line, err)
	}
	from := j.read
	for from < len(j.text) && strings.IndexByte(" \t\r\n,:", j.text[from]) >= 0 {
		if j.text[from] == '\n' {
			j.line++
		}
		from++
	}
	j.read = int(j.decoder.InputOffset())
	return token, Position{j.file, j.line}, nil
}

func (j *jsonElements) element(key string, token json.Token, at Position, depth int) (*element, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: %w", at.Line, errDepth)
	}
	e := &element{key: key, at: at, known: true}
	switch v := token.(type) {
	case string:
		e.value = v
	case json.Number:
		e.value = v.String()
	case bool:
		e.value = strconv.FormatBool(v)
	case nil:
		e.known = false
	case json.Delim:
		e.known = false
		return e, j.children(e, v == '{', depth)
	}
	return e, nil
}

func (j *jsonElements) children(e *element, object bool, depth int) error {
	for j.decoder.More() {
		token, at, err := j.next()
		if err != nil {
			return err
		}
		key := ""
		if object {
			key, _ = token.(string)
			if token, _, err = j.next(); err != nil {
				return err
			}
		}
		child, err := j.element(key, token, at, depth+1)
		if err != nil {
			return err
		}
		e.children = append(e.children, child)
	}
	_, _, err := j.next()
	return err
}
