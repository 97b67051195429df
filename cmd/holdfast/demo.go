package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/remediate"
	"holdfast/scanner"
	"holdfast/scanner/run"
)

//go:embed demo.yaml
var demoConfig []byte

const defaultDemoOut = "holdfast-demo"

func (a *app) demo() *cobra.Command {
	var f flags
	var fix bool
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "The same against a built-in simulated organization: no AWS, no credentials",
		GroupID: "job",
		Long: `Demo starts a simulated organization in this process, and scans it over HTTP with
the real AWS SDK, as scan does with AWS. In it is the workshop that Holdfast was
born from: the table ProductCatalog without point-in-time recovery, the plan
dbBackupPlan with a year of backups of which two are missing, a table that nobody
backs up, and two more accounts with mistakes of their own.

With --fix it then shows the plan that would mend this, does it, and scans again:
what is left is for a person. The journal of what was done is in the run.

It exits 0 when it did its work, whatever it found.`,
		Example: `  holdfast demo
  holdfast demo --fix`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runDemo(cmd, &f, fix) },
	}
	cmd.Flags().StringVar(&f.out, "out", defaultDemoOut, "`DIR` that keeps the runs")
	cmd.Flags().BoolVar(&fix, "fix", false, "mend what can be mended, and scan again")
	f.addReports(cmd, defaultFormats)
	f.addOutput(cmd)
	return cmd
}

func (a *app) runDemo(cmd *cobra.Command, f *flags, fix bool) error {
	sim, err := awssim.Load(awssim.Demo)
	if err != nil {
		return err
	}
	server := awssim.Start(sim)
	defer server.Close()
	if err := simulatedCredentials(); err != nil {
		return err
	}
	f.aws.EndpointURL = server.URL
	f.aws.RoleARN = "arn:aws:iam::" + scanner.AccountPlaceholder + ":role/Holdfast"
	f.noLimits = true
	f.failOn, f.allowIncomplete = "never", true
	job, err := a.job(f)
	if err != nil {
		return err
	}
	if job.Config, err = config.Parse("demo.yaml", demoConfig); err != nil {
		return err
	}
	if job.Now.IsZero() {
		job.Now = sim.Clock.Now()
	}
	a.log(f, "Scanning a simulated organization (three accounts, no AWS involved) …")
	if err := a.runScan(cmd, f, job); err != nil {
		return err
	}
	if fix {
		if err := a.fixDemo(cmd, f, job); err != nil {
			return err
		}
	}
	if f.quiet {
		return nil
	}
	return a.afterDemo(f.out)
}

// fixDemo mends what the scan found, and scans again.
func (a *app) fixDemo(cmd *cobra.Command, f *flags, job scanner.Job) error {
	found, err := run.Latest(f.out)
	if err != nil {
		return err
	}
	plan, err := scanner.PlanRemediation(found, remediate.Options{Tool: job.Tool})
	if err != nil {
		return fmt.Errorf("planning: %w", err)
	}
	if err := keepPlan(found, plan); err != nil {
		return err
	}
	said := a.stdout
	if f.quiet {
		said = io.Discard
	}
	fmt.Fprint(said, "\n── What can be mended ──\n\n")
	if err := plan.WriteText(said); err != nil {
		return err
	}
	fmt.Fprint(said, "\n── Mending it (in your own account: holdfast remediate apply, which asks first) ──\n\n")
	result, err := scanner.Remediate(cmd.Context(), job, filepath.Join(found.Dir, remediate.JournalFile), scanner.Remediation{
		Plan: plan, Approval: "demo --fix", NoLimits: true, Progress: sayChange(said),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(said, "\n%s\n\n── Scanning again: what is left is for a person ──\n\n", sayResult(result))
	if err := scanner.Report(job, found); err != nil { // what was done is in its reports, too
		return err
	}
	job.Mended = found
	return a.runScan(cmd, f, job)
}

// simulatedCredentials lets the SDK's default chain find the demo's access key,
// and nothing of the user's own.
func simulatedCredentials() error {
	var errs []error
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIAHOLDFASTDEMO0001", "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		errs = append(errs, os.Setenv(name, value))
	}
	return errors.Join(errs...)
}

// afterDemo says what to look at next.
func (a *app) afterDemo(out string) error {
	file := func(name string) string { return filepath.Join(out, "latest", name) }
	_, err := fmt.Fprintf(a.stdout, `
What to look at next
  %-38s  what AWS answered, gaps first
  %-38s  what rules see of each table
  %-38s  every verdict, with evidence
  %-38s  what a rule means, and the fix
  %-38s  the report again, as any --format
  %-38s  then your own account: holdfast scan
  %-38s  to judge what is yours to judge
`, file("snapshot"), file("facts"), file(run.Findings), "holdfast rules show table.retention",
		"holdfast report --out "+out, "holdfast init && holdfast preflight", "docs/add-a-rule.md")
	return err
}
