package collect

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/logging"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// An Account is one AWS account that is being read. Its methods may be called
// side by side: they share what AWS limits for the account as a whole.
type Account struct {
	Identity
	config  aws.Config
	options Options
	limits  *limits

	regionsGap *snapshot.Gap // why Regions did not see all

	shards, done, calls atomic.Int64
}

// Open loads the configuration and asks AWS who is calling.
func Open(ctx context.Context, o Options) (*Account, error) {
	cfg, err := Load(ctx, o)
	if err != nil {
		return nil, err
	}
	id, err := identify(ctx, cfg, o)
	if err != nil {
		closeIdle(cfg.HTTPClient)
		return nil, err
	}
	return New(cfg, id, o), nil
}

// New reads the account of id with a configuration that Load made.
func New(cfg aws.Config, id Identity, o Options) *Account {
	o = o.withDefaults()
	a := &Account{Identity: id, config: cfg.Copy(), options: o}
	a.config.HTTPClient = oneClient(cfg.HTTPClient)
	if !o.NoLimits {
		a.limits = newLimits(o.RateShare, nil)
	}
	return a
}

// target is one Region, with a recorder that fills b.
func (a *Account) target(region string, b *snapshot.Builder) (Target, *Recorder) {
	creds := credentials{a.config.Credentials}
	try := &attempt{timeout: a.options.AttemptTimeout}
	if a.limits != nil {
		try.limits = newLimits(a.options.RateShare, a.limits)
	}
	cfg := a.config.Copy()
	if region != snapshot.Global && region != snapshot.OrganizationShard {
		cfg.Region = region
	}
	if creds.CredentialsProvider != nil {
		cfg.Credentials = creds
	}
	cfg.Logger = logging.Nop{} // what matters is in the gaps
	cfg.Retryer = func() aws.Retryer { return newRetryer(a.options) }
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), try.attach)
	rec := &Recorder{builder: b, timeout: a.options.CallTimeout, credentials: creds, asked: func() {
		a.calls.Add(1)
		a.progress()
	}}
	return Target{
		Config: cfg, Partition: a.Partition, Account: a.Account, Region: region,
		tables: a.options.Tables, pageSize: a.options.PageSize, workers: a.options.Workers,
		lookupEvents: a.options.LookupEvents, organization: a.options.Organization,
	}, rec
}

func (a *Account) progress() {
	if a.options.Progress != nil {
		a.options.Progress(Progress{Shards: int(a.shards.Load()), Done: int(a.done.Load()), Calls: int(a.calls.Load())})
	}
}

// A Result is what became of one shard.
type Result struct {
	Calls int // asked
	Gaps  int // without an answer
}

// Shard runs the collectors of one Region, of the account with snapshot.Global,
// or of its organization with snapshot.OrganizationShard, and leaves a whole shard in b.
// Refusals are gaps; an error means that ctx is done or b cannot keep rows, and b
// is then of no use.
func (a *Account) Shard(ctx context.Context, region string, collectors []Collector, b *snapshot.Builder) (Result, error) {
	target, rec := a.target(region, b)
	var names []string
	for _, after := range []bool{false, true} {
		g, gctx := errgroup.WithContext(ctx)
		for _, c := range collectors {
			if !c.fills(region) || c.After != after {
				continue
			}
			names = append(names, c.Name)
			g.Go(func() error {
				if err := c.Collect(gctx, target, rec); err != nil {
					return fmt.Errorf("collecting %s of account %s in %s: %w", c.Name, a.Account, region, err)
				}
				return rec.err(gctx)
			})
		}
		if err := g.Wait(); err != nil {
			return Result{}, err
		}
	}
	slices.Sort(names)
	rec.Add(snapshot.Row{Header: &snapshot.Header{
		Format: snapshot.Format, Tool: "holdfast " + a.options.Version, Partition: a.Partition, Account: a.Account,
		Region: region, Caller: a.ARN, CollectedAt: rec.Now(), Collectors: names, Tables: a.options.Tables,
		RegionsNamed: a.options.RegionsNamed,
	}})
	if region == snapshot.Global {
		rec.remember(a.regionsGap)
	}
	return Result{Calls: rec.calls, Gaps: rec.gaps}, rec.err(ctx)
}

// Collect reads the shards of regions (snapshot.Global may be one of them), several side
// by side, and hands each to put as soon as it is whole. The builder is closed
// after put returns. The first error of put, or the end of ctx, ends it all.
// Idle connections are closed at the end.
func (a *Account) Collect(ctx context.Context, regions []string, collectors []Collector,
	put func(region string, result Result, b *snapshot.Builder) error,
) error {
	defer closeIdle(a.config.HTTPClient)
	a.shards.Add(int64(len(regions)))
	a.progress()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(a.options.Regions)
	for _, region := range regions {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := &snapshot.Builder{Dir: a.options.TempDir}
			defer b.Close()
			result, err := a.Shard(ctx, region, collectors, b)
			if err == nil {
				err = put(region, result, b)
			}
			if err != nil {
				return err
			}
			a.done.Add(1)
			a.progress()
			return nil
		})
	}
	return g.Wait()
}
