package remediate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/internal/awssim"
	"holdfast/remediate"
)

// uncovered has forty tables that nobody backs up, and a role.
func uncovered() string {
	var b strings.Builder
	b.WriteString(`
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIAONE, user: remediator}, {id: AKIATWO, user: somebody}]
    iam:
      roles:
        - name: AWSBackupDefaultServiceRole
          path: /service-role/
          trust: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: backup.amazonaws.com}, Action: "sts:AssumeRole"}]}
    regions:
      - name: eu-west-1
        tables:
`)
	for i := range 40 {
		fmt.Fprintf(&b, "          - {name: Table%02d, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {}}\n", i)
	}
	return b.String()
}

// Forty tables want one vault, one plan, one selection and one lock, in this order.
func TestOnePlanForManyTables(t *testing.T) {
	w := newWorld(t, uncovered())
	plan := reread(t, w.planned(t, ""))
	var actions []string
	for _, c := range plan.Changes {
		actions = append(actions, c.Action)
	}
	want := []string{"backup.create_vault", "backup.create_plan", "backup.create_selection", "backup.lock_vault_governance"}
	if !slices.Equal(actions, want) {
		t.Fatalf("changes %v, want %v\n%s", actions, want, indented(plan.ByHand))
	}
	if n := len(plan.Changes[2].Why); n != 40 {
		t.Errorf("the selection is there for %d findings", n)
	}
	if result := w.apply(t, plan); !result.Complete() || result.Done != 4 {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if again := w.apply(t, plan); again.Skipped != 4 {
		t.Errorf("once more: %+v %v", again.End, whys(again))
	}
	if rest := w.planned(t, ""); len(rest.Changes) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
}

// The demand of the configuration becomes the plan.
func TestNewPlanIsAsAskedFor(t *testing.T) {
	w := newWorld(t, uncovered())
	plan := w.planned(t, "rules: {'table.*': {parameters: {retention_profile: [{to_days: 35, max_gap_hours: 12}, {to_days: 400, max_gap_hours: 168}]}}}", "backup.*")
	for _, want := range []string{`"RuleName":"every-12h"`, `"ScheduleExpression":"cron(0 0/12 ? * * *)"`, `"DeleteAfterDays":400`, `"MoveToColdStorageAfterDays":31`} {
		if text := string(ofAction(plan, "backup.create_plan")[0].Parameters); !strings.Contains(text, want) {
			t.Errorf("parameters %s have no %s", text, want)
		}
	}
}

const workingDays = `
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIAONE, user: remediator}, {id: AKIATWO, user: somebody}]
    regions:
      - name: eu-west-1
        tables:
          - {name: Orders, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {}}
          - {name: Carts, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {}}
        vaults:
          - {name: nightly, created: 2026-01-01T00:00:00Z, lock: {min_retention_days: 7}}
        plans:
          - name: nightly
            created: 2026-01-01T00:00:00Z
            rules:
              - name: working-days
                vault: nightly
                schedule: cron(30 2 ? * MON-FRI *)
                start_window_minutes: 60
                completion_window_minutes: 180
                lifecycle: {delete_after_days: 100}
            selections:
              - {name: all, resources: ["table/*"]}
`

// Schedule, retention and cold storage of one rule become one new version.
func TestRulesOfOnePlanAreOneChange(t *testing.T) {
	w := newWorld(t, workingDays)
	const cfg = "rules: {'vault.*': off, table.cold_storage: off}"
	plan := reread(t, w.planned(t, cfg))
	updates := ofAction(plan, "backup.update_rule")
	if len(updates) != 1 {
		t.Fatalf("%d updates: %s", len(updates), indented(plan))
	}
	for _, want := range []string{`"ScheduleExpression": "cron(30 2 ? * * *)"`, `"DeleteAfterDays": 366`} {
		if !strings.Contains(string(updates[0].Steps[0].After), want) {
			t.Errorf("it becomes %s, without %s", updates[0].Steps[0].After, want)
		}
	}
	if result := w.apply(t, plan); !result.Complete() {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if rest := w.planned(t, cfg); len(ofAction(rest, "backup.update_rule")) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
	if versions := w.versions(t, "nightly"); len(versions) != 2 {
		t.Errorf("the plan has %d versions", len(versions))
	}
}

// All that the plan had beside what is changed is sent back.
func TestUpdateKeepsEverythingElse(t *testing.T) {
	w := newWorld(t, workingDays)
	id := w.planID(t, "nightly")
	before := w.version(t, id, "")
	before.Rules[0].RecoveryPointTags = map[string]string{"owner": "shop"}
	before.AdvancedBackupSettings = []types.AdvancedBackupSetting{{ResourceType: aws.String("EC2"), BackupOptions: map[string]string{"WindowsVSS": "enabled"}}}
	w.replace(t, id, before)
	plan := w.planned(t, "", "backup.update_rule")
	if result := w.apply(t, plan); !result.Complete() {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	after := w.version(t, id, "")
	if after.Rules[0].RecoveryPointTags["owner"] != "shop" || len(after.AdvancedBackupSettings) != 1 || after.AdvancedBackupSettings[0].BackupOptions["WindowsVSS"] != "enabled" {
		t.Errorf("tags %v, settings %v", after.Rules[0].RecoveryPointTags, after.AdvancedBackupSettings)
	}
	if *after.Rules[0].Lifecycle.DeleteAfterDays != 366 {
		t.Errorf("lifecycle %+v", after.Rules[0].Lifecycle)
	}
}

// Somebody edits the plan: after ours was made, between our two looks, and between
// our look and our write, which only the versions tell afterwards. Then theirs is
// put back.
func TestSomebodyElseChangesThePlan(t *testing.T) {
	for name, c := range map[string]struct {
		when  string
		count int // which of the calls
		want  string
	}{
		"since the plan":         {"", 0, "changed since the plan was made"},
		"between the looks":      {"backup:GetBackupPlan", 1, "somebody changed it just now"},
		"between look and write": {"backup:GetBackupPlan", 2, "it was put back"},
		"after the write":        {"backup:UpdateBackupPlan", 1, "something else is there"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, workingDays)
			plan, id := w.planned(t, "", "backup.update_rule"), w.planID(t, "nightly")
			theirs := w.version(t, id, "")
			theirs.Rules[0].Lifecycle.DeleteAfterDays = aws.Int64(3000)
			seen := 0
			w.then(func(e awssim.Exchange) {
				if e.Operation == c.when {
					if seen++; seen == c.count {
						w.Clock.Advance(1e9)
						w.replace(t, id, theirs)
					}
				}
			})
			if c.when == "" {
				w.Clock.Advance(1e9)
				w.replace(t, id, theirs)
			}
			result := w.apply(t, plan)
			w.then(nil)
			if result.Complete() || !strings.Contains(strings.Join(whys(result), " "), c.want) {
				t.Errorf("result %+v %v", result.End, whys(result))
			}
			if days := *w.version(t, id, "").Rules[0].Lifecycle.DeleteAfterDays; days != 3000 {
				t.Errorf("their retention of 3000 days became %d", days)
			}
		})
	}
}

// A rule that cannot run more often without losing runs gets another one beside it.
func TestAddsARuleWhereChangingOneWouldLoseRuns(t *testing.T) {
	w := newWorld(t, strings.Replace(workingDays, "cron(30 2 ? * MON-FRI *)", "cron(0/20 2 ? * MON *)", 1))
	plan := w.planned(t, "rules: {table.retention: off, table.cold_storage: off}", "backup.add_rule", "backup.update_rule")
	if len(plan.Changes) != 1 {
		t.Fatalf("%s", indented(plan))
	}
	if result := w.apply(t, plan); !result.Complete() {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if rest := w.planned(t, "rules: {table.retention: off, table.cold_storage: off}", "backup.add_rule", "backup.update_rule"); len(rest.Changes) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
}

// What would need a shorter retention is left to a person, whatever asks for it.
func TestNothingIsShortened(t *testing.T) {
	w := newWorld(t, strings.Replace(workingDays, "delete_after_days: 100", "delete_after_days: 2000", 1))
	plan := w.planned(t, "rules: {table.retention: {parameters: {max_days: 400}}, table.daily_backup: off, table.cold_storage: off, table.in_backup_plan: {parameters: {max_days: 400}}}", "backup.*")
	if len(ofAction(plan, "backup.update_rule")) > 0 {
		t.Errorf("it shortens: %s", indented(plan.Changes))
	}
	if !slices.ContainsFunc(plan.ByHand, func(b remediate.ByHand) bool {
		return b.Rule == "table.retention" && strings.Contains(b.Why, "keeps backups shorter")
	}) {
		t.Errorf("nobody is told: %s", indented(plan.ByHand))
	}
}

// A longer retention that the vault's lock refuses would fail every job.
func TestLockThatRefusesALongerRetention(t *testing.T) {
	w := newWorld(t, strings.Replace(workingDays, "lock: {min_retention_days: 7}", "lock: {min_retention_days: 7, max_retention_days: 200}", 1))
	plan := w.planned(t, "rules: {table.daily_backup: off}", "backup.update_rule")
	if len(plan.Changes) > 0 || !strings.Contains(indented(plan.ByHand), "the lock of vault nightly refuses backups that are kept 366 days") {
		t.Errorf("%s", indented(plan))
	}
}

// A plan that infrastructure code defines shows it in its tags, which are read just
// before the write.
func TestPlanThatCodeDefinesIsNotTouched(t *testing.T) {
	w := newWorld(t, workingDays)
	plan, id := w.planned(t, "", "backup.update_rule"), w.planID(t, "nightly")
	arn := "arn:aws:backup:eu-west-1:" + account + ":backup-plan:" + id
	if _, err := w.backup().TagResource(context.Background(), &backup.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"aws:cloudformation:stack-name": "backups"}}); err != nil {
		t.Fatal(err)
	}
	result := w.apply(t, plan)
	if result.Refused != 1 || !strings.Contains(strings.Join(whys(result), " "), "infrastructure code defines it") {
		t.Errorf("result %+v %v", result.End, whys(result))
	}
}

