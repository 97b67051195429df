package facts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// another is a second plan with these rules, and a selection that covers all tables.
func another(rules ...snapshot.BackupRule) (*snapshot.BackupPlan, *snapshot.BackupSelection) {
	plan, selection := daily(rules...), everything()
	plan.BackupPlanArn, plan.BackupPlanId, plan.BackupPlanName = strings.Replace(plan.BackupPlanArn, "plan-1", "plan-2", 1), "plan-2", "Second"
	selection.BackupPlanId, selection.SelectionId = "plan-2", "sel-2"
	return plan, selection
}

func TestWindowsOfARule(t *testing.T) {
	bare := snapshot.BackupRule{RuleName: "Bare", TargetBackupVaultName: "Main", ScheduleExpression: "cron(0 0/12 ? * * *)"}
	got := only(t, inDublin(t, orders(), daily(bare), everything()), facts.KindPlanRule).PlanRule
	same(t, "shortest_gap_minutes", got.ShortestGapMinutes, 720)
	if got.StartWindowMinutes != 480 || got.CompletionWindowMinutes != 10080 || got.EnableContinuousBackup {
		t.Errorf("windows are %d and %d, continuous %v", got.StartWindowMinutes, got.CompletionWindowMinutes, got.EnableContinuousBackup)
	}
	never := rule("Never", "cron(0 5 ? * * 2020)", 7)
	absent(t, "shortest gap of what never fires", only(t, inDublin(t, orders(), daily(never), everything()), facts.KindPlanRule).PlanRule.ShortestGapMinutes)
}

