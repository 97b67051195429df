package scanner

import (
	"context"
	"fmt"
	"io"
	"slices"

	"holdfast/scanner/facts"
	"holdfast/scanner/run"
)

// Derive works out the facts of every account of a run from its shards, and from
// what an earlier run saw (nil: none).
func Derive(ctx context.Context, kept, previous *run.Run) error {
	shards, err := kept.Shards()
	if err != nil {
		return err
	}
	accounts := accountsOf(shards)
	for _, account := range accounts {
		in := facts.Input{Account: account, Scanned: accounts}
		for _, shard := range shards {
			if shard.Account == account {
				name := run.ShardName(shard.Account, shard.Region)
				in.Shards = append(in.Shards, facts.Shard{Name: name, Open: func() (io.ReadCloser, error) { return kept.Open(name) }})
			}
		}
		if in.Previous, err = earlier(previous, account); err != nil {
			return fmt.Errorf("reading the previous run %s: %w", previous.ID, err)
		}
		if err := deriveAccount(ctx, kept, in); err != nil {
			return fmt.Errorf("deriving the facts of account %s: %w", account, err)
		}
	}
	return nil
}

// deriveAccount writes one file a Region, as the subjects come, Region by Region.
func deriveAccount(ctx context.Context, kept *run.Run, in facts.Input) error {
	var subjects []*facts.Subject
	write := func() error {
		if len(subjects) == 0 {
			return nil
		}
		region := subjects[0].Region
		header := facts.Header{Account: in.Account, Region: region, Collected: subjects[0].Collected}
		if in.Previous != nil {
			header.Previous = in.Previous.RunID
		}
		err := kept.Write(run.FactsName(in.Account, region), func(w io.Writer) error {
			return facts.Write(w, header, func(yield func(*facts.Subject, error) bool) {
				for _, s := range subjects {
					if !yield(s, nil) {
						return
					}
				}
			})
		})
		subjects = subjects[:0]
		return err
	}
	err := facts.Derive(ctx, in, func(s *facts.Subject) error {
		if len(subjects) > 0 && subjects[0].Region != s.Region {
			if err := write(); err != nil {
				return err
			}
		}
		subjects = append(subjects, s)
		return nil
	})
	if err != nil {
		return err
	}
	return write()
}

func accountsOf(shards []run.Shard) []string {
	var accounts []string
	for _, s := range shards {
		accounts = append(accounts, s.Account)
	}
	return slices.Compact(slices.Sorted(slices.Values(accounts)))
}