func (w *world) planID(t testing.TB, name string) string {
	t.Helper()
	out, err := w.backup().ListBackupPlans(context.Background(), &backup.ListBackupPlansInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out.BackupPlansList {
		if *p.BackupPlanName == name {
			return *p.BackupPlanId
		}
	}
	t.Fatalf("no plan %s", name)
	return ""
}

func (w *world) version(t testing.TB, id, version string) *types.BackupPlan {
	t.Helper()
	in := &backup.GetBackupPlanInput{BackupPlanId: &id}
	if version != "" {
		in.VersionId = &version
	}
	out, err := w.backup().GetBackupPlan(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out.BackupPlan
}

func (w *world) versions(t testing.TB, name string) []types.BackupPlansListMember {
	t.Helper()
	out, err := w.backup().ListBackupPlanVersions(context.Background(), &backup.ListBackupPlanVersionsInput{BackupPlanId: aws.String(w.planID(t, name))})
	if err != nil {
		t.Fatal(err)
	}
	return out.BackupPlanVersionsList
}

// replace edits a plan as somebody else would.
func (w *world) replace(t testing.TB, id string, p *types.BackupPlan) {
	t.Helper()
	in := &types.BackupPlanInput{BackupPlanName: p.BackupPlanName, AdvancedBackupSettings: p.AdvancedBackupSettings}
	for _, r := range p.Rules {
		in.Rules = append(in.Rules, types.BackupRuleInput{RuleName: r.RuleName, TargetBackupVaultName: r.TargetBackupVaultName, ScheduleExpression: r.ScheduleExpression,
			ScheduleExpressionTimezone: r.ScheduleExpressionTimezone, StartWindowMinutes: r.StartWindowMinutes, CompletionWindowMinutes: r.CompletionWindowMinutes,
			Lifecycle: r.Lifecycle, CopyActions: r.CopyActions, RecoveryPointTags: r.RecoveryPointTags})
	}
	if _, err := w.backup().UpdateBackupPlan(context.Background(), &backup.UpdateBackupPlanInput{BackupPlanId: &id, BackupPlan: in}); err != nil {
		t.Fatal(err)
	}
}
