package facts

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// A matching holds the runs of the plans that cover one table against what exists
// of it.
type matching struct {
	*account
	home  *shard
	now   time.Time
	table *snapshot.Table
	jobs  *jobs // never nil
	made  *points

	byMaker  map[maker][]*snapshot.RecoveryPoint  // by start; no copies
	byHand   []*snapshot.RecoveryPoint            // usable, made by no plan
	byVault  map[string][]*snapshot.RecoveryPoint // by creation
	byARN    map[string]*snapshot.RecoveryPoint
	attempts map[string]*attempt // by the ARN of the point that a job made
	signs    map[sign]*time.Time // see firstSign
	lines    []*line
}

// A maker is a rule of a plan, by its name.
type maker struct{ plan, rule string }

// A sign is of a plan, or of one of its versions.
type sign struct{ plan, version string }

// A line is the runs of one rule into one vault.
type line struct {
	rule   *planRule // of the newest version
	vault  string    // ARN
	copies bool
	runs   []outcome
}

// An outcome is what became of a run.
type outcome struct {
	at      time.Time
	state   byte // see Calendar.States
	busy    bool // in state running: its job is at work, so that it is not only due
	job     string
	message string
}

// States of a run.
const (
	runThere    = 't'
	runLate     = 'l'
	runCold     = 'c'
	runUnderWay = 'r'
	runNever    = 'm' // missing: no job was made
	runFailed   = 'f' // missing: its job did not succeed, or is at it for too long
	runGone     = 'g' // missing: its point is no more
	runExcused  = 'e'
)

// slack is what two clocks of AWS may differ by: a job's, and its schedule's.
const slack = time.Minute

// match tells what became of each run that was due.
func (a *account) match(s *shard, t *snapshot.Table, p *protection, made *points) *matching {
	m := &matching{
		account: a, home: s, now: s.header.CollectedAt, table: t, jobs: s.jobs[t.TableArn], made: made,
		byMaker: map[maker][]*snapshot.RecoveryPoint{}, byVault: map[string][]*snapshot.RecoveryPoint{}, byARN: map[string]*snapshot.RecoveryPoint{}, attempts: map[string]*attempt{}, signs: map[sign]*time.Time{},
	}
	if m.jobs == nil {
		m.jobs = &jobs{}
	}
	m.sort(p)
	for _, c := range p.covers {
		if c.verdict != selection.Yes || t.CreationDateTime == nil {
			continue
		}
		for _, h := range s.historyOf(c.plan).rules {
			m.follow(c, h)
		}
	}
	m.onlyOneRuns()
	slices.SortFunc(m.lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.rule.arn, b.rule.arn), compareBool(a.copies, b.copies), cmp.Compare(a.vault, b.vault))
	})
	return m
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// sort puts points and jobs where the runs will look for them.
func (m *matching) sort(p *protection) {
	for i := range m.jobs.attempts {
		if j := &m.jobs.attempts[i]; j.point != "" {
			m.attempts[j.point] = j
		}
	}
	for _, row := range m.made.rows {
		m.byARN[row.RecoveryPointArn] = row
		by := row.CreatedBy
		switch {
		case row.CreationDate == nil:
			continue
		case row.SourceBackupVaultArn != "":
		case by == nil || by.BackupPlanId == "":
			if usable(row) {
				m.byHand = append(m.byHand, row)
			}
		default:
			if name, known := m.ruleName(p, by); known {
				key := maker{by.BackupPlanId, name}
				m.byMaker[key] = append(m.byMaker[key], row)
			}
		}
		m.byVault[row.BackupVaultArn] = append(m.byVault[row.BackupVaultArn], row)
	}
	for _, list := range m.byVault {
		slices.SortStableFunc(list, func(a, b *snapshot.RecoveryPoint) int { return a.CreationDate.Compare(*b.CreationDate) })
	}
	for _, list := range m.byMaker {
		slices.SortStableFunc(list, func(a, b *snapshot.RecoveryPoint) int { return m.start(a).Compare(m.start(b)) })
	}
}

// ruleName is the name of the rule that made a point or a job; false where no
// version that is known has it.
func (m *matching) ruleName(p *protection, by *snapshot.RecoveryPointCreator) (string, bool) {
	if by.BackupRuleName != "" {
		return by.BackupRuleName, true
	}
	for _, c := range p.covers {
		if c.plan.BackupPlanId == by.BackupPlanId {
			name, known := m.home.historyOf(c.plan).names[by.BackupRuleId]
			return name, known
		}
	}
	return "", false
}

