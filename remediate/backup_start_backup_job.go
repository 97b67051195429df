package remediate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// backup.start_backup_job makes the backup now that a plan should have made: into
// the vault of its rule and with the rule's lifecycle, so that it is no stray. Not
// while the next run may start: AWS runs one job for a table at a time, and the
// plan's would expire.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
func startBackupJob() Action {
	return Action{
		Name: "backup.start_backup_job", Doc: "make the backup now that a plan rule should have made",
		Order: OrderBackup, Risk: MediumRisk, Undo: UndoNo,
		Cost: "more: one backup of the table, by size, for as long as the rule keeps it",
		Permissions: []Permission{
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupJobs", Resource: "*"},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup:StartBackupJob", Resource: vaults},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: proposeJobs,
		do: deed([]move{step[jobParameters, *jobState]{
			operation: "backup:StartBackupJob",
			read:      readJob, want: wantJob, write: writeJob, ready: jobMayStart,
		}.move()}, nil, textJob),
	}
}

type jobParameters struct {
	TableName       string
	BackupPlanId    string
	RuleName        string
	BackupVaultName string
	IamRoleArn      string
	Lifecycle       *snapshot.Lifecycle `json:",omitempty"`
}

func (p jobParameters) target(at Place) string { return at.arn("dynamodb", "table/"+p.TableName) }

func (p jobParameters) check(at Place) error {
	switch {
	case !planID.MatchString(p.BackupPlanId):
		return fmt.Errorf("%q is no id of a plan", p.BackupPlanId)
	case !vaultName.MatchString(p.BackupVaultName):
		return fmt.Errorf("%q is no name of a vault", p.BackupVaultName)
	case !strings.HasPrefix(p.IamRoleArn, "arn:"+at.Partition+":iam::"+at.Account+":role/"):
		return fmt.Errorf("the role %s is not of account %s", p.IamRoleArn, at.Account)
	}
	if err := checkLifecycle(p.Lifecycle); err != nil {
		return err
	}
	return checkTable(p.TableName)
}

// jobState is the job that was started since the snapshot; null: there is none.
// AWS does not show the token of a job, so any job outside of plans counts, whoever
// started it: one backup is enough.
type jobState struct {
	BackupVaultName string
	Lifecycle       *snapshot.Lifecycle `json:",omitempty"`
}

// proposeJobs takes, of the rules that cover the table, the one that keeps longest.
// A table that no plan covers gets a backup of DynamoDB's own.
func proposeJobs(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for arn, ofTable := range byARN(all) {
			table := r.tables[arn]
			if table == nil {
				p.leaveAll(ofTable, "the table is not in the snapshot", Text{})
				continue
			}
			if ofTable = p.latest(ofTable); len(ofTable) == 0 {
				continue
			}
			if r.underWay(arn) {
				p.leaveAll(ofTable, "a backup of it is being made", Text{})
				continue
			}
			plan, rule := p.ruleFor(r, arn)
			if plan == nil {
				p.onDemand(r, table, ofTable)
				continue
			}
			if err := r.takes(rule.TargetBackupVaultName, keptDays(rule.Lifecycle)); err != nil {
				p.leaveAll(ofTable, "the job would fail: "+err.Error(), Text{})
				continue
			}
			role := p.role(r, plan)
			if role == "" {
				p.leaveAll(ofTable, "no role is known that AWS Backup may use", Text{})
				continue
			}
			notes := []string{"what kept the plan's own backups from being made is not mended by it: look at the last jobs' messages"}
			if failed := r.lastFailure(arn); failed != "" {
				notes = append(notes, "the last job said: "+failed)
			}
			p.add(startBackupJob(), r.Place, jobParameters{TableName: table.TableName, BackupPlanId: plan.BackupPlanId, RuleName: rule.RuleName,
				BackupVaultName: rule.TargetBackupVaultName, IamRoleArn: role, Lifecycle: plainLifecycle(rule.Lifecycle)},
				[]any{(*jobState)(nil)}, ofTable, notes...)
		}
	}
}

// latest leaves out the runs that no backup of today stands in for.
func (p *proposer) latest(cases []Case) (still []Case) {
	for _, c := range cases {
		var asked struct{ Latest bool }
		if c.Remediation.Parameters != nil {
			json.Unmarshal(c.Remediation.Parameters, &asked)
		}
		if c.Finding.Rule == "table.no_missed_backups" && !asked.Latest {
			p.leave(c, "what was missed is gone: no backup of today stands in for it", Text{})
			continue
		}
		still = append(still, c)
	}
	return still
}

func (p *proposer) ruleFor(r *region, arn string) (plan *snapshot.BackupPlan, rule snapshot.BackupRule) {
	for _, candidate := range r.plans {
		if organizational(candidate) || !slices.Contains(r.covered(candidate), arn) {
			continue
		}
		rules, _ := p.rulesToBe(candidate)
		for _, b := range rules {
			if plan == nil || keepsShorter(keptDays(rule.Lifecycle), keptDays(b.Lifecycle)) {
				plan, rule = candidate, b
			}
		}
	}
	return plan, rule
}

// rulesToBe are the rules of a plan once this plan has been done, and the id of the
// change that makes them so.
func (p *proposer) rulesToBe(plan *snapshot.BackupPlan) (rules []snapshot.BackupRule, change string) {
	for _, c := range p.plan.Changes {
		if (c.Action == "backup.update_rule" || c.Action == "backup.add_rule") && c.Target == plan.BackupPlanArn {
			if after, err := decodeLoosely[*planState](c.Steps[0].After); err == nil {
				return after.Rules, c.ID
			}
		}
	}
	return plan.Rules, ""
}

