package collect

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/scanner/snapshot"
)

// Regions lists the account's enabled Regions, sorted. One whose status this build
// does not know may be enabled. Where the account service does not answer, gap says
// why, and the only Region is the configured one; the gap is then in the account's
// own shard too, even if AWS answers later: by then the Regions are chosen.
func (a *Account) Regions(ctx context.Context) (regions []string, gap *snapshot.Gap, err error) {
	b := &snapshot.Builder{}
	defer b.Close()
	target, rec := a.target(snapshot.Global, b)
	listRegions(ctx, target, rec, func(r types.Region) {
		switch r.RegionOptStatus {
		case types.RegionOptStatusDisabled, types.RegionOptStatusDisabling, types.RegionOptStatusEnabling:
		default:
			regions = append(regions, aws.ToString(r.RegionName))
		}
	})
	if err := rec.err(ctx); err != nil {
		return nil, nil, fmt.Errorf("listing the Regions of account %s: %w", a.Account, err)
	}
	slices.Sort(regions)
	if len(regions) == 0 {
		regions = []string{a.config.Region}
	}
	if len(rec.all) > 0 {
		gap = &rec.all[0]
		a.regionsGap = gap
	}
	return regions, gap, nil
}

func collectAccount(ctx context.Context, target Target, rec *Recorder) error {
	listRegions(ctx, target, rec, func(r types.Region) {
		rec.Add(snapshot.Row{AccountRegion: &snapshot.AccountRegion{
			RegionName: aws.ToString(r.RegionName), RegionOptStatus: string(r.RegionOptStatus),
		}})
	})
	client := backup.NewFromConfig(target.Config)
	// An account that is in no organization has no global settings.
	q := ask("backup:DescribeGlobalSettings").orNone("InvalidRequestException")
	out, got := get(ctx, rec, q,
		func(ctx context.Context) (*backup.DescribeGlobalSettingsOutput, error) {
			return client.DescribeGlobalSettings(ctx, &backup.DescribeGlobalSettingsInput{})
		},
		func(out *backup.DescribeGlobalSettingsOutput) (any, error) { return out.GlobalSettings, nil })
	if got == given {
		rec.Add(snapshot.Row{GlobalSettings: &snapshot.GlobalSettings{GlobalSettings: out.GlobalSettings}})
	}
	return rec.err(ctx)
}

// listRegions hands each Region to found.
func listRegions(ctx context.Context, target Target, rec *Recorder, found func(types.Region)) answer {
	client := account.NewFromConfig(target.Config)
	return list(ctx, rec, ask("account:ListRegions"),
		func(ctx context.Context, token *string) (*account.ListRegionsOutput, error) {
			return client.ListRegions(ctx, &account.ListRegionsInput{MaxResults: target.page(50), NextToken: token})
		},
		func(out *account.ListRegionsOutput) (*string, int, error) {
			for _, r := range out.Regions {
				if r.RegionName == nil {
					return nil, 0, unreadableError{"a Region has no RegionName"}
				}
				found(r)
			}
			return out.NextToken, len(out.Regions), nil
		})
}
