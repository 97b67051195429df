package facts

import (
	"time"

	"holdfast/scanner/snapshot"
)

// deletionDelay is how long AWS takes at most to delete what is past its time.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
const deletionDelay = 8 * time.Hour

// overdue counts the points of a table that should be gone, in vaults of any Region.
func (a *account) overdue(now time.Time, rows []*snapshot.RecoveryPoint) Overdue {
	var o Overdue
	for _, row := range rows {
		end := deleteAt(row)
		past := end != nil && end.Add(deletionDelay).Before(now)
		switch {
		case !past && row.Status != "EXPIRED":
		case a.held(row):
			o.Held++
		case row.Status == "EXPIRED":
			o.Expired++
		default:
			o.Points++
			if age := since(now, end, time.Hour); o.OldestHours == nil || *age > *o.OldestHours {
				o.OldestHours = age
			}
		}
	}
	return o
}

// deleteAt is when AWS is to delete a point, by its own reckoning or else by the
// point's lifecycle; nil: never, or nobody knows.
func deleteAt(row *snapshot.RecoveryPoint) *time.Time {
	if row.CalculatedLifecycle != nil {
		return row.CalculatedLifecycle.DeleteAt
	}
	if days := retentionOfPoint(row).DeleteAfterDays; days != nil && row.CreationDate != nil {
		at := row.CreationDate.Add(time.Duration(*days) * day)
		return &at
	}
	return nil
}

// held reports whether a legal hold keeps a point.
func (a *account) held(row *snapshot.RecoveryPoint) bool {
	at, _ := parseARN(row.BackupVaultArn)
	home := a.regions[at.region]
	return home != nil && home.holdsPoint(row)
}
