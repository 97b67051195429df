package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"holdfast/scanner"
)

func (a *app) evaluate() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "evaluate [RUN]",
		Short:   "Facts → findings and reports, offline",
		GroupID: "stage",
		Long: `Evaluate judges the facts of a run by today's rules and configuration and writes
findings and reports. It needs no AWS. Ages are those of the time of collection;
only waivers and expected gaps look at --now. RUN is an id or a folder (default:
the newest run); facts that are not there yet are worked out first.`,
		Example: `  holdfast evaluate
  holdfast evaluate holdfast-out/runs/20261122T180000Z-4f2a --policies ./our-rules`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			baseline, err := findBaseline(&f)
			if err != nil {
				return err
			}
			kept, err := openRun(&f, args)
			if err != nil {
				return err
			}
			if err := derive(cmd.Context(), &f, kept); err != nil {
				return err
			}
			summary, err := scanner.Evaluate(cmd.Context(), job, kept)
			if err != nil {
				return err
			}
			if err := scanner.Report(job, kept); err != nil {
				return fmt.Errorf("reporting: %w", err)
			}
			if err := a.printText(&f, job, kept); err != nil {
				return err
			}
			return a.verdict(&f, baseline, kept, summary)
		},
	}
	f.addConfig(cmd)
	f.addOut(cmd)
	f.addPrevious(cmd)
	f.addPolicy(cmd)
	f.addReports(cmd, defaultFormats)
	f.addVerdict(cmd)
	f.addOutput(cmd)
	return cmd
}
