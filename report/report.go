// Package report writes what was found for those who read it: a person at a
// terminal, a program, GitHub code scanning, a GitHub job summary.
//
// In goes an Input: the findings with their header and summary, the subjects
// they judge, the gaps of the snapshot, and who scanned when. Out comes one file
// per Format. Nothing here computes a status or a threshold: what a rule did not
// say is not said. The same Input gives the same bytes.
//
// All formats but SARIF hold everything: passes, unknowns and waivers too. Text
// from AWS (names, tags, messages) is hostile until cleaned; see clean.go.
package report

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

// A Format is one way to write a report.
type Format struct {
	Name  string // value of --format: "sarif"
	Doc   string // one line for the help text
	Ext   string // of the report's file, without the first dot: "sarif"
	Base  string // of the report's file; empty: report
	Write func(w io.Writer, in *Input) error
}

// File is the name of the format's file in a run: "report.sarif".
func (f Format) File() string { return cmp.Or(f.Base, "report") + "." + f.Ext }

// Formats returns all formats, sorted by name.
func Formats() []Format {
	return []Format{
		asffFormat,
		csvFormat,
		jsonFormat,
		junitFormat,
		markdownFormat,
		metricsFormat,
		ocsfFormat,
		sarifFormat,
		textFormat,
	}
}

// Lookup returns the format of that name. The error of an unknown one lists the
// choices.
func Lookup(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("unknown format %q; choose among %s", name, strings.Join(names, ", "))
}

// Input is all that a report may say.
type Input struct {
	Header  finding.Header
	Summary finding.Summary

	// Findings iterates all findings, sorted by account, Region, kind, ARN and
	// rule, so that those of one subject follow one another. A format may iterate
	// more than once. It ends at the first error.
	Findings func() iter.Seq2[*finding.Finding, error]

	// Subjects iterates the subjects of all kinds, in any order; nil: none.
	Subjects func() iter.Seq2[*facts.Subject, error]

	// Sources is the infrastructure code that findings point into; nil: none was given.
	Sources *Sources

	Gaps         []Gap         // what AWS did not answer, all shards
	ExpectedGaps []ExpectedGap // entries of holdfast.yaml
	Changes      []Change      // that remediation made before the scan, or because of it; in their order
	Run          Run
	Options      Options
}

// A Gap is a question that AWS did not answer, and where it was asked.
type Gap struct {
	Account string
	Region  string // "eu-west-1", or snapshot.Global
	snapshot.Gap
}

// An ExpectedGap is one entry of expected_gaps: what will not be answered, and
// why that is accepted until when.
type ExpectedGap struct {
	What    string
	Reason  string
	Expires time.Time // zero: the entry names no end
}

// Run says who scanned, when, and where the run's files are. Empty fields are
// left out of reports.
type Run struct {
	Callers      []string // ARNs
	StartedAt    time.Time
	FinishedAt   time.Time
	LastComplete time.Time // when the newest complete scan of the same accounts and Regions began, this one or an earlier one; zero: there was none
	Folder       string    // "holdfast-out/runs/20261122T180000Z-4f2a"
	Files        []string  // names in Folder that a reader may want
}

// Options are the choices of the person who asks. The zero value is useful.
type Options struct {
	Color bool // text: ANSI colours; the caller looks at the terminal and NO_COLOR
	Width int  // text: columns, held between 80 and 120; 0: 100

	// SARIFCategory is automationDetails.id. nil: made from accounts and Regions;
	// empty: left out, so that the upload action's category holds.
	SARIFCategory *string
	// SARIFFull adds to SARIF what GitHub would take for open alerts, for other viewers.
	SARIFFull bool
	// SARIFAnchor is the inventory's path from the repository's root, with
	// slashes; "": inventory.jsonl.
	SARIFAnchor string
	// Inventory is what WriteInventory returned. nil: made from Input again.
	Inventory *Inventory
}
