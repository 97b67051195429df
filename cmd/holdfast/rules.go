package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
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
	cmd.AddCommand(a.rulesList(), a.rulesShow(), a.rulesTest(), a.rulesNew(), a.rulesPages())
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

func (a *app) rulesTest() *cobra.Command {
	var dirs []string
	cmd := &cobra.Command{
		Use:   "test [PATTERN]",
		Short: "Check the rules and run their tests, with coverage",
		Long: `Test type-checks the rules against the facts and runs every _test.rego. PATTERN is
a regular expression on package and test name. It exits 1 when a test fails.`,
		Example: "  holdfast rules test --policies ./our-rules\n  holdfast rules test table.retention",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			trees := []evaluate.Tree{{Name: "policies", FS: policies.FS}}
			for _, dir := range dirs {
				trees = append(trees, evaluate.Tree{Name: dir, FS: os.DirFS(dir)})
			}
			result, err := evaluate.Test(cmd.Context(), trees, strings.Join(args, ""))
			if err != nil {
				return err
			}
			return a.printTests(result, len(args) == 0)
		},
	}
	cmd.Flags().StringSliceVar(&dirs, "policies", nil, "`DIR` with more rules")
	return cmd
}

func (a *app) printTests(result evaluate.TestReport, all bool) error {
	failed := result.Failed()
	for _, test := range failed {
		fmt.Fprintf(a.stdout, "FAIL %s:%d: %s.%s %s\n", test.File, test.Line, test.Package, test.Name, strings.TrimSpace(test.Output))
	}
	for _, file := range result.Coverage {
		if all && file.Percent < 100 { // a part of the tests covers little
			fmt.Fprintf(a.stdout, "%5.1f %%  %s, lines not covered: %v\n", file.Percent, file.File, file.NotCovered)
		}
	}
	fmt.Fprintf(a.stdout, "%d tests, %d failed\n", len(result.Results), len(failed))
	switch {
	case len(result.Results) == 0:
		return fmt.Errorf("no test ran; is the pattern right?")
	case len(failed) > 0:
		return verdict{code: exitFindings}
	}
	return nil
}

func (a *app) rulesNew() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "new SUBJECT.RULE",
		Short:   "Write a new rule and its test, to be filled in",
		Example: "  holdfast rules new table.has_owner --policies ./our-rules",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			subject, rule, found := strings.Cut(args[0], ".")
			if !found {
				return fmt.Errorf("a rule's id is subject.rule, such as table.has_owner; got %q", args[0])
			}
			files, err := evaluate.New(dir, subject, rule)
			for _, file := range files {
				fmt.Fprintln(a.stdout, file)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "policies", "policies", "`DIR` of the policy tree")
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
