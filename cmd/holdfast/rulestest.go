package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
)

func (a *app) rulesTest() *cobra.Command {
	var dirs []string
	var least float64
	cmd := &cobra.Command{
		Use:   "test [PATTERN]",
		Short: "Check the rules and run their tests, with coverage",
		Long: `Test type-checks the rules against the facts and runs every _test.rego: those of
the folders given with --policies, else those that ship. PATTERN is a regular
expression on package and test name. Without one, it prints how many of each
file's lines the tests evaluate. It exits 1 when a test fails, or covers less
than --coverage asks for.`,
		Example: "  holdfast rules test --policies ./our-rules --coverage 95\n  holdfast rules test table.retention",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if least < 0 || least > 100 {
				return fmt.Errorf("--coverage %v: give a percentage, from 0 to 100", least)
			}
			if least > 0 && len(args) > 0 {
				return fmt.Errorf("--coverage is about all tests; leave the pattern %q out", args[0])
			}
			trees := []evaluate.Tree{{Name: "policies", FS: policies.FS, Untested: len(dirs) > 0}}
			for _, dir := range dirs {
				if err := isFolder(dir); err != nil {
					return err
				}
				trees = append(trees, evaluate.Tree{Name: dir, FS: os.DirFS(dir)})
			}
			result, err := evaluate.Test(cmd.Context(), trees, strings.Join(args, ""))
			if err != nil {
				return err
			}
			return a.printTests(result, len(args) == 0, least)
		},
	}
	cmd.Flags().StringSliceVar(&dirs, "policies", nil, "`DIR` with rules of yours")
	cmd.Flags().Float64Var(&least, "coverage", 0, "least `PERCENT` of the lines of each file that its tests have to evaluate")
	return cmd
}

// printTests prints what failed, and of all tests also what they cover: a part of
// them covers little.
func (a *app) printTests(result evaluate.TestReport, all bool, least float64) error {
	failed := result.Failed()
	for _, test := range failed {
		fmt.Fprintf(a.stdout, "FAIL %s:%d: %s.%s %s\n", test.File, test.Line, test.Package, test.Name, strings.TrimSpace(test.Output))
	}
	short := 0
	for _, file := range result.Coverage {
		if !all {
			break
		}
		missed := ""
		if file.Percent < 100 {
			missed = ", but for lines " + ranges(file.NotCovered)
		}
		if file.Percent < least {
			short++
			missed += fmt.Sprintf("; %v %% are asked for", least)
		}
		fmt.Fprintf(a.stdout, "%5.1f %%  %s%s\n", file.Percent, file.File, missed)
	}
	fmt.Fprintf(a.stdout, "%d tests, %d failed\n", len(result.Results), len(failed))
	switch {
	case len(result.Results) == 0:
		return fmt.Errorf("no test ran; is the pattern right?")
	case len(failed) > 0 || short > 0:
		return verdict{code: exitFindings}
	}
	return nil
}

// ranges is "3-5, 9" for 3, 4, 5 and 9.
func ranges(lines []int) string {
	var parts []string
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n] == lines[0]+n {
			n++
		}
		if n == 1 {
			parts = append(parts, fmt.Sprint(lines[0]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", lines[0], lines[n-1]))
		}
		lines = slices.Clone(lines[n:])
	}
	return strings.Join(parts, ", ")
}
