package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"holdfast/remediate"
	"holdfast/scanner/collect"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// PlanRemediation makes a plan of what the findings of a run ask for, out of the
// run alone.
func PlanRemediation(kept *run.Run, o remediate.Options) (plan *remediate.Plan, err error) {
	world := remediate.NewWorld()
	shards, err := kept.Shards()
	if err != nil {
		return nil, err
	}
	for _, shard := range shards {
		if err := world.Read(kept.ReadShard(shard.Account, shard.Region)); err != nil {
			return nil, err
		}
	}
	o.Run = kept.ID
	err = withFindings(kept, func(r *finding.Reader) (err error) {
		plan, err = remediate.Propose(r.Header, r.Findings(), world, o)
		return err
	})
	return plan, err
}

// RemediationAccounts opens every account that a plan changes, each with the
// credentials of job.AWS. It is an error if one cannot be opened: nothing is
// changed then.
func RemediationAccounts(ctx context.Context, job Job, plan *remediate.Plan) (map[string]remediate.Account, error) {
	ids := plan.Accounts()
	if len(ids) > 1 && !strings.Contains(job.AWS.RoleARN, AccountPlaceholder) {
		return nil, fmt.Errorf("the plan changes %d accounts; give --role-arn with %s in it, such as arn:aws:iam::%s:role/HoldfastRemediate",
			len(ids), AccountPlaceholder, AccountPlaceholder)
	}
	accounts := map[string]remediate.Account{}
	var errs []error
	for _, id := range ids {
		account, err := remediationAccount(ctx, job, id)
		if err != nil {
			errs = append(errs, fmt.Errorf("opening account %s: %w", id, err))
			continue
		}
		accounts[id] = account
	}
	return accounts, errors.Join(errs...)
}

func remediationAccount(ctx context.Context, job Job, id string) (remediate.Account, error) {
	options := job.AWS
	options.RoleARN = roleOf(job, id)
	cfg, err := collect.Load(ctx, options)
	if err != nil {
		return remediate.Account{}, err
	}
	who, err := collect.Identify(ctx, cfg)
	if err != nil {
		return remediate.Account{}, err
	}
	if who.Account != id {
		return remediate.Account{}, fmt.Errorf("the credentials (%s) belong to account %s", who.ARN, who.Account)
	}
	return remediate.Account{Config: cfg, ID: who.Account, ARN: who.ARN}, nil
}
