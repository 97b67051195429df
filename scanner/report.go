package scanner

import (
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
	"holdfast/scanner/snapshot"
	"holdfast/scanner/store"
)

// Report writes the reports that the job asks for, and the inventory that they
// point into, to the run's folder; then it finishes the run.
func Report(job Job, kept *run.Run) error {
	if job.Mended != nil {
		if err := carry(job.Mended, kept); err != nil {
			return err
		}
	}
	in, err := ReportInput(job, kept)
	if err != nil {
		return err
	}
	err = kept.Write(run.Inventory, func(w io.Writer) (err error) {
		in.Options.Inventory, err = report.WriteInventory(w, in)
		return err
	})
	if err != nil {
		return err
	}
	for _, format := range job.Formats {
		name := format.File()
		if err := kept.Write(name, func(w io.Writer) error { return format.Write(w, in) }); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	if err := writeOutputs(job, in); err != nil {
		return err
	}
	return kept.Finish(snapshot.Manifest{
		Tool: job.Tool, Callers: in.Run.Callers, Config: kept.Config, RuleSet: in.Header.RuleSet, Answered: in.Summary.Complete,
		Accounts: in.Header.Accounts, Regions: in.Header.Regions,
	})
}

// writeOutputs writes the reports that the configuration wants in files of their
// own, outside of the run.
func writeOutputs(job Job, in *report.Input) error {
	for _, output := range job.Config.Outputs {
		if output.File == "" {
			continue
		}
		format, err := report.Lookup(output.Format)
		if err != nil {
			return err
		}
		here := store.Files{Dir: filepath.Dir(output.File)}
		if err := here.Replace(filepath.Base(output.File), func(w io.Writer) error { return format.Write(w, in) }); err != nil {
			return fmt.Errorf("writing the output %s: %w", output.File, err)
		}
	}
	return nil
}

// ReportInput gathers from a run what its reports say: findings and facts are
// streamed anew each time that a format asks.
func ReportInput(job Job, kept *run.Run) (*report.Input, error) {
	files, err := kept.Facts()
	if err != nil {
		return nil, err
	}
	in := &report.Input{
		Findings: func() iter.Seq2[*finding.Finding, error] { return findings(kept) },
		Subjects: func() iter.Seq2[*facts.Subject, error] { return subjects(kept, files, "") },
		Options:  job.Report,
		Run:      report.Run{StartedAt: kept.StartedAt, FinishedAt: finished(job, kept), Folder: kept.Dir, Files: []string{run.Findings, run.Inventory}},
	}
	for _, format := range job.Formats {
		in.Run.Files = append(in.Run.Files, format.File())
	}
	for _, entry := range job.Config.ExpectedGaps {
		in.ExpectedGaps = append(in.ExpectedGaps, report.ExpectedGap{What: strings.Join(entry.What, ", "), Reason: entry.Reason, Expires: entry.Expires.End()})
	}
	for _, closed := range job.Config.Regions.DeniedByPolicy {
		in.ExpectedGaps = append(in.ExpectedGaps, report.ExpectedGap{What: "Regions " + strings.Join(closed.Regions, ", "), Reason: closed.Reason})
	}
	if err := readEnds(kept, in); err != nil {
		return nil, err
	}
	if in.Run.LastComplete = kept.StartedAt; !in.Summary.Complete {
		if in.Run.LastComplete, err = kept.LastAnswered(); err != nil {
			return nil, err
		}
	}
	if err := readGaps(kept, in); err != nil {
		return nil, err
	}
	if in.Changes, err = changes(kept); err != nil {
		return nil, err
	}
	if in.Sources, err = readSources(job, kept, files); err != nil {
		return nil, err
	}
	if job.Redact {
		in = report.Redacted(in)
	}
	return in, nil
}

// finished is when the run ended, by the job's clock; never before it began,
// though that clock may stand before the run.
func finished(job Job, kept *run.Run) time.Time {
	at := now(job).UTC().Truncate(time.Second)
	if at.Before(kept.StartedAt) {
		return kept.StartedAt
	}
	return at
}
