package authz

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
)

// Parse reads a policy document. It is strict about structure: whatever AWS's
// grammar does not know is an error, since a statement that was half understood
// would be judged wrongly. It takes what AWS takes: one value for a list of one,
// numbers and booleans as condition values, patterns that match nothing; where
// that looks like a mistake, it is an oddity of the document.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(kind Kind, text []byte) (*Document, error) {
	d, err := parse(kind, text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", kind, err)
	}
	return d, nil
}

func parse(kind Kind, text []byte) (*Document, error) {
	root, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	if root.kind != objectNode {
		return nil, fmt.Errorf("it is %s where an object belongs", root.kind)
	}
	p := parser{document: &Document{Kind: kind, Hash: sha256.Sum256(text)}, sawVariable: bytes.Contains(text, []byte("${"))}
	var statements *node
	for i := range root.fields {
		switch f := &root.fields[i]; f.name {
		case "Version":
			if err := p.version(f.node); err != nil {
				return nil, err
			}
		case "Id":
			if f.node.kind != stringNode {
				return nil, fmt.Errorf("the Id is %s where a string belongs", f.node.kind)
			}
		case "Statement":
			statements = &f.node
		default:
			return nil, fmt.Errorf("%q is no element of a policy; its elements are Version, Id and Statement", f.name)
		}
	}
	if statements == nil {
		return nil, errors.New("it has no Statement")
	}
	return p.document, p.statements(*statements)
}

type parser struct {
	document    *Document
	variables   bool // since 2012-10-17
	sawVariable bool
}

func (p *parser) version(n node) error {
	switch {
	case n.kind != stringNode:
		return fmt.Errorf("the Version is %s where a string belongs", n.kind)
	case n.text == "2012-10-17":
		p.variables = true
	case n.text != "2008-10-17":
		return fmt.Errorf("the Version %q is not known; AWS has 2012-10-17 and 2008-10-17", n.text)
	}
	return nil
}

func (p *parser) statements(n node) error {
	list := n.list
	switch n.kind {
	case objectNode:
		list = []node{n}
	case listNode:
	default:
		return fmt.Errorf("the Statement is %s where an object or a list belongs", n.kind)
	}
	for i, element := range list {
		s, err := p.statement(i+1, element)
		if err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
		s.actions.index()
		p.document.covered[s.Effect].join(s.actions.known)
		p.document.covered[s.Effect].join(s.actions.maybe)
		p.document.Statements = append(p.document.Statements, s)
	}
	p.review()
	return nil
}

