package facts

import (
	"time"

	"holdfast/scanner/snapshot"
)

// ways are backups of one table as ways back: how many can be restored, until when,
// and which of them nobody will ever clear away.
type ways struct {
	usable                           int
	last                             *time.Time // when the last usable one expires
	endless                          bool       // a usable one never does
	withoutEnd, creating             int
	oldestWithoutEnd, oldestCreating *time.Time
}

// wayPaths are the facts that come of ways.
var wayPaths = []string{"creating", "days_left", "never_expires", "oldest_creating_age_hours", "oldest_without_end_age_days", "usable", "without_end"}

// systemKept is how long DynamoDB keeps the backup that it makes of a deleted table.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
const systemKept = 35 * day

// addBackup adds one of DynamoDB's own backups. Those that DynamoDB makes itself of
// a deleted table expire; a person's never do.
func (w *ways) addBackup(b *snapshot.TableBackup, archival bool) {
	made := b.BackupCreationDateTime
	expires := b.BackupExpiryDateTime
	if b.BackupType == "SYSTEM" && !archival && expires == nil && made != nil {
		end := made.Add(systemKept)
		expires = &end
	}
	w.add(made, b.BackupStatus == "AVAILABLE", b.BackupStatus == "CREATING", expires, b.BackupType != "USER" || archival)
}

// addPoint adds a recovery point; kept says that a plan in force made it, so that
// somebody answers for how long it stays.
func (w *ways) addPoint(p *snapshot.RecoveryPoint, kept bool) {
	w.add(p.CreationDate, p.Status == "COMPLETED" || p.Status == "AVAILABLE", p.Status == "CREATING", endOfPoint(p), kept)
}

func (w *ways) add(made *time.Time, usable, creating bool, expires *time.Time, kept bool) {
	if usable {
		w.usable++
		w.last = latest(w.last, expires)
		w.endless = w.endless || expires == nil
	}
	if creating {
		w.creating++
		w.oldestCreating = earliest(w.oldestCreating, made)
	}
	if expires == nil && !kept {
		w.withoutEnd++
		w.oldestWithoutEnd = earliest(w.oldestWithoutEnd, made)
	}
}

func (w *ways) merge(v ways) {
	w.usable, w.withoutEnd, w.creating = w.usable+v.usable, w.withoutEnd+v.withoutEnd, w.creating+v.creating
	w.last, w.endless = latest(w.last, v.last), w.endless || v.endless
	w.oldestWithoutEnd, w.oldestCreating = earliest(w.oldestWithoutEnd, v.oldestWithoutEnd), earliest(w.oldestCreating, v.oldestCreating)
}

// endOfPoint is when AWS deletes a point, nil for never. Where AWS calculated
// nothing, its lifecycle counts from its creation.
func endOfPoint(p *snapshot.RecoveryPoint) *time.Time {
	if c := p.CalculatedLifecycle; c != nil {
		return c.DeleteAt
	}
	kept := retentionOfRule(p.Lifecycle)
	if kept.DeleteAfterDays == nil || p.CreationDate == nil {
		return nil
	}
	end := p.CreationDate.Add(time.Duration(*kept.DeleteAfterDays) * day)
	return &end
}

// fill sets what rules read.
func (w *ways) fill(b *Backup, now time.Time) {
	b.Usable, b.NeverExpires, b.WithoutEnd, b.Creating = w.usable, w.endless, w.withoutEnd, w.creating
	b.OldestWithoutEndAgeDays, b.OldestCreatingAgeHours = since(now, w.oldestWithoutEnd, day), since(now, w.oldestCreating, time.Hour)
	if w.usable > 0 && !w.endless && w.last != nil {
		left := max(0, int(w.last.Sub(now)/day))
		b.DaysLeft = &left
	}
}
