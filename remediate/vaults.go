package remediate

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/scanner/snapshot"
)

// What actions on vaults and plans share.

// in is the same account in another Region.
func (t *Target) in(region string) *Target {
	if region == t.Region {
		return t
	}
	other := *t
	other.Region = region
	cfg := t.config.Copy()
	cfg.Region = region
	other.config = cfg
	other.backup = backup.NewFromConfig(cfg)
	other.backupOnce = nil // nothing is written elsewhere
	other.dynamodb, other.dynamodbOnce = nil, nil
	return &other
}

// vaultPolicy is the access policy of a vault; "" where it has none.
func (t *Target) vaultPolicy(ctx context.Context, name string) (string, error) {
	out, err := t.backup.GetBackupVaultAccessPolicy(ctx, &backup.GetBackupVaultAccessPolicyInput{BackupVaultName: &name})
	if hasCode(err, "ResourceNotFoundException") {
		return "", nil
	}
	if err != nil {
		return "", asking("backup:GetBackupVaultAccessPolicy", err)
	}
	return aws.ToString(out.Policy), nil
}

// notManaged refuses a plan or vault that infrastructure code defines, by its tags:
// a snapshot does not have those. Plans with --include-managed say so.
func (t *Target) notManaged(ctx context.Context, arn string) error {
	if t.includeManaged {
		return nil
	}
	pages := backup.NewListTagsPaginator(t.backup, &backup.ListTagsInput{ResourceArn: &arn})
	var tags []snapshot.Tag
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return asking("backup:ListTags", err)
		}
		for key, value := range out.Tags {
			tags = append(tags, snapshot.Tag{Key: key, Value: value})
		}
	}
	if where := managedBy(sortedTags(tags)); where != "" {
		return fmt.Errorf("infrastructure code defines it (%s), and would turn the change back: change it there, or plan with --include-managed", where)
	}
	return nil
}
