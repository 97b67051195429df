package remediate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// backup.add_rule adds a rule to a plan, where changing one would lose runs. The new
// one starts at an hour when no other rule of the plan may: where start windows
// overlap, AWS Backup drops a run.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
func addRule() Action {
	return Action{
		Name: "backup.add_rule", Doc: "add a rule to a plan that does not back up often enough",
		Order: OrderPlan, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "more: backups of all tables of the plan, as often as the rule runs",
		Permissions: []Permission{
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupPlanVersions", Resource: plans},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup:ListTags", Resource: plans},
			{Action: "backup:UpdateBackupPlan", Resource: plans},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: func(*proposer, []Case) {},
		do: byHand(deed([]move{step[addParameters, *planState]{
			operation: "backup:UpdateBackupPlan",
			read:      readAdded, want: wantAdded, weaker: weakerPlan, write: writeUpdated[addParameters],
			ready: addedFits, confirm: noVersionBetween[addParameters], known: (*planState).known, lasting: (*planState).lasting,
		}.move()}, nil, textAdded), backPlan[addParameters]),
	}
}

type addParameters struct {
	BackupPlanId string
	Rule         snapshot.BackupRule
}

func (p addParameters) planID() string { return p.BackupPlanId }

func (p addParameters) target(at Place) string {
	return at.arn("backup", "backup-plan:"+p.BackupPlanId)
}

func (p addParameters) check(Place) error {
	if !planID.MatchString(p.BackupPlanId) {
		return fmt.Errorf("%q is no id of a plan of this account", p.BackupPlanId)
	}
	return checkRule(p.Rule)
}

func readAdded(ctx context.Context, t *Target, p addParameters) (*planState, error) {
	return t.readPlan(ctx, p.BackupPlanId)
}

// maxRules is AWS's limit for a plan.
const maxRules = 10

func wantAdded(p addParameters, now *planState) (*planState, error) {
	if slices.ContainsFunc(now.Rules, func(r snapshot.BackupRule) bool { return r.RuleName == p.Rule.RuleName }) {
		return nil, fmt.Errorf("the plan has a rule %s already", p.Rule.RuleName)
	}
	if len(now.Rules) >= maxRules {
		return nil, fmt.Errorf("the plan has %d rules; AWS takes %d", len(now.Rules), maxRules)
	}
	after := *now
	after.Rules = append(slices.Clone(now.Rules), p.Rule)
	return &after, nil
}

func addedFits(ctx context.Context, t *Target, p addParameters, now *planState) error {
	after, err := wantAdded(p, now)
	if err != nil {
		return err
	}
	return t.planFits(ctx, p.target(t.Place), now, after)
}

func textAdded(p addParameters, c *Change) Text {
	after, err := decodeLoosely[*planState](c.Steps[0].After)
	if err != nil {
		return Text{}
	}
	return planTexts(p.BackupPlanId, after, c)
}

// addRule adds a rule to a plan instead of changing one, if that is all that the
// cases need. It keeps as long as the longest of the plan, so that it fits what
// others ask of retention.
func (p *proposer) addRule(r *region, plan *snapshot.BackupPlan, cases []Case) (ok bool) {
	hours := 0
	for _, c := range cases {
		var d demand
		json.Unmarshal(c.Remediation.Parameters, &d)
		if d.MaxGapHours == 0 || d.DeleteAfterDays > 0 || d.MoveToColdStorageAfterDays > 0 {
			return false
		}
		if hours == 0 || d.MaxGapHours < hours {
			hours = d.MaxGapHours
		}
	}
	now := planOf(plan)
	rule := snapshot.BackupRule{RuleName: "holdfast-" + every(hours), TargetBackupVaultName: plan.Rules[0].TargetBackupVaultName,
		ScheduleExpressionTimezone: "Etc/UTC", StartWindowMinutes: int64p(60), CompletionWindowMinutes: int64p(7 * 24 * 60)}
	if kept := now.longestKept(); kept > 0 {
		rule.Lifecycle = &snapshot.Lifecycle{DeleteAfterDays: int64p(int64(kept))}
	}
	for hour := range 24 {
		rule.ScheduleExpression = fmt.Sprintf("cron(0 %d ? * * *)", hour)
		if hours < 24 {
			rule.ScheduleExpression = fmt.Sprintf("cron(0 %d/%d ? * * *)", hour%divisor(hours), divisor(hours))
		}
		parameters := addParameters{plan.BackupPlanId, rule}
		after, err := wantAdded(parameters, now)
		if err != nil || len(weakerPlan(now, after)) > 0 || r.planFits(now, after, p.world) != nil {
			continue
		}
		if gap, ok := after.longestGap(1); !ok || gap > time.Duration(hours)*time.Hour {
			continue
		}
		_, ok := p.add(addRule(), r.Place, parameters, []any{now}, cases, r.collisions(plan, after)...)
		return ok
	}
	return false
}
