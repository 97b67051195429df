package remediate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// backup.lock_vault_governance locks a vault so that nobody deletes a recovery
// point or shortens its life before the lock is taken away. A lock also fails every
// job whose retention is below its minimum, of whatever service: so all rules,
// copies and backup policies that name the vault, and the jobs of the last 30 days,
// are looked at first, and again just before the write. Compliance mode, which
// nobody can take back, is told as text.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
func lockVaultGovernance() Action {
	return Action{
		Name:  "backup.lock_vault_governance",
		Doc:   "lock a vault in governance mode, or raise such a lock's minimum, to the shortest retention that is sent there",
		Order: OrderGuard, Risk: HighRisk, Undo: UndoWeakens,
		Cost: "none; backups can no longer be deleted early to save money",
		Permissions: []Permission{
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:GetBackupVaultAccessPolicy", Resource: vaults},
			{Action: "backup:ListBackupJobs", Resource: "*"},
			{Action: "backup:ListBackupPlans", Resource: "*"},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup:ListTags", Resource: vaults},
			{Action: "backup:PutBackupVaultLockConfiguration", Resource: vaults},
		},
		propose: proposeLocks,
		do: byHand(deed([]move{step[lockParameters, lockState]{
			operation: "backup:PutBackupVaultLockConfiguration",
			read:      readLock, want: wantLock, weaker: weakerLock, write: writeLock, ready: lockFits,
		}.move()}, nil, textLock), backLock),
	}
}

type lockParameters struct {
	BackupVaultName  string
	MinRetentionDays int64
	// Regions are those of the account whose plans may copy into the vault: all
	// that were scanned. Their plans are read again before the write.
	Regions []string
}

func (p lockParameters) target(at Place) string {
	return at.arn("backup", "backup-vault:"+p.BackupVaultName)
}

func (p lockParameters) check(at Place) error {
	switch {
	case !vaultName.MatchString(p.BackupVaultName):
		return fmt.Errorf("%q is no name of a vault", p.BackupVaultName)
	case p.MinRetentionDays < 1 || p.MinRetentionDays > 36500:
		return fmt.Errorf("MinRetentionDays is %d; AWS takes 1 to 36500", p.MinRetentionDays)
	case !slices.Contains(p.Regions, at.Region) || !slices.IsSorted(p.Regions):
		return fmt.Errorf("its Regions have to be those of the account, its own among them")
	}
	for _, name := range p.Regions {
		if !regionPattern.MatchString(name) {
			return fmt.Errorf("%q is no Region", name)
		}
	}
	return nil
}

// lockState is what PutBackupVaultLockConfiguration can change.
type lockState struct {
	VaultType        string
	Locked           bool
	LockDate         string `json:",omitempty"` // compliance mode
	MinRetentionDays *int64 `json:",omitempty"`
	MaxRetentionDays *int64 `json:",omitempty"`
}

func proposeLocks(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for arn, ofVault := range byARN(all) {
			i := slices.IndexFunc(r.vaults, func(v *snapshot.BackupVault) bool { return v.BackupVaultArn == arn })
			if i < 0 {
				p.leaveAll(ofVault, "the vault is not in the snapshot", Text{})
				continue
			}
			v, locked := r.vaults[i], r.vaults[i].Locked != nil && *r.vaults[i].Locked
			for _, c := range ofVault {
				switch {
				case v.LockDate != nil:
					p.leave(c, "its lock is in compliance mode, which is for a person to change as long as anybody can", Text{})
				case locked && c.Finding.Rule == "vault.locked":
					p.leave(c, "it is locked already, in a mode that can be taken away; compliance mode can never be, so a person chooses it", complianceText(r.Place, v))
				default:
					p.lock(r, v, []Case{c}, true)
				}
			}
		}
	}
}

// guardVault notes a vault that a change begins to use.
func (p *proposer) guardVault(r *region, name string, cases []Case) {
	p.guarded = append(p.guarded, guarded{r, name, cases})
}

type guarded struct {
	region *region
	vault  string
	cases  []Case
}

