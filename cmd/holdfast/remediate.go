package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast/remediate"
	"holdfast/scanner"
	"holdfast/scanner/run"
)

// Limits on what one application may do, where nobody says otherwise.
const (
	defaultMaxChanges = 20
	defaultMaxAge     = 24 * time.Hour
)

func (a *app) remediate() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "remediate",
		Short:   "Findings → plan → changes: what can be mended, and mending it",
		GroupID: "job",
		Long: `Remediate mends what a scan found, in two steps with a person between them. Plan
makes a file of typed changes, and says what each does; apply does exactly that
file, once it has been approved. Nothing is deleted, shortened or unlocked, and
nobody's rights are changed: what would need that is told as text.`,
		Example: `  holdfast remediate plan
  holdfast remediate apply
  holdfast remediate plan --as terraform > mended.tf`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.remediatePlan(), a.remediateApply(), a.remediateUndo())
	return cmd
}

// The forms that plan --as knows.
var planForms = map[string]func(remediate.Text) string{
	"cli":             func(t remediate.Text) string { return t.CLI },
	"terraform":       func(t remediate.Text) string { return t.Terraform },
	"terraform-patch": func(t remediate.Text) string { return t.TerraformPatch },
	"cloudformation":  func(t remediate.Text) string { return t.CloudFormation },
}

func (a *app) remediatePlan() *cobra.Command {
	var f flags
	var actions []string
	var as, output string
	var managed bool
	cmd := &cobra.Command{
		Use:   "plan [RUN]",
		Short: "What would be changed, before and after, in which order and why",
		Long: `Plan turns the findings of a run into changes, and writes plan.json, for apply, and
plan.md, with the words for the AWS CLI, Terraform and CloudFormation, into the
run's folder. It reads the run alone and asks AWS nothing. RUN is an id or a folder
(default: the newest run). The same run and configuration give the same plan.

What infrastructure code defines is left out, since the next deployment would turn
it back: the patch is in plan.md. --include-managed plans it all the same.`,
		Example: `  holdfast remediate plan
  holdfast remediate plan --actions 'dynamodb.*'
  holdfast remediate plan --as cli`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kept, err := openRun(&f, args)
			if err != nil {
				return err
			}
			options := remediate.Options{Tool: "holdfast " + version(), IncludeManaged: managed}
			if options.Actions, err = remediate.Matching(actions); err != nil {
				return err
			}
			plan, err := scanner.PlanRemediation(kept, options)
			if err != nil {
				return fmt.Errorf("planning: %w", err)
			}
			if output != "" {
				err = writeFile(output, planWriter(plan))
			} else {
				err = keepPlan(kept, plan)
			}
			if err != nil {
				return err
			}
			return a.showPlan(kept, plan, as)
		},
	}
	f.addOut(cmd)
	cmd.Flags().StringSliceVar(&actions, "actions", nil, "use only actions that match a `PATTERN`, such as dynamodb.*,backup.create_vault")
	cmd.Flags().BoolVar(&managed, "include-managed", false, "also change what infrastructure code defines")
	cmd.Flags().StringVar(&as, "as", "text", "what to print: text, json, markdown, cli, terraform (what is new), terraform-patch (what differs), cloudformation")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write plan.json to `FILE` instead of the run's folder")
	return cmd
}

func planWriter(plan *remediate.Plan) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := plan.WriteTo(w)
		return err
	}
}

// keepPlan adds a plan to the run that it mends.
func keepPlan(kept *run.Run, plan *remediate.Plan) error {
	return errors.Join(kept.Write(remediate.PlanFile, planWriter(plan)), kept.Write(remediate.ReadableFile, plan.WriteMarkdown), scanner.Refinish(kept))
}

func (a *app) showPlan(kept *run.Run, plan *remediate.Plan, as string) error {
	switch as {
	case "text":
		return plan.WriteText(a.stdout)
	case "markdown":
		return plan.WriteMarkdown(a.stdout)
	case "json":
		_, err := plan.WriteTo(a.stdout)
		return err
	}
	form, ok := planForms[as]
	if !ok {
		return fmt.Errorf("--as %s is not known; it is text, json, markdown, cli, terraform, terraform-patch or cloudformation", as)
	}
	text, err := plan.Texts(form)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, text)
	return err
}

// applying are the flags of whatever changes something.
type applying struct {
	maxChanges int
	maxAge     time.Duration
	approve    string
	journal    string
	keepGoing  bool
	stopFile   string
	now        string
}

