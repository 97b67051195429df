package facts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func protections(t *testing.T, rows ...any) []facts.Protection {
	t.Helper()
	return only(t, inDublin(t, append(rows, orders())...), facts.KindTable).Table.Protections
}

func TestProtectionFillsInDefaults(t *testing.T) {
	got := protections(t, daily(snapshot.BackupRule{RuleName: "Bare", TargetBackupVaultName: "Main"}), everything())
	want := []facts.Protection{{
		PlanRule: "arn:aws:backup:eu-west-1:111122223333:backup-plan:plan-1/Bare", BackupPlanName: "Plan", RuleName: "Bare",
		SelectionName: "All", Covered: "yes", Why: []string{"Resources " + allTables}, Ambiguities: []string{},
		Schedule: facts.Schedule{
			ScheduleExpression: "cron(0 5 ? * * *)", ScheduleExpressionTimezone: "UTC", Valid: true, Fires: true,
			LongestGapMinutes: p(1440), Warnings: []string{}, Ambiguities: []string{},
		},
		StartWindowMinutes: 480, CompletionWindowMinutes: 10080,
		Retention: facts.Retention{KeptForEver: true}, BackupVaultName: "Main", Copies: []facts.Copy{},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProtectionComesFromSelections(t *testing.T) {
	plan, other := daily(), daily()
	old, deleted := daily(), daily()
	other.BackupPlanArn, other.BackupPlanId = plan.BackupPlanArn+"b", "plan-2"
	old.VersionId, old.Current = "v0", false
	deleted.BackupPlanArn, deleted.BackupPlanId, deleted.DeletionDate = plan.BackupPlanArn+"c", "plan-3", ago(day)
	byTag := everything()
	byTag.SelectionId, byTag.SelectionName, byTag.Resources = "sel-2", "Tag", nil
	byTag.ListOfTags = []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "daily"}}
	wrongValue := everything()
	wrongValue.Resources = nil
	wrongValue.ListOfTags = []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "weekly"}}
	excluded := everything()
	excluded.NotResources = []string{tableARN(dublin, "Orders")}
	ofDeleted := everything()
	ofDeleted.BackupPlanId = "plan-3"
	for _, c := range []struct {
		what string
		rows []any
		want []string
	}{
		{"the type", []any{plan, everything()}, []string{"All yes"}},
		{"no selection", []any{plan}, nil},
		{"another plan's selection", []any{other, everything()}, nil},
		{"a tag", []any{plan, byTag}, []string{"Tag yes"}},
		{"a tag's other value", []any{plan, wrongValue}, nil},
		{"excluded by ARN", []any{plan, excluded}, nil},
		{"two selections of one plan", []any{plan, everything(), byTag}, []string{"All, Tag yes"}},
		{"an old version of the plan", []any{old, everything()}, nil},
		{"a deleted plan", []any{deleted, ofDeleted}, nil},
	} {
		var got []string
		for _, p := range protections(t, c.rows...) {
			got = append(got, p.SelectionName+" "+p.Covered)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// byTag selects by a tag alone, so that the Region's opt-in decides.
func byTag(key, value string) *snapshot.BackupSelection {
	s := everything()
	s.Resources, s.ListOfTags = nil, []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: key, ConditionValue: value}}
	return s
}

func TestOptInDecidesWhereTheTypeIsNotNamed(t *testing.T) {
	unread := gap("backup:DescribeRegionSettings")
	for _, c := range []struct {
		what      string
		selection *snapshot.BackupSelection
		settings  any
		covered   string
		depends   int
		hidden    bool
	}{
		{"by tag, opted in", byTag("backup", "daily"), settings(true, true), "yes", 1, false},
		{"by tag, opted out", byTag("backup", "daily"), settings(false, true), "opted_out", 1, false},
		{"by tag, not read", byTag("backup", "daily"), unread, "ambiguous", 1, true},
		{"by type, opted out", everything(), settings(false, true), "yes", 0, false},
		{"by type, not read", everything(), unread, "yes", 0, false},
	} {
		all := derive(t, shard(t, dublin, c.settings, orders(), daily(), c.selection, mainVault()))
		table := only(t, all, facts.KindTable)
		if got := table.Table.Protections[0]; got.Covered != c.covered || got.DependsOnOptIn != (c.depends == 1) {
			t.Errorf("%s: covered %s, depends %v", c.what, got.Covered, got.DependsOnOptIn)
		}
		if got := table.Table.Coverage; got.Covered != (c.covered == "yes") || got.Ambiguous != (c.covered == "ambiguous") {
			t.Errorf("%s: coverage is %+v", c.what, got)
		}
		if hides(table, "coverage") != c.hidden {
			t.Errorf("%s: gaps are %+v", c.what, table.Gaps)
		}
		if got := only(t, all, facts.KindRegion).RegionOf.TablesThatDepend; got != c.depends {
			t.Errorf("%s: tables_that_depend = %d", c.what, got)
		}
		serves := len(only(t, all, facts.KindPlanRule).Serves)
		if want := map[string]int{"yes": 1, "ambiguous": 1, "opted_out": 0}[c.covered]; serves != want {
			t.Errorf("%s: the rule serves %d tables, want %d", c.what, serves, want)
		}
	}
}