// guard locks the vaults that the plan begins to use, if the rules ask for locks:
// else the next scan would.
func (p *proposer) guard() {
	_, asked := p.rules["vault.locked"]
	if !asked || !slices.ContainsFunc(p.options.Actions, func(a Action) bool { return a.Name == "backup.lock_vault_governance" }) {
		return
	}
	for _, g := range p.guarded {
		v := g.region.vault(g.vault)
		if v == nil { // it is being made
			v = &snapshot.BackupVault{BackupVaultName: g.vault, BackupVaultArn: g.region.arn("backup", "backup-vault:"+g.vault), VaultType: plainVault, Locked: new(bool)}
		}
		if v.Locked != nil && !*v.Locked {
			p.lock(g.region, v, g.cases, false)
		}
	}
}

// lock proposes a lock. Without report, what speaks against it is left to the scan
// that finds it unlocked.
func (p *proposer) lock(r *region, v *snapshot.BackupVault, cases []Case, report bool) {
	senders, err := p.senders(r, v)
	if err == nil && len(senders) == 0 {
		err = fmt.Errorf("no rule sends backups there, so that nothing says how long they are kept")
	}
	shortest := 0
	for _, s := range senders {
		if keepsShorter(s.kept, shortest) {
			shortest = s.kept
		}
	}
	if err == nil && shortest == 0 {
		err = fmt.Errorf("everything that is sent there is kept for ever, so that no minimum follows from it")
	}
	if err != nil {
		if report {
			p.leaveAll(cases, err.Error(), complianceText(r.Place, v))
		}
		return
	}
	var regions []string
	for _, other := range p.world.places() {
		if other.Account == r.Account {
			regions = append(regions, other.Region)
		}
	}
	notes := []string{fmt.Sprintf("from then on jobs that keep shorter than %d days fail here, also those of other services and those started by hand", shortest)}
	for _, s := range senders {
		notes = append(notes, s.what+" keeps "+daysText(s.kept))
	}
	state := lockState{VaultType: v.VaultType, Locked: v.Locked != nil && *v.Locked, MinRetentionDays: v.MinRetentionDays, MaxRetentionDays: v.MaxRetentionDays}
	if id, ok := p.add(lockVaultGovernance(), r.Place, lockParameters{v.BackupVaultName, int64(shortest), regions}, []any{state}, cases, notes...); ok {
		for _, c := range p.plan.Changes {
			if c.Action == "backup.create_vault" && c.Target == v.BackupVaultArn || slices.ContainsFunc(senders, func(s sender) bool { return s.change == c.ID }) {
				p.need(id, c.ID)
			}
		}
	}
}

// A sender is a rule, copy or policy that sends backups to a vault.
type sender struct {
	what   string
	kept   int    // days; 0: for ever
	change string // id of the change that makes it so; "": it is so
}

// senders are all that send backups to a vault, as far as the snapshot tells; it is
// an error where it does not tell all.
func (p *proposer) senders(r *region, v *snapshot.BackupVault) (all []sender, err error) {
	for _, other := range p.world.places() {
		if gap := other.unread("backup:ListBackupPlans", "backup:GetBackupPlan"); gap != "" && other.Account == r.Account {
			return nil, fmt.Errorf("which plans send backups there is not known: AWS did not answer %s in %s", gap, other.Region)
		}
		for _, plan := range other.plans {
			rules, change := p.rulesToBe(plan)
			for _, rule := range rules {
				all = append(all, sendersOf(rule, plan.BackupPlanName, v.BackupVaultName, v.BackupVaultArn, other.Place == r.Place, change)...)
			}
		}
	}
	for _, c := range p.plan.Changes { // plans that this plan makes
		if c.Action == "backup.create_plan" && c.Place == r.Place {
			made, err := decode[planParameters](c.Parameters)
			if err != nil {
				return nil, err
			}
			all = append(all, sendersOf(made.Rule, made.BackupPlanName, v.BackupVaultName, v.BackupVaultArn, true, c.ID)...)
		}
	}
	if account := p.world.accounts[r.Account]; account != nil {
		if gap := unanswered(account.gaps, []string{"account:ListRegions"}); gap != "" {
			return nil, fmt.Errorf("whether plans of other Regions copy there is not known: AWS did not answer %s", gap)
		}
		for _, policy := range account.policies {
			if strings.Contains(string(policy.PolicyContent.Document)+policy.PolicyContent.Unreadable, v.BackupVaultName) {
				return nil, fmt.Errorf("a backup policy of the organization names the vault")
			}
		}
	}
	return all, takesFromElsewhere(v.AccessPolicy)
}

