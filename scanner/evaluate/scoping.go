package evaluate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast/config"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
)

// scoping knows which scopes every subject has, and with which parameters each
// rule judges it. It belongs to the one goroutine that reads subjects.
type scoping struct {
	config  *config.Config
	entries map[string][]entry
	tables  map[string][]*config.Scope // ARN → candidates, of those read so far; see config.Candidates
	sets    map[string]*scopeSet
	shared  map[string][]*scopeSet // kind and names of alternatives → them
}

// A scopeSet is the scopes whose parameters together hold for a subject.
type scopeSet struct {
	scopes []*config.Scope
	bounds map[string][]*bound // by kind, parallel to entries
}

// A bound is the parameters of one rule in one set of scopes.
type bound struct {
	parameters *ast.Term
	key        string // equal for equal parameters of a rule
	scope      string // name of the scopes that decided
	function   string // and, of the one that did, its business function
	owner      string // and owner
	err        error  // nobody can say which value holds
}

func newScoping(r *run) *scoping {
	return &scoping{
		config: r.settings.Config, entries: r.entries,
		tables: map[string][]*config.Scope{}, sets: map[string]*scopeSet{}, shared: map[string][]*scopeSet{},
	}
}

// of are the alternatives of a subject's scope. For what serves tables they are
// right once all tables have been read: in the second pass.
func (s *scoping) of(subject *facts.Subject) ([]*scopeSet, error) {
	alternatives := s.alternatives(subject)
	key := subject.Kind
	for _, scopes := range alternatives {
		key += "|" + s.name(scopes)
	}
	if found, known := s.shared[key]; known {
		return found, nil
	}
	var found []*scopeSet
	for _, scopes := range alternatives {
		set, err := s.set(subject.Kind, scopes)
		if err != nil {
			return nil, err
		}
		found = append(found, set)
	}
	s.shared[key] = found
	return found, nil
}

func tableOf(s *facts.Subject) config.Table {
	table := config.Table{Name: s.Name, Account: s.Account, Region: s.Region}
	for _, hidden := range s.Gaps {
		if parsePath(hidden.Path).overlaps(path{"Tags"}) {
			table.TagsUnread = true
		}
	}
	for _, tag := range s.Table.Tags {
		table.Tags = append(table.Tags, config.Tag{Key: tag.Key, Value: tag.Value})
	}
	return table
}

// alternatives are the sets of scopes that may hold for a subject. There is more
// than one only where tags could not be read, and then a verdict counts only if
// it is the same under all of them.
//
// A table has one scope. Anything else has the scopes of the tables that it
// serves, or the default scope where it serves none.
func (s *scoping) alternatives(subject *facts.Subject) (all [][]*config.Scope) {
	if len(s.config.Scopes) == 0 {
		return [][]*config.Scope{{nil}}
	}
	if subject.Table != nil {
		s.tables[subject.ARN] = s.config.Candidates(tableOf(subject))
		for _, scope := range s.tables[subject.ARN] {
			all = append(all, []*config.Scope{scope})
		}
		return all
	}
	certain, possible := s.served(subject)
	if len(certain) > 0 || len(possible) == 0 {
		all = append(all, certain)
	}
	if len(certain) < len(possible) {
		all = append(all, possible)
		if len(certain) == 0 {
			for _, scope := range possible {
				all = append(all, []*config.Scope{scope})
			}
		}
	}
	return all
}

// served are the scopes of the tables that a subject serves: those that some table
// certainly has, and all that any may have.
func (s *scoping) served(subject *facts.Subject) (certain, possible []*config.Scope) {
	for _, arn := range subject.Serves {
		candidates := s.tables[arn]
		if len(candidates) == 1 && !slices.Contains(certain, candidates[0]) {
			certain = append(certain, candidates[0])
		}
		for _, scope := range candidates {
			if !slices.Contains(possible, scope) {
				possible = append(possible, scope)
			}
		}
	}
	return certain, possible
}

// name is the same for the same scopes, in whatever order and number.
func (s *scoping) name(scopes []*config.Scope) string {
	var b strings.Builder
	if slices.Contains(scopes, nil) || len(scopes) == 0 {
		b.WriteString("default;")
	}
	for i, scope := range s.config.Scopes {
		if slices.Contains(scopes, scope) {
			fmt.Fprintf(&b, "%d;", i)
		}
	}
	return b.String()
}

func (s *scoping) set(kind string, scopes []*config.Scope) (*scopeSet, error) {
	name := s.name(scopes)
	set := s.sets[name]
	if set == nil {
		set = &scopeSet{scopes: scopes, bounds: map[string][]*bound{}}
		s.sets[name] = set
	}
	if _, done := set.bounds[kind]; done {
		return set, nil
	}
	bounds := []*bound{}
	for _, e := range s.entries[kind] {
		b, err := s.bind(e.meta, scopes)
		if err != nil {
			return nil, err
		}
		bounds = append(bounds, b)
	}
	set.bounds[kind] = bounds
	return set, nil
}

// bind resolves a rule's parameters. Its error is a value that does not fit.
func (s *scoping) bind(meta finding.Rule, scopes []*config.Scope) (*bound, error) {
	for _, scope := range scopes {
		if _, err := s.config.Parameters(meta, scope); err != nil {
			return nil, err
		}
	}
	values, name, err := s.config.Strictest(meta, scopes)
	if err != nil {
		return &bound{parameters: ast.ObjectTerm(), err: err}, nil
	}
	if len(scopes) == 1 && scopes[0] != nil {
		name = scopes[0].Name
	}
	b := &bound{scope: name}
	for _, scope := range s.config.Scopes {
		if scope.Name == name {
			b.function, b.owner = scope.BusinessFunction, scope.Owner
		}
	}
	var pairs [][2]*ast.Term
	for _, parameter := range keysSorted(values) {
		value, err := parameterTerm(values[parameter])
		if err != nil {
			return nil, fmt.Errorf("parameter %s of rule %s: %w", parameter, meta.ID, err)
		}
		pairs = append(pairs, [2]*ast.Term{ast.StringTerm(parameter), value})
		b.key += parameter + "=" + string(values[parameter]) + ";"
	}
	b.parameters = ast.ObjectTerm(pairs...)
	return b, nil
}

// parameterTerm writes numbers in the one way that encoding/json does.
func parameterTerm(raw json.RawMessage) (*ast.Term, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	plain, err := ast.InterfaceToValue(value)
	return ast.NewTerm(plain), err
}
