package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"holdfast/scanner/collect"
	"holdfast/scanner/run"
	"holdfast/scanner/snapshot"
)

// Collect reads AWS into a run's shards. A shard that is there already, from the
// run that is resumed, is not read again. The out folder is locked meanwhile.
func Collect(ctx context.Context, job Job) (*run.Run, error) {
	lock, err := run.AcquireLock(job.Out)
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	all, err := targets(ctx, job)
	if err != nil {
		return nil, err
	}
	kept, err := begin(job, all)
	if err != nil {
		return nil, err
	}
	if err := collectOrganization(ctx, kept, all); err != nil {
		return kept, err
	}
	for i, t := range all {
		*t.progress = Progress{Account: t.id, Accounts: len(all), Done: i}
		if err := collectAccount(ctx, job, kept, t); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// begin starts a run, or finds the one to go on with and holds the job to it.
func begin(job Job, all []target) (*run.Run, error) {
	plan := run.Plan{Tool: job.Tool, StartedAt: time.Now().UTC(), Tables: job.Tables, Config: job.Config.Hash()}
	for _, t := range all {
		plan.Accounts = append(plan.Accounts, t.id)
		plan.Regions = append(plan.Regions, t.regions...)
	}
	slices.Sort(plan.Accounts)
	plan.Regions = slices.Compact(slices.Sorted(slices.Values(plan.Regions)))
	if !job.Resume && job.RunID == "" {
		return run.Create(job.Out, plan, job.Compress)
	}
	kept, err := run.Resume(job.Out, job.RunID, job.Compress)
	if err != nil {
		return nil, err
	}
	for _, differs := range []struct {
		what      string
		then, now []string
	}{
		{"accounts", kept.Accounts, plan.Accounts}, {"Regions", kept.Regions, plan.Regions}, {"tables", kept.Tables, plan.Tables},
	} {
		if !slices.Equal(differs.then, differs.now) {
			return nil, fmt.Errorf("resuming run %s: it was started for the %s %v, now asked for %v; start a new run, or ask for the same",
				kept.ID, differs.what, differs.then, differs.now)
		}
	}
	return kept, nil
}

func collectAccount(ctx context.Context, job Job, kept *run.Run, t target) error {
	if t.gap != nil {
		return putUnreachable(job, kept, t)
	}
	var missing []string
	for _, region := range append([]string{snapshot.Global}, t.regions...) {
		committed, err := kept.Committed(t.id, region)
		if err != nil {
			return err
		}
		if !committed {
			missing = append(missing, region)
		}
	}
	return t.account.Collect(ctx, missing, collect.Collectors(), func(region string, _ collect.Result, b *snapshot.Builder) error {
		_, err := kept.PutShard(t.id, region, b)
		return err
	})
}

// collectOrganization reads the organization once for all accounts: through its
// management account if that is among them, since others see little of it, else
// through the first that can be reached.
func collectOrganization(ctx context.Context, kept *run.Run, all []target) error {
	committed, err := kept.Committed("", snapshot.OrganizationShard)
	if err != nil || committed {
		return err
	}
	reachable := slices.DeleteFunc(slices.Clone(all), func(t target) bool { return t.gap != nil })
	through := reachable[0]
	if len(reachable) > 1 {
		management := through.account.ManagementAccount(ctx)
		if i := slices.IndexFunc(reachable, func(t target) bool { return t.id == management }); i >= 0 {
			through = reachable[i]
		}
	}
	*through.progress = Progress{Account: through.id, Accounts: len(all)}
	b := &snapshot.Builder{}
	defer b.Close()
	if _, err := through.account.Shard(ctx, snapshot.OrganizationShard, collect.Collectors(), b); err != nil {
		return err
	}
	_, err = kept.PutShard(through.id, snapshot.OrganizationShard, b)
	return err
}

// putUnreachable commits a global shard that holds nothing but the reason why
// the account has no other.
func putUnreachable(job Job, kept *run.Run, t target) (err error) {
	b := &snapshot.Builder{}
	defer func() { err = errors.Join(err, b.Close()) }()
	header := snapshot.Header{
		Format: snapshot.Format, Tool: job.Tool, Account: t.id, Region: snapshot.Global, CollectedAt: time.Now().UTC(),
	}
	if err := errors.Join(b.Add(snapshot.Row{Header: &header}), b.Add(snapshot.Row{Gap: t.gap})); err != nil {
		return err
	}
	_, err = kept.PutShard(t.id, snapshot.Global, b)
	return err
}