func (p *parser) statement(number int, n node) (*Statement, error) {
	if n.kind != objectNode {
		return nil, fmt.Errorf("it is %s where an object belongs", n.kind)
	}
	s := &Statement{Number: number, principals: principalSet{absent: true}, resources: resourceSet{absent: true}}
	seen := map[string]bool{}
	for _, f := range n.fields {
		seen[f.name] = true
		if err := p.element(s, f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if !seen["Effect"] {
		return nil, errors.New("it has no Effect")
	}
	if seen["Action"] == seen["NotAction"] {
		return nil, errors.New("it needs one of Action and NotAction")
	}
	return s, p.shape(seen)
}

// shape holds a statement to what its kind of policy may have.
func (p *parser) shape(seen map[string]bool) error {
	kind := p.document.Kind
	if seen["Resource"] && seen["NotResource"] {
		return errors.New("it has both Resource and NotResource")
	}
	if kind != ResourcePolicy && !seen["Resource"] && !seen["NotResource"] {
		return errors.New("it has neither Resource nor NotResource")
	}
	principals := seen["Principal"] || seen["NotPrincipal"]
	switch {
	case seen["Principal"] && seen["NotPrincipal"]:
		return errors.New("it has both Principal and NotPrincipal")
	case principals && (kind == Identity || kind == SCP):
		return fmt.Errorf("it has a Principal, which no %s has: it speaks of whoever it is attached to", kind)
	case !principals && (kind == ResourcePolicy || kind == RCP):
		return errors.New("it needs one of Principal and NotPrincipal")
	}
	return nil
}

func (p *parser) element(s *Statement, f field) (err error) {
	switch f.name {
	case "Sid":
		if f.node.kind != stringNode {
			return fmt.Errorf("it is %s where a string belongs", f.node.kind)
		}
		s.Sid = f.node.text
	case "Effect":
		return s.effect(f.node)
	case "Action", "NotAction":
		s.actions.negated = f.name == "NotAction"
		return s.readActions(f.node)
	case "Resource", "NotResource":
		s.resources.absent, s.resources.negated = false, f.name == "NotResource"
		return s.readResources(f.node, p.variables)
	case "Principal", "NotPrincipal":
		s.principals.absent, s.principals.negated = false, f.name == "NotPrincipal"
		return s.readPrincipals(f.node)
	case "Condition":
		return s.readConditions(f.node, p.variables)
	default:
		return errors.New("this is no element of a statement")
	}
	return nil
}

func (s *Statement) effect(n node) error {
	switch {
	case n.kind != stringNode:
		return fmt.Errorf("it is %s where a string belongs", n.kind)
	case n.text == "Allow":
		s.Effect = Allow
	case n.text == "Deny":
		s.Effect = Deny
	default:
		return fmt.Errorf("it is %q where Allow or Deny belongs", n.text)
	}
	return nil
}

func (s *Statement) readActions(n node) error {
	list, err := n.texts()
	for _, text := range list {
		s.actions.patterns = append(s.actions.patterns, readAction(text))
	}
	return err
}

func (s *Statement) readResources(n node, variables bool) error {
	list, err := n.texts()
	for _, text := range list {
		s.resources.patterns = append(s.resources.patterns, readResource(text, variables))
	}
	return err
}

func (s *Statement) readPrincipals(n node) error {
	if n.kind == stringNode {
		if n.text != "*" {
			return fmt.Errorf("it is %q; a single string may only be *", n.text)
		}
		s.principals.everyone = true
		return nil
	}
	if n.kind != objectNode {
		return fmt.Errorf("it is %s where * or an object belongs", n.kind)
	}
	for _, f := range n.fields {
		list, err := f.node.texts()
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		switch f.name {
		case "AWS":
			for _, text := range list {
				s.principals.add(text)
			}
		case "Service":
			s.principals.services = append(s.principals.services, list...)
		case "Federated", "CanonicalUser": // never an IAM caller
		default:
			return fmt.Errorf("%q is no kind of principal; AWS has AWS, Service, Federated and CanonicalUser", f.name)
		}
	}
	return nil
}

func (s *Statement) readConditions(n node, variables bool) error {
	if n.kind != objectNode {
		return fmt.Errorf("it is %s where an object belongs", n.kind)
	}
	for _, block := range n.fields {
		op, q, ifExists, doubt := readOperator(block.name)
		if block.node.kind != objectNode {
			return fmt.Errorf("%s: it is %s where an object belongs", block.name, block.node.kind)
		}
		if len(block.node.fields) == 0 {
			s.conditions = append(s.conditions, condition{empty: true, key: block.name, doubt: block.name + " has no keys"})
		}
		for _, f := range block.node.fields {
			values, err := f.node.values()
			if err != nil {
				return fmt.Errorf("%s: %s: %w", block.name, f.name, err)
			}
			c := condition{op: op, quantifier: q, ifExists: ifExists, key: f.name, name: strings.ToLower(f.name), doubt: doubt}
			for _, value := range values {
				if op == nil {
					c.operands = append(c.operands, operand{text: value})
				} else {
					c.operands = append(c.operands, readOperand(op, value, variables))
				}
			}
			if len(values) == 0 && doubt == "" {
				c.doubt = block.name + " " + f.name + " has no values"
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return nil
}
