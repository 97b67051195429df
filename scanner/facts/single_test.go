package facts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// endless is a point without an end, made by a plan; "": by a job that somebody started.
func endless(table string, age time.Duration, plan string) *snapshot.RecoveryPoint {
	p := point(table, age)
	p.CalculatedLifecycle = &snapshot.CalculatedLifecycle{}
	p.CreatedBy = nil
	if plan != "" {
		p.CreatedBy = &snapshot.RecoveryPointCreator{BackupPlanId: plan}
	}
	return p
}

// A backup that nobody will ever clear away is a subject of its own, and so is one
// that is still being made.
func TestSingleBackups(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	creating := point(arn, 30*time.Hour)
	creating.Status = "CREATING"
	hand := ownBackup(arn, "1", "USER", "id-2", 50*day)
	hand.BackupName = "before-migration"
	ended := point(arn, 3*day)
	ended.CreatedBy = nil
	all := inDublin(t, orders(), mainVault(), daily(), everything(), hand, creating, ended, point(arn, day),
		endless(arn, 40*day, ""), endless(arn, 41*day, "plan-gone"), endless(arn, 42*day, "plan-1"),
		ownBackup(arn, "2", "SYSTEM", "id-2", day), ownBackup(arn, "3", "AWS_BACKUP", "id-2", day))
	got := map[string]facts.Backup{}
	for _, s := range of(all, facts.KindBackup) {
		got[s.Backup.MadeBy] = *s.Backup
		if len(s.Serves) != 1 || s.Serves[0] != arn || s.ARN != s.Backup.BackupArn || len(s.Gaps) > 0 {
			t.Errorf("subject is %+v", s)
		}
	}
	base := facts.Backup{TableArn: arn, TableName: "Orders", Vaults: []string{"Main"}}
	with := func(change func(*facts.Backup)) facts.Backup {
		b := base
		change(&b)
		return b
	}
	endlessly := func(by string, days int) facts.Backup {
		made := endless(arn, time.Duration(days)*day, "")
		return with(func(b *facts.Backup) {
			b.BackupArn, b.Status, b.MadeBy, b.Newest, b.NewestAgeDays, b.OldestAgeDays = made.RecoveryPointArn, "COMPLETED", by, made.CreationDate, p(days), p(days)
			b.Usable, b.NeverExpires, b.WithoutEnd, b.OldestWithoutEndAgeDays = 1, true, 1, p(days)
		})
	}
	want := map[string]facts.Backup{
		"job": endlessly("job", 40), "deleted_plan": endlessly("deleted_plan", 41),
		"user": with(func(b *facts.Backup) {
			b.BackupArn, b.BackupName, b.Status, b.MadeBy, b.Newest, b.Vaults = hand.BackupArn, "before-migration", "AVAILABLE", "user", hand.BackupCreationDateTime, []string{}
			b.NewestAgeDays, b.OldestAgeDays, b.Usable, b.NeverExpires, b.WithoutEnd, b.OldestWithoutEndAgeDays = p(50), p(50), 1, true, 1, p(50)
		}),
		"plan": with(func(b *facts.Backup) {
			b.BackupArn, b.Status, b.MadeBy, b.Newest = creating.RecoveryPointArn, "CREATING", "plan", creating.CreationDate
			b.NewestAgeDays, b.OldestAgeDays, b.Creating, b.OldestCreatingAgeHours = p(1), p(1), 1, p(30)
		}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Without its plan, a point without an end may be one that somebody answers for.
func TestSingleBackupsWhosePlanWasNotRead(t *testing.T) {
	arn := tableARN(dublin, "Orders")
	for _, unread := range []snapshot.Gap{gap("backup:ListBackupPlans"), gap("backup:GetBackupPlan", "BackupPlanId", "plan-1")} {
		all := inDublin(t, orders(), mainVault(), endless(arn, 42*day, "plan-1"), endless(arn, 40*day, ""), unread)
		for _, s := range of(all, facts.KindBackup) {
			if want := s.Backup.MadeBy == "deleted_plan"; hides(s, "without_end") != want || hides(s, "oldest_without_end_age_days") != want || hides(s, "usable") {
				t.Errorf("%s: %s has gaps %+v", unread.ID(), s.Backup.MadeBy, s.Gaps)
			}
		}
	}
	copied := endless(arn, 42*day, "plan-1")
	copied.BackupVaultArn, copied.BackupVaultName = vaultARN(ohio, "Far"), "Far"
	far := shard(t, ohio, settings(true, true), &snapshot.BackupVault{BackupVaultArn: vaultARN(ohio, "Far"), BackupVaultName: "Far"}, copied)
	if s := only(t, derive(t, shard(t, dublin, settings(true, true), orders(), gap("backup:ListBackupPlans")), far), facts.KindBackup); s.Region != ohio || !hides(s, "without_end") {
		t.Errorf("a copy: %s, gaps %+v", s.Region, s.Gaps)
	}
	if got := of(derive(t, shard(t, dublin, settings(true, true), orders(), daily()), far), facts.KindBackup); len(got) > 0 {
		t.Errorf("a plan in force made the copy: %+v", got[0].Backup)
	}
}

func TestWaysBackOfADeletedTable(t *testing.T) {
	expiring := func(age, left time.Duration) *snapshot.RecoveryPoint {
		made := point(gone, age)
		made.CalculatedLifecycle = &snapshot.CalculatedLifecycle{DeleteAt: p(now.Add(left))}
		return made
	}
	broken := expiring(day, 300*day)
	broken.Status = "EXPIRED"
	system := ownBackup(gone, "1", "SYSTEM", "id-1", 30*day)
	dated := ownBackup(gone, "2", "SYSTEM", "id-1", 30*day)
	dated.BackupExpiryDateTime = p(now.Add(3*day + time.Hour))
	making := ownBackup(gone, "3", "USER", "id-1", 2*time.Hour)
	making.BackupStatus = "CREATING"
	for _, c := range []struct {
		what     string
		rows     []any
		usable   int
		never    bool
		left     *int
		creating int
	}{
		{"one", []any{expiring(day, 6*day+time.Hour)}, 1, false, p(6), 0},
		{"the last of three", []any{expiring(day, 6*day), expiring(2*day, 40*day), expiring(3*day, 2*day)}, 3, false, p(40), 0},
		{"past its time", []any{expiring(day, -time.Hour)}, 1, false, p(0), 0},
		{"one without an end", []any{expiring(day, 6*day), ownBackup(gone, "9", "USER", "id-1", day)}, 2, true, nil, 0},
		{"none that can be restored", []any{broken}, 0, false, nil, 0},
		{"what DynamoDB made, for 35 days", []any{system}, 1, false, p(5), 0},
		{"what DynamoDB made, until a date", []any{dated}, 1, false, p(3), 0},
		{"still being made", []any{making}, 0, false, nil, 1},
	} {
		got := only(t, inDublin(t, append(c.rows, mainVault())...), facts.KindBackup).Backup
		if got.Usable != c.usable || got.NeverExpires != c.never || got.Creating != c.creating || !got.DeletedTable {
			t.Errorf("%s: %+v", c.what, got)
		}
		if diff := cmp.Diff(c.left, got.DaysLeft); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}

// What DynamoDB lists of AWS Backup, and no vault does, may expire at any time.
func TestWaysBackThatNoVaultLists(t *testing.T) {
	s := only(t, inDublin(t, mainVault(), ownBackup(gone, "1", "AWS_BACKUP", "id-1", day)), facts.KindBackup)
	if !hides(s, "days_left") || !hides(s, "usable") || hides(s, "user_backups") {
		t.Errorf("gaps %+v", s.Gaps)
	}
}
