package facts

import (
	"cmp"
	"strings"

	"holdfast/scanner/snapshot"
)

// A single is one backup of a table that exists, which no plan in force will clear
// away, or which is still being made.
type single struct {
	arn, name, table string
	backup           Backup
	ways             ways
	unsaid           *snapshot.Gap
}

// addSingle keeps one of DynamoDB's own backups of a table that exists.
func (s *shard) addSingle(b *snapshot.TableBackup, table string) {
	if b.BackupType == "AWS_BACKUP" || b.BackupType == "SYSTEM" || s.archival[b.BackupArn] {
		return
	}
	one := &single{arn: b.BackupArn, table: table, name: tableName(table) + "/" + cmp.Or(b.BackupName, lastOf(b.BackupArn)), unsaid: unsaidOfBackup(b)}
	one.backup = Backup{BackupArn: b.BackupArn, BackupName: b.BackupName, Status: b.BackupStatus, MadeBy: "user", Newest: b.BackupCreationDateTime}
	one.ways.addBackup(b, false)
	s.singles = append(s.singles, one)
}

// addSinglePoint keeps a recovery point of a table that exists, if it is one that
// concerns anybody by itself.
func (s *shard) addSinglePoint(home *shard, p *snapshot.RecoveryPoint, vault string) {
	by := home.madeBy(p)
	kept := by == byPlan
	if p.Status != "CREATING" && (kept || endOfPoint(p) != nil) {
		return
	}
	one := &single{arn: p.RecoveryPointArn, table: p.ResourceArn, name: tableName(p.ResourceArn) + "/" + lastOf(p.RecoveryPointArn), unsaid: unsaidOfPoint(p)}
	one.backup = Backup{BackupArn: p.RecoveryPointArn, Status: p.Status, MadeBy: by, Newest: p.CreationDate, Vaults: []string{vaultName(vault)}}
	one.ways.addPoint(p, kept)
	s.singles = append(s.singles, one)
}

// Who made a recovery point.
const (
	byPlan        = "plan"         // that is in force
	byDeletedPlan = "deleted_plan" // that is not there any more
	byJob         = "job"          // that somebody started: StartBackupJob
)

func (s *shard) madeBy(p *snapshot.RecoveryPoint) string {
	switch {
	case p.CreatedBy == nil || p.CreatedBy.BackupPlanId == "":
		return byJob
	case s.planRead(p.CreatedBy.BackupPlanId):
		return byPlan
	}
	return byDeletedPlan
}

// lastOf is what follows the last colon or slash of an ARN.
func lastOf(arn string) string { return arn[strings.LastIndexAny(arn, ":/")+1:] }

// singleSubjects returns a subject for each of the backups that were kept.
func (a *account) singleSubjects(s *shard) []*Subject {
	var all []*Subject
	for _, one := range s.singles {
		subject := s.subject(KindBackup, one.arn, one.name)
		subject.Serves = []string{one.table}
		facts := one.backup
		facts.TableArn, facts.TableName, facts.Vaults = one.table, tableName(one.table), orEmpty(facts.Vaults)
		facts.NewestAgeDays = since(s.header.CollectedAt, facts.Newest, day)
		facts.OldestAgeDays = facts.NewestAgeDays
		one.ways.fill(&facts, s.header.CollectedAt)
		subject.Backup = &facts
		if len(facts.Vaults) > 0 {
			subject.cite("", s.calls.about(opListPoints, facts.Vaults[0]))
		} else {
			subject.cite("", s.calls.of(opListBackups))
		}
		if one.unsaid != nil {
			subject.hidePaths(*one.unsaid, []string{""})
		}
		s.hide(subject, about{names: map[string]string{"TableName": facts.TableName, "ResourceArn": one.table}, planned: facts.MadeBy == byDeletedPlan})
		if home, _ := parseARN(one.table); a.regions[home.region] != s {
			a.hideFarPlans(a.regions[home.region], subject)
		}
		all = append(all, subject)
	}
	return all
}

// hideFarPlans hides who made a copy where the plans of its table's Region were not
// read.
func (a *account) hideFarPlans(home *shard, subject *Subject) {
	if subject.Backup.MadeBy != byDeletedPlan {
		return
	}
	for _, g := range home.gaps {
		if (g.Operation == opListPlans || g.Operation == opGetPlan) && len(home.holesOf(g)) > 0 {
			subject.hidePaths(g, keptBy)
		}
	}
	subject.sortGaps()
}