// A table that one selection covers whatever the opt-in does not depend on it.
func TestOneIndependentSelectionIsEnough(t *testing.T) {
	tag := byTag("backup", "daily")
	tag.SelectionId = "sel-2"
	if got := protections(t, daily(), everything(), tag)[0]; got.DependsOnOptIn {
		t.Error("depends on opt-in, though the type is named")
	}
}

func TestSettingsThatAWSLeavesOutAreAGap(t *testing.T) {
	all := derive(t, shard(t, dublin, &snapshot.RegionSettings{ResourceTypeOptInPreference: map[string]bool{"S3": true}}, orders()))
	region := only(t, all, facts.KindRegion)
	absent(t, "opted_in", region.RegionOf.OptedIn)
	if !hides(region, "opted_in") || !hides(only(t, all, facts.KindTable), "advanced_backup") {
		t.Errorf("gaps are %+v", region.Gaps)
	}
}

func TestPointsSettleAmbiguities(t *testing.T) {
	conditional := everything() // Conditions alone: AWS does not document what they select from
	conditional.Resources = nil
	conditional.Conditions = &snapshot.Conditions{StringEquals: []snapshot.ConditionParameter{{ConditionKey: "aws:ResourceTag/backup", ConditionValue: "daily"}}}
	arn := tableARN(dublin, "Orders")
	ofOther := point(arn, day)
	ofOther.CreatedBy.BackupPlanId = "plan-2"
	byHand := point(arn, day)
	byHand.CreatedBy = nil
	for _, c := range []struct {
		what    string
		point   *snapshot.RecoveryPoint
		covered string
	}{
		{"a point of the plan", point(arn, day), "yes"},
		{"a point older than the selection", point(arn, 41*day), "ambiguous"},
		{"a point of another plan", ofOther, "ambiguous"},
		{"a point on demand", byHand, "ambiguous"},
		{"another table's point", point(tableARN(dublin, "Other"), day), "ambiguous"},
	} {
		table := only(t, inDublin(t, orders(), daily(), conditional, mainVault(), c.point), facts.KindTable).Table
		got := table.Protections[0]
		if got.Covered != c.covered || got.ProvenByPoint != (c.covered == "yes") {
			t.Errorf("%s: covered %s, proven %v", c.what, got.Covered, got.ProvenByPoint)
		}
		if len(got.Ambiguities) == 0 {
			t.Errorf("%s: names no ambiguity", c.what)
		}
		if table.Coverage.Covered != (c.covered == "yes") || table.Coverage.Ambiguous == table.Coverage.Covered {
			t.Errorf("%s: coverage is %+v", c.what, table.Coverage)
		}
	}
}

// The management account's opt-in wins over the Region's for its plans, and is
// not read.
func TestOrganizationPlansFollowAnotherOptIn(t *testing.T) {
	for _, c := range []struct {
		what      string
		selection *snapshot.BackupSelection
		covered   string
	}{
		{"by tag", byTag("backup", "daily"), "ambiguous"},
		{"by type", everything(), "yes"},
	} {
		plan := daily()
		plan.BackupPlanId = "orgs/544033d1-b19c-3f2a-9c20-40bcfa82ca68"
		c.selection.BackupPlanId = plan.BackupPlanId
		got := protections(t, plan, c.selection)[0]
		if got.Covered != c.covered {
			t.Errorf("%s: covered %s", c.what, got.Covered)
		}
		if c.covered == "ambiguous" && !strings.Contains(strings.Join(got.Ambiguities, " "), "management account's opt-in") {
			t.Errorf("%s: ambiguities are %q", c.what, got.Ambiguities)
		}
	}
}

