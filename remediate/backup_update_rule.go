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

	"holdfast/scanner/schedule"
	"holdfast/scanner/snapshot"
)

// backup.update_rule makes rules of a plan run more often, keep longer or move to
// cold storage. UpdateBackupPlan replaces the whole plan and knows no lock: so the
// plan is read whole and sent back whole, and afterwards its versions tell whether
// somebody else changed it in between. If so, theirs is put back.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
func updateRule() Action {
	return Action{
		Name: "backup.update_rule", Doc: "let rules of a plan run more often, keep longer, or move to cold storage in time",
		Order: OrderPlan, Risk: MediumRisk, Undo: UndoYes,
		Cost: "more where it runs more often or keeps longer, less where it moves to cold storage; for backups still to be made",
		Permissions: []Permission{
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupPlanVersions", Resource: plans},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup:ListTags", Resource: plans},
			{Action: "backup:UpdateBackupPlan", Resource: plans},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: proposeRules,
		do: byHand(deed([]move{step[updateParameters, *planState]{
			operation: "backup:UpdateBackupPlan",
			read:      readUpdated, want: wantUpdated, weaker: weakerPlan, write: writeUpdated[updateParameters],
			ready: lifecyclesFit, confirm: noVersionBetween[updateParameters], known: (*planState).known, lasting: (*planState).lasting,
		}.move()}, []move{step[updateParameters, *planState]{
			operation: "backup:UpdateBackupPlan",
			read:      readUpdated, weaker: weakerPlan, write: writeUpdated[updateParameters],
			confirm: noVersionBetween[updateParameters], known: (*planState).known, lasting: (*planState).lasting,
		}.move()}, textUpdated), backPlan[updateParameters]),
	}
}

type updateParameters struct {
	BackupPlanId string
	Rules        []ruleEdit // sorted by RuleName
}

// ruleEdit is what becomes different in one rule; absent: as it is.
type ruleEdit struct {
	RuleName                   string
	ScheduleExpression         string `json:",omitempty"`
	DeleteAfterDays            *int64 `json:",omitempty"`
	MoveToColdStorageAfterDays *int64 `json:",omitempty"`
}

func (p updateParameters) planID() string { return p.BackupPlanId }

func (p updateParameters) target(at Place) string {
	return at.arn("backup", "backup-plan:"+p.BackupPlanId)
}

func (p updateParameters) check(Place) error {
	if !planID.MatchString(p.BackupPlanId) {
		return fmt.Errorf("%q is no id of a plan of this account", p.BackupPlanId)
	}
	if len(p.Rules) == 0 {
		return fmt.Errorf("it changes no rule")
	}
	for i, e := range p.Rules {
		if i > 0 && p.Rules[i-1].RuleName >= e.RuleName {
			return fmt.Errorf("its rules are not sorted")
		}
		if _, err := schedule.Parse(e.ScheduleExpression, ""); err != nil {
			return err
		}
		if err := checkLifecycle(&snapshot.Lifecycle{DeleteAfterDays: e.DeleteAfterDays, MoveToColdStorageAfterDays: e.MoveToColdStorageAfterDays}); err != nil {
			return fmt.Errorf("rule %s: %w", e.RuleName, err)
		}
	}
	return nil
}

func readUpdated(ctx context.Context, t *Target, p updateParameters) (*planState, error) {
	return t.readPlan(ctx, p.BackupPlanId)
}

