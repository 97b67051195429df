package awssim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
)

func (b *builder) region(a *account, in RegionScenario) error {
	r := &region{account: a, name: in.Name, optStatus: or(in.OptStatus, "ENABLED_BY_DEFAULT"), advancedSince: in.AdvancedSince.before(b.clock, time.Time{})}
	a.regions[in.Name] = r
	a.regionNames = append(a.regionNames, in.Name)
	r.optIn, r.management = either(in.OptIn, optedIn, notOptedIn), either(in.Advanced, managed, notManaged)
	steps := []error{
		each(b, r, in.Tables, (*builder).table),
		each(b, r, in.Backups, (*builder).backup),
		each(b, r, in.Vaults, (*builder).vault),
		each(b, r, in.Plans, (*builder).plan),
		each(b, r, in.LegalHolds, (*builder).legalHold),
		each(b, r, in.RecoveryPoints, (*builder).points),
		each(b, r, in.BackupJobs, (*builder).job),
		each(b, r, in.RestoreTesting, (*builder).testing),
		each(b, r, in.RestoreJobs, (*builder).restore),
		each(b, r, in.Keys, (*builder).key),
		each(b, r, in.EventRules, (*builder).eventRule),
		each(b, r, in.Topics, (*builder).topic),
		each(b, r, in.Trails, (*builder).trail),
		each(b, r, in.TrailEvents, (*builder).trailEvent),
		each(b, r, in.Alarms, (*builder).alarm),
		each(b, r, in.LogGroups, (*builder).logGroup),
	}
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}

func each[T any](b *builder, r *region, in []T, build func(*builder, *region, T) error) error {
	for _, one := range in {
		if err := build(b, r, one); err != nil {
			return err
		}
	}
	return nil
}

// What the settings of a new Region say besides DynamoDB: EBS can be opted in to,
// but is not fully managed; EFS is both.
var (
	optedIn, notOptedIn = map[string]bool{"DynamoDB": true, "EBS": true, "EFS": true}, map[string]bool{"DynamoDB": false, "EBS": true, "EFS": true}
	managed, notManaged = map[string]bool{"DynamoDB": true, "EFS": true}, map[string]bool{"DynamoDB": false, "EFS": true}
)

// either is a Region's setting. The maps are shared between Regions; an update
// replaces them.
func either(dynamoDB *bool, on, off map[string]bool) map[string]bool {
	if dynamoDB == nil || *dynamoDB {
		return on
	}
	return off
}

func (b *builder) vault(r *region, in VaultScenario) error {
	if !vaultNamePattern.MatchString(in.Name) || r.vaults[in.Name] != nil {
		return fmt.Errorf("vault %q: the name is not a vault's, or there twice", in.Name)
	}
	if in.Policy != "" && !isJSON(in.Policy) {
		return fmt.Errorf("vault %s: the policy is no JSON", in.Name)
	}
	kind := plainVault
	if in.AirGapped {
		kind = airGappedVault
	}
	v := r.addVault(in.Name, kind, in.Key, in.Created.before(b.clock, b.oldest()))
	v.policy = in.Policy
	if l := in.Lock; l != nil {
		v.lock = lock{on: true, min: l.Min, max: l.Max, date: l.Date.before(b.clock, time.Time{}), since: l.Since.before(b.clock, v.created)}
		if err := checkBounds(l.Min, l.Max); err != nil {
			return fmt.Errorf("vault %s: %w", in.Name, err)
		}
	}
	if kind == airGappedVault {
		v.lock.on, v.lock.date, v.lock.since = true, v.created, v.created
	}
	if n := in.Notifications; n != nil {
		v.notifications = &vaultNotifications{SNSTopicArn: n.Topic, BackupVaultEvents: n.Events}
	}
	for k, value := range in.Tags {
		v.tags.put(k, value)
	}
	return nil
}

