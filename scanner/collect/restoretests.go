package collect

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// restoreTesting reads the restore testing plans and their selections.
func (b *backups) restoreTesting(ctx context.Context) {
	var names []string
	list(ctx, b.Recorder, ask("backup:ListRestoreTestingPlans"),
		func(ctx context.Context, token *string) (*sdk.ListRestoreTestingPlansOutput, error) {
			return b.client.ListRestoreTestingPlans(ctx, &sdk.ListRestoreTestingPlansInput{MaxResults: b.page(1000), NextToken: token})
		},
		func(out *sdk.ListRestoreTestingPlansOutput) (*string, int, error) {
			for _, p := range out.RestoreTestingPlans {
				if p.RestoreTestingPlanName == nil {
					return nil, 0, unreadableError{"a restore testing plan has no RestoreTestingPlanName"}
				}
				names = append(names, *p.RestoreTestingPlanName)
			}
			return out.NextToken, len(out.RestoreTestingPlans), nil
		})
	each(ctx, b.workers, names, func(ctx context.Context, name string) {
		b.restoreTestingPlan(ctx, name)
		b.restoreTestingSelections(ctx, name)
	})
}

func (b *backups) restoreTestingPlan(ctx context.Context, name string) {
	q := ask("backup:GetRestoreTestingPlan", "RestoreTestingPlanName", name).orNone("ResourceNotFoundException")
	out, got := get(ctx, b.Recorder, q,
		func(ctx context.Context) (*sdk.GetRestoreTestingPlanOutput, error) {
			return b.client.GetRestoreTestingPlan(ctx, &sdk.GetRestoreTestingPlanInput{RestoreTestingPlanName: &name})
		},
		func(out *sdk.GetRestoreTestingPlanOutput) (any, error) {
			if out.RestoreTestingPlan == nil {
				return nil, unreadableError{"the answer has no RestoreTestingPlan"}
			}
			return fields{"ScheduleExpression": out.RestoreTestingPlan.ScheduleExpression}, nil
		})
	if got != given {
		return
	}
	p := out.RestoreTestingPlan
	row := &snapshot.RestoreTestingPlan{
		RestoreTestingPlanArn: aws.ToString(p.RestoreTestingPlanArn), RestoreTestingPlanName: name,
		ScheduleExpression: aws.ToString(p.ScheduleExpression), ScheduleExpressionTimezone: aws.ToString(p.ScheduleExpressionTimezone),
		StartWindowHours: positive(p.StartWindowHours), LastExecutionTime: utc(p.LastExecutionTime),
	}
	if s := p.RecoveryPointSelection; s != nil {
		row.Algorithm = string(s.Algorithm)
		row.IncludeVaults, row.ExcludeVaults = s.IncludeVaults, s.ExcludeVaults
		row.RecoveryPointTypes = texts(s.RecoveryPointTypes)
		row.SelectionWindowDays = positive(s.SelectionWindowDays)
	}
	b.Add(snapshot.Row{RestoreTestingPlan: row})
}

func (b *backups) restoreTestingSelections(ctx context.Context, plan string) {
	var names []string
	q := ask("backup:ListRestoreTestingSelections", "RestoreTestingPlanName", plan).orNone("ResourceNotFoundException")
	list(ctx, b.Recorder, q,
		func(ctx context.Context, token *string) (*sdk.ListRestoreTestingSelectionsOutput, error) {
			return b.client.ListRestoreTestingSelections(ctx, &sdk.ListRestoreTestingSelectionsInput{
				RestoreTestingPlanName: &plan, MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListRestoreTestingSelectionsOutput) (*string, int, error) {
			for _, s := range out.RestoreTestingSelections {
				if s.RestoreTestingSelectionName == nil {
					return nil, 0, unreadableError{"a restore testing selection has no RestoreTestingSelectionName"}
				}
				names = append(names, *s.RestoreTestingSelectionName)
			}
			return out.NextToken, len(out.RestoreTestingSelections), nil
		})
	each(ctx, b.workers, names, func(ctx context.Context, name string) { b.restoreTestingSelection(ctx, plan, name) })
}

func (b *backups) restoreTestingSelection(ctx context.Context, plan, name string) {
	q := ask("backup:GetRestoreTestingSelection", "RestoreTestingPlanName", plan, "RestoreTestingSelectionName", name)
	out, got := get(ctx, b.Recorder, q.orNone("ResourceNotFoundException"),
		func(ctx context.Context) (*sdk.GetRestoreTestingSelectionOutput, error) {
			return b.client.GetRestoreTestingSelection(ctx, &sdk.GetRestoreTestingSelectionInput{
				RestoreTestingPlanName: &plan, RestoreTestingSelectionName: &name,
			})
		},
		func(out *sdk.GetRestoreTestingSelectionOutput) (any, error) {
			if out.RestoreTestingSelection == nil {
				return nil, unreadableError{"the answer has no RestoreTestingSelection"}
			}
			return fields{"ProtectedResourceType": out.RestoreTestingSelection.ProtectedResourceType}, nil
		})
	if got != given {
		return
	}
	s := out.RestoreTestingSelection
	b.Add(snapshot.Row{RestoreTestingSelection: &snapshot.RestoreTestingSelection{
		RestoreTestingPlanName: plan, RestoreTestingSelectionName: name, ProtectedResourceType: aws.ToString(s.ProtectedResourceType),
		ProtectedResourceArns: s.ProtectedResourceArns, ProtectedResourceConditions: testedConditions(s.ProtectedResourceConditions),
		IamRoleArn: aws.ToString(s.IamRoleArn), ValidationWindowHours: positive(s.ValidationWindowHours),
	}})
}

// testedConditions and selectionOfPoints keep AWS's documents without what is not there.

func testedConditions(c *types.ProtectedResourceConditions) json.RawMessage {
	if c == nil {
		return nil
	}
	of := func(in []types.KeyValue) (out []snapshot.Tag) {
		for _, kv := range in {
			out = append(out, snapshot.Tag{Key: aws.ToString(kv.Key), Value: aws.ToString(kv.Value)})
		}
		return out
	}
	return document(struct {
		StringEquals    []snapshot.Tag `json:",omitempty"`
		StringNotEquals []snapshot.Tag `json:",omitempty"`
	}{of(c.StringEquals), of(c.StringNotEquals)})
}

func selectionOfPoints(s *types.RecoveryPointSelection) json.RawMessage {
	if s == nil {
		return nil
	}
	type dateRange struct{ FromDate, ToDate any }
	out := struct {
		VaultNames          []string   `json:",omitempty"`
		ResourceIdentifiers []string   `json:",omitempty"`
		DateRange           *dateRange `json:",omitempty"`
	}{VaultNames: s.VaultNames, ResourceIdentifiers: s.ResourceIdentifiers}
	if r := s.DateRange; r != nil {
		out.DateRange = &dateRange{utc(r.FromDate), utc(r.ToDate)}
	}
	return document(out)
}