func wantUpdated(p updateParameters, now *planState) (*planState, error) {
	after := *now
	after.Rules = slices.Clone(now.Rules)
	for _, e := range p.Rules {
		i := slices.IndexFunc(after.Rules, func(r snapshot.BackupRule) bool { return r.RuleName == e.RuleName })
		if i < 0 {
			return nil, fmt.Errorf("the plan has no rule %s", e.RuleName)
		}
		r := &after.Rules[i]
		if e.ScheduleExpression != "" {
			r.ScheduleExpression = e.ScheduleExpression
		}
		if e.DeleteAfterDays == nil && e.MoveToColdStorageAfterDays == nil {
			continue
		}
		lifecycle := snapshot.Lifecycle{}
		if r.Lifecycle != nil {
			lifecycle = *r.Lifecycle
		}
		if e.DeleteAfterDays != nil {
			lifecycle.DeleteAfterDays = e.DeleteAfterDays
		}
		if e.MoveToColdStorageAfterDays != nil {
			lifecycle.MoveToColdStorageAfterDays = e.MoveToColdStorageAfterDays
		}
		if err := checkLifecycle(&lifecycle); err != nil {
			return nil, fmt.Errorf("rule %s: %w", e.RuleName, err)
		}
		r.Lifecycle = &lifecycle
	}
	return &after, nil
}

// lifecyclesFit looks whether the vaults, and those of copies that inherit, take
// what the plan will send, and whether code defines the plan.
func lifecyclesFit(ctx context.Context, t *Target, p updateParameters, now *planState) error {
	after, err := wantUpdated(p, now)
	if err != nil {
		return err
	}
	return t.planFits(ctx, p.target(t.Place), now, after)
}

func (t *Target) planFits(ctx context.Context, arn string, before, after *planState) error {
	if err := t.notManaged(ctx, arn); err != nil {
		return err
	}
	if _, err := t.planVersions(ctx, before.BackupPlanId); err != nil { // afterwards they have to be told
		return err
	}
	for _, r := range after.Rules {
		i := slices.IndexFunc(before.Rules, func(b snapshot.BackupRule) bool { return b.RuleName == r.RuleName })
		if i >= 0 && keptDays(before.Rules[i].Lifecycle) == keptDays(r.Lifecycle) {
			continue
		}
		if err := t.vaultTakes(ctx, r.TargetBackupVaultName, keptDays(r.Lifecycle)); err != nil {
			return fmt.Errorf("rule %s: %w", r.RuleName, err)
		}
		for _, c := range r.CopyActions {
			if keptDays(c.Lifecycle) > 0 {
				continue // it has a lifecycle of its own
			}
			parts := strings.SplitN(c.DestinationBackupVaultArn, ":", 7)
			if len(parts) != 7 || parts[4] != t.Account {
				return fmt.Errorf("rule %s: its copy to %s would be kept as long, and whether that vault takes it cannot be read from here", r.RuleName, c.DestinationBackupVaultArn)
			}
			if err := t.in(parts[3]).vaultTakes(ctx, parts[6], keptDays(r.Lifecycle)); err != nil {
				return fmt.Errorf("rule %s: %w", r.RuleName, err)
			}
		}
	}
	return nil
}

// vaultTakes says why a vault would not take backups that are kept so long.
func (t *Target) vaultTakes(ctx context.Context, name string, kept int) error {
	v, err := t.vault(ctx, name)
	if err == nil && v == nil {
		err = fmt.Errorf("there is no vault %s in %s", name, t.Region)
	}
	if err != nil {
		return err
	}
	return fits(name, v.Locked, v.MinRetentionDays, v.MaxRetentionDays, kept)
}

// writeUpdated sends the whole plan, with all that we do not change.
func writeUpdated[P any](ctx context.Context, t *Target, _ P, _, after *planState, _ string) (Receipt, error) {
	return t.replacePlan(ctx, after)
}

