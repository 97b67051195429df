package facts

import (
	"cmp"
	"time"

	"holdfast/scanner/snapshot"
)

// jobs is what the backup jobs of one table came to.
type jobs struct {
	failed     int
	lastFailed *time.Time
	message    string // of the last one
	running    []running
	attempts   []attempt     // by time
	copies     []copyAttempt // by time
	unsaid     *snapshot.Gap // of the first job that does not say enough
	unsaidCopy *snapshot.Gap // of the first copy job
	unsaidMade *snapshot.Gap // of the first of both that does not say what it made
}

// running is a job that is RUNNING, and the plan rule that started it.
type running struct {
	since        time.Time
	plan, ruleID string
}

// jobHistory is how far back AWS lists jobs.
const jobHistory = 30 * day

// addJob counts a job. Those of a deleted table of the same name do not count.
func (s *shard) addJob(j *snapshot.BackupJob) {
	if s.earlierTable(j.ResourceArn, "", j.CreationDate) {
		return
	}
	sum := s.jobsOf(j.ResourceArn)
	sum.unsaid = cmp.Or(sum.unsaid, unsaidOfJob(j))
	sum.unsaidMade = cmp.Or(sum.unsaidMade, unsaid(opListJobs, map[string]string{"ByResourceType": dynamoDB}, "a completed backup job",
		absent("RecoveryPointArn", j.State == "COMPLETED" && j.RecoveryPointArn == "")))
	if j.CreationDate == nil {
		return
	}
	sum.attempts = append(sum.attempts, s.attempt(j))
	switch j.State {
	case "FAILED", "ABORTED", "EXPIRED":
		if s.header.CollectedAt.Sub(*j.CreationDate) > jobHistory {
			return
		}
		sum.failed++
		if sum.lastFailed == nil || !j.CreationDate.Before(*sum.lastFailed) {
			sum.lastFailed, sum.message = j.CreationDate, j.StatusMessage
		}
	case "RUNNING":
		r := running{since: *j.CreationDate}
		if j.CreatedBy != nil {
			r.plan, r.ruleID = j.CreatedBy.BackupPlanId, j.CreatedBy.BackupRuleId
		}
		sum.running = append(sum.running, r)
	}
}

func (s *shard) jobsOf(table string) *jobs {
	if s.jobs[table] == nil {
		s.jobs[table] = &jobs{}
	}
	return s.jobs[table]
}

// runningSince is the start of the youngest job that is still inside its
// completion window; nil for none.
func (j *jobs) runningSince(now time.Time, window func(plan, ruleID string) time.Duration) *time.Time {
	var youngest *time.Time
	for _, r := range j.running {
		if now.Sub(r.since) <= window(r.plan, r.ruleID) {
			youngest = latest(youngest, &r.since)
		}
	}
	return youngest
}
