package awssim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// madeBy finds who made a point or job: a plan's rule, or somebody on demand.
func (r *region) madeBy(planName, ruleName string) (*provenance, error) {
	role := r.roleArn("")
	if planName == "" {
		return &provenance{role: role}, nil
	}
	p := r.planByName(planName)
	if p == nil {
		return nil, fmt.Errorf("there is no plan %s", planName)
	}
	v := p.current()
	for i := range v.rules {
		if ruleName == "" || v.rules[i].RuleName == ruleName {
			return v.origin(&v.rules[i], role), nil
		}
	}
	return nil, fmt.Errorf("plan %s has no rule %s", planName, ruleName)
}

func (r *region) tableArn(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return r.arn("dynamodb", "table/"+name)
}

func (b *builder) points(r *region, in PointScenario) error {
	v := r.vaults[in.Vault]
	if v == nil || in.Table == "" || in.Created == nil {
		return fmt.Errorf("recovery point of %q: it needs table, created and a vault that exists", in.Table)
	}
	origin, err := r.madeBy(in.Plan, in.Rule)
	if err != nil {
		return fmt.Errorf("recovery point of %s: %w", in.Table, err)
	}
	for i := range max(in.Count, 1) {
		at := in.Created.before(b.clock, b.clock).Add(time.Duration(i) * every(in.Every))
		p := &point{resource: r.resourceOf(r.tableArn(in.Table)), vault: v, origin: origin, lifecycle: in.Lifecycle, created: at.UnixMilli(),
			seconds: 300, advanced: r.advancedAt(at), key: in.Key, size: in.Size,
			id: hash("explicit point", v.arn, in.Table, millis(at))}
		if in.Advanced != nil {
			p.advanced = *in.Advanced
		}
		if p.key == "" && p.advanced {
			p.key = v.key
		}
		if p.size == 0 {
			p.size = int64(p.id % (1 << 30))
		}
		if in.CopiedFrom != "" {
			if p.source = b.sim.vaultByArn(in.CopiedFrom); p.source == nil {
				return fmt.Errorf("recovery point of %s: copied_from %s is no vault named before", in.Table, in.CopiedFrom)
			}
		}
		p.extra = b.extra(in)
		v.add(p)
	}
	return nil
}

func (b *builder) extra(in PointScenario) *pointExtra {
	e := &pointExtra{status: in.Status, message: in.Message, storage: in.Storage, restored: in.LastRestore.before(b.clock, time.Time{})}
	if in.DeleteAt != nil {
		e.deleteAt = ptr(in.DeleteAt.before(b.clock, b.clock))
	}
	if in.ColdAt != nil {
		e.coldAt = ptr(in.ColdAt.before(b.clock, b.clock))
	}
	return e
}

func (b *builder) job(r *region, in JobScenario) error {
	if in.Table == "" || in.Created == nil || in.State == "" {
		return fmt.Errorf("backup job of %q: it needs table, created and state", in.Table)
	}
	origin, err := r.madeBy(in.Plan, in.Rule)
	if err != nil {
		return fmt.Errorf("backup job of %s: %w", in.Table, err)
	}
	at := in.Created.before(b.clock, b.clock)
	j := &backupJob{seq: r.nextJob(), resource: r.resourceOf(r.tableArn(in.Table)), vaultName: in.Vault,
		vaultArn: r.arn("backup", "backup-vault:"+in.Vault), vaultKind: plainVault, created: at, started: at, startBy: at.Add(8 * time.Hour),
		completed: in.Completed.before(b.clock, at.Add(10*time.Minute)), end: in.State, message: in.Message, category: in.Category,
		origin: origin, stuck: true}
	j.id = uuid(hash("explicit job", j.resource.arn, in.Vault, in.State, millis(at)))
	r.backupJobs = append(r.backupJobs, j)
	return nil
}

