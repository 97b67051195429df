package collect

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// nested are the lists below the first plan, vault and restore testing plan.
func (p *probe) nested() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"backup:ListBackupPlanVersions": about(p.plan, func(ctx context.Context) error {
			_, err := p.backups.ListBackupPlanVersions(ctx, &sdk.ListBackupPlanVersionsInput{BackupPlanId: &p.plan, MaxResults: p.page(1000)})
			return err
		}),
		"backup:ListBackupSelections": about(p.plan, func(ctx context.Context) error {
			out, err := p.backups.ListBackupSelections(ctx, &sdk.ListBackupSelectionsInput{BackupPlanId: &p.plan, MaxResults: p.page(1000)})
			if err == nil && len(out.BackupSelectionsList) > 0 {
				p.selection = aws.ToString(out.BackupSelectionsList[0].SelectionId)
			}
			return err
		}),
		"backup:ListRecoveryPointsByBackupVault": about(p.vault, func(ctx context.Context) error {
			out, err := p.backups.ListRecoveryPointsByBackupVault(ctx, &sdk.ListRecoveryPointsByBackupVaultInput{
				BackupVaultName: &p.vault, MaxResults: p.page(1000),
			})
			if err == nil && len(out.RecoveryPoints) > 0 {
				p.point = aws.ToString(out.RecoveryPoints[0].RecoveryPointArn)
			}
			return err
		}),
		"backup:ListRestoreTestingSelections": about(p.testing, func(ctx context.Context) error {
			out, err := p.backups.ListRestoreTestingSelections(ctx, &sdk.ListRestoreTestingSelectionsInput{
				RestoreTestingPlanName: &p.testing, MaxResults: p.page(1000),
			})
			if err == nil && len(out.RestoreTestingSelections) > 0 {
				p.tested = aws.ToString(out.RestoreTestingSelections[0].RestoreTestingSelectionName)
			}
			return err
		}),
	}
}

// things are the actions about one thing. Those of DynamoDB are asked even where
// there is no table: AWS checks the permission before the name.
func (p *probe) things() map[string]func(context.Context) error {
	table := p.table
	if table == "" {
		table = "holdfast-preflight"
	}
	arn := fmt.Sprintf("arn:%s:dynamodb:%s:%s:table/%s", p.Partition, p.Region, p.Account, table)
	return map[string]func(context.Context) error{
		"dynamodb:DescribeTable": func(ctx context.Context) error {
			_, err := p.tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
			return err
		},
		"dynamodb:DescribeContinuousBackups": func(ctx context.Context) error {
			_, err := p.tables.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &table})
			return err
		},
		"dynamodb:ListTagsOfResource": func(ctx context.Context) error {
			_, err := p.tables.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn})
			return err
		},
		"dynamodb:GetResourcePolicy": func(ctx context.Context) error {
			_, err := p.tables.GetResourcePolicy(ctx, &dynamodb.GetResourcePolicyInput{ResourceArn: &arn})
			return err
		},
		"backup:GetBackupPlan": about(p.plan, func(ctx context.Context) error {
			_, err := p.backups.GetBackupPlan(ctx, &sdk.GetBackupPlanInput{BackupPlanId: &p.plan})
			return err
		}),
		"backup:GetBackupSelection": about(p.selection, func(ctx context.Context) error {
			_, err := p.backups.GetBackupSelection(ctx, &sdk.GetBackupSelectionInput{BackupPlanId: &p.plan, SelectionId: &p.selection})
			return err
		}),
		"backup:GetBackupVaultAccessPolicy": about(p.vault, func(ctx context.Context) error {
			_, err := p.backups.GetBackupVaultAccessPolicy(ctx, &sdk.GetBackupVaultAccessPolicyInput{BackupVaultName: &p.vault})
			return err
		}),
		"backup:GetBackupVaultNotifications": about(p.vault, func(ctx context.Context) error {
			_, err := p.backups.GetBackupVaultNotifications(ctx, &sdk.GetBackupVaultNotificationsInput{BackupVaultName: &p.vault})
			return err
		}),
		"backup:DescribeRecoveryPoint": about(p.point, func(ctx context.Context) error {
			_, err := p.backups.DescribeRecoveryPoint(ctx, &sdk.DescribeRecoveryPointInput{BackupVaultName: &p.vault, RecoveryPointArn: &p.point})
			return err
		}),
		"backup:GetLegalHold": about(p.hold, func(ctx context.Context) error {
			_, err := p.backups.GetLegalHold(ctx, &sdk.GetLegalHoldInput{LegalHoldId: &p.hold})
			return err
		}),
		"backup:GetRestoreTestingPlan": about(p.testing, func(ctx context.Context) error {
			_, err := p.backups.GetRestoreTestingPlan(ctx, &sdk.GetRestoreTestingPlanInput{RestoreTestingPlanName: &p.testing})
			return err
		}),
		"backup:GetRestoreTestingSelection": about(p.tested, func(ctx context.Context) error {
			_, err := p.backups.GetRestoreTestingSelection(ctx, &sdk.GetRestoreTestingSelectionInput{
				RestoreTestingPlanName: &p.testing, RestoreTestingSelectionName: &p.tested,
			})
			return err
		}),
	}
}

// about is a call, or nil where there is nothing to ask about.
func about(thing string, call func(context.Context) error) func(context.Context) error {
	if thing == "" {
		return nil
	}
	return call
}
