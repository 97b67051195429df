package collect

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// previewedRuns is how many of the next runs AWS is asked to foresee; its maximum.
const previewedRuns = 10

// plans reads every plan in force with its selections, and returns the version in
// force by plan id. Versions that were in force lately become seen.
func (b *backups) plans(ctx context.Context, seen *versions) map[string]string {
	current := map[string]string{}
	var ids []string
	list(ctx, b.Recorder, ask("backup:ListBackupPlans"),
		func(ctx context.Context, token *string) (*sdk.ListBackupPlansOutput, error) {
			return b.client.ListBackupPlans(ctx, &sdk.ListBackupPlansInput{MaxResults: b.page(1000), NextToken: token})
		},
		func(out *sdk.ListBackupPlansOutput) (*string, int, error) {
			for _, p := range out.BackupPlansList {
				if p.BackupPlanId == nil {
					return nil, 0, unreadableError{"a plan has no BackupPlanId"}
				}
				ids = append(ids, *p.BackupPlanId)
				current[*p.BackupPlanId] = aws.ToString(p.VersionId)
			}
			return out.NextToken, len(out.BackupPlansList), nil
		})
	each(ctx, b.workers, ids, func(ctx context.Context, id string) {
		lately := b.lately(ctx, id)
		for _, v := range lately {
			seen.note(planVersion{id, v.VersionId})
		}
		b.plan(ctx, id, "", lately)
		b.selections(ctx, id)
	})
	return current
}

// plan reads one version of a plan; with no version, the one in force, which also
// tells the versions that were in force lately.
func (b *backups) plan(ctx context.Context, id, version string, lately []snapshot.PlanVersion) {
	in := &sdk.GetBackupPlanInput{BackupPlanId: &id}
	q := ask("backup:GetBackupPlan", "BackupPlanId", id)
	if version == "" {
		in.MaxScheduledRunsPreview = previewedRuns
	} else {
		in.VersionId = &version
		q = ask("backup:GetBackupPlan", "BackupPlanId", id, "VersionId", version)
	}
	// A plan that was deleted since, or long ago, is no gap.
	out, got := get(ctx, b.Recorder, q.orNone("ResourceNotFoundException"),
		func(ctx context.Context) (*sdk.GetBackupPlanOutput, error) { return b.client.GetBackupPlan(ctx, in) },
		func(out *sdk.GetBackupPlanOutput) (any, error) {
			switch {
			case out.BackupPlan == nil:
				return nil, unreadableError{"the answer has no BackupPlan"}
			case out.BackupPlanArn == nil:
				return nil, unreadableError{"the answer has no BackupPlanArn"}
			case out.VersionId == nil:
				return nil, unreadableError{"the answer has no VersionId"}
			case len(out.BackupPlan.Rules) == 0:
				return nil, unreadableError{"the plan has no rules"}
			}
			for _, r := range out.BackupPlan.Rules {
				if r.RuleName == nil || r.TargetBackupVaultName == nil {
					return nil, unreadableError{"a rule of the plan has no RuleName or TargetBackupVaultName"}
				}
			}
			return fields{"VersionId": out.VersionId, "Rules": len(out.BackupPlan.Rules)}, nil
		})
	if got != given {
		return
	}
	row := backupPlan(out)
	row.BackupPlanId = id
	row.Current = version == "" && out.DeletionDate == nil
	row.Versions = lately
	b.Add(snapshot.Row{BackupPlan: row})
}

func backupPlan(out *sdk.GetBackupPlanOutput) *snapshot.BackupPlan {
	row := &snapshot.BackupPlan{
		BackupPlanArn: aws.ToString(out.BackupPlanArn), BackupPlanName: aws.ToString(out.BackupPlan.BackupPlanName),
		VersionId: aws.ToString(out.VersionId), CreationDate: utc(out.CreationDate), DeletionDate: utc(out.DeletionDate),
		LastExecutionDate:      utc(out.LastExecutionDate),
		AdvancedBackupSettings: advancedSettings(out.BackupPlan.AdvancedBackupSettings),
	}
	for _, r := range out.BackupPlan.Rules {
		row.Rules = append(row.Rules, backupRule(r))
	}
	for _, r := range out.ScheduledRunsPreview {
		row.ScheduledRunsPreview = append(row.ScheduledRunsPreview, snapshot.ScheduledRun{
			ExecutionTime: utc(r.ExecutionTime), RuleId: aws.ToString(r.RuleId), RuleExecutionType: string(r.RuleExecutionType),
		})
	}
	return row
}

