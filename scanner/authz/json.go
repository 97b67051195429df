package authz

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// node is a JSON value in which nothing got lost: keys that come twice are an
// error, numbers keep their spelling, fields their order.
type node struct {
	kind   nodeKind
	text   string // of a string, number or boolean
	list   []node
	fields []field
}

type field struct {
	name string
	node node
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	stringNode
	numberNode
	boolNode
	listNode
	objectNode
)

func (k nodeKind) String() string {
	return [...]string{"null", "a string", "a number", "a boolean", "a list", "an object"}[k]
}

// maxDepth is more than any policy needs: document, statement, condition, operator, values.
const maxDepth = 12

func readJSON(text []byte) (node, error) {
	if !utf8.Valid(text) {
		return node{}, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	n, err := readNode(decoder, 0)
	if err != nil {
		return node{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return node{}, errors.New("something follows its closing brace")
	}
	return n, nil
}

func readNode(decoder *json.Decoder, depth int) (node, error) {
	token, err := decoder.Token()
	if errors.Is(err, io.EOF) {
		return node{}, io.ErrUnexpectedEOF
	}
	if err != nil {
		return node{}, err
	}
	if depth > maxDepth {
		return node{}, errors.New("it is nested too deeply")
	}
	switch token := token.(type) {
	case string:
		return node{kind: stringNode, text: token}, nil
	case json.Number:
		return node{kind: numberNode, text: token.String()}, nil
	case bool:
		return node{kind: boolNode, text: fmt.Sprint(token)}, nil
	case json.Delim:
		if token == '[' {
			return readList(decoder, depth)
		}
		return readObject(decoder, depth)
	}
	return node{kind: nullNode}, nil
}

func readList(decoder *json.Decoder, depth int) (node, error) {
	n := node{kind: listNode}
	for decoder.More() {
		element, err := readNode(decoder, depth+1)
		if err != nil {
			return node{}, err
		}
		n.list = append(n.list, element)
	}
	_, err := decoder.Token()
	return n, err
}

func readObject(decoder *json.Decoder, depth int) (node, error) {
	n := node{kind: objectNode}
	seen := map[string]bool{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return node{}, err
		}
		name, _ := key.(string)
		if seen[name] {
			return node{}, fmt.Errorf("%q stands twice in one object", name)
		}
		seen[name] = true
		value, err := readNode(decoder, depth+1)
		if err != nil {
			return node{}, err
		}
		n.fields = append(n.fields, field{name, value})
	}
	_, err := decoder.Token()
	return n, err
}

// texts reads one string or a list of strings, as policies have them almost
// everywhere.
func (n node) texts() ([]string, error) {
	switch n.kind {
	case stringNode:
		return []string{n.text}, nil
	case listNode:
		texts := make([]string, 0, len(n.list))
		for _, element := range n.list {
			if element.kind != stringNode {
				return nil, fmt.Errorf("its list has %s where a string belongs", element.kind)
			}
			texts = append(texts, element.text)
		}
		return texts, nil
	}
	return nil, fmt.Errorf("it is %s where a string or a list of strings belongs", n.kind)
}

// values reads condition values: AWS takes numbers and booleans for strings there.
func (n node) values() ([]string, error) {
	list := []node{n}
	if n.kind == listNode {
		list = n.list
	}
	values := make([]string, 0, len(list))
	for _, element := range list {
		switch element.kind {
		case stringNode, numberNode, boolNode:
			values = append(values, element.text)
		default:
			return nil, fmt.Errorf("it has %s where a value belongs", element.kind)
		}
	}
	return values, nil
}
