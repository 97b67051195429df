package facts

import (
	"cmp"
	"time"

	"holdfast/scanner/snapshot"
)

// An attempt is what is kept of a backup job: there are many, so equal texts are
// shared.
type attempt struct {
	created            time.Time
	completed, startBy *time.Time
	state, message     string
	point              string                         // ARN
	vault              string                         // ARN
	by                 *snapshot.RecoveryPointCreator // never nil; zero: made on demand
	lifecycle          *snapshot.Lifecycle
}

// A copyAttempt is what is kept of a copy job.
type copyAttempt struct {
	created        time.Time
	completed      *time.Time
	source, made   string // ARNs of recovery points
	vault          string // ARN
	state, message string
	lifecycle      *snapshot.Lifecycle // of the copy; nil: kept for ever
}

func (s *shard) attempt(j *snapshot.BackupJob) attempt {
	return attempt{
		created: *j.CreationDate, completed: j.CompletionDate, startBy: j.StartBy, state: s.shared(j.State), message: s.shared(j.StatusMessage),
		point: j.RecoveryPointArn, vault: s.shared(cmp.Or(j.BackupVaultArn, s.vaultARN(j.BackupVaultName))), by: s.sharedCreator(j.CreatedBy),
		lifecycle: j.RecoveryPointLifecycle,
	}
}

// addCopyJob keeps a copy job. Those of a deleted table of the same name are none
// of this one's.
func (s *shard) addCopyJob(j *snapshot.CopyJob) {
	if j.ResourceArn == "" || s.earlierTable(j.ResourceArn, "", j.CreationDate) {
		return
	}
	sum := s.jobsOf(j.ResourceArn)
	sum.unsaidCopy = cmp.Or(sum.unsaidCopy, unsaidOfCopyJob(j))
	sum.unsaidMade = cmp.Or(sum.unsaidMade, unsaid(opListCopyJobs, map[string]string{"ByResourceType": dynamoDB}, "a completed copy job",
		absent("DestinationRecoveryPointArn", j.State == "COMPLETED" && j.DestinationRecoveryPointArn == "")))
	if j.CreationDate == nil {
		return
	}
	sum.copies = append(sum.copies, copyAttempt{
		created: *j.CreationDate, completed: j.CompletionDate, source: j.SourceRecoveryPointArn, made: j.DestinationRecoveryPointArn,
		vault: s.shared(j.DestinationBackupVaultArn), state: s.shared(j.State), message: s.shared(j.StatusMessage),
		lifecycle: j.DestinationRecoveryPointLifecycle,
	})
}

// shared returns the one text that is kept of equal ones.
func (s *shard) shared(text string) string {
	if known, ok := s.texts[text]; ok {
		return known
	}
	s.texts[text] = text
	return text
}

func (s *shard) sharedCreator(by *snapshot.RecoveryPointCreator) *snapshot.RecoveryPointCreator {
	if by == nil {
		by = &snapshot.RecoveryPointCreator{}
	}
	if known, ok := s.creators[*by]; ok {
		return known
	}
	s.creators[*by] = by
	return by
}

// of are the jobs of one rule of a plan; names are those of the plan's rules, by id.
func (j *jobs) of(plan, rule string, names map[string]string) (all []*attempt) {
	for i := range j.attempts {
		a := &j.attempts[i]
		if a.by.BackupPlanId == plan && cmp.Or(a.by.BackupRuleName, names[a.by.BackupRuleId]) == rule {
			all = append(all, a)
		}
	}
	return all
}
