package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app carries what a command may touch of the world outside.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "holdfast",
		Short: "Prove that DynamoDB tables can be restored, and that nobody can destroy the backups",
		Long: `Holdfast reads AWS accounts without changing them, judges what it saw with Rego
rules, and reports. What could not be read is unknown, never a pass.

Start with "holdfast demo" (no AWS, no credentials), then "holdfast preflight" and
"holdfast scan". The stages of a scan can be run one by one: collect, facts,
evaluate, report.`,
		Example: `  holdfast demo
  holdfast scan --regions eu-west-1,eu-central-1
  holdfast scan --profile audit --role-arn arn:aws:iam::111122223333:role/Holdfast
  holdfast report --format sarif > holdfast.sarif`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("holdfast {{.Version}}\n")
	root.AddGroup(
		&cobra.Group{ID: "job", Title: "The nightly job:"},
		&cobra.Group{ID: "stage", Title: "Its stages, one by one:"},
		&cobra.Group{ID: "help", Title: "Setting up, and writing rules:"},
	)
	root.SetHelpCommandGroupID("help")
	root.SetCompletionCommandGroupID("help")
	root.AddCommand(
		a.scan(), a.demo(), a.remediate(),
		a.collect(), a.facts(), a.evaluate(), a.report(),
		a.preflight(), a.init(), a.rules(), a.iamPolicy(), a.version(),
	)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nsee: %s --help", err, cmd.CommandPath())
	})
	return root
}

// terminal reports whether w is one, so that colour and a moving progress line
// make sense. NO_COLOR switches the colour off: https://no-color.org
func terminal(w io.Writer) (width int, ok bool) {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0, false
	}
	return width, true
}

func (a *app) colour() bool {
	_, ok := terminal(a.stdout)
	return ok && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// noArgs refuses stray words with a hint, since they are mostly flags whose
// dashes were lost.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no arguments, but got %q; flags start with --\nsee: %s --help", cmd.CommandPath(), strings.Join(args, " "), cmd.CommandPath())
}
