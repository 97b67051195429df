package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// AWS keeps jobs for 30 days.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupJobs.html

func (b *backups) backupJobs(ctx context.Context) {
	list(ctx, b.Recorder, ask("backup:ListBackupJobs", "ByResourceType", dynamoDB),
		func(ctx context.Context, token *string) (*sdk.ListBackupJobsOutput, error) {
			return b.client.ListBackupJobs(ctx, &sdk.ListBackupJobsInput{
				ByResourceType: aws.String(dynamoDB), MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListBackupJobsOutput) (*string, int, error) {
			for _, j := range out.BackupJobs {
				if j.ResourceArn == nil {
					return nil, 0, unreadableError{"a backup job has no ResourceArn"}
				}
				if b.wantsResource(aws.ToString(j.ResourceArn)) {
					b.Add(snapshot.Row{BackupJob: backupJob(j)})
				}
			}
			return out.NextToken, len(out.BackupJobs), nil
		})
}

func backupJob(j types.BackupJob) *snapshot.BackupJob {
	return &snapshot.BackupJob{
		ResourceArn: aws.ToString(j.ResourceArn), CreationDate: utc(j.CreationDate), BackupJobId: aws.ToString(j.BackupJobId),
		State: string(j.State), StatusMessage: aws.ToString(j.StatusMessage), MessageCategory: aws.ToString(j.MessageCategory),
		StartBy: utc(j.StartBy), CompletionDate: utc(j.CompletionDate), InitiationDate: utc(j.InitiationDate),
		BackupVaultArn: aws.ToString(j.BackupVaultArn), BackupVaultName: aws.ToString(j.BackupVaultName),
		RecoveryPointArn: aws.ToString(j.RecoveryPointArn), ResourceType: aws.ToString(j.ResourceType),
		IamRoleArn: aws.ToString(j.IamRoleArn), CreatedBy: creator(j.CreatedBy),
		RecoveryPointLifecycle: lifecycle(j.RecoveryPointLifecycle),
	}
}

func (b *backups) copyJobs(ctx context.Context) {
	list(ctx, b.Recorder, ask("backup:ListCopyJobs", "ByResourceType", dynamoDB),
		func(ctx context.Context, token *string) (*sdk.ListCopyJobsOutput, error) {
			return b.client.ListCopyJobs(ctx, &sdk.ListCopyJobsInput{
				ByResourceType: aws.String(dynamoDB), MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListCopyJobsOutput) (*string, int, error) {
			for _, j := range out.CopyJobs {
				if j.ResourceArn == nil {
					return nil, 0, unreadableError{"a copy job has no ResourceArn"}
				}
				if b.wantsResource(aws.ToString(j.ResourceArn)) {
					b.Add(snapshot.Row{CopyJob: copyJob(j)})
				}
			}
			return out.NextToken, len(out.CopyJobs), nil
		})
}

func copyJob(j types.CopyJob) *snapshot.CopyJob {
	return &snapshot.CopyJob{
		ResourceArn: aws.ToString(j.ResourceArn), CreationDate: utc(j.CreationDate), CopyJobId: aws.ToString(j.CopyJobId),
		State: string(j.State), StatusMessage: aws.ToString(j.StatusMessage), MessageCategory: aws.ToString(j.MessageCategory),
		CompletionDate: utc(j.CompletionDate), SourceBackupVaultArn: aws.ToString(j.SourceBackupVaultArn),
		SourceRecoveryPointArn:      aws.ToString(j.SourceRecoveryPointArn),
		DestinationBackupVaultArn:   aws.ToString(j.DestinationBackupVaultArn),
		DestinationRecoveryPointArn: aws.ToString(j.DestinationRecoveryPointArn),
		ResourceType:                aws.ToString(j.ResourceType), CreatedByBackupJobId: aws.ToString(j.CreatedByBackupJobId),
		CreatedBy: creator(j.CreatedBy), DestinationRecoveryPointLifecycle: lifecycle(j.DestinationRecoveryPointLifecycle),
	}
}

func (b *backups) restoreJobs(ctx context.Context) {
	list(ctx, b.Recorder, ask("backup:ListRestoreJobs", "ByResourceType", dynamoDB),
		func(ctx context.Context, token *string) (*sdk.ListRestoreJobsOutput, error) {
			return b.client.ListRestoreJobs(ctx, &sdk.ListRestoreJobsInput{
				ByResourceType: aws.String(dynamoDB), MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListRestoreJobsOutput) (*string, int, error) {
			for _, j := range out.RestoreJobs {
				// Old jobs do not name their source; those are kept.
				if source := aws.ToString(j.SourceResourceArn); source == "" || b.wantsResource(source) {
					b.Add(snapshot.Row{RestoreJob: restoreJob(j)})
				}
			}
			return out.NextToken, len(out.RestoreJobs), nil
		})
}

func restoreJob(j types.RestoreJobsListMember) *snapshot.RestoreJob {
	row := &snapshot.RestoreJob{
		SourceResourceArn: aws.ToString(j.SourceResourceArn), CreationDate: utc(j.CreationDate), RestoreJobId: aws.ToString(j.RestoreJobId),
		Status: string(j.Status), StatusMessage: aws.ToString(j.StatusMessage), CompletionDate: utc(j.CompletionDate),
		RecoveryPointArn: aws.ToString(j.RecoveryPointArn), RecoveryPointCreationDate: utc(j.RecoveryPointCreationDate),
		CreatedResourceArn: aws.ToString(j.CreatedResourceArn), ValidationStatus: string(j.ValidationStatus),
		ValidationStatusMessage: aws.ToString(j.ValidationStatusMessage), DeletionStatus: string(j.DeletionStatus),
		ResourceType: aws.ToString(j.ResourceType),
	}
	if j.CreatedBy != nil {
		row.RestoreTestingPlanArn = aws.ToString(j.CreatedBy.RestoreTestingPlanArn)
	}
	return row
}
