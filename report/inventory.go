package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"holdfast/scanner/facts"
)

// inventory.jsonl is the place that findings about live resources point at: one
// resource per line, sorted by ARN, with nothing in it that changes from scan to
// scan. Whoever commits it gets a preview in each alert.
//
// GitHub tells alerts apart by a hash of the 100 characters from the line's
// start on (see fingerprint.go). Each line is at least that long, so that its
// hash does not depend on its neighbours, and starts with an id made from the
// whole ARN, since two rules of one plan, or two tables with long names, share
// more than the first 100 characters: an alert would else change its identity
// when a neighbour comes or goes.

// A Resource is one line of inventory.jsonl.
type Resource struct {
	ID      string `json:"id"` // first 16 hexadecimal digits of the ARN's sha256
	ARN     string `json:"arn"`
	Type    string `json:"type"` // kind of subject: "table"
	Name    string `json:"name,omitempty"`
	Account string `json:"account"`
	Region  string `json:"region"`
	Pad     string `json:"pad,omitempty"` // where the rest is shorter than 100 characters
}

// An Inventory knows the line of each resource.
type Inventory struct {
	places map[string]Place // by ARN
}

// A Place is a line of a file that a finding points at.
type Place struct {
	Line    int    // from 1
	Column  int    // from 1, where the text begins
	Columns int    // UTF-16 code units in the line
	Hash    string // primaryLocationLineHash
}

// Place returns where the resource with that ARN stands.
func (inv *Inventory) Place(arn string) (Place, bool) {
	p, ok := inv.places[arn]
	return p, ok
}

// WriteInventory writes inventory.jsonl, from the subjects and the resources
// that findings name, so that each finding has a line.
func WriteInventory(w io.Writer, in *Input) (*Inventory, error) {
	resources, err := resourcesOf(in)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriter(w)
	inv := &Inventory{places: make(map[string]Place, len(resources))}
	var hasher lineHasher
	for i, r := range resources {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		out.WriteString(line)
		hasher.add(line)
		inv.places[r.ARN] = Place{Line: i + 1, Column: 1, Columns: len(utf16.Encode([]rune(line))) - 1}
	}
	hashes := hasher.end()
	for arn, p := range inv.places {
		p.Hash = hashes[p.Line-1]
		inv.places[arn] = p
	}
	if err := out.Flush(); err != nil {
		return nil, fmt.Errorf("writing the inventory: %w", err)
	}
	return inv, nil
}

// resourcesOf collects all resources once, sorted by ARN.
func resourcesOf(in *Input) ([]Resource, error) {
	byARN := map[string]Resource{}
	if in.Subjects != nil {
		for s, err := range in.Subjects() {
			if err != nil {
				return nil, fmt.Errorf("reading subjects: %w", err)
			}
			r := Resource{ARN: s.ARN, Type: s.Kind, Name: s.Name, Account: s.Account, Region: s.Region}
			// What is left of a deleted table may share its ARN with a new one.
			if old, ok := byARN[r.ARN]; !ok || old.Type != facts.KindTable && r.before(old) {
				byARN[r.ARN] = r
			}
		}
	}
	for f, err := range in.Findings() {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		arn := anchorOf(f)
		if _, ok := byARN[arn]; !ok {
			byARN[arn] = Resource{ARN: arn, Type: f.Subject, Name: f.Name, Account: f.Account, Region: f.Region}
		}
	}
	resources := make([]Resource, 0, len(byARN))
	for _, r := range byARN {
		resources = append(resources, r)
	}
	slices.SortFunc(resources, func(a, b Resource) int { return strings.Compare(a.ARN, b.ARN) })
	return resources, nil
}

// before decides between two subjects with one ARN, whatever their order.
func (r Resource) before(other Resource) bool {
	if r.Type == facts.KindTable {
		return true
	}
	return r.Type+"\x00"+r.Name < other.Type+"\x00"+other.Name
}

func (r Resource) line() (string, error) {
	sum := sha256.Sum256([]byte(r.ARN))
	r.ID = hex.EncodeToString(sum[:8])
	doc, err := r.encode()
	if err != nil {
		return "", err
	}
	if missing := hashUnits - inked(doc); missing > 0 {
		r.Pad = strings.Repeat(".", missing)
		if doc, err = r.encode(); err != nil {
			return "", err
		}
	}
	return doc + "\n", nil
}

func (r Resource) encode() (string, error) {
	doc, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encoding %s for the inventory: %w", r.ARN, err)
	}
	return string(escapeJSON(doc)), nil
}

// inked counts the characters of a line that its hash covers. JSON has no raw tabs.
func inked(s string) int {
	return utf8.RuneCountInString(s) - strings.Count(s, " ")
}
