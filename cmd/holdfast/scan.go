package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"holdfast/scanner"
	"holdfast/scanner/run"
)

var defaultFormats = []string{"text", "json", "markdown", "sarif"}

func (a *app) scan() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "scan",
		Short:   "Read AWS, judge, and report: the nightly job",
		GroupID: "job",
		Long: `Scan reads an AWS account without changing it, works out the facts, judges them
and writes the reports. Everything is kept in a new run below --out; the text
report is printed as well.

It exits 0 when the scan is complete and nothing fails at or above --fail-on, 1 on
such failures, 3 when something could not be read, and 2 when it could not do its
work at all.`,
		Example: `  holdfast scan
  holdfast scan --regions eu-west-1 --tables 'orders-*' --rules 'table.*'
  holdfast scan --fail-on never --format text,sarif`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			return a.runScan(cmd, &f, job)
		},
	}
	f.addConfig(cmd)
	f.addOut(cmd)
	f.addCollect(cmd)
	f.addPrevious(cmd)
	f.addPolicy(cmd)
	f.addReports(cmd, defaultFormats)
	f.addVerdict(cmd)
	f.addOutput(cmd)
	return cmd
}

// runScan scans, prints, and turns the outcome into an exit code.
func (a *app) runScan(cmd *cobra.Command, f *flags, job scanner.Job) error {
	// The live heap is small and short-lived: collecting it less often halves the
	// time of an evaluation. The limit keeps that from costing memory.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(400 << 20)
	baseline, err := findBaseline(f)
	if err != nil {
		return err
	}
	if err := checkPrevious(f); err != nil {
		return err
	}
	progress := a.startProgress(f)
	job.Progress = progress.update
	kept, summary, err := scanner.Scan(cmd.Context(), job)
	progress.stop()
	if err != nil {
		return fmt.Errorf("scanning: %w", a.resumeHint(kept, err))
	}
	if err := a.printText(f, job, kept); err != nil {
		return err
	}
	return a.verdict(f, baseline, kept, summary)
}

// resumeHint tells how to go on where shards were kept.
func (a *app) resumeHint(kept *run.Run, err error) error {
	if kept == nil {
		return err
	}
	return fmt.Errorf("%w\nwhat was read so far is kept; go on with --resume, or --run-id %s", err, kept.ID)
}

// printText shows the text report, if it was asked for.
func (a *app) printText(f *flags, job scanner.Job, kept *run.Run) error {
	if f.quiet {
		return nil
	}
	for _, format := range job.Formats {
		if format.Name != "text" {
			continue
		}
		job.Report.Color = a.colour()
		job.Report.Width, _ = terminal(a.stdout)
		in, err := scanner.ReportInput(job, kept)
		if err != nil {
			return err
		}
		return format.Write(a.stdout, in)
	}
	return nil
}
