package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/scanner/collect"
)

func (a *app) iamPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "iam-policy",
		Short:   "Print the least-privilege IAM policy that this build needs",
		GroupID: "help",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	read := &cobra.Command{
		Use:   "read",
		Short: "What a scan calls, taken from the collectors' own lists",
		Long: `Read prints the policy that a scan needs and no more: the union of what the
collectors call. Nothing in it changes anything. docs/permissions.md says why each
action is needed, and what is unknown without it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			policy, err := json.MarshalIndent(readPolicy(collect.Collectors()), "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s\n", policy)
			return err
		},
	}
	cmd.AddCommand(read)
	return cmd
}

// An iamPolicy document, in the order in which people read it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type iamPolicyDocument struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// readPolicy has one statement a service. Resource is "*", since most list calls
// know no resource.
func readPolicy(collectors []collect.Collector) iamPolicyDocument {
	byService := map[string][]string{}
	for _, c := range collectors {
		for _, action := range c.Actions {
			service, _, _ := strings.Cut(action, ":")
			byService[service] = append(byService[service], action)
		}
	}
	policy := iamPolicyDocument{Version: "2012-10-17"}
	for service, actions := range byService {
		slices.Sort(actions)
		policy.Statement = append(policy.Statement, iamStatement{
			Sid: "HoldfastRead" + strings.ToUpper(service[:1]) + service[1:], Effect: "Allow", Action: slices.Compact(actions), Resource: "*",
		})
	}
	slices.SortFunc(policy.Statement, func(x, y iamStatement) int { return strings.Compare(x.Sid, y.Sid) })
	return policy
}
