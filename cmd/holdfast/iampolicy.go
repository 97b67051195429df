package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"holdfast/remediate"
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
	cmd.AddCommand(read, a.iamPolicyRemediate())
	return cmd
}

func (a *app) iamPolicyRemediate() *cobra.Command {
	var as string
	var actions []string
	var undo bool
	cmd := &cobra.Command{
		Use:   "remediate",
		Short: "What remediate apply calls, action by action",
		Long: `Remediate prints the policy that remediation needs and no more: what the chosen
actions call to look, to change and to read back. Give it to a role of its own, apart
from the one that scans. Whatever may be done without Holdfast with these rights, the
policy denies what cannot be taken back: a vault lock in compliance mode.

With --undo it has what remediate undo calls as well. As terraform and cloudformation
it prints a role that has the policy.`,
		Example: `  holdfast iam-policy remediate --actions 'dynamodb.*'
  holdfast iam-policy remediate --as terraform > holdfast-remediate.tf`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := remediate.Matching(actions)
			if err != nil {
				return err
			}
			return a.printPolicy(remediatePolicy(chosen, undo), as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "json", "json (the policy), terraform or cloudformation (a role with it)")
	cmd.Flags().StringSliceVar(&actions, "actions", nil, "only actions that match a `PATTERN`, such as dynamodb.*")
	cmd.Flags().BoolVar(&undo, "undo", false, "also what undoing calls")
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
		iamPolicyDocument
		Tool string
	}{policy, "holdfast " + version()})
}

// An iamPolicy document, in the order in which people read it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type iamPolicyDocument struct {
	Version   string
	Statement []iamStatement

	Role, Title, Does, Note string // of the role that has it: "read", "Read", and what is said of it
}

func (p iamPolicyDocument) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Version   string
		Statement []iamStatement
	}{p.Version, p.Statement})
}

type iamStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
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
	policy := iamPolicyDocument{Version: "2012-10-17", Role: "read", Title: "Read", Does: "holdfast scan reads with",
		Note: "It changes nothing and reads no items. docs/permissions.md says why each action is there."}
	for service, actions := range byService {
		slices.Sort(actions)
		policy.Statement = append(policy.Statement, iamStatement{
			Sid: "HoldfastRead" + strings.ToUpper(service[:1]) + service[1:], Effect: "Allow", Action: slices.Compact(actions), Resource: "*",
		})
	}
	slices.SortFunc(policy.Statement, func(x, y iamStatement) int { return strings.Compare(x.Sid, y.Sid) })
	return policy
}

// remediatePolicy has one statement for each kind of resource, and a Deny for what
// nobody could take back.
func remediatePolicy(actions []remediate.Action, undo bool) iamPolicyDocument {
	type group struct{ service, resource, passedTo string }
	allowed := map[group][]string{}
	for _, a := range actions {
		permissions := a.Permissions
		if undo {
			permissions = slices.Concat(permissions, a.UndoPermissions)
		}
		for _, p := range permissions {
			service, _, _ := strings.Cut(p.Action, ":")
			g := group{service, p.Resource, p.PassedTo}
			allowed[g] = append(allowed[g], p.Action)
		}
	}
	policy := iamPolicyDocument{Version: "2012-10-17", Role: "remediate", Title: "Remediate", Does: "holdfast remediate changes with",
		Note: "It deletes nothing that holds a backup, and locks nothing for good. docs/remediation.md says what each action is for."}
	for g, all := range allowed {
		slices.Sort(all)
		s := iamStatement{Sid: "HoldfastRemediate" + sidOf(g.service, g.resource), Effect: "Allow", Action: slices.Compact(all), Resource: g.resource}
		if g.passedTo != "" {
			s.Condition = map[string]map[string]string{"StringEquals": {"iam:PassedToService": g.passedTo}}
		}
		policy.Statement = append(policy.Statement, s)
	}
	slices.SortFunc(policy.Statement, func(x, y iamStatement) int { return strings.Compare(x.Sid, y.Sid) })
	const lock = "backup:PutBackupVaultLockConfiguration"
	if slices.ContainsFunc(policy.Statement, func(s iamStatement) bool { return slices.Contains(s.Action, lock) }) {
		policy.Statement = append(policy.Statement, iamStatement{Sid: "HoldfastNeverLocksForGood", Effect: "Deny", Action: []string{lock}, Resource: "*",
			Condition: map[string]map[string]string{"Null": {"backup:ChangeableForDays": "false"}}})
	}
	return policy
}

// sidOf names a statement after service and kind of resource: "BackupVault".
func sidOf(service, resource string) string {
	words := strings.Split(service, "-")
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 {
		kind, _, _ := strings.Cut(strings.ReplaceAll(parts[5], ":", "/"), "/")
		words = append(words, strings.Split(strings.TrimPrefix(kind, service+"-"), "-")...)
	}
	var b strings.Builder
	for _, w := range words {
		if w != "" && w != "*" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}
