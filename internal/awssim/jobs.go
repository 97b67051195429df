package awssim

import (
	"strings"
	"time"
)

// A backupJob is one attempt to back up. What it is doing follows from the time:
// CREATED until it starts, RUNNING until it completes, then how it ended.
type backupJob struct {
	seq       uint64
	id        string
	resource  *resource
	vaultName string
	vaultArn  string
	vaultKind string
	locked    bool // the vault, then
	created   time.Time
	started   time.Time
	completed time.Time
	startBy   time.Time
	end       string // COMPLETED, FAILED, EXPIRED, ABORTED …
	message   string
	category  string
	point     *point // nil: it made none
	origin    *provenance
	lifecycle *Lifecycle
	stuck     bool // a scenario holds it in its end state, whatever the time
}

func (j *backupJob) stateAt(now time.Time) string {
	switch {
	case j.stuck:
		return j.end
	case now.Before(j.started):
		return "CREATED"
	case now.Before(j.completed):
		return "RUNNING"
	}
	return j.end
}

// A copyJob copies one point to another vault.
type copyJob struct {
	seq         uint64
	id          string
	resource    *resource
	source      *point
	sourceVault *vault
	destination string // vault ARN
	target      *vault // nil: there is none
	made        *point
	created     time.Time
	completed   time.Time
	end         string
	message     string
	category    string
	backupJob   string
	origin      *provenance
	lifecycle   *Lifecycle
}

func (j *copyJob) stateAt(now time.Time) string {
	if now.Before(j.completed) {
		return "RUNNING"
	}
	return j.end
}

// A restoreJob is as its scenario says.
type restoreJob struct {
	seq                           uint64
	id                            string
	resource                      *resource
	status, message               string
	created, completed            time.Time
	point, vault                  string // ARNs
	pointCreated                  time.Time
	createdTable                  string // ARN
	testingPlan                   string // ARN
	validation, validationMessage string
	deletion                      string
	role                          string
}

// jobHistory is how long AWS lists jobs.
const jobHistory = 30 * day

func (r *region) nextJob() uint64 {
	r.jobSeq++
	return r.jobSeq
}

// vaultLockState is the lock at the time of a job, as jobs carry it.
func vaultLockState(locked bool) string {
	if locked {
		return "LOCKED"
	}
	return ""
}

func vaultNameOf(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
