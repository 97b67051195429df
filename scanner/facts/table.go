package facts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// tables returns the tables of a Region, and the replicas of its global tables
// that this run does not see.
func (a *account) tables(s *shard) []*Subject {
	var all []*Subject
	for _, arn := range s.tableARNs() {
		t := s.tables[arn]
		if t == nil { // listed, not described: its name is all that is known
			t = &snapshot.Table{TableArn: arn, TableName: tableName(arn)}
		}
		all = append(all, a.table(s, t))
		all = append(all, a.unseenReplicas(s, t)...)
	}
	return all
}

func (a *account) table(s *shard, t *snapshot.Table) *Subject {
	now := s.header.CollectedAt
	subject := s.subject(KindTable, t.TableArn, t.TableName)
	subject.Group = a.group(t)
	points := a.pointsOf(s, t.TableArn)
	tagsRead := s.tagsRead(t.TableArn)
	done := s.settled[t.TableArn]
	if done == nil { // it has no points
		done = a.settle(s, t, points, nil)
	}
	p := done.protection
	s.protected[t.TableArn] = p
	facts := &Table{
		TableArn: t.TableArn, TableName: t.TableName, TableId: t.TableId, TableStatus: t.TableStatus,
		CreationDateTime: t.CreationDateTime, DeletionProtectionEnabled: t.DeletionProtectionEnabled,
		AgeHours: since(now, t.CreationDateTime, time.Hour), Tags: []Tag{},
		RestoreTest: t.RestoreSummary != nil && strings.HasPrefix(t.TableName, selection.RestoreTest),
		Restored:    restored(t.RestoreSummary, now), Replicas: a.replicas(t),
		PITR:           s.pitr(t),
		AdvancedBackup: s.advanced(),
		Protections:    p.list(t.TableArn), Coverage: s.coverage(t, p, points),
		Runs: done.runs, Calendar: done.calendar, Points: points.list(now),
		Promises: done.promises, Overdue: done.overdue, Cold: done.cold, Gone: done.gone,
	}
	if tagsRead {
		facts.Tags, facts.TaggedRestoreTest = tags(t.Tags)
	}
	facts.Recovery = s.recovery(t, p, points)
	subject.Table = facts
	s.citeTable(subject, p, points)
	s.hide(subject, about{
		names:   map[string]string{"TableName": t.TableName, "ResourceArn": t.TableArn, "ByResourceArn": t.TableArn},
		several: map[string][]string{"BackupPlanId": s.makers(p, points, t.TableArn)},
		optIn:   p.optIn, copies: p.copiesKeepLonger(), copying: len(p.copyVaults()) > 0,
		tags: p.tagsCount, tagsUnread: !tagsRead, unproven: p.unproven(),
	})
	s.noteSelections(t, p)
	p.matches = nil
	a.hideFar(s, subject, p)
	s.hideUnsaid(subject, t, p, points)
	return subject
}

// pointsOf is never nil. A table that was not described has none: it cannot be
// told from a deleted one of the same name, whose backups are no proof.
func (a *account) pointsOf(s *shard, table string) *points {
	if p := a.points[table]; p != nil && !s.unread[table] {
		return p
	}
	return &points{}
}

// tagsRead reports whether the tags of a table are known: in one sweep, or asked
// for one by one where the sweep failed.
func (s *shard) tagsRead(table string) bool {
	for _, g := range s.gaps {
		if g.Operation == opTagsOfResource && cmp.Or(g.Parameters["ResourceArn"], table) == table {
			return false
		}
	}
	return s.tables[table] != nil && (!s.failed(opTags) || len(s.calls.about(opTagsOfResource, table)) > 0)
}

