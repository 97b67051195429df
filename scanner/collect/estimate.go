package collect

import (
	"context"
	"time"

	"holdfast/scanner/snapshot"

	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// An Estimate is what a scan of one Region will ask, at least: selections, old
// plan versions and further pages are known only once they are read.
type Estimate struct {
	Region  string
	Tables  int
	Plans   int
	Vaults  int
	Calls   int            // at least
	Seconds float64        // at least, from the slowest documented limit at the configured share
	Gaps    []snapshot.Gap // lists that AWS did not answer: the counts are then too small
}

// callsPerRegion are the questions that every Region is asked, whatever is in it:
// the first page of each list, and the settings.
const callsPerRegion = 15

// Estimate counts the tables, plans and vaults of a Region, by asking
// dynamodb:ListTables, backup:ListBackupPlans and backup:ListBackupVaults, and
// adds up the calls that a scan would make.
func (a *Account) Estimate(ctx context.Context, region string) (Estimate, error) {
	b := &snapshot.Builder{}
	defer b.Close()
	target, rec := a.target(region, b)
	e := Estimate{Region: region}
	e.count(ctx, target, rec)
	e.Gaps = rec.all
	if err := rec.err(ctx); err != nil {
		return e, err
	}
	pages := func(n, size int) int { return max(0, (n-1)/size) } // beyond the first
	e.Calls = callsPerRegion + pages(e.Tables, 100)*2 + 3*e.Tables + 3*e.Plans + 3*e.Vaults
	if a.limits != nil {
		rate := documented["dynamodb:DescribeContinuousBackups"].perSecond * a.options.RateShare * margin
		e.Seconds = (time.Duration(float64(e.Tables)/rate*1000) * time.Millisecond).Seconds()
	}
	return e, nil
}

func (e *Estimate) count(ctx context.Context, target Target, rec *Recorder) {
	tables := dynamodb.NewFromConfig(target.Config)
	backups := sdk.NewFromConfig(target.Config)
	list(ctx, rec, ask("dynamodb:ListTables"),
		func(ctx context.Context, token *string) (*dynamodb.ListTablesOutput, error) {
			return tables.ListTables(ctx, &dynamodb.ListTablesInput{Limit: target.page(100), ExclusiveStartTableName: token})
		},
		func(out *dynamodb.ListTablesOutput) (*string, int, error) {
			for _, name := range out.TableNames {
				if target.wants(name) {
					e.Tables++
				}
			}
			return out.LastEvaluatedTableName, len(out.TableNames), nil
		})
	list(ctx, rec, ask("backup:ListBackupPlans"),
		func(ctx context.Context, token *string) (*sdk.ListBackupPlansOutput, error) {
			return backups.ListBackupPlans(ctx, &sdk.ListBackupPlansInput{MaxResults: target.page(1000), NextToken: token})
		},
		func(out *sdk.ListBackupPlansOutput) (*string, int, error) {
			e.Plans += len(out.BackupPlansList)
			return out.NextToken, len(out.BackupPlansList), nil
		})
	list(ctx, rec, ask("backup:ListBackupVaults"),
		func(ctx context.Context, token *string) (*sdk.ListBackupVaultsOutput, error) {
			return backups.ListBackupVaults(ctx, &sdk.ListBackupVaultsInput{MaxResults: target.page(1000), NextToken: token})
		},
		func(out *sdk.ListBackupVaultsOutput) (*string, int, error) {
			e.Vaults += len(out.BackupVaultList)
			return out.NextToken, len(out.BackupVaultList), nil
		})
}
