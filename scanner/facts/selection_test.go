package facts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// tableCalled is orders under another name, with other tags.
func tableCalled(name string, tags ...snapshot.Tag) *snapshot.Table {
	t := orders()
	t.TableArn, t.TableName, t.Tags = tableARN(dublin, name), name, tags
	return t
}

var tagged = snapshot.Tag{Key: "backup", Value: "daily"}

func selectionOf(t *testing.T, optedIn bool, rows ...any) *facts.Subject {
	t.Helper()
	all := derive(t, shard(t, dublin, append(rows, settings(optedIn, true), daily())...))
	return named(t, all, facts.KindSelection, "Plan/All")
}

func TestASelectionIsASubject(t *testing.T) {
	s := everything()
	s.IamRoleArn, s.NotResources = "arn:aws:iam::111122223333:role/Backup", []string{"arn:aws:ec2:*:*:volume/*"}
	s.ListOfTags = byTag("backup", "daily").ListOfTags
	s.Conditions = &snapshot.Conditions{StringLike: []snapshot.ConditionParameter{{ConditionKey: "aws:ResourceTag/stage", ConditionValue: "p*"}}}
	got := selectionOf(t, true, s, tableCalled("Orders", tagged, snapshot.Tag{Key: "stage", Value: "prod"}))
	want := &facts.Selection{
		BackupPlanArn: daily().BackupPlanArn, BackupPlanName: "Plan", SelectionId: "sel-1", SelectionName: "All",
		IamRoleArn: "arn:aws:iam::111122223333:role/Backup", Resources: []string{allTables}, NotResources: []string{"arn:aws:ec2:*:*:volume/*"},
		ListOfTags: []string{"backup=daily"}, Conditions: []string{"StringLike aws:ResourceTag/stage=p*"}, TablesCovered: 1, WildcardBesideTags: true,
	}
	if diff := cmp.Diff(want, got.Selection, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if got.ARN != daily().BackupPlanArn+"/selection/sel-1" || len(got.Serves) != 1 {
		t.Errorf("subject is %+v", got)
	}
}

func TestTablesThatOnlyAWildcardCovers(t *testing.T) {
	both := everything()
	both.ListOfTags = byTag("backup", "daily").ListOfTags
	other := byTag("team", "shop")
	other.SelectionId, other.SelectionName = "sel-2", "Other"
	perhaps := byTag("team", "shop")
	perhaps.SelectionId, perhaps.SelectionName, perhaps.ListOfTags[0].ConditionType = "sel-2", "Other", "SHINY_NEW"
	odd := everything()
	odd.ListOfTags = perhaps.ListOfTags
	shop := snapshot.Tag{Key: "team", Value: "shop"}
	for _, c := range []struct {
		what        string
		rows        []any
		only, maybe int
	}{
		{"all have the tag", []any{both, tableCalled("Orders", tagged)}, 0, 0},
		{"one has not", []any{both, tableCalled("Orders", tagged), tableCalled("Zebra")}, 1, 0},
		{"another selection covers it", []any{both, tableCalled("Zebra", shop), other}, 0, 0},
		{"another selection may cover it", []any{both, tableCalled("Zebra", shop), perhaps}, 0, 1},
		{"its own tags are odd", []any{odd, tableCalled("Zebra")}, 0, 1},
		{"tags alone", []any{byTag("backup", "daily"), tableCalled("Zebra")}, 0, 0},
	} {
		got := selectionOf(t, true, c.rows...).Selection
		if got.OnlyByWildcard != c.only || got.PerhapsOnlyByWildcard != c.maybe {
			t.Errorf("%s: %d, perhaps %d", c.what, got.OnlyByWildcard, got.PerhapsOnlyByWildcard)
		}
	}
	disks := byTag("backup", "daily")
	disks.Resources = []string{"arn:aws:ec2:*:*:volume/*"}
	if selectionOf(t, true, disks, tableCalled("Orders", tagged)).Selection.WildcardBesideTags {
		t.Error("a wildcard of volumes is no trap for tables")
	}
}

func TestEntriesThatMatchNothing(t *testing.T) {
	s := everything()
	s.Resources = []string{tableARN(dublin, "Orders"), tableARN(dublin, "Gone"), tableARN(ohio, "Orders"), "arn:aws:dynamodb:eu-west-1:999999999999:table/Orders",
		"Orders", "arn:aws:dynamodb:us-east-1:*:table/*", allTables, "*", "arn:aws:ec2:us-east-1:1:volume/v", tableARN(dublin, "Unread")}
	s.NotResources = []string{tableARN(dublin, "Old")}
	got := selectionOf(t, true, s, orders(), gap("dynamodb:DescribeTable", "TableName", "Unread")).Selection
	want := []facts.DeadEntry{
		{Entry: "Resources " + tableARN(dublin, "Gone"), Why: "no_table"},
		{Entry: "Resources " + tableARN(ohio, "Orders"), Why: "other_region"},
		{Entry: "Resources arn:aws:dynamodb:eu-west-1:999999999999:table/Orders", Why: "other_account"},
		{Entry: "Resources arn:aws:dynamodb:us-east-1:*:table/*", Why: "other_region"},
		{Entry: "NotResources " + tableARN(dublin, "Old"), Why: "no_table"},
		{Entry: "Resources Orders", Why: "no_arn"},
	}
	if diff := cmp.Diff(want, got.Dead); diff != "" {
		t.Error(diff)
	}
	if got.NamedTables != 6 {
		t.Errorf("%d entries name a table", got.NamedTables)
	}
}

// A scan of some tables does not know of the others that they are not there.
func TestAScanOfSomeTablesKnowsNoDeadEntries(t *testing.T) {
	h := header(dublin)
	h.Tables = []string{"Ord*"}
	s := everything()
	s.Resources = []string{tableARN(dublin, "Zebra")}
	all := derive(t, shard(t, dublin, h, settings(true, true), orders(), daily(), s))
	if got := only(t, all, facts.KindSelection); !hides(got, "dead") || hides(got, "tables_covered") {
		t.Errorf("gaps %+v", got.Gaps)
	}
	if got := only(t, all, facts.KindPlanRule); !hides(got, "tables_covered") {
		t.Errorf("gaps of the plan rule %+v", got.Gaps)
	}
	s.Resources = []string{tableARN(dublin, "Orders")}
	all = derive(t, shard(t, dublin, h, settings(true, true), orders(), daily(), s))
	if got := only(t, all, facts.KindSelection); len(got.Gaps) > 0 || len(only(t, all, facts.KindPlanRule).Gaps) > 0 {
		t.Errorf("gaps %+v", got.Gaps)
	}
}

func TestTablesThatASelectionSkips(t *testing.T) {
	hidden := tableCalled("Hidden", tagged, snapshot.Tag{Key: "awsbackup-restore-test", Value: "x"})
	test := tableCalled("awsbackup-restore-test-1", tagged)
	test.RestoreSummary = &snapshot.RestoreSummary{SourceTableArn: orders().TableArn}
	pretender := tableCalled("awsbackup-restore-test-2", tagged)
	typeOut := byTag("backup", "daily")
	typeOut.NotResources = []string{"arn:aws:dynamodb:*"}
	oneOut := byTag("backup", "daily")
	oneOut.NotResources = []string{tableARN(dublin, "Orders")}
	prefixOut := byTag("backup", "daily")
	prefixOut.NotResources = []string{"arn:aws:dynamodb:*:*:table/Ord*"}
	allOut := everything()
	allOut.Resources, allOut.NotResources = []string{"*"}, []string{"arn:aws:dynamodb:*:*:table/*"}
	covers := everything()
	covers.SelectionId, covers.SelectionName, covers.Resources = "sel-2", "Other", []string{tableARN(dublin, "Orders")}
	for _, c := range []struct {
		what                     string
		optedIn                  bool
		rows                     []any
		optIn, tag, kind, perhap int
		names                    string
	}{
		{"nothing", true, []any{byTag("backup", "daily"), orders()}, 0, 0, 0, 0, ""},
		{"opt-in", false, []any{byTag("backup", "daily"), orders(), tableCalled("Zebra")}, 1, 0, 0, 0, "Orders"},
		{"opt-in, and another selection names it", false, []any{byTag("backup", "daily"), orders(), covers}, 0, 0, 0, 0, ""},
		{"a tag, a name", true, []any{byTag("backup", "daily"), orders(), hidden, test, pretender}, 0, 2, 0, 0, "Hidden awsbackup-restore-test-2"},
		{"the type", true, []any{typeOut, orders()}, 0, 0, 1, 0, "Orders"},
		{"the type, where all resources are meant", true, []any{allOut, orders()}, 0, 0, 0, 0, ""},
		{"one table", true, []any{oneOut, orders()}, 0, 0, 0, 0, ""},
		{"some tables", true, []any{prefixOut, orders()}, 0, 0, 0, 0, ""},
	} {
		got := selectionOf(t, c.optedIn, c.rows...).Selection
		if got.SkippedByOptIn != c.optIn || got.SkippedByTag != c.tag || got.SkippedByType != c.kind || got.SkippedPerhaps != c.perhap ||
			strings.Join(got.SkippedTables, " ") != c.names {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
	perhaps := everything()
	perhaps.SelectionId, perhaps.SelectionName, perhaps.Resources = "sel-2", "Other", []string{"arn:aws:dynamodb:*:*:table/*ers"}
	odd, oddTypeOut := byTag("backup", "daily"), byTag("backup", "daily")
	odd.ListOfTags[0].ConditionType, oddTypeOut.ListOfTags[0].ConditionType = "SHINY_NEW", "SHINY_NEW"
	oddTypeOut.NotResources = typeOut.NotResources
	for what, rows := range map[string][]any{"hidden": {odd, hidden}, "the type": {oddTypeOut, orders()}} {
		if got := selectionOf(t, true, rows...).Selection; got.SkippedByTag+got.SkippedByType != 0 || got.SkippedPerhaps != 1 {
			t.Errorf("perhaps meant, %s: %+v", what, got)
		}
	}
	if got := selectionOf(t, false, byTag("backup", "daily"), orders(), perhaps).Selection; got.SkippedByOptIn != 0 || got.SkippedPerhaps != 1 {
		t.Errorf("covered perhaps: %+v", got)
	}
}