func (t *Target) replacePlan(ctx context.Context, plan *planState) (Receipt, error) {
	in, err := plan.input()
	if err != nil {
		return Receipt{}, err
	}
	out, err := t.backupOnce.UpdateBackupPlan(ctx, &backup.UpdateBackupPlanInput{BackupPlanId: &plan.BackupPlanId, BackupPlan: in})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

// noVersionBetween looks whether somebody else's version came between the one that
// was read and ours. It was replaced by ours; so it is put back, and ours is what is
// lost. That is told, and stops the work.
func noVersionBetween[P interface{ planID() string }](ctx context.Context, t *Target, p P, before, after *planState) error {
	versions, err := t.planVersions(ctx, p.planID())
	if err != nil {
		return err
	}
	ours := slices.IndexFunc(versions, func(v types.BackupPlansListMember) bool { return aws.ToString(v.VersionId) == after.VersionId })
	base := slices.IndexFunc(versions, func(v types.BackupPlansListMember) bool { return aws.ToString(v.VersionId) == before.VersionId })
	if ours < 0 || base < 0 {
		return fmt.Errorf("the list of versions has not both %s and %s", before.VersionId, after.VersionId)
	}
	if base+1 >= ours {
		return nil
	}
	theirs := aws.ToString(versions[ours-1].VersionId)
	what := fmt.Sprintf("somebody made version %s of the plan in between, which ours replaced", theirs)
	plan, err := t.readVersion(ctx, p.planID(), theirs)
	if err == nil {
		plan.BackupPlanId = p.planID()
		_, err = t.replacePlan(ctx, plan)
	}
	if err != nil {
		return errForeign{what + "; putting it back failed: " + err.Error()}
	}
	return errForeign{what + "; it was put back, and the change was not made"}
}

// planVersions are all versions of a plan, the oldest first.
func (t *Target) planVersions(ctx context.Context, id string) (all []types.BackupPlansListMember, err error) {
	pages := backup.NewListBackupPlanVersionsPaginator(t.backup, &backup.ListBackupPlanVersionsInput{BackupPlanId: &id})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, asking("backup:ListBackupPlanVersions", err)
		}
		all = append(all, out.BackupPlanVersionsList...)
	}
	slices.SortStableFunc(all, func(a, b types.BackupPlansListMember) int {
		return aws.ToTime(a.CreationDate).Compare(aws.ToTime(b.CreationDate))
	})
	return all, nil
}

func (t *Target) readVersion(ctx context.Context, id, version string) (*planState, error) {
	out, err := t.backup.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: &id, VersionId: &version})
	if err != nil {
		return nil, asking("backup:GetBackupPlan", err)
	}
	return planFrom(out.BackupPlan)
}

func textUpdated(p updateParameters, c *Change) Text {
	after, err := decodeLoosely[*planState](c.Steps[0].After)
	if err != nil {
		return Text{}
	}
	return planTexts(p.BackupPlanId, after, c)
}

// planTexts are the words for a whole plan that is there already.
func planTexts(id string, after *planState, c *Change) Text {
	name := label(after.BackupPlanName)
	return Text{
		CLI:            command("backup update-backup-plan", c.Place, "--backup-plan-id", id, "--backup-plan", string(encode(after))),
		Terraform:      planResource(name, after) + "\n" + imported("aws_backup_plan."+name, id),
		TerraformPatch: planResource(name, after),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupPlan\n    Properties:\n      BackupPlan:\n%s", logical(after.BackupPlanName), planProperties(after)),
	}
}

// proposeRules changes the rules that findings name as their cause: one change a
// plan, however many rules and tables.
func proposeRules(p *proposer, cases []Case) {
	for r, ofRegion := range p.byPlace(cases) {
		byPlan := map[string][]Case{}
		for _, c := range ofRegion {
			plan, _, ok := strings.Cut(ruleOf(c), "/")
			if !ok {
				p.leave(c, "the finding names no plan rule that could be changed", Text{})
				continue
			}
			byPlan[plan] = append(byPlan[plan], c)
		}
		for _, arn := range sortedKeys(byPlan) {
			i := slices.IndexFunc(r.plans, func(b *snapshot.BackupPlan) bool { return b.BackupPlanArn == arn })
			switch {
			case i < 0:
				p.leaveAll(byPlan[arn], "the plan is not in the snapshot", Text{})
			case organizational(r.plans[i]):
				p.leaveAll(byPlan[arn], "the plan comes from a backup policy of the organization: change it there", Text{})
			default:
				p.changePlan(r, r.plans[i], byPlan[arn])
			}
		}
	}
}