// sendersOf are the ways in which a rule sends backups to a vault.
func sendersOf(rule snapshot.BackupRule, plan, vault, arn string, here bool, change string) (all []sender) {
	what := fmt.Sprintf("rule %s of plan %s", rule.RuleName, plan)
	if here && rule.TargetBackupVaultName == vault {
		all = append(all, sender{what, keptDays(rule.Lifecycle), change})
	}
	for _, c := range rule.CopyActions {
		if c.DestinationBackupVaultArn != arn {
			continue
		}
		// A copy without a lifecycle of its own, or with −1, is kept as its source is.
		kept := keptDays(c.Lifecycle)
		if kept == 0 {
			kept = keptDays(rule.Lifecycle)
		}
		all = append(all, sender{"the copy of " + what, kept, change})
	}
	return all
}

// takesFromElsewhere is an error where the vault's policy lets others copy into it:
// what they keep, nobody here can say.
func takesFromElsewhere(policy json.RawMessage) error {
	if strings.Contains(string(policy), "CopyIntoBackupVault") {
		return fmt.Errorf("its access policy lets other accounts copy into it, and what those keep is not known")
	}
	return nil
}

func readLock(ctx context.Context, t *Target, p lockParameters) (lockState, error) {
	v, err := t.vault(ctx, p.BackupVaultName)
	if err == nil && v == nil {
		err = fmt.Errorf("there is no vault %s", p.BackupVaultName)
	}
	if err != nil {
		return lockState{}, err
	}
	s := lockState{VaultType: string(v.VaultType), Locked: aws.ToBool(v.Locked), MinRetentionDays: v.MinRetentionDays, MaxRetentionDays: v.MaxRetentionDays}
	if v.LockDate != nil {
		s.LockDate = v.LockDate.UTC().Format("2006-01-02T15:04:05Z")
	}
	return s, nil
}

func wantLock(p lockParameters, now lockState) (lockState, error) {
	switch {
	case now.VaultType != plainVault:
		return now, fmt.Errorf("it is a %s, whose lock is its own", now.VaultType)
	case now.LockDate != "":
		return now, fmt.Errorf("it is locked in compliance mode")
	}
	now.Locked = true
	if least := now.MinRetentionDays; least == nil || *least < p.MinRetentionDays {
		now.MinRetentionDays = &p.MinRetentionDays
	}
	return now, nil
}

func weakerLock(before, after lockState) (weaker []string) {
	if before.Locked && !after.Locked {
		weaker = append(weaker, "the vault was locked")
	}
	if before.LockDate != after.LockDate {
		weaker = append(weaker, "LockDate differs")
	}
	if least := before.MinRetentionDays; before.Locked && least != nil && (after.MinRetentionDays == nil || *after.MinRetentionDays < *least) {
		weaker = append(weaker, "MinRetentionDays is lower")
	}
	if most := before.MaxRetentionDays; before.Locked && most != nil && (after.MaxRetentionDays == nil || *after.MaxRetentionDays > *most) {
		weaker = append(weaker, "MaxRetentionDays is higher")
	}
	return weaker
}

// lockFits looks again at everything that sends backups to the vault.
func lockFits(ctx context.Context, t *Target, p lockParameters, _ lockState) error {
	if err := t.notManaged(ctx, p.target(t.Place)); err != nil {
		return err
	}
	policy, err := t.vaultPolicy(ctx, p.BackupVaultName)
	if err != nil {
		return err
	}
	if err := takesFromElsewhere(json.RawMessage(policy)); err != nil {
		return err
	}
	for _, name := range p.Regions {
		all, err := t.in(name).everyPlan(ctx)
		if err != nil {
			return err
		}
		for _, plan := range all {
			for _, rule := range plan.Rules {
				for _, s := range sendersOf(rule, plan.BackupPlanName, p.BackupVaultName, p.target(t.Place), name == t.Region, "") {
					if keepsShorter(s.kept, int(p.MinRetentionDays)) {
						return fmt.Errorf("%s keeps %s: its jobs would fail", s.what, daysText(s.kept))
					}
				}
			}
		}
	}
	return t.jobsFit(ctx, p)
}

