package remediate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
)

// A demand is what a plan has to do that covers a table.
type demand struct {
	MaxGapHours                int
	DeleteAfterDays            int
	MoveToColdStorageAfterDays int
	MaxDays                    int
}

// proposeSelections puts tables into plans: all tables of a Region with the same
// demand into one selection. A plan that is there and does what is asked is taken,
// else one is made.
func proposeSelections(p *proposer, cases []Case) {
	for r, ofRegion := range p.byPlace(cases) {
		groups := map[demand][]Case{}
		for _, c := range ofRegion {
			var d demand
			if c.Remediation.Parameters != nil {
				json.Unmarshal(c.Remediation.Parameters, &d)
			}
			switch {
			case d.MaxGapHours == 0 || d.DeleteAfterDays == 0:
				p.leave(c, "the finding does not say what a plan has to do for it", Text{})
			case r.tables[c.ARN] == nil:
				p.leave(c, "the table is not in the snapshot", Text{})
			default:
				groups[d] = append(groups[d], c)
			}
		}
		var demands []demand
		for d := range groups {
			demands = append(demands, d)
		}
		slices.SortFunc(demands, func(a, b demand) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		for _, d := range demands {
			p.cover(r, d, groups[d])
		}
	}
}

// cover puts the tables of cases into the best plan.
func (p *proposer) cover(r *region, d demand, cases []Case) {
	if gap := r.unread("backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections", "backup:GetBackupSelection", "backup:ListBackupVaults"); gap != "" {
		p.leaveAll(cases, "what plans there are is not known: AWS did not answer "+gap, Text{})
		return
	}
	if p.options.CoverByTag {
		if cases = p.coverByTag(r, d, cases); len(cases) == 0 {
			return
		}
	}
	plan, why := p.planFor(r, d)
	role := p.role(r, plan)
	if role == "" {
		p.leaveAll(cases, "no role is known that AWS Backup may use: make one, or let a selection of this account name it, and plan again", Text{})
		return
	}
	where := selectionParameters{}
	var needs []string
	notes := []string{why, "AWS Backup makes the backups as " + role}
	vault := ""
	if plan != nil {
		where.BackupPlanId, vault = plan.BackupPlanId, plan.Rules[0].TargetBackupVaultName
	} else {
		id, name, target, ok := p.newPlan(r, d, cases)
		if !ok {
			return
		}
		where.BackupPlanName, needs, vault = name, []string{id}, target
	}
	for part := range slices.Chunk(cases, maxResources) {
		p.selectTables(r, where, role, part, needs, notes)
	}
	p.guardVault(r, vault, cases)
}

func (p *proposer) selectTables(r *region, where selectionParameters, role string, cases []Case, needs, notes []string) {
	var arns []string
	for _, c := range cases {
		arns = append(arns, c.ARN)
	}
	slices.Sort(arns)
	arns = slices.Compact(arns)
	where.Selection = selectionState{IamRoleArn: role, Resources: arns,
		SelectionName: "holdfast-" + digest(append([]string{"selection", where.BackupPlanId, where.BackupPlanName, role}, arns...)...)[:12]}
	if err := covers(r, where.Selection, arns); err != nil {
		p.leaveAll(cases, err.Error(), Text{})
		return
	}
	if id, ok := p.add(createSelection(), r.Place, where, []any{(*selectionState)(nil)}, cases, notes...); ok {
		p.need(id, needs...)
	}
}

// planFor is the plan of the Region that does what is asked, and covers most tables
// already; nil where none does.
func (p *proposer) planFor(r *region, d demand) (best *snapshot.BackupPlan, why string) {
	most := -1
	for _, plan := range r.plans {
		if organizational(plan) || len(p.selectionsOf(r, plan)) == 0 || r.meets(plan, d) != nil {
			continue
		}
		n := len(r.covered(plan))
		if n > most || n == most && plan.BackupPlanArn < best.BackupPlanArn {
			best, most = plan, n
		}
	}
	if best == nil {
		return nil, "no plan of the Region backs up as asked, so one is made"
	}
	return best, fmt.Sprintf("the plan %s backs up as asked, and covers %s already", best.BackupPlanName, counted(most, "table"))
}

// organizational says whether the organization made the plan: members cannot
// change it, nor its selections.
func organizational(p *snapshot.BackupPlan) bool {
	return strings.HasPrefix(p.BackupPlanId, "orgs/") || strings.Contains(p.BackupPlanArn, ":backup-plan:orgs/")
}

// meets says why a plan does not do what is asked.
func (r *region) meets(plan *snapshot.BackupPlan, d demand) error {
	state := planOf(plan)
	if gap, ok := state.longestGap(d.DeleteAfterDays); !ok || gap > time.Duration(d.MaxGapHours)*time.Hour {
		return fmt.Errorf("it does not back up every %d h, kept for %d days", d.MaxGapHours, d.DeleteAfterDays)
	}
	for _, rule := range state.Rules {
		kept := keptDays(rule.Lifecycle)
		if d.MaxDays > 0 && (kept == 0 || kept > d.MaxDays) {
			return fmt.Errorf("rule %s keeps backups %s, more than %d days", rule.RuleName, daysText(kept), d.MaxDays)
		}
		if err := r.takes(rule.TargetBackupVaultName, kept); err != nil {
			return err
		}
	}
	return nil
}

// takes says why a vault would not take backups that are kept so long.
func (r *region) takes(name string, kept int) error {
	v := r.vault(name)
	if v == nil {
		return fmt.Errorf("there is no vault %s", name)
	}
	return fits(name, v.Locked, v.MinRetentionDays, v.MaxRetentionDays, kept)
}

// fits holds a retention to a vault's lock: AWS fails the jobs that do not fit.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
func fits(name string, locked *bool, least, most *int64, kept int) error {
	switch {
	case locked == nil || !*locked:
		return nil
	case least != nil && kept != 0 && int64(kept) < *least:
		return fmt.Errorf("the lock of vault %s refuses backups that are kept %d < %d days", name, kept, *least)
	case most != nil && (kept == 0 || int64(kept) > *most):
		return fmt.Errorf("the lock of vault %s refuses backups that are kept %s, more than %d days", name, daysText(kept), *most)
	}
	return nil
}

// selectionsOf are the selections of a plan.
func (p *proposer) selectionsOf(r *region, plan *snapshot.BackupPlan) (all []*snapshot.BackupSelection) {
	for _, s := range r.selections {
		if s.BackupPlanId == plan.BackupPlanId {
			all = append(all, s)
		}
	}
	return all
}

// role is the role that most selections of the plan use, else of the account, else
// AWS Backup's default one.
func (p *proposer) role(r *region, plan *snapshot.BackupPlan) string {
	var of []*snapshot.BackupSelection
	if plan != nil {
		of = p.selectionsOf(r, plan)
	}
	if len(of) == 0 {
		for _, other := range p.world.places() {
			if other.Account == r.Account {
				of = append(of, other.selections...)
			}
		}
	}
	uses := map[string]int{}
	best := ""
	for _, s := range of {
		if strings.Contains(s.IamRoleArn, "::"+r.Account+":role/") {
			uses[s.IamRoleArn]++
		}
	}
	for arn, n := range uses {
		if c := cmp.Compare(n, uses[best]); c > 0 || c == 0 && arn < best {
			best = arn
		}
	}
	if account := p.world.accounts[r.Account]; best == "" && account != nil {
		for _, role := range account.roles {
			if role.RoleName == "AWSBackupDefaultServiceRole" {
				return role.Arn
			}
		}
	}
	return best
}

// newPlan makes a plan that does what is asked, and its vault where there is none
// that could be used. It returns the id of the change, and the names of plan and
// vault.
func (p *proposer) newPlan(r *region, d demand, cases []Case) (id, name, vault string, ok bool) {
	vault, needs, ok := p.vaultFor(r, d, cases)
	if !ok {
		return "", "", "", false
	}
	rule := snapshot.BackupRule{RuleName: every(d.MaxGapHours), TargetBackupVaultName: vault, ScheduleExpression: cronEvery(d.MaxGapHours),
		ScheduleExpressionTimezone: "Etc/UTC", StartWindowMinutes: int64p(60), CompletionWindowMinutes: int64p(7 * 24 * 60),
		Lifecycle: &snapshot.Lifecycle{DeleteAfterDays: int64p(int64(d.DeleteAfterDays))}}
	if cold := d.MoveToColdStorageAfterDays; cold > 0 && cold+90 <= d.DeleteAfterDays && r.advanced() {
		rule.Lifecycle.MoveToColdStorageAfterDays = int64p(int64(cold))
	}
	name = fmt.Sprintf("holdfast-%s-%dd", rule.RuleName, d.DeleteAfterDays)
	for n := 2; slices.ContainsFunc(r.plans, func(b *snapshot.BackupPlan) bool { return b.BackupPlanName == name }); n++ {
		name = fmt.Sprintf("holdfast-%s-%dd-%d", rule.RuleName, d.DeleteAfterDays, n)
	}
	id, ok = p.add(createPlan(), r.Place, planParameters{name, rule}, []any{(*planState)(nil)}, cases)
	if ok {
		p.need(id, needs...)
	}
	return id, name, vault, ok
}

// vaultFor is a vault for a new plan: one that other rules of the Region use and
// whose lock fits, else a new one. The vault Default is not taken: it is where
// everything lands that nobody thought about.
func (p *proposer) vaultFor(r *region, d demand, cases []Case) (name string, needs []string, ok bool) {
	uses := map[string]int{}
	for _, plan := range r.plans {
		for _, rule := range plan.Rules {
			uses[rule.TargetBackupVaultName]++
		}
	}
	for candidate, n := range uses {
		v := r.vault(candidate)
		if v == nil || v.VaultType != plainVault || candidate == "Default" || r.takes(candidate, d.DeleteAfterDays) != nil {
			continue
		}
		if name == "" || n > uses[name] || n == uses[name] && candidate < name {
			name = candidate
		}
	}
	if name != "" {
		return name, nil, true
	}
	name = "holdfast"
	if v := r.vault(name); v != nil {
		if err := r.takes(name, d.DeleteAfterDays); err == nil && v.VaultType == plainVault {
			return name, nil, true
		}
		name = fmt.Sprintf("holdfast-%dd", d.DeleteAfterDays)
	}
	id, ok := p.add(createVault(), r.Place, vaultParameters{BackupVaultName: name}, []any{vaultOf(r.vault(name))}, cases,
		"its key cannot be changed afterwards: it is the AWS-managed key aws/backup; for a key of your own, make the vault by hand first")
	return name, []string{id}, ok
}

// every names a rule after how often it runs.
func every(hours int) string {
	if hours >= 24 {
		return "daily"
	}
	return fmt.Sprintf("every-%dh", divisor(hours))
}

// cronEvery runs at least so often. AWS Backup counts within the day, so that hours
// have to divide it.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
func cronEvery(hours int) string {
	if hours >= 24 {
		return "cron(0 5 ? * * *)"
	}
	return fmt.Sprintf("cron(0 0/%d ? * * *)", divisor(hours))
}

func divisor(hours int) int {
	for n := max(1, min(hours, 12)); ; n-- {
		if 24%n == 0 {
			return n
		}
	}
}

func int64p(n int64) *int64 { return &n }
