package scanner

import (
	"errors"
	"iter"
	"slices"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// What a kept run holds, as streams.

// findings streams the findings of a run.
func findings(kept *run.Run) iter.Seq2[*finding.Finding, error] {
	return func(yield func(*finding.Finding, error) bool) {
		err := withFindings(kept, func(r *finding.Reader) error {
			for f, err := range r.Findings() {
				if err != nil {
					return err
				}
				if !yield(f, nil) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// readEnds reads the first and the last line of the findings, and so holds the
// lines between them to their digest once.
func readEnds(kept *run.Run, in *report.Input) error {
	return withFindings(kept, func(r *finding.Reader) (err error) {
		in.Header = r.Header
		in.Summary, err = r.Summary()
		return err
	})
}

func withFindings(kept *run.Run, use func(*finding.Reader) error) (err error) {
	in, err := kept.Open(run.Findings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	reader, err := finding.Read(in, run.Findings)
	if err != nil {
		return err
	}
	return use(reader)
}

// readGaps collects the gaps and callers of all shards. They stand at the head
// of a shard, so little of it is read.
func readGaps(kept *run.Run, in *report.Input) error {
	shards, err := kept.Shards()
	if err != nil {
		return err
	}
	for _, shard := range shards {
		for row, err := range kept.ReadShard(shard.Account, shard.Region) {
			if err != nil {
				return err
			}
			if row.Header != nil {
				if row.Header.Caller != "" {
					in.Run.Callers = append(in.Run.Callers, row.Header.Caller)
				}
				continue
			}
			if row.Gap == nil {
				break
			}
			in.Gaps = append(in.Gaps, report.Gap{Account: shard.Account, Region: shard.Region, Gap: *row.Gap})
		}
	}
	slices.Sort(in.Run.Callers)
	in.Run.Callers = slices.Compact(in.Run.Callers)
	return nil
}

// CountGaps says how many questions that facts need have no answer. Others leave a
// scan complete.
func CountGaps(kept *run.Run) (int, error) {
	var in report.Input
	err := readGaps(kept, &in)
	n := 0
	for _, gap := range in.Gaps {
		if len(facts.HiddenBy(gap.Operation)) > 0 {
			n++
		}
	}
	return n, err
}

// NewFailures are the failures of a run that an earlier one does not have, by
// rule and resource.
func NewFailures(earlier, kept *run.Run) ([]*finding.Finding, error) {
	type key struct{ rule, arn string }
	known := map[key]bool{}
	for f, err := range findings(earlier) {
		if err != nil {
			return nil, err
		}
		if f.Status == finding.Fail {
			known[key{f.Rule, f.ARN}] = true
		}
	}
	var fresh []*finding.Finding
	for f, err := range findings(kept) {
		if err != nil {
			return nil, err
		}
		if f.Status == finding.Fail && !known[key{f.Rule, f.ARN}] {
			fresh = append(fresh, f)
		}
	}
	return fresh, nil
}
