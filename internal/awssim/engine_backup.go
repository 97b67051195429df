package awssim

import (
	"time"
)

// backUp makes the job of one table in one run, with its point and copies. The
// job is nil where it is too old to be listed.
func (r *region) backUp(run run, t *table) *backupJob {
	vaultName, v := r.target(run.rule, run.at)
	nth := ""
	if run.onDemand { // several may be asked for at once
		nth = seqKey(r.jobSeq)
	}
	seed := hash("job", t.arn, run.rule.RuleId, vaultName, millis(run.at), nth)
	j := &backupJob{id: uuid(seed), resource: t.resource, vaultName: vaultName, vaultArn: r.arn("backup", "backup-vault:"+vaultName),
		created: run.at, startBy: run.at.Add(run.rule.startWindow()), end: "COMPLETED", category: "SUCCESS",
		origin: run.origin, lifecycle: run.rule.Lifecycle}
	j.started = run.start(seed)
	free := t.resource.busy
	for j.started.UnixMilli() < free { // AWS tries again every ten minutes
		j.started = j.started.Add(10 * time.Minute)
	}
	j.completed = j.started.Add(2*time.Minute + time.Duration(seed>>32%600)*time.Second)
	if v != nil {
		j.vaultKind, j.locked = v.kind, v.lock.on
	}
	switch reason := v.refuses(run); {
	case j.started.After(j.startBy):
		j.end, j.category, j.completed = "EXPIRED", "", j.startBy
		j.message = "Backup job expired before it could start: there was a running job for the same resource"
	case reason != "":
		j.end, j.category, j.message, j.completed = "FAILED", failureCategory(run), reason, j.started.Add(10*time.Second)
	default:
		t.resource.busy = j.completed.UnixMilli()
		j.point = r.makePoint(run, j, v, t)
		for i := range run.rule.CopyActions {
			r.copy(run, j.point, run.rule.CopyActions[i], j.id, j.origin)
		}
	}
	if !run.onDemand && run.at.Before(run.now.Add(-jobHistory-day)) {
		return nil
	}
	j.seq = r.nextJob()
	r.backupJobs = append(r.backupJobs, j)
	return j
}

// target is the vault that a rule's points go to: the air-gapped one where the
// backup is advanced, since only such can go there directly.
func (r *region) target(rule *backupRule, at time.Time) (string, *vault) {
	name := rule.TargetBackupVaultName
	if arn := rule.TargetLogicallyAirGappedBackupVaultArn; arn != "" && r.advancedAt(at) {
		name = vaultNameOf(arn)
	}
	v := r.vaults[name]
	if v != nil && v.created.After(at) {
		v = nil
	}
	return name, v
}

// start is when the job of a run starts: some minutes into the start window.
func (run run) start(seed uint64) time.Time {
	if run.onDemand {
		return run.at
	}
	window := min(run.rule.startWindow()/4, 15*time.Minute)
	return run.at.Add(time.Duration(seed%uint64(window/time.Second)) * time.Second)
}

// refuses says why a job into v fails, "" where it does not.
func (v *vault) refuses(run run) string {
	switch {
	case run.missing.failed && run.missing.message != "":
		return run.missing.message
	case run.missing.failed:
		return "IAM Role does not have sufficient permissions to execute the backup"
	case v == nil:
		return "Backup vault does not exist"
	}
	return v.lock.refuses(run.rule.Lifecycle, run.at)
}

func failureCategory(run run) string {
	if run.missing.failed {
		return "AccessDenied"
	}
	return "InvalidParameters"
}

// makePoint makes the job's point; one that is already gone at the engine's goal
// is not kept.
func (r *region) makePoint(run run, j *backupJob, v *vault, t *table) *point {
	p := &point{resource: t.resource, vault: v, origin: j.origin, lifecycle: j.lifecycle, created: j.started.UnixMilli(),
		seconds: int32(j.completed.Sub(j.started) / time.Second), advanced: r.advancedAt(run.at), size: t.size}
	p.id = hash("point", v.arn, t.arn, run.rule.RuleId, millis(run.at))
	switch {
	case p.advanced:
		p.key = v.key
	case t.sse != nil:
		p.key = t.sse.KMSMasterKeyArn
	}
	if r.outlives(p, run.now) {
		v.add(p)
	}
	return p
}

// outlives says whether p still exists at now.
func (r *region) outlives(p *point, now time.Time) bool {
	at := p.deleteAt()
	return at.IsZero() || now.Before(at.Add(p.vault.deletionDelay())) || r.held(p)
}

// copy makes the copy of a point, and the job that did it. Points that are not
// advanced cannot be copied.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
func (r *region) copy(run run, p *point, action copyAction, backupJob string, origin *provenance) *copyJob {
	if !p.advanced {
		return nil
	}
	s := run.simulator
	j := &copyJob{id: uuid(hash("copy", p.arn(), action.DestinationBackupVaultArn, millis(run.at))), resource: p.resource, source: p,
		sourceVault: p.vault, destination: action.DestinationBackupVaultArn, target: s.vaultByArn(action.DestinationBackupVaultArn),
		created: time.UnixMilli(p.completed()).UTC(), end: "COMPLETED", category: "SUCCESS", backupJob: backupJob, origin: origin,
		lifecycle: inherited(action.Lifecycle, p.lifecycle)}
	if run.onDemand && j.created.Before(run.at) {
		j.created = run.at
	}
	j.completed = j.created.Add(3*time.Minute + time.Duration(p.id>>32%900)*time.Second)
	if action.after > 0 {
		j.completed = j.created.Add(action.after)
	}
	if reason := s.refusesCopy(r, j); reason != "" {
		j.end, j.category, j.message = "FAILED", "InvalidParameters", reason
	} else {
		to := j.target.region
		q := &point{resource: to.resourceOf(p.resource.arn), vault: j.target, source: p.vault, origin: p.origin, lifecycle: j.lifecycle,
			created: p.created, seconds: int32((j.completed.UnixMilli() - p.created) / 1000), advanced: true, key: j.target.key, size: p.size,
			id: hash("point", j.target.arn, p.arn(), millis(j.created))}
		if to.outlives(q, run.now) {
			j.target.add(q)
		}
		j.made = q
	}
	if run.onDemand || !j.created.Before(run.now.Add(-jobHistory-day)) {
		j.seq = r.nextJob()
		r.copyJobs = append(r.copyJobs, j)
	}
	return j
}

// inherited is the lifecycle of a copy: what its action leaves out comes from the
// source, and so does the expiry where the action says "always".
func inherited(own, source *Lifecycle) *Lifecycle {
	if own == nil {
		return source
	}
	if _, ends := own.deleteAfter(); ends {
		return own
	}
	days, ends := source.deleteAfter()
	if !ends {
		return own
	}
	return &Lifecycle{MoveToColdStorageAfterDays: own.MoveToColdStorageAfterDays, DeleteAfterDays: &days}
}

func (s *Simulator) refusesCopy(r *region, j *copyJob) string {
	switch {
	case j.target == nil || j.target.created.After(j.created):
		return "Destination backup vault does not exist"
	case j.target.region.account != r.account && !s.crossAccount():
		return "Cross-account backup is not enabled for the organization"
	}
	return j.target.lock.refuses(j.lifecycle, j.created)
}

func (s *Simulator) crossAccount() bool {
	if s.directory == nil {
		return false
	}
	a := s.accounts[s.directory.management]
	return a != nil && a.globalSettings["isCrossAccountBackupEnabled"] == "true"
}