func tags(rows []snapshot.Tag) (list []Tag, restoreTest *bool) {
	list, restoreTest = make([]Tag, 0, len(rows)), new(bool)
	for _, t := range rows {
		list = append(list, Tag(t))
		*restoreTest = *restoreTest || t.Key == selection.RestoreTest
	}
	slices.SortFunc(list, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return list, restoreTest
}

func restored(r *snapshot.RestoreSummary, now time.Time) *Restored {
	if r == nil {
		return nil
	}
	return &Restored{SourceTableArn: r.SourceTableArn, RestoreDateTime: r.RestoreDateTime, AgeHours: since(now, r.RestoreDateTime, time.Hour)}
}

// pitr measures point-in-time recovery at the time of its own answer: a scan of
// many tables takes minutes, and so does the newest restorable moment's delay.
func (s *shard) pitr(t *snapshot.Table) *PITR {
	if t.ContinuousBackupsDescription == nil || t.ContinuousBackupsDescription.PointInTimeRecoveryDescription == nil {
		return nil
	}
	d := t.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	p := &PITR{
		PointInTimeRecoveryStatus: d.PointInTimeRecoveryStatus, RecoveryPeriodInDays: d.RecoveryPeriodInDays,
		EarliestRestorableDateTime: d.EarliestRestorableDateTime, LatestRestorableDateTime: d.LatestRestorableDateTime,
	}
	if d.LatestRestorableDateTime != nil {
		p.WindowHours = since(*d.LatestRestorableDateTime, d.EarliestRestorableDateTime, time.Hour)
		asked := s.calls.time(s.calls.about(opContinuousBackups, t.TableName), s.header.CollectedAt)
		p.LatestAgeMinutes = since(asked, d.LatestRestorableDateTime, time.Minute)
	}
	return p
}

// list returns a protection for each rule of each plan that covers the table, or
// would if it might, and tells the rules.
func (p *protection) list(table string) []Protection {
	all := []Protection{}
	for _, c := range p.covers {
		if c.verdict == selection.Yes {
			c.plan.covers = append(c.plan.covers, table)
		}
		for _, r := range c.plan.rules {
			all = append(all, Protection{
				PlanRule: r.arn, BackupPlanName: c.plan.BackupPlanName, RuleName: r.row.RuleName,
				SelectionName: strings.Join(c.names, ", "), Covered: string(c.verdict), Why: orEmpty(c.why), Ambiguities: orEmpty(c.ambiguities),
				ProvenByPoint: c.proven, DependsOnOptIn: c.optIn,
				Schedule: r.schedule, StartWindowMinutes: minutes(r.start), CompletionWindowMinutes: minutes(r.complete),
				Retention: r.retention, BackupVaultName: r.row.TargetBackupVaultName, Copies: orEmpty(r.copies),
			})
			r.note(table, c)
		}
	}
	slices.SortFunc(all, func(a, b Protection) int { return strings.Compare(a.PlanRule, b.PlanRule) })
	return all
}

// note counts a table that the rule covers. Tables come sorted.
func (r *planRule) note(table string, c cover) {
	r.optIn = r.optIn || c.optIn && c.verdict != selection.Excluded
	switch c.verdict {
	case selection.Yes:
		r.yes++
	case selection.Ambiguous:
		r.ambiguous++
	default:
		return
	}
	r.serves = append(r.serves, table)
}

// coverage is what the plans that cover a table for certain do together, and
// since when they do.
func (s *shard) coverage(t *snapshot.Table, p *protection, made *points) Coverage {
	var plans []*plan
	var ambiguous bool
	var began, due *time.Time
	for _, c := range p.covers {
		ambiguous = ambiguous || c.verdict == selection.Ambiguous
		if c.verdict != selection.Yes {
			continue
		}
		plans = append(plans, c.plan)
		if t.CreationDateTime == nil {
			continue
		}
		from := latest(t.CreationDateTime, c.began, c.plan.CreationDate)
		if by, ok := made.byPlan[c.plan.BackupPlanId]; ok {
			from = earliest(from, &by.first)
		}
		began = earliest(began, from)
		due = earliest(due, c.plan.firstRun(*from, s.header.CollectedAt))
	}
	c := s.coverageBy(plans)
	c.Ambiguous = ambiguous && !c.Covered
	c.SinceHours = since(s.header.CollectedAt, began, time.Hour)
	c.FirstDueAgeHours = since(s.header.CollectedAt, due, time.Hour)
	return c
}

func (s *shard) recovery(t *snapshot.Table, p *protection, made *points) Recovery {
	now := s.header.CollectedAt
	r := Recovery{
		NewestPointAgeHours: since(now, made.newest, time.Hour), NewestPointAt: made.newest,
		UsablePoints: made.usable, UnusablePoints: made.unusable,
	}
	if s.unread[t.TableArn] {
		return r
	}
	if own := s.onDemand[t.TableArn]; own != nil {
		r.NewestBackupAgeHours, r.OnDemandBackups = since(now, own.newest, time.Hour), own.available
	}
	if jobs := s.jobs[t.TableArn]; jobs != nil {
		r.RunningJobAgeHours = since(now, jobs.runningSince(now, p.completionWindow), time.Hour)
		r.FailedJobs, r.LastFailedJobMessage = jobs.failed, jobs.message
	}
	return r
}

// completionWindow is that of the rule that started a job; of a job that no rule
// started, the longest of the table's protections, or AWS's default.
func (p *protection) completionWindow(plan, rule string) time.Duration {
	longest := time.Duration(0)
	for _, c := range p.covers {
		for _, r := range c.plan.rules {
			if c.plan.BackupPlanId == plan && r.row.RuleId == rule {
				return r.complete
			}
			longest = max(longest, r.complete)
		}
	}
	return cmp.Or(longest, defaultCompletionWindow)
}

// makers are the ids of the plans that cover a table, or might, and of those that
// made something of it.
func (s *shard) makers(p *protection, made *points, table string) []string {
	ids := appendNew(p.plans(), sortedKeys(made.byPlan)...)
	if jobs := s.jobs[table]; jobs != nil {
		for i := range jobs.attempts {
			ids = appendNew(ids, jobs.attempts[i].by.BackupPlanId)
		}
	}
	return ids
}

// hideFar hides what a vault of another Region would have told: copies of this
// table's backups land there.
func (a *account) hideFar(s *shard, subject *Subject, p *protection) {
	paths := found
	if p.unproven() {
		paths = slices.Concat(found, covering)
	}
	for _, vault := range p.copyVaults() {
		at, _ := parseARN(vault)
		home := a.regions[at.region]
		if at.account != a.id || home == nil || home == s {
			continue
		}
		for _, g := range home.gaps {
			switch {
			case home.hidesPoints(g, vaultName(vault)):
				subject.hidePaths(g, paths)
			case g.Operation == opDescribePoint && g.Parameters["BackupVaultName"] == vaultName(vault):
				subject.hidePaths(g, storage)
			case g.Operation == opListHolds || g.Operation == opGetHold:
				subject.hidePaths(g, []string{"overdue"})
			}
		}
	}
	subject.sortGaps()
}

// citeTable names the calls that a table's facts came from.
func (s *shard) citeTable(subject *Subject, p *protection, made *points) {
	t := subject.Table
	subject.cite("", s.calls.about(opDescribeTable, t.TableName))
	subject.cite("pitr", s.calls.about(opContinuousBackups, t.TableName))
	subject.cite("advanced_backup", s.calls.of(opRegionSettings))
	tags := s.calls.about(opTagsOfResource, t.TableArn)
	if len(tags) == 0 {
		tags = s.calls.of(opTags)
	}
	subject.cite("Tags", tags)
	subject.cite("tagged_restore_test", tags)

	var plans, versions, copies []string
	for _, c := range p.covers {
		versions = append(versions, s.calls.about(opPlanVersions, c.plan.BackupPlanId)...)
		plans = append(plans, s.calls.about(opGetPlan, c.plan.BackupPlanId)...)
		for _, id := range c.ids {
			plans = append(plans, s.calls.about(opGetSelection, id)...)
		}
	}
	if len(p.covers) == 0 { // what was asked, and did not cover it
		plans = slices.Concat(s.calls.of(opListPlans), s.calls.of(opGetSelection))
	}
	if p.optIn {
		plans = append(plans, s.calls.of(opRegionSettings)...)
	}
	subject.cite("protections", plans)
	subject.cite("coverage", plans)

	if len(p.copyVaults()) > 0 {
		copies = s.calls.of(opListCopyJobs)
	}
	points := s.calls.of(opListPoints)
	if len(made.vaults) > 0 {
		points = nil
		for v := range made.vaults {
			points = append(points, s.calls.about(opListPoints, v)...)
		}
	}
	subject.cite("points", points)
	subject.cite("runs", points, s.calls.about(opListJobs, t.TableName), s.calls.of(opListJobs), copies, versions)
	subject.cite("promises", points, plans)
	subject.cite("overdue", points, s.calls.of(opListHolds))
	subject.cite("gone", points, s.calls.of(opListJobs), s.calls.of(opListCopyJobs), s.calls.of(opLookupEvents))
	subject.cite("cold", points, s.settled[t.TableArn].sampled)
	subject.cite("recovery", points, s.calls.about(opListJobs, t.TableName), s.calls.of(opListJobs), s.calls.of(opListBackups))
}
