package facts

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// outcome tells what became of a run in the rule's own vault: own are the points
// that the run made, jobs its jobs, the last of which counts.
func (m *matching) outcome(d due, h *ruleHistory, own []*snapshot.RecoveryPoint, jobs []*attempt) outcome {
	o := outcome{at: d.at, state: runNever, job: "NONE"}
	for _, p := range own {
		if usable(p) && h.vaults[p.BackupVaultArn] {
			return m.there(d, p, m.start(p).After(d.at.Add(d.rule.start+slack)))
		}
	}
	if len(jobs) > 0 {
		o = m.ofJob(d, jobs[len(jobs)-1])
	} else if i := slices.IndexFunc(own, func(p *snapshot.RecoveryPoint) bool { return p.Status == "CREATING" }); i >= 0 {
		o = m.atWork(d, *own[i].CreationDate)
	} else if !m.now.After(d.at.Add(d.rule.start)) {
		o.state = runUnderWay
	}
	if o.state != runUnderWay && o.state != runGone && m.replaced(d, h) {
		o.state = runExcused
	}
	return o
}

func (m *matching) there(d due, p *snapshot.RecoveryPoint, afterwards bool) outcome {
	o := outcome{at: d.at, state: runThere}
	if c := p.CalculatedLifecycle; c != nil && c.MoveToColdStorageAt != nil && !c.MoveToColdStorageAt.After(m.now) && p.StorageClass != "WARM" && family(p.RecoveryPointArn) == "backup" {
		o.state = runCold
	} else if afterwards {
		o.state = runLate
	}
	return o
}

// ofJob is what a job tells of a run that left no usable point.
func (m *matching) ofJob(d due, j *attempt) outcome {
	o := outcome{at: d.at, state: runFailed, job: j.state, message: j.message}
	switch j.state {
	case "RUNNING":
		o = m.atWork(d, j.created)
	case "CREATED", "PENDING":
		if o.state = runUnderWay; m.now.After(*latest(j.startBy, ptrTo(d.at.Add(d.rule.start)))) {
			o = o.overdue()
		}
	case "COMPLETED":
		o.state, o.job = runGone, "GONE"
		switch p := m.byARN[j.point]; {
		case p != nil && usable(p): // in the vault of another version
			return m.there(d, p, false)
		case p != nil:
			o.message = "its recovery point is " + p.Status
		case j.completed != nil && j.completed.After(m.now): // since the scan began
			return outcome{at: d.at, state: runUnderWay}
		}
	case "ABORTING":
		o.job = "ABORTED"
	}
	return o
}

// atWork is a run that is being made, since a time.
func (m *matching) atWork(d due, since time.Time) outcome {
	o := outcome{at: d.at, state: runUnderWay, busy: true}
	if m.now.Sub(since) > d.rule.complete {
		return o.overdue()
	}
	return o
}

// replaced reports whether something else makes up for a run: a backup made by
// hand in its place, to be kept as long; or the backup of another rule of the plan
// that keeps as long and overlaps, since AWS does not say which of the two makes it.
func (m *matching) replaced(d due, h *ruleHistory) bool {
	before := m.now.Add(1)
	if d.next != nil {
		before = *d.next
	}
	if slices.ContainsFunc(m.byHand, func(p *snapshot.RecoveryPoint) bool {
		return h.vaults[p.BackupVaultArn] && !p.CreationDate.Before(d.at) && p.CreationDate.Before(before) &&
			retentionOfPoint(p).reach() >= d.rule.retention.reach()
	}) {
		return true
	}
	return slices.ContainsFunc(d.version.rules, func(r *planRule) bool {
		if r.row.RuleName == h.name || r.retention.reach() != d.rule.retention.reach() {
			return false
		}
		return slices.ContainsFunc(m.byMaker[maker{d.version.BackupPlanId, r.row.RuleName}], func(p *snapshot.RecoveryPoint) bool {
			at := m.start(p)
			return usable(p) && at.Add(r.start).After(d.at) && at.Before(d.at.Add(d.rule.start))
		})
	})
}

// copyOf tells what became of one copy of a run, of which main says what became of
// the run itself.
func (m *matching) copyOf(d due, c Copy, main outcome, own []*snapshot.RecoveryPoint) outcome {
	o := outcome{at: d.at, state: runNever, job: "NONE"}
	var source *snapshot.RecoveryPoint
	if i := slices.IndexFunc(own, usable); i >= 0 {
		source = own[i]
	}
	switch {
	case main.state == runUnderWay:
		return outcome{at: d.at, state: runUnderWay}
	case source == nil: // nothing to copy: that is the run's own failure
		return outcome{at: d.at, state: runExcused}
	case m.landed(c.DestinationBackupVaultArn, source) != nil:
		return m.there(d, m.landed(c.DestinationBackupVaultArn, source), false)
	case family(source.RecoveryPointArn) == "dynamodb":
		o.message = "AWS Backup copies advanced DynamoDB backups alone"
		return o
	}
	if j := m.copyJob(source.RecoveryPointArn, c.DestinationBackupVaultArn); j != nil {
		return m.ofCopyJob(d, c, j)
	}
	made := latest(source.CreationDate, source.CompletionDate)
	if !m.now.After(made.Add(d.rule.start)) { // a copy waits as long for its turn as a backup
		o.state = runUnderWay
	}
	return o
}