func TestOverlapsInsideAPlan(t *testing.T) {
	plan := daily(rule("Five", "cron(0 5 ? * * *)", 7), rule("HalfPast", "cron(30 5 ? * SUN *)", 30), rule("Seven", "cron(0 7 ? * * *)", 7))
	all := inDublin(t, orders(), plan, everything())
	for name, want := range map[string][]string{"Five": {"HalfPast"}, "HalfPast": {"Five"}, "Seven": {}} {
		if diff := cmp.Diff(want, named(t, all, facts.KindPlanRule, "Plan/"+name).PlanRule.Overlaps); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCollisionsAcrossPlans(t *testing.T) {
	zebra := orders()
	zebra.TableArn, zebra.TableName = tableARN(dublin, "Zebra"), "Zebra"
	second, all := another(rule("HalfPast", "cron(30 5 ? * * *)", 30), rule("Six", "cron(0 6 ? * * *)", 60))
	orderless := everything()
	orderless.SelectionId, orderless.BackupPlanId, orderless.NotResources = "sel-2", "plan-2", []string{tableARN(dublin, "Orders")}
	unlike := everything()
	unlike.SelectionId, unlike.BackupPlanId = "sel-2", "plan-2"
	unlike.Conditions = &snapshot.Conditions{StringNotEquals: []snapshot.ConditionParameter{{ConditionKey: "aws:ResourceTag/stage", ConditionValue: "test"}}}
	for _, c := range []struct {
		what      string
		selection *snapshot.BackupSelection
		tables    int
	}{{"both tables", all, 2}, {"one of them", orderless, 1}, {"perhaps", unlike, 0}} {
		world := inDublin(t, orders(), zebra, daily(), everything(), second, c.selection)
		// Half past five gives way to six inside its plan, so that it starts no job.
		got := named(t, world, facts.KindPlanRule, "Plan/Daily").PlanRule.Collisions
		if diff := cmp.Diff([]facts.Collision{}, got); diff != "" {
			t.Errorf("%s, six: %s", c.what, diff)
		}
		alone := *second
		alone.Rules = second.Rules[:1]
		world = inDublin(t, orders(), zebra, daily(), everything(), &alone, c.selection)
		want, back := []facts.Collision{}, []facts.Collision{}
		if c.tables > 0 {
			want = append(want, facts.Collision{PlanRule: second.BackupPlanArn + "/HalfPast", Name: "Second/HalfPast", Tables: c.tables})
			back = append(back, facts.Collision{PlanRule: daily().BackupPlanArn + "/Daily", Name: "Plan/Daily", Tables: c.tables})
		}
		if diff := cmp.Diff(want, named(t, world, facts.KindPlanRule, "Plan/Daily").PlanRule.Collisions); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
		if diff := cmp.Diff(back, named(t, world, facts.KindPlanRule, "Second/HalfPast").PlanRule.Collisions); diff != "" {
			t.Errorf("%s, the other way round: %s", c.what, diff)
		}
	}
}

func TestPlansThatNameDynamoDB(t *testing.T) {
	for _, c := range []struct {
		resources []string
		want      bool
	}{
		{[]string{allTables}, true}, {[]string{"arn:aws:dynamodb:*"}, true}, {[]string{"*"}, false}, {[]string{"arn:aws:ec2:*:*:volume/*"}, false}, {nil, false},
		{[]string{"arn:aws:ec2:*:*:volume/*", tableARN(dublin, "Gone")}, true},
	} {
		s := byTag("backup", "daily")
		s.Resources = c.resources
		if got := only(t, inDublin(t, orders(), daily(), s), facts.KindPlanRule).PlanRule.NamesDynamoDB; got != c.want {
			t.Errorf("%v: %v", c.resources, got)
		}
	}
}

// A plan of the organization is there in every Region; in an account it is judged
// once, by what it covers anywhere.
func TestPlansOfTheOrganizationAreJudgedOnce(t *testing.T) {
	plan := func(region string) *snapshot.BackupPlan {
		p := daily()
		p.BackupPlanId, p.BackupPlanArn, p.BackupPlanName = "orgs/"+region, "arn:aws:backup:"+region+":"+account+":backup-plan:orgs/"+region, "FromAbove"
		return p
	}
	selection := func(region string) *snapshot.BackupSelection {
		s := everything()
		s.BackupPlanId = "orgs/" + region
		return s
	}
	there := shard(t, ohio, settings(true, true), plan(ohio), selection(ohio))
	all := derive(t, shard(t, dublin, settings(true, true), orders(), plan(dublin), selection(dublin)), there)
	far := named(t, all, facts.KindPlanRule, "FromAbove/Daily") // the first is Dublin's
	if far.Region != dublin || far.PlanRule.JudgedElsewhere || far.PlanRule.CoveredElsewhere != 0 {
		t.Errorf("in Dublin: %+v", far.PlanRule)
	}
	for _, s := range of(all, facts.KindPlanRule) {
		if s.Region == ohio && (!s.PlanRule.JudgedElsewhere || s.PlanRule.CoveredElsewhere != 1 || hides(s, "covered_elsewhere")) {
			t.Errorf("in Ohio: %+v, gaps %+v", s.PlanRule, s.Gaps)
		}
	}
	for _, operation := range []string{"dynamodb:ListTables", "backup:ListBackupPlans", "backup:GetBackupSelection"} {
		for _, s := range of(derive(t, shard(t, dublin, settings(true, true), gap(operation)), there), facts.KindPlanRule) {
			if !hides(s, "covered_elsewhere") || !hides(s, "judged_elsewhere") {
				t.Errorf("%s: gaps %+v", operation, s.Gaps)
			}
		}
	}
	own := derive(t, shard(t, dublin, settings(true, true), orders(), daily(), everything()), shard(t, ohio, settings(true, true), daily(), everything()))
	for _, s := range of(own, facts.KindPlanRule) {
		if s.PlanRule.JudgedElsewhere || s.PlanRule.CoveredElsewhere != 0 {
			t.Errorf("a plan of the account's own: %+v", s.PlanRule)
		}
	}
}

func TestRulesThatAskForAdvancedBackup(t *testing.T) {
	cold, gapped := rule("Cold", "", 366), rule("Gapped", "cron(0 7 ? * * *)", 366)
	cold.Lifecycle.MoveToColdStorageAfterDays, gapped.TargetLogicallyAirGappedBackupVaultArn = p(int64(31)), lagARN
	copies := copyTo(rule("Copies", "cron(0 9 ? * * *)", 366), &snapshot.Lifecycle{MoveToColdStorageAfterDays: p(int64(40))})
	idle, _ := another(cold)
	got := only(t, inDublin(t, orders(), daily(cold, gapped, copies, rule("Plain", "cron(0 11 ? * * *)", 30)), everything(), idle), facts.KindRegion).RegionOf
	if got.ColdRules != 2 || got.CopyRules != 1 || got.AirGappedRules != 1 {
		t.Errorf("%+v", got)
	}
}
