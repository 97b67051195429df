package facts

import (
	"slices"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// What AWS leaves out of an answer, or says in a word that this build does not
// know, is not known: it hides facts of the one subject that it is about, as a
// gap does.

// The words that AWS documents.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyJob.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupSummary.html
var (
	pointStatuses  = []string{"AVAILABLE", "COMPLETED", "CREATING", "DELETING", "EXPIRED", "PARTIAL", "STOPPED"}
	jobStates      = []string{"ABORTED", "ABORTING", "COMPLETED", "CREATED", "EXPIRED", "FAILED", "PARTIAL", "PENDING", "RUNNING"}
	copyStates     = []string{"COMPLETED", "CREATED", "FAILED", "PARTIAL", "RUNNING"}
	backupStatuses = []string{"AVAILABLE", "CREATING", "DELETED"}
	backupTypes    = []string{"AWS_BACKUP", "SYSTEM", "USER"}
)

// unsaidOfPoint is nil where a recovery point says all that facts need.
func unsaidOfPoint(p *snapshot.RecoveryPoint) *snapshot.Gap {
	return unsaid(opListPoints, map[string]string{"BackupVaultName": p.BackupVaultName, "ByResourceType": dynamoDB}, "a recovery point",
		absent("CreationDate", p.CreationDate == nil), unheardOf("status", p.Status, pointStatuses))
}

// unsaidOfJob is nil where a backup job says all that facts need.
func unsaidOfJob(j *snapshot.BackupJob) *snapshot.Gap {
	return unsaid(opListJobs, map[string]string{"ByResourceType": dynamoDB}, "a backup job",
		absent("CreationDate", j.CreationDate == nil), unheardOf("state", j.State, jobStates))
}

// unsaidOfCopyJob is nil where a copy job says all that facts need.
func unsaidOfCopyJob(j *snapshot.CopyJob) *snapshot.Gap {
	return unsaid(opListCopyJobs, map[string]string{"ByResourceType": dynamoDB}, "a copy job",
		absent("CreationDate", j.CreationDate == nil), absent("SourceRecoveryPointArn", j.SourceRecoveryPointArn == ""),
		absent("DestinationBackupVaultArn", j.DestinationBackupVaultArn == ""), unheardOf("state", j.State, copyStates))
}

// unsaidOfBackup is nil where a DynamoDB backup says all that facts need.
func unsaidOfBackup(b *snapshot.TableBackup) *snapshot.Gap {
	return unsaid(opListBackups, map[string]string{"BackupType": "ALL"}, "a backup",
		absent("BackupCreationDateTime", b.BackupCreationDateTime == nil),
		unheardOf("status", b.BackupStatus, backupStatuses), unheardOf("type", b.BackupType, backupTypes))
}

// unsaid is a gap of the first remark that is not empty.
func unsaid(operation string, parameters map[string]string, thing string, remarks ...string) *snapshot.Gap {
	for _, r := range remarks {
		if r != "" {
			return &snapshot.Gap{Operation: operation, Parameters: parameters, Reason: snapshot.Unreadable, Message: thing + " has " + r}
		}
	}
	return nil
}

func absent(field string, is bool) string {
	if is {
		return "no " + field
	}
	return ""
}

func unheardOf(field, value string, known []string) string {
	switch {
	case value == "":
		return "no " + field
	case !slices.Contains(known, value):
		return "the " + field + " " + value + ", which this build does not know"
	}
	return ""
}

// hideUnsaid hides what depends on something about a table that AWS did not say.
func (s *shard) hideUnsaid(subject *Subject, t *snapshot.Table, p *protection, made *points) {
	if made.unsaid != nil {
		paths := found
		if p.unproven() {
			paths = slices.Concat(found, covering)
		}
		subject.hidePaths(*made.unsaid, paths)
	}
	if jobs := s.jobs[t.TableArn]; jobs != nil && jobs.unsaid != nil {
		subject.hidePaths(*jobs.unsaid, jobPaths)
	}
	if jobs := s.jobs[t.TableArn]; jobs != nil && jobs.unsaidCopy != nil {
		subject.hidePaths(*jobs.unsaidCopy, duePaths)
	}
	if jobs := s.jobs[t.TableArn]; jobs != nil && jobs.unsaidMade != nil {
		subject.hidePaths(*jobs.unsaidMade, []string{"gone"})
	}
	if own := s.onDemand[t.TableArn]; own != nil && own.unsaid != nil {
		subject.hidePaths(*own.unsaid, onDemandPaths)
	}
	if t.CreationDateTime == nil && !s.unread[t.TableArn] {
		g := unsaid(opDescribeTable, map[string]string{"TableName": t.TableName}, "the table", absent("CreationDateTime", true))
		subject.hidePaths(*g, slices.Concat(found, []string{"age_hours"}))
	}
	for _, c := range p.covers {
		if c.verdict != selection.Yes {
			continue
		}
		if c.plan.CreationDate == nil {
			g := unsaid(opGetPlan, map[string]string{"BackupPlanId": c.plan.BackupPlanId}, "the plan", absent("CreationDate", true))
			subject.hidePaths(*g, beginnings)
		}
		if c.undated != "" {
			parameters := map[string]string{"BackupPlanId": c.plan.BackupPlanId, "SelectionId": c.undated}
			subject.hidePaths(*unsaid(opGetSelection, parameters, "the selection", absent("CreationDate", true)), beginnings)
		}
	}
	subject.sortGaps()
}

func (s *Subject) hidePaths(g snapshot.Gap, paths []string) {
	for _, path := range paths {
		s.Gaps = append(s.Gaps, hiddenBy(g, path))
	}
}
