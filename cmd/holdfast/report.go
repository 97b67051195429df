package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"holdfast/report"
	"holdfast/scanner"
)

func (a *app) report() *cobra.Command {
	var f flags
	var file string
	cmd := &cobra.Command{
		Use:     "report [RUN]",
		Short:   "Findings → any format",
		GroupID: "stage",
		Long:    "Report writes the findings of a run in one format, to standard output or a file.\nRUN is an id or a folder (default: the newest run). Formats:\n" + formatList(),
		Example: `  holdfast report
  holdfast report --format sarif -o holdfast.sarif
  holdfast report --format markdown >> "$GITHUB_STEP_SUMMARY"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := a.job(&f)
			if err != nil {
				return err
			}
			if len(job.Formats) != 1 {
				return errors.New("report writes one format at a time; give one --format")
			}
			kept, err := openRun(&f, args)
			if err != nil {
				return err
			}
			in, err := scanner.ReportInput(job, kept)
			if err != nil {
				return fmt.Errorf("%w\nfindings are made by: holdfast evaluate %s", err, kept.Dir)
			}
			return a.writeReport(job.Formats[0], in, file)
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` instead of standard output")
	f.addConfig(cmd)
	f.addOut(cmd)
	f.addReports(cmd, []string{"text"})
	return cmd
}

func (a *app) writeReport(format report.Format, in *report.Input, file string) error {
	if file == "" {
		in.Options.Color = a.colour()
		in.Options.Width, _ = terminal(a.stdout)
		return format.Write(a.stdout, in)
	}
	return writeFile(file, func(w io.Writer) error { return format.Write(w, in) })
}

// writeFile writes a whole file or leaves the old one: to a temporary name, then
// renamed.
func writeFile(name string, write func(io.Writer) error) (err error) {
	partial := name + ".partial"
	out, err := os.OpenFile(partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(partial))
		}
	}()
	if err := errors.Join(write(out), out.Close()); err != nil {
		return err
	}
	return os.Rename(partial, name)
}

func formatList() string {
	list := ""
	for _, f := range report.Formats() {
		list += fmt.Sprintf("  %-10s %s\n", f.Name, f.Doc)
	}
	return list
}
