package authz

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

// A Kind is what a document is attached to, which decides what may stand in it.
type Kind uint8

const (
	// Identity is a policy of a user, group or role, a permissions boundary or a
	// session policy.
	Identity Kind = iota
	// SCP is a service control policy.
	SCP
	// RCP is a resource control policy.
	RCP
	// ResourcePolicy is the policy of a vault, table or key, or the trust policy of a role.
	ResourcePolicy
)

func (k Kind) String() string {
	return [...]string{"identity policy", "service control policy", "resource control policy", "resource policy"}[k]
}

// An Effect is what a statement does where it applies.
type Effect uint8

const (
	Allow Effect = iota
	Deny
)

func (e Effect) String() string { return [...]string{"Allow", "Deny"}[e] }

// A Document is a policy, read and compiled. It is read-only and may be shared.
type Document struct {
	Kind       Kind
	Hash       [sha256.Size]byte // of the text: copies of a policy share it
	Statements []*Statement
	// Oddities are what a reader of the policy should look at: what AWS takes but
	// what cannot work as it reads, or what AWS's pages leave open.
	Oddities []Oddity

	covered [2]actionBits // by effect: the known actions that some statement may cover
}

// A Statement says that its effect applies where all its elements match.
type Statement struct {
	Number int // from 1
	Sid    string
	Effect Effect

	actions    actionSet
	principals principalSet
	resources  resourceSet
	conditions []condition
}

func (s *Statement) String() string {
	if s.Sid != "" {
		return fmt.Sprintf("statement %d (%s)", s.Number, s.Sid)
	}
	return fmt.Sprintf("statement %d", s.Number)
}

// An Oddity is one thing in a policy that deserves a look.
type Oddity struct {
	Statement int    // its number, 0 for the document as a whole
	Element   string // "Resource", "Condition"
	Value     string // as it stands there
	Text      string // "its account has 9 digits, so it matches nothing"
}

func (o Oddity) String() string {
	if o.Statement == 0 {
		return fmt.Sprintf("%s %s: %s", o.Element, o.Value, o.Text)
	}
	return fmt.Sprintf("statement %d: %s %s: %s", o.Statement, o.Element, o.Value, o.Text)
}

// mayCover says whether some statement of the effect may cover the action.
func (d *Document) mayCover(e Effect, a action) bool {
	return a.index < 0 || d.covered[e].has(a.index)
}

// A Library keeps one Document for all copies of a policy: most principals share
// theirs. Its zero value is empty and ready; goroutines may share it.
type Library struct {
	mu        sync.Mutex
	documents map[libraryKey]libraryEntry
}

type libraryKey struct {
	kind Kind
	hash [sha256.Size]byte
}

type libraryEntry struct {
	document *Document
	err      error
}

// Parse is the function Parse, with an answer that is kept.
func (l *Library) Parse(kind Kind, text []byte) (*Document, error) {
	key := libraryKey{kind, sha256.Sum256(text)}
	l.mu.Lock()
	known, ok := l.documents[key]
	l.mu.Unlock()
	if ok {
		return known.document, known.err
	}
	document, err := Parse(kind, text)
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.documents[key]; ok {
		return known.document, known.err
	}
	if l.documents == nil {
		l.documents = map[libraryKey]libraryEntry{}
	}
	l.documents[key] = libraryEntry{document, err}
	return document, err
}

// Add puts a policy into a layer; one that cannot be parsed goes to those unread.
func (l *Library) Add(layer *Layer, kind Kind, name string, text []byte) {
	document, err := l.Parse(kind, text)
	if err != nil {
		layer.Unread = append(layer.Unread, fmt.Sprintf("%s: %v", name, err))
		return
	}
	layer.Policies = append(layer.Policies, Policy{name, document})
}
