package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast/scanner/finding"
)

func (a *app) rules() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "rules",
		Short:   "List, show, test and write rules",
		GroupID: "help",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.rulesList(), a.rulesShow(), a.rulesTest(), a.rulesNew(), a.rulesExport(), a.rulesPages())
	return cmd
}

func (a *app) rulesList() *cobra.Command {
	var f flags
	var asJSON bool
	var framework string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "All rules: id, severity, whether the configuration has them on, title",
		Long: `List names all rules. With --framework it names the controls of an outside
standard instead, each with how far the rules that are on test it: tested, partly
(they only support it), not tested, or not testable by anything that AWS shows.`,
		Example: "  holdfast rules list\n  holdfast rules list --framework nist-800-53-r5",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			if framework != "" {
				return listFramework(a.stdout, framework, job, asJSON)
			}
			all := job.Policy.Rules()
			if asJSON {
				enc := json.NewEncoder(a.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(all)
			}
			table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, rule := range all {
				state := "on"
				if !job.Config.Enabled(rule) {
					state = "off"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", rule.ID, rule.Severity, state, rule.Title)
			}
			return table.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "all metadata as JSON")
	cmd.Flags().StringVar(&framework, "framework", "", "controls of a framework, by its `NAME`: dora, soc-2, …")
	f.addConfig(cmd)
	f.addPolicy(cmd)
	return cmd
}

func (a *app) rulesShow() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "show RULE",
		Short:   "What a rule means, its parameters, how to fix what it finds, what it can't see",
		Example: "  holdfast rules show table.pitr_enabled",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			for _, rule := range job.Policy.Rules() {
				if rule.ID == args[0] {
					return writeRulePage(a.stdout, rule)
				}
			}
			return fmt.Errorf("there is no rule %q; holdfast rules list shows them all", args[0])
		},
	}
	f.addConfig(cmd)
	f.addPolicy(cmd)
	return cmd
}

// rulesPages writes docs/rules: hidden, since only the repository needs it.
func (a *app) rulesPages() *cobra.Command {
	return &cobra.Command{
		Use:    "pages DIR",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := loadPolicy(nil)
			if err != nil {
				return err
			}
			return writeRulePages(args[0], policy.Rules())
		},
	}
}

func writeRulePages(dir string, rules []finding.Rule) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, rule := range rules {
		err := writePublic(filepath.Join(dir, rule.ID+".md"), func(w io.Writer) error { return writeRulePage(w, rule) })
		if err != nil {
			return err
		}
	}
	return writePublic(filepath.Join(dir, "README.md"), func(w io.Writer) error { return writeRuleIndex(w, rules) })
}