// A tag that takes a table out of every plan is not the same as no plan.
func TestRestoreTestTagExcludes(t *testing.T) {
	tagged := orders()
	tagged.Tags = append(tagged.Tags, snapshot.Tag{Key: "awsbackup-restore-test"})
	all := inDublin(t, tagged, daily(), everything(), byTag("backup", "daily"), mainVault())
	table, rule := only(t, all, facts.KindTable).Table, only(t, all, facts.KindPlanRule)
	if table.Protections[0].Covered != "excluded" || table.Coverage.Covered || table.Coverage.Ambiguous {
		t.Errorf("covered is %s, coverage %+v", table.Protections[0].Covered, table.Coverage)
	}
	if rule.PlanRule.TablesCovered+rule.PlanRule.TablesAmbiguous+len(rule.Serves) != 0 || only(t, all, facts.KindRegion).RegionOf.TablesThatDepend != 0 {
		t.Errorf("the rule serves %v", rule.Serves)
	}
}

func TestTagsThatWereNotReadHideWhatTheyCouldDecide(t *testing.T) {
	sweep, one := gap("tag:GetResources", "ResourceTypeFilters", "dynamodb:table"), gap("dynamodb:ListTagsOfResource", "ResourceArn", tableARN(dublin, "Orders"))
	elsewhere := everything()
	elsewhere.Resources = []string{tableARN(dublin, "Other")}
	for _, c := range []struct {
		what         string
		rows         []any
		tags, covers bool // hidden
	}{
		{"read", []any{everything()}, false, false},
		{"the sweep failed", []any{sweep, everything()}, true, true},
		{"the table's own failed", []any{one, everything()}, true, true},
		{"another table's failed", []any{gap("dynamodb:ListTagsOfResource", "ResourceArn", tableARN(dublin, "Other")), everything()}, false, false},
		{"the sweep failed, and each table was asked", []any{sweep, call("dynamodb:ListTagsOfResource", "ResourceArn", tableARN(dublin, "Orders")), everything()}, false, false},
		{"no tag could bring it in", []any{sweep, elsewhere}, true, false},
	} {
		s := only(t, inDublin(t, append(c.rows, orders(), daily(), mainVault())...), facts.KindTable)
		if hides(s, "Tags") != c.tags || hides(s, "tagged_restore_test") != c.tags || (s.Table.TaggedRestoreTest == nil) != c.tags {
			t.Errorf("%s: tagged_restore_test %v, gaps %+v", c.what, s.Table.TaggedRestoreTest, s.Gaps)
		}
		if hides(s, "protections") != c.covers || hides(s, "coverage") != c.covers {
			t.Errorf("%s: gaps %+v", c.what, s.Gaps)
		}
		if c.covers && s.Table.Coverage.Covered {
			t.Errorf("%s: covered, though a tag might take it out", c.what)
		}
	}
}

func TestCoverageSinceTheLatestBeginning(t *testing.T) {
	young := orders()
	young.CreationDateTime = ago(30 * time.Hour)
	fresh := everything()
	fresh.CreationDate = ago(10 * time.Hour)
	edited := daily()
	edited.CreationDate = ago(7*time.Hour + 59*time.Minute)
	for _, c := range []struct {
		what  string
		rows  []any
		since int
		due   *int // now is 18:00, runs are at 05:00
	}{
		{"an old table", []any{orders(), daily(), everything()}, 40 * 24, p(39*24 + 13)},
		{"a young table", []any{young, daily(), everything()}, 30, p(13)},
		{"a fresh selection", []any{orders(), daily(), fresh}, 10, nil},
		{"an edited plan", []any{orders(), edited, everything()}, 7, nil},
		{"an edited plan that made a point before", []any{orders(), edited, everything(), point(tableARN(dublin, "Orders"), 37*time.Hour)}, 37, p(37)},
	} {
		got := only(t, inDublin(t, append(c.rows, mainVault())...), facts.KindTable).Table.Coverage
		same(t, c.what+": since_hours", got.SinceHours, c.since)
		switch {
		case c.due == nil:
			absent(t, c.what+": first_due_age_hours", got.FirstDueAgeHours)
		case c.what == "an edited plan that made a point before":
			same(t, c.what+": first_due_age_hours", got.FirstDueAgeHours, 13) // after the point, not the run that made it
		default:
			same(t, c.what+": first_due_age_hours", got.FirstDueAgeHours, *c.due)
		}
	}
}
