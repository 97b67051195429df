package facts

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

const (
	maxGone = 5
	// haste is what a scan may take: a point whose time comes within it may rightly
	// be gone by the time that its vault is read.
	haste = time.Hour
)

// gone finds the points that completed jobs made, or that the previous run saw, and
// that are not there any more, though it is not their time yet.
func (m *matching) gone(before []*snapshot.RecoveryPoint) Gone {
	found := map[string]GonePoint{}
	add := func(g GonePoint, vault string) {
		if p := m.byARN[g.RecoveryPointArn]; g.RecoveryPointArn == "" || p != nil && p.Status != "DELETING" || g.DeleteAt != nil && g.DeleteAt.Before(m.now.Add(haste)) {
			return
		}
		if m.boundsOf(vault) == nil { // nobody looked
			return
		}
		g.BackupVaultName = vaultName(vault)
		if _, known := found[g.RecoveryPointArn]; !known {
			found[g.RecoveryPointArn] = m.culprit(g, vault)
		}
	}
	for i := range m.jobs.attempts {
		j := &m.jobs.attempts[i]
		if j.state != "COMPLETED" || j.completed != nil && j.completed.After(m.now) {
			continue
		}
		if end, known := m.endOf(j); known {
			add(GonePoint{RecoveryPointArn: j.point, CreationDate: &j.created, DeleteAt: end, Known: "job"}, j.vault)
		}
	}
	for i := range m.jobs.copies {
		j := &m.jobs.copies[i]
		if j.state != "COMPLETED" || j.completed != nil && j.completed.After(m.now) {
			continue
		}
		made := m.copied(j)
		add(GonePoint{RecoveryPointArn: j.made, CreationDate: made, DeleteAt: endOf(j.lifecycle, made), Known: "job"}, j.vault)
	}
	for _, p := range before {
		if usable(p) && !m.home.earlierTable(p.ResourceArn, "", p.CreationDate) {
			add(GonePoint{RecoveryPointArn: p.RecoveryPointArn, CreationDate: p.CreationDate, DeleteAt: deleteAt(p), Known: "snapshot"}, p.BackupVaultArn)
		}
	}
	return goneOf(found, m.now)
}

func goneOf(found map[string]GonePoint, now time.Time) Gone {
	g := Gone{Points: len(found), Listed: []GonePoint{}}
	for _, p := range found {
		if p.DeleteAt != nil {
			days := int(p.DeleteAt.Sub(now) / day)
			p.DaysLeft = &days
		}
		g.Listed = append(g.Listed, p)
	}
	slices.SortFunc(g.Listed, func(a, b GonePoint) int {
		return cmp.Or(latest(b.CreationDate, &time.Time{}).Compare(*latest(a.CreationDate, &time.Time{})), cmp.Compare(a.RecoveryPointArn, b.RecoveryPointArn))
	})
	g.Listed = g.Listed[:min(len(g.Listed), maxGone)]
	return g
}

// endOf is when the point of a job is to be deleted, nil for never: by the job's own
// lifecycle, else by the version of the plan that made it. It is false where
// neither says so, and where AWS deletes the point as soon as it is copied.
func (m *matching) endOf(j *attempt) (*time.Time, bool) {
	l := j.lifecycle
	if l == nil && j.by.BackupPlanId != "" {
		v := m.home.planVersion(j.by.BackupPlanId, j.by.BackupPlanVersion)
		row := &snapshot.RecoveryPoint{CreatedBy: j.by, BackupVaultArn: j.vault}
		kept, known := m.home.promiseOf(row, v)
		if !known {
			return nil, false
		}
		if kept.KeptForEver {
			return nil, true
		}
		days := int64(*kept.DeleteAfterDays)
		l = &snapshot.Lifecycle{DeleteAfterDays: &days}
	}
	if l != nil && l.DeleteAfterEvent != "" {
		return nil, false
	}
	return endOf(l, &j.created), true
}

func endOf(l *snapshot.Lifecycle, made *time.Time) *time.Time {
	kept := retentionOfRule(l)
	if kept.DeleteAfterDays == nil || made == nil {
		return nil
	}
	at := made.Add(time.Duration(*kept.DeleteAfterDays) * day)
	return &at
}

// copied is the creation date of a copy, which is its source's; where that is not
// there any more, two days before its job, so as to be rather too early.
func (m *matching) copied(j *copyAttempt) *time.Time {
	if p := m.byARN[j.source]; p != nil && p.CreationDate != nil {
		return p.CreationDate
	}
	if a := m.attempts[j.source]; a != nil {
		return &a.created
	}
	at := j.created.Add(-2 * day)
	return &at
}

// culprit names who deleted a point, where CloudTrail was read and says so.
func (m *matching) culprit(g GonePoint, vault string) GonePoint {
	at, _ := parseARN(vault)
	if e := m.regions[at.region].deletions[g.RecoveryPointArn]; e != nil {
		g.By, g.Call, g.At = cmp.Or(e.PrincipalArn, e.Username), e.EventName, e.EventTime
	}
	return g
}
