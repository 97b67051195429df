package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"

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
	var as string
	read := &cobra.Command{
		Use:   "read",
		Short: "What a scan calls, taken from the collectors' own lists",
		Long: `Read prints the policy that a scan needs and no more: the union of what the
collectors call. Nothing in it changes anything. docs/permissions.md says why each
action is needed, and what is unknown without it.

As terraform and cloudformation it prints a role that has the policy, with who may
assume it and an external id as inputs.`,
		Example: `  holdfast iam-policy read > holdfast-read.json
  holdfast iam-policy read --as terraform > holdfast-read.tf
  holdfast iam-policy read --as cloudformation > holdfast-read.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.printPolicy(readPolicy(collect.Collectors()), as)
		},
	}
	read.Flags().StringVar(&as, "as", "json", "json (the policy), terraform or cloudformation (a role with it)")
	cmd.AddCommand(read)
	return cmd
}

//go:embed iampolicy.*.tmpl
var policyTemplates embed.FS

// printPolicy writes the policy in one of the forms that --as knows.
func (a *app) printPolicy(policy iamPolicyDocument, as string) error {
	form, ok := map[string]string{"terraform": "iampolicy.tf.tmpl", "cloudformation": "iampolicy.yaml.tmpl"}[as]
	if as == "json" {
		text, err := json.MarshalIndent(policy, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.stdout, "%s\n", text)
		return err
	}
	if !ok {
		return fmt.Errorf("--as %s is not known; it is json, terraform or cloudformation", as)
	}
	templates, err := template.ParseFS(policyTemplates, form)
	if err != nil {
		return err
	}
	return templates.Execute(a.stdout, struct {
		Tool      string
		Statement []iamStatement
	}{"holdfast " + version(), policy.Statement})
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
