package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// A backups collects AWS Backup. AWS publishes no request rates for it, so each
// step asks side by side only what one worker group allows.
type backups struct {
	Target
	*Recorder
	client *sdk.Client
}

// dynamoDB is what AWS Backup calls the resource type of tables.
const dynamoDB = "DynamoDB"

func collectBackup(ctx context.Context, target Target, rec *Recorder) error {
	b := &backups{Target: target, Recorder: rec, client: sdk.NewFromConfig(target.Config)}
	versions := newVersions()
	var current map[string]string // plan id → version in force
	g, gctx := errgroup.WithContext(ctx)
	step := func(f func(context.Context)) {
		g.Go(func() error { f(gctx); return rec.err(gctx) })
	}
	step(b.regionSettings)
	step(func(ctx context.Context) { current = b.plans(ctx, versions) })
	step(func(ctx context.Context) { b.vaults(ctx, versions) })
	step(b.backupJobs)
	step(b.copyJobs)
	step(b.restoreJobs)
	step(b.protectedResources)
	step(b.restoreTesting)
	step(b.legalHolds)
	if err := g.Wait(); err != nil {
		return err
	}
	b.oldVersions(ctx, versions.except(current))
	return rec.err(ctx)
}

// each calls f for every item, a few at once.
func each[T any](ctx context.Context, workers int, all []T, f func(ctx context.Context, item T)) {
	var g errgroup.Group
	g.SetLimit(workers)
	for _, item := range all {
		g.Go(func() error {
			if ctx.Err() == nil {
				f(ctx, item)
			}
			return nil
		})
	}
	g.Wait()
}

func (b *backups) regionSettings(ctx context.Context) {
	out, got := get(ctx, b.Recorder, ask("backup:DescribeRegionSettings"),
		func(ctx context.Context) (*sdk.DescribeRegionSettingsOutput, error) {
			return b.client.DescribeRegionSettings(ctx, &sdk.DescribeRegionSettingsInput{})
		},
		func(out *sdk.DescribeRegionSettingsOutput) (any, error) {
			kept := fields{}
			if v, ok := out.ResourceTypeOptInPreference[dynamoDB]; ok {
				kept["ResourceTypeOptInPreference.DynamoDB"] = v
			}
			if v, ok := out.ResourceTypeManagementPreference[dynamoDB]; ok {
				kept["ResourceTypeManagementPreference.DynamoDB"] = v
			}
			return kept, nil
		})
	if got == given {
		b.Add(snapshot.Row{RegionSettings: &snapshot.RegionSettings{
			ResourceTypeOptInPreference:      out.ResourceTypeOptInPreference,
			ResourceTypeManagementPreference: out.ResourceTypeManagementPreference,
		}})
	}
}

func (b *backups) protectedResources(ctx context.Context) {
	list(ctx, b.Recorder, ask("backup:ListProtectedResources"),
		func(ctx context.Context, token *string) (*sdk.ListProtectedResourcesOutput, error) {
			return b.client.ListProtectedResources(ctx, &sdk.ListProtectedResourcesInput{MaxResults: b.page(1000), NextToken: token})
		},
		func(out *sdk.ListProtectedResourcesOutput) (*string, int, error) {
			for _, r := range out.Results {
				if aws.ToString(r.ResourceType) != dynamoDB || !b.wantsResource(aws.ToString(r.ResourceArn)) {
					continue
				}
				b.Add(snapshot.Row{ProtectedResource: &snapshot.ProtectedResource{
					ResourceArn: aws.ToString(r.ResourceArn), ResourceType: aws.ToString(r.ResourceType),
					LastBackupTime: utc(r.LastBackupTime), LastBackupVaultArn: aws.ToString(r.LastBackupVaultArn),
					LastRecoveryPointArn: aws.ToString(r.LastRecoveryPointArn),
				}})
			}
			return out.NextToken, len(out.Results), nil
		})
}

func (b *backups) legalHolds(ctx context.Context) {
	var ids []string
	list(ctx, b.Recorder, ask("backup:ListLegalHolds"),
		func(ctx context.Context, token *string) (*sdk.ListLegalHoldsOutput, error) {
			return b.client.ListLegalHolds(ctx, &sdk.ListLegalHoldsInput{MaxResults: b.page(1000), NextToken: token})
		},
		func(out *sdk.ListLegalHoldsOutput) (*string, int, error) {
			for _, h := range out.LegalHolds {
				if h.LegalHoldId == nil {
					return nil, 0, unreadableError{"a legal hold has no LegalHoldId"}
				}
				ids = append(ids, *h.LegalHoldId)
			}
			return out.NextToken, len(out.LegalHolds), nil
		})
	each(ctx, b.workers, ids, b.legalHold)
}

func (b *backups) legalHold(ctx context.Context, id string) {
	h, got := get(ctx, b.Recorder, ask("backup:GetLegalHold", "LegalHoldId", id).orNone("ResourceNotFoundException"),
		func(ctx context.Context) (*sdk.GetLegalHoldOutput, error) {
			return b.client.GetLegalHold(ctx, &sdk.GetLegalHoldInput{LegalHoldId: &id})
		},
		func(h *sdk.GetLegalHoldOutput) (any, error) {
			if h.LegalHoldArn == nil {
				return nil, unreadableError{"the answer has no LegalHoldArn"}
			}
			return fields{"Status": h.Status}, nil
		})
	if got != given {
		return
	}
	b.Add(snapshot.Row{LegalHold: &snapshot.LegalHold{
		LegalHoldArn: aws.ToString(h.LegalHoldArn), LegalHoldId: aws.ToString(h.LegalHoldId), Title: aws.ToString(h.Title),
		Status: string(h.Status), CreationDate: utc(h.CreationDate), RecoveryPointSelection: selectionOfPoints(h.RecoveryPointSelection),
	}})
}
