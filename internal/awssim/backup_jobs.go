package awssim

import (
	"strings"
	"time"
)

// jobRow is one row of ListBackupJobs.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
type jobRow struct {
	AccountId              string
	BackupJobId            string
	BackupVaultName        string
	BackupVaultArn         string
	VaultType              string     `json:",omitempty"`
	VaultLockState         string     `json:",omitempty"`
	RecoveryPointArn       string     `json:",omitempty"`
	RecoveryPointLifecycle *Lifecycle `json:",omitempty"`
	ResourceArn            string
	ResourceName           string
	ResourceType           string
	CreationDate           epoch
	InitiationDate         epoch `json:",omitempty"`
	CompletionDate         epoch `json:",omitempty"`
	StartBy                epoch `json:",omitempty"`
	State                  string
	StatusMessage          string `json:",omitempty"`
	MessageCategory        string `json:",omitempty"`
	PercentDone            string
	BackupSizeInBytes      int64    `json:",omitempty"`
	IamRoleArn             string   `json:",omitempty"`
	CreatedBy              *creator `json:",omitempty"`
	IsParent               bool
}

func (j *backupJob) row(r *region, now time.Time) jobRow {
	row := jobRow{AccountId: r.account.id, BackupJobId: j.id, BackupVaultName: j.vaultName, BackupVaultArn: j.vaultArn,
		VaultType: j.vaultKind, VaultLockState: vaultLockState(j.locked), RecoveryPointLifecycle: j.lifecycle,
		ResourceArn: j.resource.arn, ResourceName: j.resource.name, ResourceType: "DynamoDB",
		CreationDate: epochOf(j.created), StartBy: epochOf(j.startBy), State: j.stateAt(now), PercentDone: "0.0"}
	if j.origin != nil {
		row.IamRoleArn, row.CreatedBy = j.origin.role, j.origin.creator
	}
	if row.State != "CREATED" && row.State != "PENDING" && row.State != "EXPIRED" {
		row.InitiationDate = epochOf(j.started)
	}
	if row.State == "CREATED" || row.State == "PENDING" || row.State == "RUNNING" {
		return row
	}
	row.CompletionDate, row.StatusMessage, row.MessageCategory = epochOf(j.completed), j.message, j.category
	if j.point != nil {
		row.RecoveryPointArn, row.BackupSizeInBytes, row.PercentDone = j.point.arn(), j.point.size, "100.0"
	}
	return row
}

// jobFilter holds the filters that the three job lists share.
type jobFilter struct {
	resource, state, kind, account, category           string
	createdBefore, createdAfter, doneBefore, doneAfter time.Time
}

