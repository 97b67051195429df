package awssim_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"holdfast/internal/awssim"
)

func TestDemoLoadsFast(t *testing.T) {
	start := time.Now()
	load(t, awssim.Demo)
	if d := time.Since(start); d > time.Second {
		t.Errorf("loading the demo took %v", d)
	}
}

func TestDemoWorkshopHasAYearOfBackupsButTwo(t *testing.T) {
	c := connect(serve(t, load(t, awssim.Demo)), workshop, "us-east-1")
	points := vaultPoints(t, c, "dynamodb-backup-vault")
	days := map[string]bool{}
	for _, p := range points {
		days[p.CreationDate.Format(time.DateOnly)] = true
		if p.Status != types.RecoveryPointStatusCompleted {
			t.Errorf("%s is %s", *p.RecoveryPointArn, p.Status)
		}
	}
	if len(points) != 364 || len(days) != 364 {
		t.Errorf("got %d points on %d days, want 364: 366 runs but two", len(points), len(days))
	}
	for _, missing := range []string{"2026-11-03", "2026-11-17"} {
		if days[missing] {
			t.Errorf("there is a point of %s", missing)
		}
	}
	jobs, err := c.bk.ListBackupJobs(ctx, &backup.ListBackupJobsInput{ByState: types.BackupJobStateFailed})
	if err != nil || len(jobs.BackupJobs) != 1 || jobs.BackupJobs[0].CreationDate.Format(time.DateOnly) != "2026-11-17" {
		t.Errorf("failed jobs: %+v, %v", jobs, err)
	}
	pitr, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("ProductCatalog")})
	if err != nil || pitr.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus != "DISABLED" {
		t.Errorf("PITR: %+v, %v", pitr, err)
	}
}

func vaultPoints(t testing.TB, c clients, vault string) []types.RecoveryPointByBackupVault {
	t.Helper()
	var all []types.RecoveryPointByBackupVault
	for p := backup.NewListRecoveryPointsByBackupVaultPaginator(c.bk, &backup.ListRecoveryPointsByBackupVaultInput{BackupVaultName: &vault}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.RecoveryPoints...)
	}
	return all
}
