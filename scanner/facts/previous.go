package facts

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// A Previous is an earlier run of the same account.
type Previous struct {
	RunID  string
	Shards []Shard // its snapshot, of which recovery points are read
	Facts  []Shard // its files of facts
}

// earlier is what the previous run knew. Nothing is known where there is none.
type earlier struct {
	tables map[string]*earlierTable // by ARN
	points []*stream                // each at a recovery point, or at the zero Row
}

// An earlierTable is what is kept of a table's facts.
type earlierTable struct {
	collected time.Time
	id        string // TableId
	pitr      *PITR
	tags      []Tag // nil: not read
	protected *bool // DeletionProtectionEnabled
	covered   bool
	plans     []string // plan_rule ARNs that covered it
}

// readEarlier opens what there is. A Region that the previous run has no file of is
// new, and nothing is known of it.
func readEarlier(p *Previous) (*earlier, error) {
	e := &earlier{tables: map[string]*earlierTable{}}
	if p == nil {
		return e, nil
	}
	for _, file := range p.Facts {
		if err := e.readFacts(file); err != nil {
			return e, fmt.Errorf("reading the previous run %s: %w", p.RunID, err)
		}
	}
	for _, shard := range p.Shards {
		if err := e.openPoints(shard); err != nil {
			return e, fmt.Errorf("reading the previous run %s: %w", p.RunID, err)
		}
	}
	return e, nil
}

func (e *earlier) close() {
	for _, s := range e.points {
		s.close()
	}
}

func (e *earlier) readFacts(file Shard) error {
	in, err := file.Open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	for subject, err := range Read(in, file.Name) {
		if err != nil {
			return err
		}
		if subject.Table != nil {
			e.tables[subject.ARN] = earlierTableOf(subject)
		}
	}
	return nil
}

// earlierTableOf keeps what was known: what a gap hid was not.
func earlierTableOf(s *Subject) *earlierTable {
	t := s.Table
	e := &earlierTable{collected: s.Collected, id: t.TableId}
	if !s.hides("pitr") {
		e.pitr = t.PITR
	}
	if !s.hides("Tags") {
		e.tags = t.Tags
	}
	if !s.hides("DeletionProtectionEnabled") {
		e.protected = t.DeletionProtectionEnabled
	}
	if !s.hides("coverage") {
		e.covered = t.Coverage.Covered
		for _, p := range t.Protections {
			if p.Covered == "yes" {
				e.plans = append(e.plans, p.PlanRule)
			}
		}
	}
	return e
}

// hides reports whether a gap hides a fact path of the first level.
func (s *Subject) hides(path string) bool {
	return slices.ContainsFunc(s.Gaps, func(h Hidden) bool { return h.Path == "" || h.Path == path })
}

// openPoints opens a shard at its first recovery point.
func (e *earlier) openPoints(shard Shard) error {
	file, err := shard.Open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	s := newStream(shard.Name, file)
	e.points = append(e.points, &s)
	for {
		if err := s.advance(); err != nil {
			return err
		}
		if s.row.RecoveryPoint != nil || s.row == (snapshot.Row{}) {
			return nil
		}
	}
}

// of returns the recovery points of one table, and moves on to the next table.
func (e *earlier) of(table string) (rows []*snapshot.RecoveryPoint, err error) {
	for _, s := range e.points {
		for s.row.RecoveryPoint != nil && s.row.RecoveryPoint.ResourceArn == table {
			rows = append(rows, s.row.RecoveryPoint)
			if err := s.advance(); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}