func backupRule(r types.BackupRule) snapshot.BackupRule {
	row := snapshot.BackupRule{
		RuleName: aws.ToString(r.RuleName), RuleId: aws.ToString(r.RuleId), TargetBackupVaultName: aws.ToString(r.TargetBackupVaultName),
		TargetLogicallyAirGappedBackupVaultArn: aws.ToString(r.TargetLogicallyAirGappedBackupVaultArn),
		ScheduleExpression:                     aws.ToString(r.ScheduleExpression),
		ScheduleExpressionTimezone:             aws.ToString(r.ScheduleExpressionTimezone),
		StartWindowMinutes:                     r.StartWindowMinutes, CompletionWindowMinutes: r.CompletionWindowMinutes,
		Lifecycle: lifecycle(r.Lifecycle), EnableContinuousBackup: r.EnableContinuousBackup,
	}
	for _, c := range r.CopyActions {
		row.CopyActions = append(row.CopyActions, snapshot.CopyAction{
			DestinationBackupVaultArn: aws.ToString(c.DestinationBackupVaultArn), Lifecycle: lifecycle(c.Lifecycle),
		})
	}
	return row
}

func advancedSettings(settings []types.AdvancedBackupSetting) json.RawMessage {
	type setting struct {
		ResourceType  string            `json:",omitempty"`
		BackupOptions map[string]string `json:",omitempty"`
	}
	var all []setting
	for _, s := range settings {
		all = append(all, setting{aws.ToString(s.ResourceType), s.BackupOptions})
	}
	return document(all)
}

func (b *backups) selections(ctx context.Context, plan string) {
	var ids []string
	list(ctx, b.Recorder, ask("backup:ListBackupSelections", "BackupPlanId", plan).orNone("ResourceNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListBackupSelectionsOutput, error) {
			return b.client.ListBackupSelections(ctx, &sdk.ListBackupSelectionsInput{
				BackupPlanId: &plan, MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListBackupSelectionsOutput) (*string, int, error) {
			for _, s := range out.BackupSelectionsList {
				if s.SelectionId == nil {
					return nil, 0, unreadableError{"a selection has no SelectionId"}
				}
				ids = append(ids, *s.SelectionId)
			}
			return out.NextToken, len(out.BackupSelectionsList), nil
		})
	each(ctx, b.workers, ids, func(ctx context.Context, id string) { b.selection(ctx, plan, id) })
}

func (b *backups) selection(ctx context.Context, plan, id string) {
	q := ask("backup:GetBackupSelection", "BackupPlanId", plan, "SelectionId", id).orNone("ResourceNotFoundException")
	out, got := get(ctx, b.Recorder, q,
		func(ctx context.Context) (*sdk.GetBackupSelectionOutput, error) {
			return b.client.GetBackupSelection(ctx, &sdk.GetBackupSelectionInput{BackupPlanId: &plan, SelectionId: &id})
		},
		func(out *sdk.GetBackupSelectionOutput) (any, error) {
			if out.BackupSelection == nil {
				return nil, unreadableError{"the answer has no BackupSelection"}
			}
			return fields{"SelectionName": out.BackupSelection.SelectionName}, nil
		})
	if got != given {
		return
	}
	s := out.BackupSelection
	row := &snapshot.BackupSelection{
		BackupPlanId: plan, SelectionId: id, SelectionName: aws.ToString(s.SelectionName), IamRoleArn: aws.ToString(s.IamRoleArn),
		CreationDate: utc(out.CreationDate), Resources: s.Resources, NotResources: s.NotResources, Conditions: conditions(s.Conditions),
	}
	for _, c := range s.ListOfTags {
		row.ListOfTags = append(row.ListOfTags, snapshot.Condition{
			ConditionType: string(c.ConditionType), ConditionKey: aws.ToString(c.ConditionKey), ConditionValue: aws.ToString(c.ConditionValue),
		})
	}
	b.Add(snapshot.Row{BackupSelection: row})
}

func conditions(c *types.Conditions) *snapshot.Conditions {
	if c == nil {
		return nil
	}
	of := func(in []types.ConditionParameter) (out []snapshot.ConditionParameter) {
		for _, p := range in {
			out = append(out, snapshot.ConditionParameter{ConditionKey: aws.ToString(p.ConditionKey), ConditionValue: aws.ToString(p.ConditionValue)})
		}
		return out
	}
	return &snapshot.Conditions{
		StringEquals: of(c.StringEquals), StringLike: of(c.StringLike),
		StringNotEquals: of(c.StringNotEquals), StringNotLike: of(c.StringNotLike),
	}
}
