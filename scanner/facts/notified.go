package facts

import (
	"slices"

	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// failureStates are how a backup job ends without a backup.
var failureStates = []string{"ABORTED", "EXPIRED", "FAILED"}

// jobCompleted is the one event of a vault's notifications that tells of a backup
// job that ended, in whatever state. Those that name a state are not sent any more.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html
const jobCompleted = "BACKUP_JOB_COMPLETED"

// failuresTold says for each way in which a backup job into a vault can fail who is
// told.
func (s *shard) failuresTold(v *snapshot.BackupVault) (list []Telling, topics map[string]bool) {
	var all []*telling
	for _, state := range failureStates {
		t := &telling{}
		s.byVault(t, v)
		s.byRules(t, s.jobEvent(v, state), pattern.Yes)
		list, all = append(list, t.fact(state)), append(all, t)
	}
	return list, topicNames(all...)
}

// byVault adds the vault's own notifications.
func (s *shard) byVault(t *telling, v *snapshot.BackupVault) {
	n := v.Notifications
	switch {
	case n == nil || n.SNSTopicArn == "":
		return
	case !slices.Contains(n.BackupVaultEvents, jobCompleted):
		t.add(pattern.Yes, pattern.No, "the vault's notifications: without "+jobCompleted+" AWS tells nothing of jobs that fail; BACKUP_JOB_FAILED and the like are no longer sent")
		return
	}
	live, why := s.topicLives(n.SNSTopicArn, publisher{service: backupService, source: v.BackupVaultArn}, t)
	t.add(pattern.Yes, live, "the vault's notifications: "+why)
}