// landed finds the copy of a point in a vault. Copies keep their source's creation
// date.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
func (m *matching) landed(vault string, source *snapshot.RecoveryPoint) *snapshot.RecoveryPoint {
	list := m.byVault[vault]
	from, _ := slices.BinarySearchFunc(list, source.CreationDate.Add(-slack), func(p *snapshot.RecoveryPoint, t time.Time) int { return p.CreationDate.Compare(t) })
	for _, p := range list[from:] {
		if p.CreationDate.Sub(*source.CreationDate) > slack {
			break
		}
		if usable(p) && p.RecoveryPointArn != source.RecoveryPointArn {
			return p
		}
	}
	return nil
}

func (m *matching) copyJob(source, vault string) *copyAttempt {
	for i := len(m.jobs.copies) - 1; i >= 0; i-- { // the last one counts
		if j := &m.jobs.copies[i]; j.source == source && j.vault == vault {
			return j
		}
	}
	return nil
}

// ofCopyJob is what a copy job tells where its vault shows no usable copy, or where
// nobody looked into that vault.
func (m *matching) ofCopyJob(d due, c Copy, j *copyAttempt) outcome {
	switch o := (outcome{at: d.at, state: runFailed, job: j.state, message: j.message}); {
	case j.state == "CREATED" || j.state == "RUNNING":
		o = outcome{at: d.at, state: runUnderWay, busy: true}
		if m.now.Sub(j.created) > d.rule.complete {
			return o.overdue()
		}
		return o
	case j.state == "COMPLETED" && m.boundsOf(c.DestinationBackupVaultArn) == nil:
		return outcome{at: d.at, state: runThere}
	case j.state == "COMPLETED" && j.completed != nil && j.completed.After(m.now):
		return outcome{at: d.at, state: runUnderWay}
	case j.state == "COMPLETED":
		o.state, o.job = runGone, "GONE"
		return o
	default:
		return o
	}
}

func ptrTo[T any](v T) *T { return &v }

// runs is what the rules read of all lines.
func (m *matching) runs(ambiguities []string) Runs {
	r := Runs{Outages: []Outage{}, Ambiguities: orEmpty(ambiguities)}
	for _, l := range m.lines {
		var down *Outage
		for i := len(l.runs) - 1; i >= 0; i-- { // the newest first
			o := l.runs[i]
			if o.state == runUnderWay {
				continue
			}
			r.Judged++
			if !o.missing() {
				down = nil
				continue
			}
			r.Missing++
			if down == nil {
				r.Outages = append(r.Outages, m.outage(l, o, !judgedLater(l, i)))
				down = &r.Outages[len(r.Outages)-1]
			}
			down.Runs++
			down.OldestAgeHours = *since(m.now, &o.at, time.Hour)
		}
	}
	r.Outages = foremost(r.Outages)
	return r
}

func (o outcome) missing() bool {
	return o.state == runNever || o.state == runFailed || o.state == runGone
}

func judgedLater(l *line, i int) bool {
	return slices.ContainsFunc(l.runs[i+1:], func(o outcome) bool { return o.state != runUnderWay })
}

// outage begins with its newest run.
func (m *matching) outage(l *line, o outcome, newest bool) Outage {
	at, _ := parseARN(l.vault)
	return Outage{
		PlanRule: l.rule.arn, RuleName: l.rule.row.RuleName, BackupVaultName: vaultName(l.vault), Region: at.region, Account: at.account,
		Copy: l.copies, Latest: newest, NewestAgeHours: *since(m.now, &o.at, time.Hour), Job: o.job, Message: o.message,
	}
}

// maxOutages bounds what one table's facts tell.
const maxOutages = 16

// foremost sorts the newest first, and keeps the longest in any case.
func foremost(all []Outage) []Outage {
	slices.SortStableFunc(all, func(a, b Outage) int { return cmp.Compare(a.NewestAgeHours, b.NewestAgeHours) })
	if len(all) <= maxOutages {
		return all
	}
	longest := slices.MaxFunc(all, func(a, b Outage) int { return cmp.Compare(a.Runs, b.Runs) })
	if !slices.Contains(all[:maxOutages], longest) {
		all[maxOutages-1] = longest
	}
	return all[:maxOutages]
}