func (c *call) jobFilter(stateParameter string) (f jobFilter, err error) {
	q := c.query
	f = jobFilter{resource: q.Get("resourceArn"), state: q.Get(stateParameter), kind: q.Get("resourceType"),
		account: q.Get("accountId"), category: q.Get("messageCategory")}
	for name, to := range map[string]*time.Time{"createdBefore": &f.createdBefore, "createdAfter": &f.createdAfter,
		"completeBefore": &f.doneBefore, "completeAfter": &f.doneAfter} {
		if *to, err = c.queryTime(name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// keeps applies the filters, and AWS's memory of 30 days.
func (f jobFilter) keeps(c *call, resource, state, category string, created, done time.Time) bool {
	switch {
	case created.Before(c.now.Add(-jobHistory)),
		f.resource != "" && f.resource != resource,
		f.state != "" && f.state != state,
		f.kind != "" && f.kind != "DynamoDB",
		f.account != "" && f.account != "*" && f.account != c.region.account.id,
		f.category != "" && f.category != "*" && f.category != category,
		!f.createdBefore.IsZero() && !created.Before(f.createdBefore),
		!f.createdAfter.IsZero() && !created.After(f.createdAfter),
		!f.doneBefore.IsZero() && (done.After(c.now) || !done.Before(f.doneBefore)),
		!f.doneAfter.IsZero() && (done.After(c.now) || !done.After(f.doneAfter)):
		return false
	}
	return true
}

func listBackupJobs(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	f, err := c.jobFilter("state")
	if err != nil {
		return nil, err
	}
	vault := c.query.Get("backupVaultName")
	jobs, token := page(p, c.region.backupJobs, func(j *backupJob) string { return seqKey(j.seq) }, func(j *backupJob) bool {
		return (vault == "" || j.vaultName == vault) &&
			f.keeps(c, j.resource.arn, j.stateAt(c.now), j.category, j.created, j.completed)
	})
	rows := make([]jobRow, len(jobs))
	for i, j := range jobs {
		rows[i] = j.row(c.region, c.now)
	}
	return listOf("BackupJobs", rows, token), nil
}

func (c *call) backupJob() (*backupJob, error) {
	for _, j := range c.region.backupJobs {
		if j.id == c.labels[0] {
			return j, nil
		}
	}
	return nil, notFound("Cannot find backup job %s", c.labels[0])
}

func describeBackupJob(c *call) (any, error) {
	j, err := c.backupJob()
	if err != nil {
		return nil, err
	}
	return j.row(c.region, c.now), nil
}

// startBackupJob backs one table up now. The point's ARN is known at once only
// for advanced backups.
func startBackupJob(c *call) (any, error) {
	in := struct {
		BackupVaultName, LogicallyAirGappedBackupVaultArn, ResourceArn, IamRoleArn, IdempotencyToken string
		StartWindowMinutes, CompleteWindowMinutes                                                    *int64
		Lifecycle                                                                                    *Lifecycle
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if id := c.region.idempotentJobs[in.IdempotencyToken]; in.IdempotencyToken != "" && id != "" {
		c.labels = []string{id}
		if j, err := c.backupJob(); err == nil {
			return j.receipt(), nil
		}
	}
	t, err := c.backupTarget(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	rule := backupRule{RuleName: "on demand", TargetBackupVaultName: in.BackupVaultName, Lifecycle: in.Lifecycle,
		TargetLogicallyAirGappedBackupVaultArn: in.LogicallyAirGappedBackupVaultArn, StartWindowMinutes: in.StartWindowMinutes}
	switch {
	case in.IamRoleArn == "":
		return nil, missingParameter("IamRoleArn is required")
	case in.StartWindowMinutes != nil && *in.StartWindowMinutes < 60:
		return nil, invalidParameter("Start window must be at least 60 minutes")
	case c.region.vaults[in.BackupVaultName] == nil:
		return nil, notFound("Backup vault %s not found", in.BackupVaultName)
	}
	if err := in.Lifecycle.check(); err != nil {
		return nil, err
	}
	j := c.region.backUp(run{simulator: c.sim, at: c.now, now: c.now, rule: &rule, origin: &provenance{role: in.IamRoleArn}, onDemand: true}, t)
	if in.IdempotencyToken != "" {
		if c.region.idempotentJobs == nil {
			c.region.idempotentJobs = map[string]string{}
		}
		c.region.idempotentJobs[in.IdempotencyToken] = j.id
	}
	return j.receipt(), nil
}

func (c *call) backupTarget(arn string) (*table, error) {
	if t := c.region.tables[arn[strings.LastIndexByte(arn, '/')+1:]]; t != nil && t.arn == arn {
		return t, nil
	}
	return nil, notFound("Resource %s not found", arn)
}

func (j *backupJob) receipt() obj {
	out := obj{"BackupJobId": j.id, "CreationDate": epochOf(j.created), "IsParent": false}
	if j.point != nil && j.point.advanced {
		out["RecoveryPointArn"] = j.point.arn()
	}
	return out
}

func stopBackupJob(c *call) (any, error) {
	j, err := c.backupJob()
	if err != nil {
		return nil, err
	}
	if s := j.stateAt(c.now); s != "CREATED" && s != "PENDING" && s != "RUNNING" {
		return nil, invalidRequest("Backup job %s is %s", j.id, s)
	}
	if p := j.point; p != nil {
		p.vault.sweep(func(x *point) bool { return x == p })
		j.point = nil
	}
	if j.started.After(c.now) {
		j.started = c.now
	}
	j.completed, j.end, j.message = c.now, "ABORTED", "Backup job was stopped"
	return nil, nil
}