func (b *builder) testing(r *region, in TestingPlanScenario) error {
	if !testingNamePattern.MatchString(in.Name) {
		return fmt.Errorf("restore testing plan %q: letters, digits and underscores only", in.Name)
	}
	include := in.Include
	if include == nil {
		include = []string{"*"}
	}
	p := r.addTestingPlan(testingPlanBody{RestoreTestingPlanName: in.Name, ScheduleExpression: in.Schedule, ScheduleExpressionTimezone: in.Timezone,
		StartWindowHours: in.StartWindow, RecoveryPointSelection: testingPoints{Algorithm: or(in.Algorithm, "LATEST_WITHIN_WINDOW"),
			IncludeVaults: include, ExcludeVaults: in.Exclude, RecoveryPointTypes: []string{"SNAPSHOT"}, SelectionWindowDays: in.WindowDays},
	}, in.Created.before(b.clock, b.clock.AddDate(0, 0, -400)))
	p.executed = in.LastRun.before(b.clock, time.Time{})
	for _, s := range in.Selections {
		body := testingSelectionBody{RestoreTestingSelectionName: s.Name, ProtectedResourceType: "DynamoDB", IamRoleArn: r.roleArn(s.Role),
			ProtectedResourceArns: r.arns(s.Resources), ValidationWindowHours: s.ValidationWindow}
		if body.ProtectedResourceArns == nil {
			body.ProtectedResourceArns = []string{"*"}
		}
		if s.Conditions != "" {
			if !isJSON(s.Conditions) {
				return fmt.Errorf("restore testing selection %s: conditions are no JSON", s.Name)
			}
			body.ProtectedResourceConditions = json.RawMessage(s.Conditions)
		}
		p.selections[s.Name] = &testingSelection{created: p.created, body: body}
	}
	return nil
}

func (b *builder) restore(r *region, in RestoreScenario) error {
	if in.Table == "" || in.Created == nil {
		return fmt.Errorf("restore job of %q: it needs table and created", in.Table)
	}
	at := in.Created.before(b.clock, b.clock)
	j := &restoreJob{resource: r.resourceOf(r.tableArn(in.Table)), status: or(in.Status, "COMPLETED"), message: in.Message, created: at,
		completed: in.Completed.before(b.clock, at.Add(40*time.Minute)), pointCreated: in.PointCreated.before(b.clock, at.Add(-day)),
		validation: in.Validation, validationMessage: in.ValidationMessage, deletion: in.Deletion, role: r.roleArn("")}
	j.id = uuid(hash("restore", j.resource.arn, millis(at)))
	j.point = r.arn("backup", "recovery-point:"+uuid(hash("restored point", j.resource.arn, millis(j.pointCreated))))
	if in.Vault != "" {
		j.vault = r.arn("backup", "backup-vault:"+in.Vault)
	}
	if in.CreatedTable != "" {
		j.createdTable = r.tableArn(in.CreatedTable)
	}
	if in.TestingPlan != "" {
		p := r.testingPlans[in.TestingPlan]
		if p == nil {
			return fmt.Errorf("restore job of %s: there is no restore testing plan %s", in.Table, in.TestingPlan)
		}
		j.testingPlan = p.arn
	}
	r.restoreJobs = append(r.restoreJobs, j)
	return nil
}

// deletions take points away once the plans have made them.
func (b *builder) deletions(s Scenario) error {
	for _, a := range s.Accounts {
		for _, in := range a.Regions {
			for _, d := range in.Deletions {
				if err := b.deletion(b.sim.accounts[a.ID].regions[in.Name], d); err != nil {
					return fmt.Errorf("account %s: region %s: deleted point of %s: %w", a.ID, in.Name, d.Table, err)
				}
			}
		}
	}
	return nil
}

func (b *builder) deletion(r *region, in DeletionScenario) error {
	v := r.vaults[in.Vault]
	if v == nil || in.Table == "" || in.Made == nil {
		return errors.New("it needs table, made and a vault that exists")
	}
	from, left := in.Made.before(b.clock, b.clock).UnixMilli(), max(in.Count, 1)
	for _, p := range slices.Clone(r.resourceOf(r.tableArn(in.Table)).points) {
		if p.vault != v || p.created < from || left == 0 {
			continue
		}
		left--
		if in.User != "" {
			w := r.watch()
			w.events = append(w.events, trailEvent{
				name: "DeleteRecoveryPoint", source: "backup.amazonaws.com", user: in.User, region: r.name, account: r.account.id,
				at: in.At.before(b.clock, b.clock.Add(-time.Hour)), principal: "arn:" + r.account.partition + ":iam::" + r.account.id + ":user/" + in.User,
				id: uuid(hash("deletion event", p.arn())), parameters: obj{"backupVaultName": in.Vault, "recoveryPointArn": p.arn()},
			})
		}
		v.sweep(func(x *point) bool { return x == p })
	}
	if left > 0 {
		return errors.New("there are not as many points to delete")
	}
	slices.SortFunc(r.watch().events, func(x, y trailEvent) int { return strings.Compare(x.key(), y.key()) })
	return nil
}
