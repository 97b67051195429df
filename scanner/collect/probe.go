package collect

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// A ProbeResult says whether one action may be called.
type ProbeResult struct {
	Action  string          // "dynamodb:DescribeTable"
	Asked   bool            // false: there is nothing yet that it could be asked about
	Reason  snapshot.Reason `json:",omitempty"` // empty: AWS answered
	Code    string          `json:",omitempty"`
	Message string          `json:",omitempty"`
}

// Time that a probe may take, in all and for each call.
const (
	probeTime     = 14 * time.Second
	probeCallTime = 5 * time.Second
)

// A probe asks about the first thing of each kind that the lists gave.
type probe struct {
	Target
	tables  *dynamodb.Client
	backups *sdk.Client

	// Empty: the list gave none.
	table, vault, plan, selection, hold, testing, tested, point, key string
	// Made up where the list gave none: AWS checks the permission before the name.
	trail, rule, topic, root, policy string
}

// Probe calls every action of the collectors once in a Region, as cheaply as it
// goes, within 15 seconds, and says which AWS refuses. Results are sorted by
// action. It records nothing.
func (a *Account) Probe(ctx context.Context, region string) []ProbeResult {
	quick := New(a.config, a.Identity, a.options)
	quick.options.MaxAttempts, quick.options.AttemptTimeout, quick.options.CallTimeout = 2, probeCallTime, probeCallTime
	quick.limits = nil // a few dozen calls, each of another action
	target, _ := quick.target(region, &snapshot.Builder{})
	target.pageSize = 1
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	p := &probe{Target: target, tables: dynamodb.NewFromConfig(target.Config), backups: sdk.NewFromConfig(target.Config)}
	p.madeUp()
	var all []ProbeResult
	for _, round := range []func() map[string]func(context.Context) error{p.lists, p.guards, p.nested, p.things, p.guardThings} {
		all = append(all, askAll(ctx, round())...)
	}
	slices.SortFunc(all, func(a, b ProbeResult) int { return strings.Compare(a.Action, b.Action) })
	return all
}

// askAll calls the actions of one round side by side; nil means not asked.
func askAll(ctx context.Context, round map[string]func(context.Context) error) []ProbeResult {
	results := make(chan ProbeResult, len(round))
	var g errgroup.Group
	for action, call := range round {
		g.Go(func() error {
			r := ProbeResult{Action: action, Asked: call != nil}
			if call != nil {
				if err := call(ctx); err != nil {
					r.Reason, r.Code, r.Message = classify(err)
				}
			}
			results <- r
			return nil
		})
	}
	g.Wait()
	close(results)
	var all []ProbeResult
	for r := range results {
		if strings.Contains(r.Code, "NotFound") || slices.Contains([]string{"InvalidRequestException", noOrganization, "UnsupportedAPIEndpointException"}, r.Code) {
			r = ProbeResult{Action: r.Action, Asked: true} // an answer: there is none
		}
		all = append(all, r)
	}
	return all
}

// lists are the actions that need nothing.
func (p *probe) lists() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"account:ListRegions": func(ctx context.Context) error {
			_, err := account.NewFromConfig(p.Config).ListRegions(ctx, &account.ListRegionsInput{})
			return err
		},
		"tag:GetResources": func(ctx context.Context) error {
			_, err := tagging.NewFromConfig(p.Config).GetResources(ctx, &tagging.GetResourcesInput{ResourcesPerPage: p.page(100)})
			return err
		},
		"dynamodb:ListTables": func(ctx context.Context) error {
			out, err := p.tables.ListTables(ctx, &dynamodb.ListTablesInput{Limit: p.page(100)})
			if err == nil && len(out.TableNames) > 0 {
				p.table = out.TableNames[0]
			}
			return err
		},
		"dynamodb:ListBackups": func(ctx context.Context) error {
			_, err := p.tables.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: types.BackupTypeFilterAll, Limit: p.page(100)})
			return err
		},
		"backup:DescribeGlobalSettings": func(ctx context.Context) error {
			_, err := p.backups.DescribeGlobalSettings(ctx, &sdk.DescribeGlobalSettingsInput{})
			return err
		},
		"backup:DescribeRegionSettings": func(ctx context.Context) error {
			_, err := p.backups.DescribeRegionSettings(ctx, &sdk.DescribeRegionSettingsInput{})
			return err
		},
		"backup:ListBackupPlans": func(ctx context.Context) error {
			out, err := p.backups.ListBackupPlans(ctx, &sdk.ListBackupPlansInput{MaxResults: p.page(1000)})
			if err == nil && len(out.BackupPlansList) > 0 {
				p.plan = aws.ToString(out.BackupPlansList[0].BackupPlanId)
			}
			return err
		},
		"backup:ListBackupVaults": func(ctx context.Context) error {
			out, err := p.backups.ListBackupVaults(ctx, &sdk.ListBackupVaultsInput{MaxResults: p.page(1000)})
			if err == nil && len(out.BackupVaultList) > 0 {
				p.vault = aws.ToString(out.BackupVaultList[0].BackupVaultName)
				p.key = aws.ToString(out.BackupVaultList[0].EncryptionKeyArn)
			}
			return err
		},
		"backup:ListLegalHolds": func(ctx context.Context) error {
			out, err := p.backups.ListLegalHolds(ctx, &sdk.ListLegalHoldsInput{MaxResults: p.page(1000)})
			if err == nil && len(out.LegalHolds) > 0 {
				p.hold = aws.ToString(out.LegalHolds[0].LegalHoldId)
			}
			return err
		},
		"backup:ListRestoreTestingPlans": func(ctx context.Context) error {
			out, err := p.backups.ListRestoreTestingPlans(ctx, &sdk.ListRestoreTestingPlansInput{MaxResults: p.page(1000)})
			if err == nil && len(out.RestoreTestingPlans) > 0 {
				p.testing = aws.ToString(out.RestoreTestingPlans[0].RestoreTestingPlanName)
			}
			return err
		},
		"backup:ListBackupJobs": func(ctx context.Context) error {
			_, err := p.backups.ListBackupJobs(ctx, &sdk.ListBackupJobsInput{MaxResults: p.page(1000)})
			return err
		},
		"backup:ListCopyJobs": func(ctx context.Context) error {
			_, err := p.backups.ListCopyJobs(ctx, &sdk.ListCopyJobsInput{MaxResults: p.page(1000)})
			return err
		},
		"backup:ListRestoreJobs": func(ctx context.Context) error {
			_, err := p.backups.ListRestoreJobs(ctx, &sdk.ListRestoreJobsInput{MaxResults: p.page(1000)})
			return err
		},
		"backup:ListProtectedResources": func(ctx context.Context) error {
			_, err := p.backups.ListProtectedResources(ctx, &sdk.ListProtectedResourcesInput{MaxResults: p.page(1000)})
			return err
		},
	}
}
