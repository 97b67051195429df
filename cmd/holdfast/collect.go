package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"holdfast/scanner"
)

func (a *app) collect() *cobra.Command {
	var f flags
	var dryRun bool
	cmd := &cobra.Command{
		Use:     "collect",
		Short:   "AWS → snapshot: read an account, judge nothing",
		GroupID: "stage",
		Long: `Collect reads an AWS account without changing it and keeps what it answered as a
snapshot, one shard an account and Region. What AWS does not answer becomes a gap
in the shard. The other stages work on it without AWS.`,
		Example: `  holdfast collect --regions eu-west-1
  holdfast collect --dry-run
  holdfast collect --resume`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			if dryRun {
				return a.estimate(cmd, job)
			}
			progress := a.startProgress(&f)
			job.Progress = progress.update
			kept, err := scanner.Collect(cmd.Context(), job)
			progress.stop()
			if err != nil {
				return fmt.Errorf("collecting: %w", a.resumeHint(kept, err))
			}
			gaps, err := scanner.CountGaps(kept)
			if err != nil {
				return err
			}
			if !f.quiet {
				fmt.Fprintf(a.stdout, "%s\n", kept.Dir)
			}
			if gaps > 0 && !f.allowIncomplete {
				return verdict{exitIncomplete, fmt.Sprintf("%d questions have no answer; holdfast evaluate will say what they hide", gaps)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say which accounts and Regions would be read, and about how many calls that takes")
	cmd.Flags().BoolVar(&f.allowIncomplete, "allow-incomplete", false, "exit 0 instead of 3 where something could not be read")
	f.addConfig(cmd)
	f.addOut(cmd)
	f.addCollect(cmd)
	f.addOutput(cmd)
	return cmd
}

func (a *app) estimate(cmd *cobra.Command, job scanner.Job) error {
	estimates, err := scanner.EstimateCalls(cmd.Context(), job)
	if err != nil {
		return fmt.Errorf("estimating: %w", err)
	}
	calls, seconds := 0, 0.0
	for _, e := range estimates {
		if e.Problem != "" {
			fmt.Fprintf(a.stdout, "%s  cannot be reached: %s\n", e.Account, e.Problem)
			continue
		}
		fmt.Fprintf(a.stdout, "%s  %-16s %6d tables %4d plans %4d vaults %8d calls\n", e.Account, e.Region, e.Tables, e.Plans, e.Vaults, e.Calls)
		for _, gap := range e.Gaps {
			fmt.Fprintf(a.stdout, "%s  %-16s %s: %s, so the counts are too small\n", e.Account, e.Region, gap.ID(), gap.Reason)
		}
		calls += e.Calls
		seconds = max(seconds, e.Seconds)
	}
	_, err = fmt.Fprintf(a.stdout, "at least %d calls, at least %.0f s; nothing was kept\n", calls, seconds)
	return err
}
