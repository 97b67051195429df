package awssim

import (
	"slices"
	"strings"
	"time"
)

// copyRow is one row of ListCopyJobs.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyJob.html
type copyRow struct {
	AccountId                         string
	CopyJobId                         string
	SourceBackupVaultArn              string
	SourceRecoveryPointArn            string
	DestinationBackupVaultArn         string
	DestinationVaultType              string     `json:",omitempty"`
	DestinationVaultLockState         string     `json:",omitempty"`
	DestinationRecoveryPointArn       string     `json:",omitempty"`
	DestinationEncryptionKeyArn       string     `json:",omitempty"`
	DestinationRecoveryPointLifecycle *Lifecycle `json:",omitempty"`
	ResourceArn                       string
	ResourceName                      string
	ResourceType                      string
	CreationDate                      epoch
	CompletionDate                    epoch `json:",omitempty"`
	State                             string
	StatusMessage                     string `json:",omitempty"`
	MessageCategory                   string `json:",omitempty"`
	BackupSizeInBytes                 int64
	IamRoleArn                        string   `json:",omitempty"`
	CreatedBy                         *creator `json:",omitempty"`
	CreatedByBackupJobId              string   `json:",omitempty"`
	IsParent                          bool
}

func (j *copyJob) row(r *region, now time.Time) copyRow {
	row := copyRow{AccountId: r.account.id, CopyJobId: j.id, SourceBackupVaultArn: j.sourceVault.arn, SourceRecoveryPointArn: j.source.arn(),
		DestinationBackupVaultArn: j.destination, DestinationRecoveryPointLifecycle: j.lifecycle,
		ResourceArn: j.resource.arn, ResourceName: j.resource.name, ResourceType: "DynamoDB", CreationDate: epochOf(j.created),
		State: j.stateAt(now), BackupSizeInBytes: j.source.size, CreatedByBackupJobId: j.backupJob}
	if j.origin != nil {
		row.IamRoleArn, row.CreatedBy = j.origin.role, j.origin.creator
	}
	if j.target != nil {
		row.DestinationVaultType, row.DestinationVaultLockState = j.target.kind, vaultLockState(j.target.lock.on)
	}
	if row.State == "RUNNING" {
		return row
	}
	row.CompletionDate, row.StatusMessage, row.MessageCategory = epochOf(j.completed), j.message, j.category
	if j.made != nil {
		row.DestinationRecoveryPointArn, row.DestinationEncryptionKeyArn = j.made.arn(), j.made.key
	}
	return row
}

func listCopyJobs(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	f, err := c.jobFilter("state")
	if err != nil {
		return nil, err
	}
	to, from := c.query.Get("destinationVaultArn"), c.query.Get("sourceRecoveryPointArn")
	jobs, token := page(p, c.region.copyJobs, func(j *copyJob) string { return seqKey(j.seq) }, func(j *copyJob) bool {
		return (to == "" || j.destination == to) && (from == "" || j.source.arn() == from) &&
			f.keeps(c, j.resource.arn, j.stateAt(c.now), j.category, j.created, j.completed)
	})
	rows := make([]copyRow, len(jobs))
	for i, j := range jobs {
		rows[i] = j.row(c.region, c.now)
	}
	return listOf("CopyJobs", rows, token), nil
}