// jobsFit looks at the jobs of the last 30 days, for what no plan tells: jobs that
// somebody starts by hand or by a program.
func (t *Target) jobsFit(ctx context.Context, p lockParameters) error {
	pages := backup.NewListBackupJobsPaginator(t.backup, &backup.ListBackupJobsInput{ByBackupVaultName: &p.BackupVaultName})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return asking("backup:ListBackupJobs", err)
		}
		for _, job := range out.BackupJobs {
			kept := 0
			if l := job.RecoveryPointLifecycle; l != nil {
				kept = int(max(0, aws.ToInt64(l.DeleteAfterDays)))
			}
			if job.CreatedBy == nil && job.State == types.BackupJobStateCompleted && keepsShorter(kept, int(p.MinRetentionDays)) {
				return fmt.Errorf("the job %s of %s was started outside of plans and keeps %s: such jobs would fail", aws.ToString(job.BackupJobId), aws.ToString(job.ResourceArn), daysText(kept))
			}
		}
	}
	return nil
}

// writeLock never sends ChangeableForDays, whose presence is compliance mode.
func writeLock(ctx context.Context, t *Target, p lockParameters, _, after lockState, _ string) (Receipt, error) {
	out, err := t.backupOnce.PutBackupVaultLockConfiguration(ctx, &backup.PutBackupVaultLockConfigurationInput{
		BackupVaultName: &p.BackupVaultName, MinRetentionDays: after.MinRetentionDays, MaxRetentionDays: after.MaxRetentionDays,
	})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textLock(p lockParameters, c *Change) Text {
	name := label(p.BackupVaultName)
	return Text{
		CLI: command("backup put-backup-vault-lock-configuration", c.Place, "--backup-vault-name", p.BackupVaultName, "--min-retention-days", fmt.Sprint(p.MinRetentionDays)),
		Terraform: fmt.Sprintf("resource \"aws_backup_vault_lock_configuration\" %s {\n  backup_vault_name  = %s\n  min_retention_days = %d\n}\n\n", hcl(name), hcl(p.BackupVaultName), p.MinRetentionDays) +
			imported("aws_backup_vault_lock_configuration."+name, p.BackupVaultName),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupVault\n    Properties:\n      LockConfiguration:\n        MinRetentionDays: %d\n", logical(p.BackupVaultName), p.MinRetentionDays),
	}
}

// complianceText is how a person locks a vault for good.
func complianceText(at Place, v *snapshot.BackupVault) Text {
	least := int64(7)
	if v.MinRetentionDays != nil {
		least = *v.MinRetentionDays
	}
	return Text{CLI: "# In compliance mode nobody can take the lock back after the days of grace, not even AWS: choose the bounds with care.\n" +
		command("backup put-backup-vault-lock-configuration", at, "--backup-vault-name", v.BackupVaultName,
			"--min-retention-days", fmt.Sprint(least), "--changeable-for-days", "14")}
}

func backLock(p lockParameters, u Undoing) string {
	before, err := decodeLoosely[lockState](u.Before)
	if err != nil {
		return ""
	}
	if !before.Locked {
		return command("backup delete-backup-vault-lock-configuration", u.Place, "--backup-vault-name", p.BackupVaultName)
	}
	options := []string{"--backup-vault-name", p.BackupVaultName}
	if before.MinRetentionDays != nil {
		options = append(options, "--min-retention-days", fmt.Sprint(*before.MinRetentionDays))
	}
	if before.MaxRetentionDays != nil {
		options = append(options, "--max-retention-days", fmt.Sprint(*before.MaxRetentionDays))
	}
	return command("backup put-backup-vault-lock-configuration", u.Place, options...)
}
