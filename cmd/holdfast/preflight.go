package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast/scanner"
	"holdfast/scanner/snapshot"
)

func (a *app) preflight() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "preflight",
		Short:   "Who am I, what can I call, and which rules will be unknown for want of which permission",
		GroupID: "help",
		Long: `Preflight calls every action that a scan needs once, in one Region, and changes
nothing. It takes seconds. It exits 3 when a scan would be incomplete.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			checked, err := scanner.Check(cmd.Context(), job)
			if err != nil {
				return fmt.Errorf("checking: %w", err)
			}
			problems := 0
			for _, account := range checked {
				problems += a.printPreflight(account)
			}
			if problems > 0 && !f.allowIncomplete {
				return verdict{exitIncomplete, fmt.Sprintf("a scan would be incomplete: %d actions are refused (holdfast iam-policy read prints the policy that allows them)", problems)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&f.allowIncomplete, "allow-incomplete", false, "exit 0 instead of 3 where something is refused")
	f.addConfig(cmd)
	f.addAWS(cmd)
	f.addPolicy(cmd)
	return cmd
}

func (a *app) printPreflight(p scanner.Preflight) (problems int) {
	if p.Problem != "" {
		fmt.Fprintf(a.stdout, "account   %s\n  cannot be reached: %s\n\n", p.Account, p.Problem)
		return 1
	}
	fmt.Fprintf(a.stdout, "account   %s\ncaller    %s\nRegions   %s\ntried in  %s\n\n", p.Account, p.Caller, strings.Join(p.Regions, ", "), p.Region)
	table := tabwriter.NewWriter(a.stdout, 2, 0, 2, ' ', 0)
	for _, probe := range p.Probes {
		switch {
		case !probe.Asked:
			fmt.Fprintf(table, "  ?\t%s\tnot tried: there is nothing yet to ask it about\n", probe.Action)
		case probe.Reason == "":
			fmt.Fprintf(table, "  ok\t%s\t\n", probe.Action)
		default:
			if len(probe.Rules) > 0 {
				problems++
			}
			fmt.Fprintf(table, "  NO\t%s\t%s; unknown without it: %s\n", probe.Action, whyNot(probe), rulesOrNone(probe.Rules))
		}
	}
	table.Flush()
	fmt.Fprintln(a.stdout)
	return problems
}

func whyNot(p scanner.Probe) string {
	if p.Code != "" && p.Reason == snapshot.Denied {
		return fmt.Sprintf("%s (%s)", p.Reason, p.Code)
	}
	return string(p.Reason)
}

func rulesOrNone(rules []string) string {
	if len(rules) == 0 {
		return "no rule that is on"
	}
	return strings.Join(slices.Sorted(slices.Values(rules)), ", ")
}