func startCopyJob(c *call) (any, error) {
	in := struct {
		RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn, IamRoleArn, IdempotencyToken string
		Lifecycle                                                                                        *Lifecycle
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.IamRoleArn == "" {
		return nil, missingParameter("IamRoleArn is required")
	}
	if err := in.Lifecycle.check(); err != nil {
		return nil, err
	}
	c.labels = []string{in.SourceBackupVaultName, in.RecoveryPointArn}
	_, p, err := c.point()
	if err != nil {
		return nil, err
	}
	if !p.advanced || p.storageAt(c.now) == "COLD" {
		return nil, invalidRequest("Recovery point %s cannot be copied: it is cold or not managed by AWS Backup alone", p.arn())
	}
	for _, j := range c.region.copyJobs {
		if in.IdempotencyToken != "" && j.backupJob == "" && j.id == copyToken(in.IdempotencyToken) {
			return j.receipt(), nil
		}
	}
	j := c.region.copy(run{at: c.now, now: c.now, onDemand: true, simulator: c.sim}, p,
		copyAction{DestinationBackupVaultArn: in.DestinationBackupVaultArn, Lifecycle: in.Lifecycle}, "", &provenance{role: in.IamRoleArn})
	if in.IdempotencyToken != "" {
		j.id = copyToken(in.IdempotencyToken)
	}
	return j.receipt(), nil
}

func copyToken(token string) string { return uuid(hash("copy token", token)) }

func (j *copyJob) receipt() obj {
	return obj{"CopyJobId": j.id, "CreationDate": epochOf(j.created), "IsParent": false}
}

// restoreRow is one row of ListRestoreJobs.
type restoreRow struct {
	AccountId                 string
	RestoreJobId              string
	RecoveryPointArn          string
	SourceResourceArn         string `json:",omitempty"`
	BackupVaultArn            string `json:",omitempty"`
	ResourceType              string
	Status                    string
	StatusMessage             string `json:",omitempty"`
	CreationDate              epoch
	CompletionDate            epoch  `json:",omitempty"`
	RecoveryPointCreationDate epoch  `json:",omitempty"`
	CreatedResourceArn        string `json:",omitempty"`
	CreatedBy                 obj    `json:",omitempty"`
	ValidationStatus          string `json:",omitempty"`
	ValidationStatusMessage   string `json:",omitempty"`
	DeletionStatus            string `json:",omitempty"`
	IamRoleArn                string `json:",omitempty"`
	PercentDone               string
	IsParent                  bool
}

func (j *restoreJob) row(r *region) restoreRow {
	row := restoreRow{AccountId: r.account.id, RestoreJobId: j.id, RecoveryPointArn: j.point, SourceResourceArn: j.resource.arn,
		BackupVaultArn: j.vault, ResourceType: "DynamoDB", Status: j.status, StatusMessage: j.message, CreationDate: epochOf(j.created),
		CompletionDate: epochOf(j.completed), RecoveryPointCreationDate: epochOf(j.pointCreated), CreatedResourceArn: j.createdTable,
		ValidationStatus: j.validation, ValidationStatusMessage: j.validationMessage, DeletionStatus: j.deletion, IamRoleArn: j.role,
		PercentDone: "100.00%"}
	if j.testingPlan != "" {
		row.CreatedBy = obj{"RestoreTestingPlanArn": j.testingPlan}
	}
	return row
}

func listRestoreJobs(c *call) (any, error) { return c.restoreJobs("") }

func listRestoreJobsByResource(c *call) (any, error) { return c.restoreJobs(c.labels[0]) }

func (c *call) restoreJobs(resource string) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	f, err := c.jobFilter("status")
	if err != nil {
		return nil, err
	}
	f.resource = resource
	plan := c.query.Get("restoreTestingPlanArn")
	jobs, token := page(p, c.region.restoreJobs, func(j *restoreJob) string { return seqKey(j.seq) }, func(j *restoreJob) bool {
		return (plan == "" || j.testingPlan == plan) && f.keeps(c, j.resource.arn, j.status, "", j.created, j.completed)
	})
	rows := make([]restoreRow, len(jobs))
	for i, j := range jobs {
		rows[i] = j.row(c.region)
	}
	return listOf("RestoreJobs", rows, token), nil
}

// sortRestores numbers restore jobs by their dates.
func (r *region) sortRestores() {
	slices.SortStableFunc(r.restoreJobs, func(a, b *restoreJob) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	for i, j := range r.restoreJobs {
		j.seq = uint64(i + 1)
		if j.status == "COMPLETED" {
			j.resource.restore = j
		}
	}
}