// ruleOf is the ARN of the plan rule that a finding is about: the plan's, a slash
// and the rule's name.
func ruleOf(c Case) string {
	if c.Subject == "plan_rule" {
		return c.ARN
	}
	return c.Cause
}

// changePlan gathers what the rules of one plan have to become.
func (p *proposer) changePlan(r *region, plan *snapshot.BackupPlan, cases []Case) {
	edits, used := map[string]*ruleEdit{}, []Case{}
	for _, c := range cases {
		_, name, _ := strings.Cut(ruleOf(c), "/")
		i := slices.IndexFunc(plan.Rules, func(b snapshot.BackupRule) bool { return b.RuleName == name })
		if i < 0 {
			p.leave(c, "the plan has no rule "+name+" any more", Text{})
			continue
		}
		if edits[name] == nil {
			edits[name] = &ruleEdit{RuleName: name}
		}
		if err := edits[name].ask(c, plan.Rules[i]); err != nil {
			p.leave(c, err.Error(), Text{})
			continue
		}
		used = append(used, c)
	}
	parameters := updateParameters{BackupPlanId: plan.BackupPlanId}
	for _, name := range sortedKeys(edits) {
		if *edits[name] != (ruleEdit{RuleName: name}) {
			parameters.Rules = append(parameters.Rules, *edits[name])
		}
	}
	if len(used) == 0 {
		return
	}
	after, err := wantUpdated(parameters, planOf(plan))
	if err == nil {
		err = r.planFits(planOf(plan), after, p.world)
	}
	if err != nil {
		p.leaveAll(used, err.Error(), Text{})
		return
	}
	if len(weakerPlan(planOf(plan), after)) > 0 && p.addRule(r, plan, used) {
		return
	}
	p.add(updateRule(), r.Place, parameters, []any{planOf(plan)}, used, r.collisions(plan, after)...)
}

// ask puts into an edit what a finding asks for.
func (e *ruleEdit) ask(c Case, rule snapshot.BackupRule) error {
	var d demand
	if c.Remediation.Parameters != nil {
		json.Unmarshal(c.Remediation.Parameters, &d)
	}
	kept := keptDays(rule.Lifecycle)
	switch {
	case d.DeleteAfterDays > 0 && keepsShorter(kept, d.DeleteAfterDays):
		e.DeleteAfterDays = longer(e.DeleteAfterDays, d.DeleteAfterDays)
	case d.MaxGapHours > 0:
		expression, err := oftener(rule, d.MaxGapHours)
		if err != nil {
			return err
		}
		e.ScheduleExpression = expression
	case d.MoveToColdStorageAfterDays > 0:
		if e.MoveToColdStorageAfterDays == nil || int64(d.MoveToColdStorageAfterDays) < *e.MoveToColdStorageAfterDays {
			e.MoveToColdStorageAfterDays = int64p(int64(d.MoveToColdStorageAfterDays))
		}
	default:
		return fmt.Errorf("what would mend it keeps backups shorter, or is not for a program to choose: a person has to")
	}
	return nil
}

func longer(than *int64, days int) *int64 {
	if than != nil && *than > int64(days) {
		return than
	}
	return int64p(int64(days))
}