func (l *applying) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&l.maxChanges, "max-changes", defaultMaxChanges, "refuse a plan with more changes than `N`, before the first one")
	cmd.Flags().DurationVar(&l.maxAge, "max-age", defaultMaxAge, "refuse a plan that builds on answers older than this")
	cmd.Flags().BoolVar(&l.keepGoing, "keep-going", false, "go on after a change that was refused or failed")
	cmd.Flags().StringVar(&l.now, "now", "", "`TIME` (RFC 3339) to tell the plan's age by (default: the present)")
	cmd.Flags().StringVar(&l.stopFile, "stop-file", "", "do nothing more once this `FILE` exists: the kill switch")
}

func (a *app) remediateApply() *cobra.Command {
	var f flags
	var l applying
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Do a plan: exactly that file, once it has been approved",
		Long: `Apply does a plan.json (default: that of the newest run). It shows it and asks, or
takes the plan's hash from --approve. Before each change it looks whether the target
still is what the plan says, and refuses it if not; what is right already is
skipped. It writes down what it is about to do, does it, reads it back, and says so
in journal.jsonl beside the plan. Started again, it goes on where it was ended,
however that happened.

It exits 0 when everything is as planned, 3 when something was refused, failed or
left, and 2 when nothing was changed at all.`,
		Example: `  holdfast remediate apply
  holdfast remediate apply plan.json --approve 3f2a9c10b2aa… --role-arn 'arn:aws:iam::{account}:role/HoldfastRemediate'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := planPath(&f, args)
			if err != nil {
				return err
			}
			plan, err := readPlan(path)
			if err != nil {
				return err
			}
			if l.journal == "" {
				l.journal = filepath.Join(filepath.Dir(path), remediate.JournalFile)
			}
			if err := admit(plan, &l); err != nil {
				return err
			}
			if err := a.approved(plan, &l); err != nil {
				return err
			}
			return a.applyPlan(cmd.Context(), &f, &l, plan)
		},
	}
	f.addOut(cmd)
	f.addAWS(cmd)
	l.add(cmd)
	cmd.Flags().BoolVar(&f.noLimits, "no-limits", false, "no pauses and request limits, for emulators")
	cmd.Flags().StringVar(&l.approve, "approve", "", "`HASH` of the plan, instead of asking")
	cmd.Flags().StringVar(&l.journal, "journal", "", "`FILE` to note what is done in (default: journal.jsonl beside the plan)")
	return cmd
}

func (a *app) remediateUndo() *cobra.Command {
	var f flags
	var l applying
	cmd := &cobra.Command{
		Use:   "undo [JOURNAL]",
		Short: "Take back what a journal says was done, where that weakens nothing",
		Long: `Undo takes back what a journal.jsonl (default: that of the newest run) says was done,
the newest first. Each change is looked at before: what somebody has changed since is
left alone, and what would leave anything weaker is not undone. For that it prints
the command with which a person does it. It notes in the same journal what it does.

It needs what "holdfast iam-policy remediate --undo" prints.`,
		Example: `  holdfast remediate undo
  holdfast remediate undo holdfast-out/runs/20261122T180000Z-4f2a/journal.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) == 1 {
				path = args[0]
			} else if kept, err := openRun(&f, nil); err != nil {
				return err
			} else {
				path = filepath.Join(kept.Dir, remediate.JournalFile)
			}
			return a.undo(cmd.Context(), &f, &l, path)
		},
	}
	f.addOut(cmd)
	f.addAWS(cmd)
	cmd.Flags().BoolVar(&f.noLimits, "no-limits", false, "no pauses and request limits, for emulators")
	cmd.Flags().StringVar(&l.approve, "approve", "", "`HASH` of the plan that was applied, instead of asking")
	cmd.Flags().IntVar(&l.maxChanges, "max-changes", defaultMaxChanges, "refuse to undo more changes than `N`, before the first one")
	return cmd
}

func (a *app) undo(ctx context.Context, f *flags, l *applying, path string) error {
	plan, err := scanner.UndoPlan(path)
	if err != nil {
		return err
	}
	if n := len(plan.Changes); n > l.maxChanges {
		return fmt.Errorf("the journal tells of %d changes, and --max-changes allows %d; nothing was changed", n, l.maxChanges)
	}
	if l.approve == "" {
		for i, c := range plan.Changes {
			fmt.Fprintf(a.stdout, "%3d  undo %s  %s\n", i+1, c.Action, c.Target)
		}
	}
	if err := a.agreed(plan.Hash, l); err != nil {
		return err
	}
	job := scanner.Job{AWS: f.aws, Tool: "holdfast " + version()}
	job.AWS.Version = version()
	result, err := scanner.Remediate(ctx, job, path, scanner.Remediation{Plan: plan, Undo: true, KeepGoing: true, NoLimits: f.noLimits, Progress: sayChange(a.stdout)})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s\n", sayResult(result))
	return outcome(result)
}

