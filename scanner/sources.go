package scanner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/run"
	"holdfast/scanner/source"
)

// readSources reads the infrastructure code that the job names, and looks for the
// definition of each subject of the run.
func readSources(job Job, kept *run.Run, files []run.Shard) (*report.Sources, error) {
	if job.Source == "" {
		return nil, nil
	}
	tree, err := source.Read(job.Source)
	if err != nil {
		return nil, err
	}
	prefix, err := fromRepository(job.Source)
	if err != nil {
		return nil, fmt.Errorf("finding the repository of %s: %w", job.Source, err)
	}
	sources := &report.Sources{Definitions: map[string]source.Definition{}, Text: tree.Text, Prefix: prefix, Files: tree.Files, Skipped: tree.Skipped}
	for s, err := range subjects(kept, files, "") {
		if err != nil {
			return nil, err
		}
		if d, ok := tree.Find(resourceOf(s)); ok {
			sources.Definitions[s.ARN] = d
		}
	}
	return sources, nil
}

// resourceOf is a subject as code describes it. Kinds that no code defines have no
// kind there, and are not found.
func resourceOf(s *facts.Subject) source.Resource {
	r := source.Resource{ARN: s.ARN, Account: s.Account, Region: s.Region, Name: s.Name}
	switch {
	case s.Table != nil:
		r.Kind, r.Tags = source.KindTable, map[string]string{}
		for _, tag := range s.Table.Tags {
			r.Tags[tag.Key] = tag.Value
		}
	case s.Vault != nil:
		r.Kind, r.Name = source.KindVault, s.Vault.BackupVaultName
	case s.Selection != nil:
		r.Kind, r.ID, r.Name = source.KindSelection, s.Selection.SelectionId, s.Selection.SelectionName
	case s.PlanRule != nil:
		r.Kind, r.ARN, r.Name, r.Part = source.KindPlan, s.PlanRule.BackupPlanArn, s.PlanRule.BackupPlanName, s.PlanRule.RuleName
	}
	return r
}

// fromRepository is the folder's path from the root of its git repository, with
// slashes; outside of one, from the current folder; and "" where it is neither in
// the one nor below the other.
func fromRepository(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	root := dir
	for {
		if _, err := os.Lstat(filepath.Join(root, ".git")); err == nil {
			break
		}
		if parent := filepath.Dir(root); parent != root {
			root = parent
			continue
		}
		if root, err = os.Getwd(); err != nil {
			return "", err
		}
		break
	}
	prefix, err := filepath.Rel(root, dir)
	if err != nil || strings.HasPrefix(prefix, "..") || prefix == "." {
		return "", nil
	}
	return filepath.ToSlash(prefix), nil
}
