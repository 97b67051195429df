package scanner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// A target is one account to read. Where it can't be reached, gap says why.
type target struct {
	id      string // 12 digits
	account *collect.Account
	regions []string // without snapshot.Global
	gap     *snapshot.Gap

	progress *Progress // what its calls are counted into; set before it is read
}

// AccountPlaceholder stands in Job.AWS.RoleARN for the account that is read.
const AccountPlaceholder = "{account}"

// targets finds the accounts and their Regions. An account that can't be reached
// is a gap if it is one of several, and an error if it is the only one: then
// there is nothing to say.
func targets(ctx context.Context, job Job) ([]target, error) {
	wanted := job.Config.Accounts
	if len(wanted) == 0 || !strings.Contains(job.AWS.RoleARN, AccountPlaceholder) {
		only, err := openAccount(ctx, job, "")
		if err != nil {
			return nil, err
		}
		if len(wanted) > 0 && !slices.Equal(wanted, []string{only.id}) {
			return nil, fmt.Errorf("the credentials belong to account %s, but the configuration asks for %s; "+
				"to read several accounts give --role-arn with %s in it, such as arn:aws:iam::%s:role/Holdfast",
				only.id, strings.Join(wanted, ", "), AccountPlaceholder, AccountPlaceholder)
		}
		return []target{only}, nil
	}
	var all []target
	for _, id := range slices.Sorted(slices.Values(wanted)) {
		one, err := openAccount(ctx, job, id)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			one = target{id: id, progress: &Progress{}, gap: &snapshot.Gap{
				Operation:  "sts:AssumeRole",
				Parameters: map[string]string{"RoleArn": roleOf(job, id)},
				Reason:     snapshot.Denied,
				Message:    err.Error(),
			}}
		}
		all = append(all, one)
	}
	if !slices.ContainsFunc(all, func(t target) bool { return t.gap == nil }) {
		return nil, fmt.Errorf("no account could be reached: %s", all[0].gap.Message)
	}
	return all, nil
}

func roleOf(job Job, account string) string {
	return strings.ReplaceAll(job.AWS.RoleARN, AccountPlaceholder, account)
}

func openAccount(ctx context.Context, job Job, id string) (target, error) {
	options := job.AWS
	options.RoleARN = roleOf(job, id)
	options.Tables = job.Tables
	options.RegionsNamed = len(job.Regions) > 0 || len(job.Config.Regions.Only) > 0
	progress := &Progress{}
	if job.Progress != nil {
		options.Progress = func(p collect.Progress) {
			now := *progress
			now.Progress = p
			job.Progress(now)
		}
	}
	account, err := collect.Open(ctx, options)
	if err != nil {
		return target{}, err
	}
	if id != "" && account.Account != id {
		return target{}, fmt.Errorf("the role %s leads to account %s instead of %s", options.RoleARN, account.Account, id)
	}
	regions, err := regionsOf(ctx, job, account)
	return target{id: account.Account, account: account, regions: regions, progress: progress}, err
}

// regionsOf are the Regions that were asked for, else all enabled ones but those
// that a policy closes. Where AWS does not list them the account's own shard says
// so, since its collector asks again.
func regionsOf(ctx context.Context, job Job, account *collect.Account) ([]string, error) {
	regions := job.Regions
	if len(regions) == 0 {
		regions = job.Config.Regions.Only
	}
	if len(regions) == 0 {
		enabled, _, err := account.Regions(ctx)
		if err != nil {
			return nil, err
		}
		regions = slices.DeleteFunc(enabled, func(region string) bool {
			_, closed := job.Config.Regions.Denied(region)
			return closed
		})
	}
	return slices.Compact(slices.Sorted(slices.Values(regions))), nil
}
