package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// Evaluate judges the facts of a run, account after account, and writes its
// findings.
func Evaluate(ctx context.Context, job Job, kept *run.Run) (finding.Summary, error) {
	settings := evaluate.Settings{Config: job.Config, Select: selector(job.Rules), Now: job.Now, Parallel: job.Parallel, NoCache: job.NoCache}
	files, err := kept.Facts()
	if err != nil {
		return finding.Summary{}, err
	}
	if len(files) == 0 {
		return finding.Summary{}, fmt.Errorf("run %s has no facts; make them with: holdfast facts %s", kept.ID, kept.Dir)
	}
	header := finding.Header{
		Format: finding.Format, Tool: job.Tool, RunID: kept.ID,
		RuleSet:     RuleSet(job),
		EvaluatedAt: now(job).UTC(),
		Accounts:    accountsOf(files), Regions: regionsIn(files),
		Scopes: job.Config.Described(), Rules: job.Policy.Enabled(settings),
	}
	var summary finding.Summary
	err = kept.Write(run.Findings, func(w io.Writer) error {
		out, err := finding.NewWriter(w, header)
		if err != nil {
			return err
		}
		settings.Accounts, settings.Others, settings.Partial = header.Accounts, others(kept, files), len(kept.Tables) > 0
		for _, account := range header.Accounts {
			if err := job.Policy.Evaluate(ctx, subjects(kept, files, account), settings, out.Write); err != nil {
				return fmt.Errorf("evaluating account %s: %w", account, err)
			}
		}
		summary, err = out.Close()
		return err
	})
	return summary, err
}

// RuleSet is the sha256 of what decides a verdict beside the facts: the policy
// trees and the configuration.
func RuleSet(job Job) string { return hash(job.Policy.Hash(), job.Config.Hash()) }

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:])
}

func now(job Job) time.Time {
	if job.Now.IsZero() {
		return time.Now()
	}
	return job.Now
}

// selector is true for the rules that one of the patterns matches.
func selector(patterns []string) func(string) bool {
	if len(patterns) == 0 {
		return nil
	}
	return func(id string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			matched, err := path.Match(p, id)
			return err == nil && matched
		})
	}
}

// CheckRules refuses a pattern of --rules that no rule matches: it is a typing
// mistake, and would make a scan of nothing pass.
func CheckRules(patterns []string, rules []finding.Rule) error {
	var errs []error
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil {
			errs = append(errs, fmt.Errorf("--rules %q is no pattern: %w", p, err))
		} else if one := selector([]string{p}); !slices.ContainsFunc(rules, func(r finding.Rule) bool { return one(r.ID) }) {
			errs = append(errs, fmt.Errorf("--rules %q matches no rule; holdfast rules list shows them all", p))
		}
	}
	return errors.Join(errs...)
}

// subjects streams the facts of one account, or of all where account is empty.
func subjects(kept *run.Run, files []run.Shard, account string) iter.Seq2[*facts.Subject, error] {
	return func(yield func(*facts.Subject, error) bool) {
		for _, file := range files {
			if account != "" && file.Account != account {
				continue
			}
			if !yieldFile(kept, run.FactsName(file.Account, file.Region), yield) {
				return
			}
		}
	}
}

// others streams the facts of all accounts but one; nil where there is one.
func others(kept *run.Run, files []run.Shard) func(account string) iter.Seq2[*facts.Subject, error] {
	if len(accountsOf(files)) < 2 {
		return nil
	}
	return func(account string) iter.Seq2[*facts.Subject, error] {
		return subjects(kept, slices.DeleteFunc(slices.Clone(files), func(f run.Shard) bool { return f.Account == account }), "")
	}
}

func yieldFile(kept *run.Run, name string, yield func(*facts.Subject, error) bool) bool {
	in, err := kept.Open(name)
	if err != nil {
		yield(nil, err)
		return false
	}
	defer in.Close()
	for subject, err := range facts.Read(in, name) {
		if !yield(subject, err) || err != nil {
			return false
		}
	}
	return true
}

func regionsIn(files []run.Shard) []string {
	var regions []string
	for _, f := range files {
		if f.Region != "global" {
			regions = append(regions, f.Region)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(regions)))
}