// start is when the run was, to which a point belongs: its job's creation where
// that is known, since a job may wait for hours.
func (m *matching) start(p *snapshot.RecoveryPoint) time.Time {
	if j := m.attempts[p.RecoveryPointArn]; j != nil {
		return j.created
	}
	return *p.CreationDate
}

func usable(p *snapshot.RecoveryPoint) bool {
	return p.Status == "COMPLETED" || p.Status == "AVAILABLE"
}

// follow walks through the runs of one rule of a plan that covers the table.
func (m *matching) follow(c cover, h *ruleHistory) {
	began := latest(m.table.CreationDateTime, c.began)
	if c.optIn {
		began = latest(began, m.home.optInChanged)
	}
	points := m.byMaker[maker{c.plan.BackupPlanId, h.name}]
	jobs := m.jobs.of(c.plan.BackupPlanId, h.name, m.home.historyOf(c.plan).names)
	for _, d := range h.dues {
		own, tries := pick(points, d, m.start), pick(jobs, d, func(j *attempt) time.Time { return j.created })
		if began != nil && d.at.Before(*began) || !m.afterFirstSign(d, len(own)+len(tries) > 0) {
			continue
		}
		main := m.outcome(d, h, own, tries)
		if m.promised(d, d.rule.retention) {
			m.line(d.rule, m.home.ownTargets(d.rule)[0], false).add(main)
		}
		for _, copied := range d.rule.copies {
			if m.promised(d, copied.Retention) {
				m.line(d.rule, copied.DestinationBackupVaultArn, true).add(m.copyOf(d, copied, main, own))
			}
		}
	}
}

// afterFirstSign reports whether a run comes after the first thing that the plan
// did of the table, or is the one that it was done in. Where a plan has done nothing
// yet, each run counts.
func (m *matching) afterFirstSign(d due, something bool) bool {
	if !d.version.undated {
		first := m.firstSign(sign{d.version.BackupPlanId, ""})
		return something || first == nil || !d.at.Before(first.Add(-slack))
	}
	first := m.firstSign(sign{d.version.BackupPlanId, d.version.VersionId})
	return first != nil && (!d.at.Before(*first) || d.next == nil || d.next.After(*first))
}

// firstSign is the first thing that a plan made, or tried to make, of the table, in
// one of its versions or, without one, in any; nil: nothing yet.
func (m *matching) firstSign(of sign) *time.Time {
	if first, known := m.signs[of]; known {
		return first
	}
	var first *time.Time
	for i := range m.jobs.attempts {
		if j := &m.jobs.attempts[i]; of.is(j.by) {
			first = earliest(first, &j.created)
		}
	}
	for _, p := range m.made.rows {
		if p.CreatedBy != nil && of.is(p.CreatedBy) {
			first = earliest(first, p.CreationDate)
		}
	}
	m.signs[of] = first
	return first
}

func (of sign) is(by *snapshot.RecoveryPointCreator) bool {
	return by.BackupPlanId == of.plan && (of.version == "" || by.BackupPlanVersion == of.version)
}

// pick returns what belongs to a run: what began since, and before the next one.
// The list is sorted.
func pick[T any](list []T, d due, began func(T) time.Time) []T {
	from, _ := slices.BinarySearchFunc(list, d.at.Add(-slack), func(x T, t time.Time) int { return began(x).Compare(t) })
	if d.next == nil {
		return list[from:]
	}
	to, _ := slices.BinarySearchFunc(list, d.next.Add(-slack), func(x T, t time.Time) int { return began(x).Compare(t) })
	return list[from:max(from, to)]
}

// promised reports whether what a run made should still exist.
func (m *matching) promised(d due, kept Retention) bool {
	if kept.KeptForEver {
		return true
	}
	return kept.DeleteAfterDays != nil && d.at.Add(time.Duration(*kept.DeleteAfterDays)*day).After(m.now)
}

// line finds or makes the line of a rule and vault.
func (m *matching) line(r *planRule, vault string, copies bool) *line {
	for _, l := range m.lines {
		if l.rule.arn == r.arn && l.vault == vault && l.copies == copies {
			l.rule = r
			return l
		}
	}
	l := &line{rule: r, vault: vault, copies: copies}
	m.lines = append(m.lines, l)
	return l
}

func (l *line) add(o outcome) { l.runs = append(l.runs, o) }

// onlyOneRuns: a completion window excuses one run, never two in a row.
func (m *matching) onlyOneRuns() {
	for _, l := range m.lines {
		for i := 1; i < len(l.runs); i++ {
			if l.runs[i].busy && l.runs[i-1].busy {
				l.runs[i-1] = l.runs[i-1].overdue()
			}
		}
	}
}

func (o outcome) overdue() outcome {
	o.state, o.busy, o.job = runFailed, false, "OVERDUE"
	return o
}