func (b *builder) plan(r *region, in PlanScenario) error {
	if r.planByName(in.Name) != nil {
		return fmt.Errorf("plan %s: it is there twice", in.Name)
	}
	created := in.Created.before(b.clock, b.clock.AddDate(0, 0, -400))
	rules := b.rules(r, in.Rules)
	if err := checkRules(in.Name, rules); err != nil {
		return fmt.Errorf("plan %s: %w", in.Name, err)
	}
	var advanced json.RawMessage
	if in.Advanced != "" {
		if !isJSON(in.Advanced) {
			return fmt.Errorf("plan %s: advanced_settings are no JSON", in.Name)
		}
		advanced = json.RawMessage(in.Advanced)
	}
	p := r.addPlan(in.Name, rules, advanced, created)
	p.deleted = in.Deleted.before(b.clock, time.Time{})
	for _, v := range in.Versions {
		rules := b.rules(r, v.Rules)
		if err := checkRules(in.Name, rules); err != nil {
			return fmt.Errorf("plan %s: %w", in.Name, err)
		}
		p.addVersion(in.Name, rules, advanced, v.Created.before(b.clock, created))
	}
	for k, v := range in.Tags {
		p.tags.put(k, v)
	}
	for _, m := range in.MissingRuns {
		if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
			return fmt.Errorf("plan %s: missing run %q is no date such as 2026-11-03", in.Name, m.Date)
		}
		if p.missing == nil {
			p.missing = map[string]missingRun{}
		}
		p.missing[m.Date] = missingRun{failed: m.Failed, message: m.Message, tables: m.Tables}
	}
	for _, s := range in.Selections {
		if err := b.selection(r, p, s); err != nil {
			return fmt.Errorf("plan %s: selection %s: %w", in.Name, s.Name, err)
		}
	}
	if created.Before(b.sim.ran) {
		b.sim.ran = created
	}
	return nil
}

func (b *builder) rules(r *region, in []RuleScenario) []backupRule {
	var out []backupRule
	for _, s := range in {
		rule := backupRule{RuleName: s.Name, TargetBackupVaultName: s.Vault, ScheduleExpression: s.Schedule,
			ScheduleExpressionTimezone: s.Timezone, StartWindowMinutes: s.StartWindow, CompletionWindowMinutes: s.CompletionWindow,
			Lifecycle: s.Lifecycle, EnableContinuousBackup: s.Continuous, RecoveryPointTags: s.RecoveryPointTags}
		if s.AirGappedVault != "" {
			rule.TargetLogicallyAirGappedBackupVaultArn = r.arn("backup", "backup-vault:"+s.AirGappedVault)
		}
		for _, c := range s.Copies {
			rule.CopyActions = append(rule.CopyActions, copyAction{DestinationBackupVaultArn: c.Vault, Lifecycle: c.Lifecycle, after: c.After})
		}
		out = append(out, rule)
	}
	return out
}

func (b *builder) selection(r *region, p *plan, in SelectionScenario) error {
	body := selectionBody{SelectionName: in.Name, IamRoleArn: r.roleArn(in.Role), Resources: r.arns(in.Resources), NotResources: r.arns(in.NotResources)}
	for _, t := range in.Tags {
		body.ListOfTags = append(body.ListOfTags, snapshot.Condition{ConditionType: "STRINGEQUALS", ConditionKey: t.Key, ConditionValue: t.Value})
	}
	if c := in.Conditions; c != nil {
		body.Conditions = &snapshot.Conditions{StringEquals: pairs(c.StringEquals), StringLike: pairs(c.StringLike),
			StringNotEquals: pairs(c.StringNotEquals), StringNotLike: pairs(c.StringNotLike)}
	}
	if err := body.check(); err != nil {
		return err
	}
	s := p.addSelection(body, in.Created.before(b.clock, p.created))
	s.deleted = in.Deleted.before(b.clock, time.Time{})
	return nil
}

func pairs(in []PairScenario) []snapshot.ConditionParameter {
	var out []snapshot.ConditionParameter
	for _, p := range in {
		out = append(out, snapshot.ConditionParameter{ConditionKey: p.Key, ConditionValue: p.Value})
	}
	return out
}

// roleArn completes a role's name.
func (r *region) roleArn(role string) string {
	if strings.HasPrefix(role, "arn:") {
		return role
	}
	return "arn:" + r.account.partition + ":iam::" + r.account.id + ":role/" + or(role, "service-role/AWSBackupDefaultServiceRole")
}

// arns completes "table/Name" to an ARN of this Region.
func (r *region) arns(in []string) []string {
	var out []string
	for _, s := range in {
		if strings.HasPrefix(s, "table/") {
			s = r.arn("dynamodb", s)
		}
		out = append(out, s)
	}
	return out
}

func (r *region) planByName(name string) *plan {
	for _, p := range r.plans {
		if p.current().name == name {
			return p
		}
	}
	return nil
}

func (b *builder) legalHold(r *region, in LegalHoldScenario) error {
	var selection holdSelection
	selection.VaultNames = in.Vaults
	for _, t := range in.Tables {
		selection.ResourceIdentifiers = append(selection.ResourceIdentifiers, r.arn("dynamodb", "table/"+t))
	}
	if in.From != nil || in.To != nil {
		selection.DateRange = &dateRange{epochOf(in.From.before(b.clock, b.oldest())), epochOf(in.To.before(b.clock, b.clock))}
	}
	h := r.addLegalHold(in.Title, or(in.Description, in.Title), selection, in.Created.before(b.clock, b.clock.AddDate(0, 0, -1)))
	h.status = or(in.Status, "ACTIVE")
	return nil
}
