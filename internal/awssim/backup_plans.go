package awssim

import (
	"encoding/json"
	"slices"
	"time"

	"holdfast/scanner/schedule"
)

type planRow struct {
	BackupPlanArn          string
	BackupPlanId           string
	CreationDate           epoch
	DeletionDate           epoch `json:",omitempty"`
	VersionId              string
	BackupPlanName         string
	CreatorRequestId       string          `json:",omitempty"`
	LastExecutionDate      epoch           `json:",omitempty"`
	AdvancedBackupSettings json.RawMessage `json:",omitempty"`
}

func (v *planVersion) row() planRow {
	p := v.plan
	return planRow{BackupPlanArn: p.arn, BackupPlanId: p.id, CreationDate: epochOf(v.created), DeletionDate: epochOf(p.deleted),
		VersionId: v.id, BackupPlanName: v.name, CreatorRequestId: p.creator, LastExecutionDate: epochOf(p.executed),
		AdvancedBackupSettings: v.advanced}
}

// listBackupPlans has no rules: they are GetBackupPlan's.
func listBackupPlans(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	deleted := c.query.Get("includeDeleted") == "true"
	plans, token := page(p, c.region.sortedPlans(), func(p *plan) string { return p.id }, func(p *plan) bool {
		return deleted || p.deleted.IsZero()
	})
	rows := make([]planRow, len(plans))
	for i, p := range plans {
		rows[i] = p.current().row()
	}
	return listOf("BackupPlansList", rows, token), nil
}

// plan finds the plan of the path. A deleted one can still be read.
func (c *call) plan(alive bool) (*plan, error) {
	p := c.region.plans[c.labels[0]]
	if p == nil || alive && !p.deleted.IsZero() {
		return nil, notFound("Cannot find Backup plan with ID %s", c.labels[0])
	}
	return p, nil
}

func listBackupPlanVersions(c *call) (any, error) {
	pg, err := c.restPage()
	if err != nil {
		return nil, err
	}
	p, err := c.plan(false)
	if err != nil {
		return nil, err
	}
	position := func(v *planVersion) string { return seqKey(uint64(slices.Index(p.versions, v))) }
	versions, token := page(pg, p.versions, position, nil)
	rows := make([]planRow, len(versions))
	for i, v := range versions {
		rows[i] = v.row()
	}
	return listOf("BackupPlanVersionsList", rows, token), nil
}

func getBackupPlan(c *call) (any, error) {
	p, err := c.plan(false)
	if err != nil {
		return nil, err
	}
	v := p.current()
	if id := c.query.Get("versionId"); id != "" {
		if v = p.version(id); v == nil {
			return nil, notFound("Cannot find version %s of backup plan %s", id, p.id)
		}
	}
	body := obj{"BackupPlanName": v.name, "Rules": v.rules}
	body.set("AdvancedBackupSettings", v.advanced)
	out := obj{"BackupPlan": body, "BackupPlanId": p.id, "BackupPlanArn": p.arn, "VersionId": v.id, "CreationDate": epochOf(v.created)}
	out.set("CreatorRequestId", p.creator)
	out.set("DeletionDate", epochOf(p.deleted))
	out.set("LastExecutionDate", epochOf(p.executed))
	out.set("AdvancedBackupSettings", v.advanced)
	preview := c.query.Get("MaxScheduledRunsPreview")
	if preview != "" && preview != "0" {
		n, err := c.queryInt("MaxScheduledRunsPreview")
		if err != nil || n > 10 {
			return nil, invalidParameter("MaxScheduledRunsPreview must be between 0 and 10")
		}
		out["ScheduledRunsPreview"] = v.preview(c.now, n)
	}
	return out, nil
}

type planInput struct {
	BackupPlan struct {
		BackupPlanName         string
		Rules                  []backupRule
		AdvancedBackupSettings json.RawMessage
	}
	BackupPlanTags   map[string]string
	CreatorRequestId string
}

func createBackupPlan(c *call) (any, error) {
	var in planInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	body := in.BackupPlan
	if err := checkRules(body.BackupPlanName, body.Rules); err != nil {
		return nil, err
	}
	for _, p := range c.region.plans {
		if in.CreatorRequestId != "" && p.creator == in.CreatorRequestId && p.deleted.IsZero() {
			return p.written(), nil
		}
	}
	for _, p := range c.region.plans {
		if p.deleted.IsZero() && p.current().name == body.BackupPlanName && sameRules(p.current().rules, body.Rules) {
			e := fail(400, "AlreadyExistsException", "Backup plan with the same plan document already exists")
			e.members = map[string]string{"Arn": p.arn, "CreatorRequestId": p.creator, "Type": "BACKUP_PLAN"}
			return nil, e
		}
	}
	at := c.now
	for c.region.plans[uuid(hash("plan", c.region.account.id, c.region.name, body.BackupPlanName, millis(at)))] != nil {
		at = at.Add(time.Millisecond)
	}
	p := c.region.addPlan(body.BackupPlanName, body.Rules, body.AdvancedBackupSettings, at)
	p.creator = in.CreatorRequestId
	for k, v := range in.BackupPlanTags {
		p.tags.put(k, v)
	}
	c.sim.wake(c.now)
	return p.written(), nil
}

func (p *plan) written() obj {
	v := p.current()
	out := obj{"BackupPlanId": p.id, "BackupPlanArn": p.arn, "CreationDate": epochOf(v.created), "VersionId": v.id}
	out.set("AdvancedBackupSettings", v.advanced)
	return out
}

func sameRules(a, b []backupRule) bool {
	strip := func(rules []backupRule) string {
		rules = slices.Clone(rules)
		for i := range rules {
			rules[i].RuleId = ""
		}
		return string(encodeJSON(rules))
	}
	return strip(a) == strip(b)
}

// updateBackupPlan replaces the whole body and makes a new version; points made
// before keep what the old one promised.
func updateBackupPlan(c *call) (any, error) {
	var in planInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.plan(true)
	if err != nil {
		return nil, err
	}
	body := in.BackupPlan
	if err := checkRules(body.BackupPlanName, body.Rules); err != nil {
		return nil, err
	}
	p.addVersion(body.BackupPlanName, body.Rules, body.AdvancedBackupSettings, c.now)
	c.sim.wake(c.now)
	return p.written(), nil
}

func deleteBackupPlan(c *call) (any, error) {
	p, err := c.plan(true)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(p.selections, func(s *selectionState) bool { return s.deleted.IsZero() }) {
		return nil, invalidRequest("Related backup plan selections must be deleted prior to backup plan deletion")
	}
	p.deleted = c.now
	return obj{"BackupPlanId": p.id, "BackupPlanArn": p.arn, "DeletionDate": epochOf(p.deleted), "VersionId": p.current().id}, nil
}

// preview are the next n runs after overlap merging.
func (v *planVersion) preview(now time.Time, n int) []obj {
	runs := []obj{}
	for horizon := 2 * day; horizon <= 512*day; horizon *= 4 {
		runs = runs[:0]
		merged, _ := schedule.Merge(v.merged, now.Add(1), now.Add(horizon))
		for _, m := range merged[:min(n, len(merged))] {
			runs = append(runs, obj{"ExecutionTime": epochOf(m.At), "RuleId": v.rules[m.Rule].RuleId, "RuleExecutionType": "SNAPSHOTS"})
		}
		if len(runs) == n {
			break
		}
	}
	return runs
}
