package facts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

var gone = tableARN(dublin, "Gone")

func ownBackup(table, id, kind, tableID string, age time.Duration) *snapshot.TableBackup {
	return &snapshot.TableBackup{
		BackupArn: table + "/backup/" + id, BackupType: kind, BackupStatus: "AVAILABLE", BackupCreationDateTime: ago(age), TableArn: table, TableId: tableID,
	}
}

func TestBackupsOfADeletedTable(t *testing.T) {
	forEver := point(gone, 10*day)
	forEver.CalculatedLifecycle = nil
	far := point(gone, 20*day)
	far.BackupVaultArn, far.BackupVaultName = vaultARN(dublin, "Another"), "Another"
	s := only(t, inDublin(t, orders(), mainVault(), forEver, far,
		ownBackup(gone, "1", "USER", "id-1", 30*day), ownBackup(gone, "2", "SYSTEM", "id-1", 5*day),
	), facts.KindBackup)
	want := &facts.Backup{
		DeletedTable: true, Usable: 4, NeverExpires: true, WithoutEnd: 2, OldestWithoutEndAgeDays: p(30),
		TableArn: gone, TableName: "Gone", TableId: "id-1", UserBackups: 1, SystemBackups: 1, RecoveryPoints: 2, KeptForEver: 2,
		Newest: ago(5 * day), NewestAgeDays: p(5), OldestAgeDays: p(30), Vaults: []string{"Another", "Main"},
	}
	if diff := cmp.Diff(want, s.Backup); diff != "" {
		t.Error(diff)
	}
	if s.ARN != gone || s.Name != "Gone" {
		t.Errorf("subject is %s %s", s.ARN, s.Name)
	}
}

func TestWhatMakesNoOrphan(t *testing.T) {
	deleted := ownBackup(gone, "1", "USER", "id-1", day)
	deleted.BackupStatus = "DELETED"
	for what, rows := range map[string][]any{
		"a table that exists":         {point(tableARN(dublin, "Orders"), day)},
		"a backup that is deleted":    {deleted},
		"a table of another account":  {point("arn:aws:dynamodb:eu-west-1:999999999999:table/Gone", day)},
		"a table that is not scanned": {point(tableARN(ohio, "Gone"), day)},
	} {
		if got := of(inDublin(t, append(rows, orders(), mainVault())...), facts.KindBackup); len(got) != 0 {
			t.Errorf("%s: %+v", what, got[0].Backup)
		}
	}
}

// DynamoDB lists the points that AWS Backup makes without the advanced features
// too: one backup, not two.
func TestPointThatDynamoDBListsTooIsCountedOnce(t *testing.T) {
	listed := ownBackup(gone, "1", "AWS_BACKUP", "id-1", day)
	twin := point(gone, day)
	twin.RecoveryPointArn = listed.BackupArn
	unseen := ownBackup(gone, "2", "AWS_BACKUP", "id-1", 3*day)
	got := only(t, inDublin(t, orders(), mainVault(), listed, twin, unseen), facts.KindBackup).Backup
	if got.RecoveryPoints != 2 || got.UserBackups != 0 {
		t.Errorf("%d points and %d user backups", got.RecoveryPoints, got.UserBackups)
	}
	same(t, "oldest_age_days", got.OldestAgeDays, 3)
}

// Backups of an earlier table of the same name are a way back to that table, and
// no backup of this one.
func TestRecreatedTable(t *testing.T) {
	arn := tableARN(dublin, "Orders") // made 100 days ago
	for _, c := range []struct {
		what string
		rows []any
		want map[string][2]int // user backups and points, by what follows the ARN
	}{
		{"points alone", []any{point(arn, 101*day), point(arn, 120*day)}, map[string][2]int{"#earlier": {0, 2}}},
		{"user backups with another TableId", []any{ownBackup(arn, "1", "USER", "id-1", 150*day)}, map[string][2]int{"#id-1": {1, 0}}},
		{"both", []any{ownBackup(arn, "1", "USER", "id-1", 150*day), point(arn, 101*day)}, map[string][2]int{"#id-1": {1, 1}}},
		{"two earlier tables", []any{ownBackup(arn, "1", "USER", "id-0", 150*day), ownBackup(arn, "2", "USER", "id-1", 120*day), point(arn, 101*day)},
			map[string][2]int{"#id-0": {1, 0}, "#id-1": {1, 0}, "#earlier": {0, 1}}},
		{"no TableId", []any{ownBackup(arn, "1", "USER", "", 150*day), point(arn, 101*day)}, map[string][2]int{"#earlier": {1, 1}}},
		{"another TableId made after this table, by a wrong clock", []any{ownBackup(arn, "1", "USER", "id-1", 90*day)}, map[string][2]int{"#id-1": {1, 0}}},
	} {
		all := inDublin(t, append(c.rows, orders(), mainVault(), daily(), everything())...)
		got := map[string][2]int{}
		for _, s := range of(all, facts.KindBackup) {
			got[s.ARN[len(arn):]] = [2]int{s.Backup.UserBackups, s.Backup.RecoveryPoints}
			if !s.Backup.Recreated || s.Backup.TableArn != arn || len(s.Serves) != 1 || s.Serves[0] != arn {
				t.Errorf("%s: %+v", c.what, s)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
		table := only(t, all, facts.KindTable).Table
		if len(table.Points) != 0 || table.Recovery.UsablePoints != 0 || table.Recovery.OnDemandBackups != 0 {
			t.Errorf("%s: they count for the table that is there: %+v", c.what, table.Recovery)
		}
		same(t, c.what+": since_hours", table.Coverage.SinceHours, 40*24)
	}
}

// While the list of tables is not whole, no table is known to be deleted.
func TestNoOrphansWhileTablesAreUnlisted(t *testing.T) {
	all := inDublin(t, orders(), mainVault(), point(gone, day), gap("dynamodb:ListTables"))
	if got := of(all, facts.KindBackup); len(got) != 0 || !unlisted(all, facts.KindBackup) || !unlisted(all, facts.KindTable) {
		t.Errorf("%d left-over backups", len(got))
	}
	if got := only(t, all, facts.KindTable); len(got.Gaps) != 0 {
		t.Errorf("a table that was listed has gaps %+v", got.Gaps)
	}
}