// underWay says whether a backup of a table is being made.
func (r *region) underWay(arn string) bool {
	return slices.ContainsFunc(r.jobs, func(j *snapshot.BackupJob) bool {
		return j.ResourceArn == arn && slices.Contains([]string{"CREATED", "PENDING", "RUNNING"}, j.State)
	})
}

// lastFailure is the message of the newest job of a table that failed.
func (r *region) lastFailure(arn string) (message string) {
	var newest time.Time
	for _, j := range r.jobs {
		if j.ResourceArn == arn && j.CreationDate != nil && j.CreationDate.After(newest) && slices.Contains([]string{"FAILED", "ABORTED", "EXPIRED"}, j.State) {
			newest, message = *j.CreationDate, cmp.Or(j.StatusMessage, j.State)
		}
	}
	return message
}

// readJob looks for a job of the table that was started outside of plans since the
// snapshot, and has not failed.
func readJob(ctx context.Context, t *Target, p jobParameters) (*jobState, error) {
	arn := p.target(t.Place)
	pages := backup.NewListBackupJobsPaginator(t.backup, &backup.ListBackupJobsInput{ByResourceArn: &arn, ByCreatedAfter: aws.Time(t.AsOf.Add(-time.Second))})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, asking("backup:ListBackupJobs", err)
		}
		for _, j := range out.BackupJobs {
			switch j.State {
			case types.BackupJobStateFailed, types.BackupJobStateAborted, types.BackupJobStateAborting, types.BackupJobStateExpired:
				continue
			}
			if j.CreatedBy == nil && aws.ToString(j.BackupVaultName) == p.BackupVaultName {
				return &jobState{p.BackupVaultName, p.Lifecycle}, nil
			}
		}
	}
	return nil, nil
}

func wantJob(p jobParameters, now *jobState) (*jobState, error) {
	if now != nil {
		return nil, fmt.Errorf("a backup of it was started already")
	}
	return &jobState{p.BackupVaultName, p.Lifecycle}, nil
}

// jobMayStart: no run of the plan may start while the job could, no job of the table
// is under way, and the vault takes what it makes.
func jobMayStart(ctx context.Context, t *Target, p jobParameters, _ *jobState) error {
	plan, err := t.readPlan(ctx, p.BackupPlanId)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(plan.Rules, func(r snapshot.BackupRule) bool {
		return r.RuleName == p.RuleName && r.TargetBackupVaultName == p.BackupVaultName && same(encode(plainLifecycle(r.Lifecycle)), encode(p.Lifecycle))
	}) {
		return fmt.Errorf("the plan has no rule %s with this vault and lifecycle any more", p.RuleName)
	}
	now := t.now()
	rules, err := plan.merged()
	if err != nil {
		return err
	}
	for _, r := range rules {
		if runs := r.Schedule.Between(now.Add(-r.StartWindow), now.Add(jobStartWindow)); len(runs) > 0 {
			return fmt.Errorf("rule %s runs at %s, and may start while this job does: one of them would expire", r.Name, runs[0].Format("15:04 MST"))
		}
	}
	if err := t.noJobUnderWay(ctx, p.target(t.Place)); err != nil {
		return err
	}
	return t.vaultTakes(ctx, p.BackupVaultName, keptDays(p.Lifecycle))
}

// jobStartWindow is the shortest that AWS takes.
const jobStartWindow = time.Hour

func (t *Target) noJobUnderWay(ctx context.Context, arn string) error {
	for _, state := range []types.BackupJobState{types.BackupJobStateCreated, types.BackupJobStatePending, types.BackupJobStateRunning} {
		out, err := t.backup.ListBackupJobs(ctx, &backup.ListBackupJobsInput{ByResourceArn: &arn, ByState: state})
		if err != nil {
			return asking("backup:ListBackupJobs", err)
		}
		if len(out.BackupJobs) > 0 {
			return fmt.Errorf("the job %s of the table is %s", aws.ToString(out.BackupJobs[0].BackupJobId), state)
		}
	}
	return nil
}

func writeJob(ctx context.Context, t *Target, p jobParameters, _, _ *jobState, token string) (Receipt, error) {
	in := &backup.StartBackupJobInput{BackupVaultName: &p.BackupVaultName, ResourceArn: aws.String(p.target(t.Place)), IamRoleArn: &p.IamRoleArn,
		IdempotencyToken: &token, StartWindowMinutes: aws.Int64(int64(jobStartWindow.Minutes()))}
	if p.Lifecycle != nil {
		in.Lifecycle = &types.Lifecycle{DeleteAfterDays: p.Lifecycle.DeleteAfterDays, MoveToColdStorageAfterDays: p.Lifecycle.MoveToColdStorageAfterDays}
	}
	out, err := t.backupOnce.StartBackupJob(ctx, in)
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, aws.ToString(out.BackupJobId)), nil
}

func textJob(p jobParameters, c *Change) Text {
	options := []string{"--backup-vault-name", p.BackupVaultName, "--resource-arn", c.Target, "--iam-role-arn", p.IamRoleArn, "--start-window-minutes", "60"}
	if p.Lifecycle != nil {
		options = append(options, "--lifecycle", string(encode(p.Lifecycle)))
	}
	return Text{CLI: command("backup start-backup-job", c.Place, options...)}
}