// planPath is the file that was named, or the newest run's.
func planPath(f *flags, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	kept, err := openRun(f, nil)
	if err != nil {
		return "", err
	}
	path := filepath.Join(kept.Dir, remediate.PlanFile)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("run %s has no plan; make one with: holdfast remediate plan", kept.ID)
	}
	return path, nil
}

func readPlan(path string) (*remediate.Plan, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the plan: %w", err)
	}
	defer in.Close()
	return remediate.ReadPlan(in, path)
}

// admit holds a plan to the limits, before anything is asked or changed.
func admit(plan *remediate.Plan, l *applying) error {
	if n := len(plan.Changes); n > l.maxChanges {
		return fmt.Errorf("the plan has %d changes, and --max-changes allows %d; nothing was changed", n, l.maxChanges)
	}
	now := time.Now()
	if l.now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, l.now); err != nil {
			return fmt.Errorf("--now %q: write it like 2026-11-22T18:00:00Z", l.now)
		}
	}
	return plan.Fresh(now, l.maxAge)
}

// approved asks for, or checks, the approval of exactly this plan.
func (a *app) approved(plan *remediate.Plan, l *applying) error {
	if len(plan.Changes) == 0 {
		return nil
	}
	if l.approve == "" {
		if err := plan.WriteText(a.stdout); err != nil {
			return err
		}
	}
	return a.agreed(plan.Hash, l)
}

// agreed asks for, or checks, a hash.
func (a *app) agreed(hash string, l *applying) error {
	if l.approve != "" {
		if !strings.EqualFold(l.approve, hash) {
			return fmt.Errorf("--approve %s is not the hash of this plan, which is %s; nothing was changed", l.approve, hash)
		}
		return nil
	}
	fmt.Fprintf(a.stdout, "\nType %s to do this, anything else to leave it: ", hash[:8])
	line, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if answer := strings.TrimSpace(line); len(answer) < 8 || !strings.HasPrefix(hash, strings.ToLower(answer)) {
		return errors.New("not approved; nothing was changed (where nobody can be asked, give --approve HASH)")
	}
	l.approve = "asked"
	return nil
}

func (a *app) applyPlan(ctx context.Context, f *flags, l *applying, plan *remediate.Plan) error {
	job := scanner.Job{AWS: f.aws, Tool: "holdfast " + version()}
	job.AWS.Version = version()
	approval := "--approve"
	if l.approve == "asked" {
		approval = l.approve
	}
	result, err := scanner.Remediate(ctx, job, l.journal, scanner.Remediation{
		Plan: plan, Approval: approval, KeepGoing: l.keepGoing, Stop: stopAt(l.stopFile), NoLimits: f.noLimits, Progress: sayChange(a.stdout),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s Journal: %s\n", sayResult(result), l.journal)
	if kept, err := run.Open("", filepath.Dir(l.journal)); err == nil {
		if err := scanner.Refinish(kept); err != nil {
			return err
		}
	}
	return outcome(result)
}

// stopAt is the kill switch of a file.
func stopAt(file string) func(context.Context, *remediate.Change) error {
	if file == "" {
		return nil
	}
	return func(context.Context, *remediate.Change) error {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("stopped by the file %s", file)
		}
		return nil
	}
}

func sayChange(w io.Writer) func(remediate.Event) {
	return func(e remediate.Event) {
		fmt.Fprintf(w, "[%d/%d] %-8s %s %s\n", e.Number, e.Of, e.Verdict, e.Change.Action, e.Change.Target)
		if e.Why != "" {
			fmt.Fprintf(w, "        %s\n", e.Why)
		}
	}
}

func sayResult(r remediate.Result) string {
	return fmt.Sprintf("%d done, %d right already, %d refused, %d failed, %d left.", r.Done, r.Skipped, r.Refused, r.Failed, r.Left)
}

// outcome is the exit code of what was done.
func outcome(r remediate.Result) error {
	if r.Complete() {
		return nil
	}
	why := "not everything was done"
	if r.Stopped != "" {
		why += ": " + r.Stopped
	}
	return verdict{exitIncomplete, why + "; see above, and the journal"}
}
