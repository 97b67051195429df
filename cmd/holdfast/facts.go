package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"holdfast/scanner"
	"holdfast/scanner/run"
)

func (a *app) facts() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "facts [RUN]",
		Short:   "Snapshot → facts: join and count, judge nothing",
		GroupID: "stage",
		Long: `Facts works out, from the snapshot of a run, what rules need to know about each
table, plan rule, vault and Region, and writes it as JSON Lines beside the
snapshot. RUN is an id or a folder (default: the newest run).`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openRun(&f, args)
			if err != nil {
				return err
			}
			if err := derive(cmd.Context(), &f, kept); err != nil {
				return err
			}
			if !f.quiet {
				fmt.Fprintln(a.stdout, kept.Dir)
			}
			return nil
		},
	}
	f.addOut(cmd)
	f.addPrevious(cmd)
	f.addOutput(cmd)
	return cmd
}

// derive works out the facts of a run, beside those of the previous one.
func derive(ctx context.Context, f *flags, kept *run.Run) error {
	previous, err := scanner.Previous(f.out, kept, f.previous)
	if err != nil {
		return err
	}
	return scanner.Derive(ctx, kept, previous)
}

// openRun finds the run that a stage works on: the one named, else the newest,
// finished or not.
func openRun(f *flags, args []string) (*run.Run, error) {
	if len(args) > 0 {
		return run.Open(f.out, args[0])
	}
	runs, err := run.List(f.out)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("there are no runs below %s; make one with holdfast scan or holdfast collect, or name another folder with --out", f.out)
	}
	return run.Open(f.out, runs[0].ID)
}
