package report

import (
	"fmt"
	"path"
	"slices"

	"holdfast/scanner/finding"
	"holdfast/scanner/source"
)

// Where the results of a SARIF report stand: at the line of the infrastructure
// code that defines what has to be fixed, where it is known, else at the line of
// the inventory. What one rule finds on one line of code, a hundred tables of one
// for_each say, is one result.

// A spot is the place of one result.
type spot struct {
	Place
	uri    string
	anchor string     // ARN of what the place is about
	found  source.By  // how the code was found; "": it is the inventory
	calls  []nextSpot // of the modules that lead to the code
	live   *nextSpot  // the resource's line in an inventory that is committed
}

// links are the places that a result mentions: the calls of the modules that lead
// to its code, then the live resource.
func links(at spot, row *placedRow) []nextSpot {
	var all []nextSpot
	if row != nil {
		all = append(all, row.calls...)
	}
	if at.live != nil {
		all = append(all, *at.live)
	}
	return all
}

// A nextSpot is a place that a result mentions.
type nextSpot struct {
	uri  string
	line int
}

type places struct {
	*Sources
	inventory *Inventory
	uri       string                 // of the inventory
	committed bool                   // the inventory is in the repository: somebody said where
	files     map[string]*sourceFile // by URI
	rules     map[string]finding.Rule
}

func placesOf(in *Input, rules map[string]finding.Rule) (*places, error) {
	uri, err := anchorURI(in.Options.SARIFAnchor)
	if err != nil {
		return nil, err
	}
	inv, err := inventoryOf(in)
	if err != nil {
		return nil, err
	}
	return &places{Sources: in.Sources, inventory: inv, uri: uri, committed: in.Options.SARIFAnchor != "", files: map[string]*sourceFile{}, rules: rules}, nil
}

// of is the place of the cause where that is a resource, else of the finding's
// own: the alert then stays where it is when the first of its members is mended.
func (p *places) of(f *finding.Finding) (spot, error) {
	anchor := anchorOf(f)
	if f.Cause != "" && len(f.Members) == 0 {
		if _, ok := p.inventory.Place(f.Cause); ok {
			anchor = f.Cause
		}
	}
	place, listed := p.inventory.Place(anchor)
	if s, ok := p.code(anchor, f.Rule); ok {
		if listed && p.committed {
			s.live = &nextSpot{p.uri, place.Line}
		}
		return s, nil
	}
	if !listed {
		return spot{}, fmt.Errorf("writing SARIF: %s is not in the inventory; write the inventory from the same findings", anchor)
	}
	return spot{Place: place, uri: p.uri, anchor: anchor}, nil
}

func (p *places) code(arn, rule string) (spot, bool) {
	name, line, ok := p.Of(arn, p.rules[rule].Attributes)
	if !ok {
		return spot{}, false
	}
	d := p.Definitions[arn]
	uri := fileURI(name)
	if p.files[uri] == nil {
		p.files[uri] = readLines(p.Text(d.At(p.rules[rule].Attributes).File))
	}
	place, ok := p.files[uri].place(line)
	if !ok {
		return spot{}, false
	}
	s := spot{Place: place, uri: uri, anchor: arn, found: d.By}
	for _, call := range d.Calls {
		s.calls = append(s.calls, nextSpot{fileURI(path.Join(p.Prefix, call.File)), call.Line})
	}
	return s, true
}

// text is the line of code at a spot, without account ids where those are hidden.
func (p *places) text(s spot) string {
	f := p.files[s.uri]
	if f == nil {
		return ""
	}
	line := clean(f.lines[s.Line-1], maxMessage)
	if p.hidden {
		line = redacted(line)
	}
	return line
}

// A placed finding speaks for a result.
type placed struct {
	*finding.Finding
	spot spot
	row  *placedRow // what else one line of code stands for; nil: nothing
}

// A placedRow is all that one rule finds on one line of code.
type placedRow struct {
	severity finding.Severity // the worst
	findings int
	arns     []string // of the first of them
	names    []string
	calls    []nextSpot
	placed   bool
}

type rowKey struct {
	rule, uri string
	line      int
}

// maxNamed is how many ARNs a result names.
const maxNamed = 1000

// rows gathers what shares a line of code. There are as many as there is code, so
// they are few; findings in the inventory are not gathered.
func (p *places) rows(in *Input, c *causes) (map[rowKey]*placedRow, error) {
	rows := map[rowKey]*placedRow{}
	if p.Sources == nil {
		return rows, nil
	}
	for f, err := range in.Findings() {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		if !c.speaks(f) {
			continue
		}
		s, err := p.of(f)
		if err != nil {
			return nil, err
		}
		if s.found == "" {
			continue
		}
		key := rowKey{f.Rule, s.uri, s.Line}
		if rows[key] == nil {
			rows[key] = &placedRow{severity: f.Severity}
		}
		rows[key].add(f, s)
	}
	return rows, nil
}

func (r *placedRow) add(f *finding.Finding, s spot) {
	r.findings++
	if f.Severity.Compare(r.severity) > 0 {
		r.severity = f.Severity
	}
	if len(r.arns) < maxNamed {
		r.arns = append(r.arns, f.ARN)
	}
	if len(r.names) < maxMembers {
		r.names = append(r.names, nameOf(f))
	}
	for _, call := range s.calls {
		if len(r.calls) < maxMembers && !slices.Contains(r.calls, call) {
			r.calls = append(r.calls, call)
		}
	}
}

// worst returns the findings that speak for a result, by severity and then in
// their order, at most max of them, and how many were left out.
func (p *places) worst(in *Input, c *causes, max int) (worst []placed, left int, err error) {
	rows, err := p.rows(in, c)
	if err != nil {
		return nil, 0, err
	}
	bySeverity := make([][]placed, len(severities))
	kept := 0
	for f, err := range in.Findings() {
		if err != nil {
			return nil, 0, fmt.Errorf("reading findings: %w", err)
		}
		if !c.speaks(f) {
			continue
		}
		s, err := p.of(f)
		if err != nil {
			return nil, 0, err
		}
		slim := *f
		slim.Evidence = nil
		result := placed{Finding: &slim, spot: s, row: rows[rowKey{f.Rule, s.uri, s.Line}]}
		if result.row != nil {
			if result.row.placed {
				continue
			}
			result.row.placed, slim.Severity = true, result.row.severity
		}
		i := rank(slim.Severity)
		bySeverity[i] = append(bySeverity[i], result)
		if kept++; kept > max {
			dropLast(bySeverity)
			left++
		}
	}
	return slices.Concat(bySeverity...), left, nil
}

func dropLast(bySeverity [][]placed) {
	for i, list := range slices.Backward(bySeverity) {
		if len(list) > 0 {
			list[len(list)-1] = placed{}
			bySeverity[i] = list[:len(list)-1]
			return
		}
	}
}
