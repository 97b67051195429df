package facts

import (
	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// settled is what was worked out of a table's recovery points and jobs, one by one.
type settled struct {
	protection *protection
	runs       Runs
	calendar   []Calendar
	promises   Promises
	overdue    Overdue
	cold       Cold
	gone       Gone
	sampled    []string // calls that asked for the storage of points of this Region
}

// settle asks what covers a table, and what became of it; before are its recovery
// points of the previous run.
func (a *account) settle(s *shard, t *snapshot.Table, made *points, before []*snapshot.RecoveryPoint) *settled {
	p := s.protect(selection.Resource{ARN: t.TableArn, Name: t.TableName, Tags: t.Tags, TagsRead: s.tagsRead(t.TableArn)}, made.byPlan)
	m := a.match(s, t, p, made)
	done := &settled{
		protection: p, runs: m.runs(s.doubts(p)), calendar: m.calendars(), promises: s.promises(made.rows),
		overdue: a.overdue(m.now, made.rows), cold: coldPoints(m.now, made.rows), gone: m.gone(before),
		sampled: s.sampled(made.rows),
	}
	s.settled[t.TableArn] = done
	return done
}

// doubts are what AWS does not document about the schedules of the plans that
// cover a table.
func (s *shard) doubts(p *protection) (all []string) {
	for _, c := range p.covers {
		if c.verdict == selection.Yes {
			all = appendNew(all, s.historyOf(c.plan).ambiguities...)
		}
	}
	return all
}
