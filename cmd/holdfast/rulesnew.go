package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/policies"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
)

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

func (a *app) rulesExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write the rules that ship, the facts' schemas and OPA's capabilities, for opa and editors",
		Long: `Export writes into DIR what other tools need to work on rules of yours, and to judge
facts on their own: policies/ is the rules that ship, with shared Rego and the
subjects of their tests; schema/ has one JSON Schema for each kind of facts;
capabilities.json says which builtins rules may call.`,
		Example: `  holdfast rules export ./holdfast-rules
  opa check --strict --schema holdfast-rules/schema --capabilities holdfast-rules/capabilities.json holdfast-rules/policies our-rules
  opa test holdfast-rules/policies our-rules`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := export(args[0]); err != nil {
				return fmt.Errorf("exporting the rules to %s: %w", args[0], err)
			}
			fmt.Fprintf(a.stdout, "wrote %s\n", args[0])
			return nil
		},
	}
}

// export overwrites what an earlier build exported, and removes nothing.
func export(dir string) error {
	err := fs.WalkDir(policies.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".rego") {
			return err
		}
		text, err := fs.ReadFile(policies.FS, name)
		if err != nil {
			return err
		}
		return writeBelow(filepath.Join(dir, "policies", filepath.FromSlash(name)), text)
	})
	if err != nil {
		return err
	}
	for _, kind := range facts.Kinds() {
		if err := writeBelow(filepath.Join(dir, "schema", kind+".json"), facts.Schema(kind)); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(evaluate.Capabilities(), "", "  ")
	if err != nil {
		return err
	}
	return writeBelow(filepath.Join(dir, "capabilities.json"), append(text, '\n'))
}

func writeBelow(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
