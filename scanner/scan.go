// Package scanner runs the arrows of Holdfast's one line of data in a row:
//
//	AWS API ─collect─▶ snapshot/ ─derive─▶ facts/ ─evaluate─▶ findings.jsonl ─report─▶ report.*
//	                                          ▲
//	                                   policies/*.rego
//
// Every arrow is one package below this one (or report), and one function here
// that reads what the arrow before it left in the run's folder. Nothing looks
// back: Derive, Evaluate and Report work on a kept run without AWS.
package scanner

import (
	"context"
	"time"

	"holdfast/config"
	"holdfast/report"
	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// A Job is what a scan is asked to do.
type Job struct {
	Config *config.Config
	Policy *evaluate.Policy
	Tool   string // "holdfast 0.1.0"

	// AWS says how to reach it. In RoleARN, "{account}" stands for the account
	// that is read.
	AWS     collect.Options
	Regions []string // instead of the configuration's; empty: those
	Tables  []string // name patterns; empty: all

	Out      string // folder of the runs
	Resume   bool   // go on with the newest incomplete run, or with RunID
	RunID    string
	Previous string // the run that facts are compared with: an id or folder, NoPrevious, or empty (see Previous)
	Compress bool   // write snapshot and facts with zstd

	Rules    []string  // patterns of rule ids; empty: all that the configuration enables
	Now      time.Time // for expiries and printed dates; zero: the present
	Parallel int       // workers of the evaluation; 0: one per CPU
	NoCache  bool      // ask each rule about each subject anew

	Formats []report.Format // written to the run's folder as report.<ext>
	Report  report.Options
	Source  string // folder of the infrastructure code that findings point into; empty: none
	Redact  bool   // no account ids and principals in reports and inventory; the run's other files hold them

	Mended *run.Run // whose findings were mended before: its plan and journal go into this run, too; nil: none

	Progress func(Progress) // may be nil; called from many goroutines
}

// Progress is how far collection has come.
type Progress struct {
	Account  string // being read
	Accounts int    // to do
	Done     int    // accounts read
	collect.Progress
}

// Scan runs all arrows and finishes the run. The run is kept, whatever was found.
func Scan(ctx context.Context, job Job) (*run.Run, finding.Summary, error) {
	var summary finding.Summary
	kept, err := Collect(ctx, job)
	if err != nil {
		return kept, summary, err
	}
	previous, err := Previous(job.Out, kept, job.Previous)
	if err != nil {
		return kept, summary, err
	}
	if err := Derive(ctx, kept, previous); err != nil {
		return kept, summary, err
	}
	if summary, err = Evaluate(ctx, job, kept); err != nil {
		return kept, summary, err
	}
	return kept, summary, Report(job, kept)
}
