package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"holdfast/remediate"
	"holdfast/report"
	"holdfast/scanner/collect"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// PlanRemediation makes a plan of what the findings of a run ask for, out of the
// run alone.
func PlanRemediation(kept *run.Run, o remediate.Options) (plan *remediate.Plan, err error) {
	world := remediate.NewWorld()
	longer := map[string]bool{} // tables whose recovery points are asked for
	for f, err := range findings(kept) {
		if err != nil {
			return nil, err
		}
		if f.Status == finding.Fail && f.Remediation != nil && f.Remediation.Action == "backup.lengthen_retention" {
			longer[f.ARN] = true
		}
	}
	world.Points = func(table string) bool { return longer[table] }
	shards, err := kept.Shards()
	if err != nil {
		return nil, err
	}
	for _, shard := range shards {
		if err := world.Read(kept.ReadShard(shard.Account, shard.Region)); err != nil {
			return nil, err
		}
	}
	o.Run = kept.ID
	err = withFindings(kept, func(r *finding.Reader) (err error) {
		plan, err = remediate.Propose(r.Header, r.Findings(), world, o)
		return err
	})
	return plan, err
}

// A Remediation is a plan that has been approved, and how to do it.
type Remediation struct {
	Plan      *remediate.Plan
	Approval  string // how it was approved, for the journal
	Undo      bool   // Plan is UndoPlan's
	KeepGoing bool   // after a change that was refused or failed
	Stop      func(context.Context, *remediate.Change) error
	NoLimits  bool // no pauses and rates, for emulators
	Progress  func(remediate.Event)
}

// Remediate does a plan with the credentials of job.AWS, and notes it in the
// journal at a path.
func Remediate(ctx context.Context, job Job, journal string, r Remediation) (remediate.Result, error) {
	accounts, err := remediationAccounts(ctx, job, r.Plan)
	if err != nil {
		return remediate.Result{}, fmt.Errorf("%w; nothing was changed", err)
	}
	j, err := remediate.OpenJournal(journal)
	if err != nil {
		return remediate.Result{}, err
	}
	defer j.Close()
	a := remediate.Applier{Plan: r.Plan, Journal: j, Accounts: accounts, Tool: job.Tool, Approval: r.Approval, KeepGoing: r.KeepGoing, Stop: r.Stop, Progress: r.Progress}
	if r.NoLimits {
		a.Rate, a.Pause, a.Doubt = -1, 10*time.Millisecond, time.Second
	}
	do := a.Apply
	if r.Undo {
		do = a.Undo
	}
	result, err := do(ctx)
	if err != nil {
		return result, fmt.Errorf("applying the plan: %w; apply it again to go on", err)
	}
	return result, nil
}

// UndoPlan is the plan of taking back what the journal at a path tells of.
func UndoPlan(path string) (*remediate.Plan, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	defer in.Close()
	records, err := remediate.ReadJournal(in, path)
	if err != nil {
		return nil, err
	}
	return remediate.Undoable(records)
}

// changes are what a run's journal tells; none where it has no journal.
func changes(kept *run.Run) ([]report.Change, error) {
	in, err := kept.Open(remediate.JournalFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	records, err := remediate.ReadJournal(in, remediate.JournalFile)
	if err != nil {
		return nil, err
	}
	var all []report.Change
	for _, f := range remediate.Facts(records) {
		c := report.Change{Time: f.Time, Who: f.Caller, Action: f.Action, Operation: f.Operation, Target: f.Target, Account: f.Account, Region: f.Region,
			Outcome: f.Outcome, Before: f.Before, After: f.Now, Why: f.Why, RequestID: f.RequestID, Plan: f.Plan}
		if f.Undo && f.Outcome == remediate.VerdictDone {
			c.Outcome = "undone"
		}
		if f.Outcome == remediate.VerdictDone {
			c.Summary = remediate.Difference(f.Before, f.Now)
		}
		all = append(all, c)
	}
	return all, nil
}

// carry copies plan and journal from the run that they mended into the one that
// looks at the outcome.
func carry(from, to *run.Run) error {
	for _, name := range []string{remediate.PlanFile, remediate.JournalFile} {
		in, err := from.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = to.Write(name, func(w io.Writer) error {
			_, err := io.Copy(w, in)
			return err
		})
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Refinish lists the files of a complete run anew, after a plan or a journal was
// added to it. An incomplete run stays so.
func Refinish(kept *run.Run) error {
	if !kept.Complete() {
		return nil
	}
	m, err := kept.Manifest()
	if err != nil {
		return err
	}
	return kept.Finish(m)
}

// remediationAccounts opens every account that a plan changes, each with the
// credentials of job.AWS. It is an error if one cannot be opened: nothing is
// changed then.
func remediationAccounts(ctx context.Context, job Job, plan *remediate.Plan) (map[string]remediate.Account, error) {
	ids := plan.Accounts()
	if len(ids) > 1 && !strings.Contains(job.AWS.RoleARN, AccountPlaceholder) {
		return nil, fmt.Errorf("the plan changes %d accounts; give --role-arn with %s in it, such as arn:aws:iam::%s:role/HoldfastRemediate",
			len(ids), AccountPlaceholder, AccountPlaceholder)
	}
	accounts := map[string]remediate.Account{}
	var errs []error
	for _, id := range ids {
		account, err := remediationAccount(ctx, job, id)
		if err != nil {
			errs = append(errs, fmt.Errorf("opening account %s: %w", id, err))
			continue
		}
		accounts[id] = account
	}
	return accounts, errors.Join(errs...)
}

func remediationAccount(ctx context.Context, job Job, id string) (remediate.Account, error) {
	options := job.AWS
	options.RoleARN = roleOf(job, id)
	cfg, err := collect.Load(ctx, options)
	if err != nil {
		return remediate.Account{}, err
	}
	who, err := collect.Identify(ctx, cfg)
	if err != nil {
		return remediate.Account{}, err
	}
	if who.Account != id {
		return remediate.Account{}, fmt.Errorf("the credentials (%s) belong to account %s", who.ARN, who.Account)
	}
	return remediate.Account{Config: cfg, ID: who.Account, ARN: who.ARN}, nil
}