// oftener is a schedule at the same time of day, often enough: so that every run
// that there was stays.
func oftener(rule snapshot.BackupRule, hours int) (string, error) {
	old, err := schedule.Parse(rule.ScheduleExpression, rule.ScheduleExpressionTimezone)
	if err != nil {
		return "", err
	}
	fields := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(old.String(), "cron("), ")"))
	candidates := []string{fmt.Sprintf("cron(%s %s ? * * *)", fields[0], fields[1])}
	if hours < 24 {
		candidates = append(candidates, fmt.Sprintf("cron(%s 0/%d ? * * *)", fields[0], divisor(hours)))
	}
	for _, text := range append(candidates, cronEvery(hours)) {
		s, err := schedule.Parse(text, rule.ScheduleExpressionTimezone)
		if err != nil {
			continue
		}
		var runs []schedule.Run
		for _, at := range s.Between(epoch, epoch.Add(schedule.Horizon)) {
			runs = append(runs, schedule.Run{At: at, Zone: s.Zone()})
		}
		if gap, ok := schedule.LongestGap(runs, epoch, epoch.Add(schedule.Horizon)); ok && gap.Length <= time.Duration(hours)*time.Hour {
			return text, nil
		}
	}
	return "", fmt.Errorf("no schedule is known that keeps the runs of %s and leaves no gap above %d h", old, hours)
}

// planFits is Target.planFits by the snapshot.
func (r *region) planFits(before, after *planState, w *World) error {
	for _, rule := range after.Rules {
		i := slices.IndexFunc(before.Rules, func(b snapshot.BackupRule) bool { return b.RuleName == rule.RuleName })
		if i >= 0 && keptDays(before.Rules[i].Lifecycle) == keptDays(rule.Lifecycle) {
			continue
		}
		if err := r.takes(rule.TargetBackupVaultName, keptDays(rule.Lifecycle)); err != nil {
			return err
		}
		for _, c := range rule.CopyActions {
			if keptDays(c.Lifecycle) > 0 {
				continue
			}
			other := w.place(c.DestinationBackupVaultArn)
			if other == nil || other.Account != r.Account {
				return fmt.Errorf("the copy of rule %s to %s would be kept as long, and whether that vault takes it is not known here", rule.RuleName, c.DestinationBackupVaultArn)
			}
			if err := other.takes(c.DestinationBackupVaultArn[strings.LastIndexByte(c.DestinationBackupVaultArn, ':')+1:], keptDays(rule.Lifecycle)); err != nil {
				return err
			}
		}
	}
	return nil
}

// collisions names the rules of other plans that may start while this plan's do:
// AWS Backup runs one job for a table at a time, and the other one expires.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
func (r *region) collisions(plan *snapshot.BackupPlan, after *planState) (notes []string) {
	ours, err := after.merged()
	if err != nil {
		return nil
	}
	tables := r.covered(plan)
	for _, other := range r.plans {
		if other.BackupPlanId == plan.BackupPlanId || !slices.ContainsFunc(r.covered(other), func(arn string) bool { return slices.Contains(tables, arn) }) {
			continue
		}
		theirs, err := planOf(other).merged()
		if err != nil {
			continue
		}
		for _, a := range ours {
			for _, b := range theirs {
				if at, meet := meeting(a, b); meet {
					notes = append(notes, fmt.Sprintf("rule %s and rule %s of plan %s, which cover the same tables, may start at the same time (%s): AWS Backup runs one job for a table at a time, and the other expires",
						a.Name, b.Name, other.BackupPlanName, at.Format("2006-01-02 15:04 MST")))
				}
			}
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// meeting finds the first time at which the start windows of two rules overlap.
func meeting(a, b schedule.Rule) (time.Time, bool) {
	until := epoch.Add(62 * 24 * time.Hour)
	runs := b.Schedule.Between(epoch, until)
	for _, at := range a.Schedule.Between(epoch, until) {
		for _, other := range runs {
			if other.Before(at.Add(a.StartWindow)) && at.Before(other.Add(b.StartWindow)) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare)
	return keys
}

// backPlan puts the version back that was there before.
func backPlan[P interface{ planID() string }](p P, u Undoing) string {
	before, err := decodeLoosely[*planState](u.Before)
	if err != nil || before == nil {
		return ""
	}
	before.BackupPlanId = ""
	return command("backup update-backup-plan", u.Place, "--backup-plan-id", p.planID(), "--backup-plan", string(encode(before)))
}
