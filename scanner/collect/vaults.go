package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// vaults reads every vault with its policy, notifications and recovery points.
// DescribeBackupVault is not asked: the list says all that it says, and it
// answers 403 for a vault that does not exist.
func (b *backups) vaults(ctx context.Context, seen *versions) {
	var vaults []types.BackupVaultListMember
	list(ctx, b.Recorder, ask("backup:ListBackupVaults"),
		func(ctx context.Context, token *string) (*sdk.ListBackupVaultsOutput, error) {
			return b.client.ListBackupVaults(ctx, &sdk.ListBackupVaultsInput{MaxResults: b.page(1000), NextToken: token})
		},
		func(out *sdk.ListBackupVaultsOutput) (*string, int, error) {
			for _, v := range out.BackupVaultList {
				if v.BackupVaultName == nil || v.BackupVaultArn == nil {
					return nil, 0, unreadableError{"a vault has no BackupVaultName or BackupVaultArn"}
				}
				vaults = append(vaults, v)
			}
			return out.NextToken, len(out.BackupVaultList), nil
		})
	each(ctx, b.workers, vaults, func(ctx context.Context, v types.BackupVaultListMember) {
		row := backupVault(v)
		var g errgroup.Group
		g.Go(func() error { b.vaultPolicy(ctx, row); return nil })
		g.Go(func() error { row.Notifications = b.notifications(ctx, row.BackupVaultName); return nil })
		g.Go(func() error { b.points(ctx, row.BackupVaultName, seen); return nil })
		g.Wait()
		b.Add(snapshot.Row{BackupVault: row})
	})
}

func backupVault(v types.BackupVaultListMember) *snapshot.BackupVault {
	row := &snapshot.BackupVault{
		BackupVaultArn: aws.ToString(v.BackupVaultArn), BackupVaultName: aws.ToString(v.BackupVaultName),
		VaultType: string(v.VaultType), VaultState: string(v.VaultState), CreationDate: utc(v.CreationDate),
		EncryptionKeyArn: aws.ToString(v.EncryptionKeyArn), EncryptionKeyType: string(v.EncryptionKeyType),
		Locked: v.Locked, LockDate: utc(v.LockDate), MinRetentionDays: v.MinRetentionDays, MaxRetentionDays: v.MaxRetentionDays,
	}
	if v.NumberOfRecoveryPoints != 0 { // the SDK gives 0 also where AWS says nothing
		row.NumberOfRecoveryPoints = aws.Int64(v.NumberOfRecoveryPoints)
	}
	return row
}

func (b *backups) vaultPolicy(ctx context.Context, row *snapshot.BackupVault) {
	name := row.BackupVaultName
	q := ask("backup:GetBackupVaultAccessPolicy", "BackupVaultName", name).orNone("ResourceNotFoundException")
	out, got := get(ctx, b.Recorder, q,
		func(ctx context.Context) (*sdk.GetBackupVaultAccessPolicyOutput, error) {
			return b.client.GetBackupVaultAccessPolicy(ctx, &sdk.GetBackupVaultAccessPolicyInput{BackupVaultName: &name})
		},
		func(out *sdk.GetBackupVaultAccessPolicyOutput) (any, error) {
			return nil, checkJSON("Policy", out.Policy)
		})
	if got == given {
		row.AccessPolicy = rawJSON(out.Policy)
	}
}

func (b *backups) notifications(ctx context.Context, name string) *snapshot.VaultNotifications {
	q := ask("backup:GetBackupVaultNotifications", "BackupVaultName", name).orNone("ResourceNotFoundException")
	out, got := get(ctx, b.Recorder, q,
		func(ctx context.Context) (*sdk.GetBackupVaultNotificationsOutput, error) {
			return b.client.GetBackupVaultNotifications(ctx, &sdk.GetBackupVaultNotificationsInput{BackupVaultName: &name})
		},
		func(out *sdk.GetBackupVaultNotificationsOutput) (any, error) {
			return fields{"SNSTopicArn": out.SNSTopicArn}, nil
		})
	if got != given {
		return nil
	}
	return &snapshot.VaultNotifications{SNSTopicArn: aws.ToString(out.SNSTopicArn), BackupVaultEvents: texts(out.BackupVaultEvents)}
}
