package selection_test

import (
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

var (
	in, out = true, false
	optedIn = selection.Region{OptedIn: &in}
	notIn   = selection.Region{OptedIn: &out}
	unread  = selection.Region{}
)

// orders is the table that the cases ask about, with tags given as key, value ….
func orders(tags ...string) selection.Resource {
	return table("Orders", tags...)
}

func table(name string, tags ...string) selection.Resource {
	r := selection.Resource{ARN: "arn:aws:dynamodb:eu-west-1:111122223333:table/" + name, Name: name, TagsRead: true}
	for i := 0; i < len(tags); i += 2 {
		r.Tags = append(r.Tags, snapshot.Tag{Key: tags[i], Value: tags[i+1]})
	}
	return r
}

func tagsUnread() selection.Resource {
	r := orders()
	r.TagsRead = false
	return r
}

func listed(tags ...string) (list []snapshot.Condition) {
	for i := 0; i < len(tags); i += 2 {
		list = append(list, snapshot.Condition{ConditionType: "STRINGEQUALS", ConditionKey: tags[i], ConditionValue: tags[i+1]})
	}
	return list
}

func parameters(tags ...string) (list []snapshot.ConditionParameter) {
	for i := 0; i < len(tags); i += 2 {
		list = append(list, snapshot.ConditionParameter{ConditionKey: "aws:ResourceTag/" + tags[i], ConditionValue: tags[i+1]})
	}
	return list
}

const (
	allTables = "arn:aws:dynamodb:*:*:table/*"
	theTable  = "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders"
)

func resources(patterns ...string) snapshot.BackupSelection {
	return snapshot.BackupSelection{Resources: patterns}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name      string
		selection snapshot.BackupSelection
		table     selection.Resource
		region    selection.Region
		want      selection.Verdict
		ambiguity string // a part of the only ambiguity; empty: none
	}{
		// Resources
		{"an exact ARN", resources(theTable), orders(), optedIn, "yes", ""},
		{"another table's ARN", resources(theTable), table("Orders2"), optedIn, "no", ""},
		{"the type pattern of the guide", resources(allTables), orders(), optedIn, "yes", ""},
		{"everything", resources("*"), orders(), optedIn, "yes", ""},
		{"the service", resources("arn:aws:dynamodb:*"), orders(), optedIn, "yes", ""},
		{"another service", resources("arn:aws:ec2:*:*:volume/*"), orders(), optedIn, "no", ""},
		{"a name prefix", resources("arn:aws:dynamodb:eu-west-1:111122223333:table/Ord*"), orders(), optedIn, "yes", ""},
		{"a name prefix is case sensitive", resources("arn:aws:dynamodb:eu-west-1:111122223333:table/ord*"), orders(), optedIn, "no", ""},
		{"another Region's tables", resources("arn:aws:dynamodb:us-east-1:*:table/*"), orders(), optedIn, "no", ""},
		{"a part of the Region", resources("arn:aws:dynamodb:eu-*:*:table/*"), orders(), optedIn, "yes", ""},
		{"a bare table name", resources("Orders"), orders(), optedIn, "no", ""},
		{"an ARN cut short", resources("arn:aws:dynamodb:table/Orders"), orders(), optedIn, "no", ""},
		{"a wildcard before the name's end", resources("arn:aws:dynamodb:*:*:table/*ers"), orders(), optedIn, "ambiguous", "wildcard position"},
		{"a wildcard before the name's end that does not match", resources("arn:aws:dynamodb:*:*:table/*-prod"), orders(), optedIn, "no", ""},
		{"a wildcard before the name's end beside the exact ARN", resources("arn:aws:dynamodb:*:*:table/*ers", theTable), orders(), optedIn, "yes", ""},
		{"a wildcard at the start", resources("*:table/Orders"), orders(), optedIn, "ambiguous", "wildcard position"},
		{"a wildcard for Region and account at once", resources("arn:aws:dynamodb:*:table/Orders"), orders(), optedIn, "ambiguous", "wildcard position"},
		{"China's partition", resources("arn:aws-cn:dynamodb:*:*:table/*"), selection.Resource{ARN: "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/Orders", TagsRead: true}, notIn, "yes", ""},
		{"another partition", resources("arn:aws-us-gov:dynamodb:*:*:table/*"), orders(), optedIn, "no", ""},

		// ListOfTags
		{"a listed tag", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders("backup", "daily"), optedIn, "yes", ""},
		{"a listed tag's key with another value", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders("backup", "weekly"), optedIn, "no", ""},
		{"a listed tag's value in another case", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders("backup", "Daily"), optedIn, "no", ""},
		{"a listed tag's value is no pattern", snapshot.BackupSelection{ListOfTags: listed("backup", "d*")}, orders("backup", "daily"), optedIn, "no", ""},
		{"one of two listed tags", snapshot.BackupSelection{ListOfTags: listed("backup", "daily", "tier", "gold")}, orders("tier", "gold"), optedIn, "yes", ""},
		{"a listed tag of unknown type", snapshot.BackupSelection{ListOfTags: []snapshot.Condition{{ConditionType: "STRINGLIKE", ConditionKey: "backup", ConditionValue: "daily"}}},
			orders("backup", "daily"), optedIn, "ambiguous", "STRINGLIKE"},
		{"a listed tag with prefix", snapshot.BackupSelection{ListOfTags: listed("aws:ResourceTag/backup", "daily")}, orders("backup", "daily"), optedIn, "ambiguous", "without aws:ResourceTag/"},
		{"a listed tag with prefix that does not match either way", snapshot.BackupSelection{ListOfTags: listed("aws:ResourceTag/backup", "daily")}, orders("backup", "x"), optedIn, "no", ""},
		{"the type as the guide writes it", snapshot.BackupSelection{ListOfTags: []snapshot.Condition{{ConditionType: "StringEquals", ConditionKey: "backup", ConditionValue: "daily"}}},
			orders("backup", "daily"), optedIn, "yes", ""},
		{"Resources and ListOfTags are a union", snapshot.BackupSelection{Resources: []string{allTables}, ListOfTags: listed("backup", "daily")}, orders(), optedIn, "yes", ""},

		// Conditions
		{"a condition narrows", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringEquals: parameters("stage", "prod")}},
			orders("stage", "test"), optedIn, "no", ""},
		{"a condition on a missing tag", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringEquals: parameters("stage", "prod")}},
			orders(), optedIn, "no", ""},
		{"all conditions must hold", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringEquals: parameters("stage", "prod", "backup", "true")}},
			orders("stage", "prod"), optedIn, "no", ""},
		{"conditions of two operators hold", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{
			StringLike: parameters("key1", "include*"), StringNotLike: parameters("key2", "*exclude*")}},
			orders("key1", "included", "key2", "x"), optedIn, "yes", ""},
		{"a condition narrows ListOfTags too", snapshot.BackupSelection{ListOfTags: listed("backup", "true"), Conditions: &snapshot.Conditions{StringNotEquals: parameters("stage", "test")}},
			orders("backup", "true", "stage", "test"), optedIn, "no", ""},
		{"StringLike * is any value", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringLike: parameters("owner", "*")}},
			orders("owner", "the payments team"), optedIn, "yes", ""},
		{"StringLike * needs the tag", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringLike: parameters("owner", "*")}},
			orders(), optedIn, "no", ""},
		{"StringLike over a blank", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringLike: parameters("owner", "the*team")}},
			orders("owner", "the payments team"), optedIn, "ambiguous", "whitespace"},
		{"StringNotEquals on a table with another value", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringNotEquals: parameters("stage", "test")}},
			orders("stage", "prod"), optedIn, "yes", ""},
		{"StringNotEquals on a table without the tag", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringNotEquals: parameters("stage", "test")}},
			orders(), optedIn, "ambiguous", "without that tag"},
		{"StringNotLike on a table without the tag", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringNotLike: parameters("stage", "t*")}},
			orders(), optedIn, "ambiguous", "without that tag"},
		{"an ambiguous condition on a table that nothing brings in", snapshot.BackupSelection{Resources: []string{"arn:aws:ec2:*"}, Conditions: &snapshot.Conditions{StringNotEquals: parameters("stage", "test")}},
			orders(), optedIn, "no", ""},
		{"a condition's key without prefix", snapshot.BackupSelection{Resources: []string{"*"}, Conditions: &snapshot.Conditions{StringEquals: []snapshot.ConditionParameter{{ConditionKey: "stage", ConditionValue: "prod"}}}},
			orders("stage", "prod"), optedIn, "ambiguous", "with aws:ResourceTag/ alone"},

		// NotResources
		{"taken out by type", snapshot.BackupSelection{Resources: []string{"*"}, NotResources: []string{allTables}}, orders(), optedIn, "no", ""},
		{"taken out by service", snapshot.BackupSelection{Resources: []string{theTable}, NotResources: []string{"arn:aws:dynamodb:*"}}, orders(), optedIn, "no", ""},
		{"perhaps taken out", snapshot.BackupSelection{Resources: []string{"*"}, NotResources: []string{"arn:aws:dynamodb:*:*:table/*ers"}}, orders(), optedIn, "ambiguous", "wildcard position"},
		{"a bare name in NotResources takes nothing out", snapshot.BackupSelection{Resources: []string{"*"}, NotResources: []string{"Orders"}}, orders(), optedIn, "yes", ""},

		// neither Resources nor ListOfTags
		{"nothing at all", snapshot.BackupSelection{}, orders(), optedIn, "ambiguous", "neither Resources nor ListOfTags"},
		{"empty Conditions are none", snapshot.BackupSelection{Conditions: &snapshot.Conditions{}}, orders(), optedIn, "ambiguous", "neither Resources nor ListOfTags"},
		{"NotResources alone", snapshot.BackupSelection{NotResources: []string{"arn:aws:ec2:*"}}, orders(), optedIn, "ambiguous", "neither Resources nor ListOfTags"},
		{"NotResources alone that match", snapshot.BackupSelection{NotResources: []string{allTables}}, orders(), optedIn, "no", ""},
		{"Conditions alone that hold", snapshot.BackupSelection{Conditions: &snapshot.Conditions{StringEquals: parameters("backup", "true")}}, orders("backup", "true"), optedIn, "ambiguous", "Conditions without"},
		{"Conditions alone that do not hold", snapshot.BackupSelection{Conditions: &snapshot.Conditions{StringEquals: parameters("backup", "true")}}, orders(), optedIn, "no", ""},

		// opt-in
		{"a type pattern where the Region is not opted in", resources(allTables), orders(), notIn, "yes", ""},
		{"an exact ARN where opt-in was not read", resources(theTable), orders(), unread, "yes", ""},
		{"everything where the Region is not opted in", resources("*"), orders(), notIn, "opted_out", ""},
		{"the service where the Region is not opted in", resources("arn:aws:dynamodb:*"), orders(), notIn, "opted_out", ""},
		{"a tag where the Region is not opted in", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders("backup", "daily"), notIn, "opted_out", ""},
		{"a tag where opt-in was not read", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders("backup", "daily"), unread, "ambiguous", "opt-in"},
		{"a tag that does not match where opt-in was not read", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, orders(), unread, "no", ""},
		{"by type and by tag where the Region is not opted in", snapshot.BackupSelection{Resources: []string{allTables}, ListOfTags: listed("backup", "daily")}, orders("backup", "daily"), notIn, "yes", ""},
		{"by everything and by type where opt-in was not read", resources("*", allTables), orders(), unread, "yes", ""},
		{"all fields but no type where the Region is not opted in", resources("arn:aws:dynamodb:*:*:*"), orders(), notIn, "opted_out", ""},
		{"half a type where the Region is not opted in", resources("arn:aws:dynamodb:*:*:tab*"), orders(), notIn, "ambiguous", "names the resource type"},
		{"half a type where the Region is opted in", resources("arn:aws:dynamodb:*:*:tab*"), orders(), optedIn, "yes", ""},
		{"taken out where the Region is not opted in", snapshot.BackupSelection{Resources: []string{"*"}, NotResources: []string{allTables}}, orders(), notIn, "no", ""},

		// what restore tests leave behind
		{"the tag of a restore test", resources(allTables), orders("awsbackup-restore-test", ""), optedIn, "excluded", ""},
		{"the name of a restore test", resources(allTables), table("awsbackup-restore-test-abc"), optedIn, "excluded", ""},
		{"the name of a restore test in the middle", resources(allTables), table("my-awsbackup-restore-test"), optedIn, "yes", ""},
		{"the tag of a restore test on a table that nothing brings in", resources("arn:aws:ec2:*"), orders("awsbackup-restore-test", "x"), optedIn, "no", ""},
		{"the tag of a restore test where the Region is not opted in", resources("*"), orders("awsbackup-restore-test", "x"), notIn, "excluded", ""},

		// tags that were not read
		{"all tables, tags not read", resources(allTables), tagsUnread(), optedIn, "ambiguous", "tags were not read"},
		{"a tag, tags not read", snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, tagsUnread(), optedIn, "ambiguous", "tags were not read"},
		{"another service, tags not read", resources("arn:aws:ec2:*"), tagsUnread(), optedIn, "no", ""},
		{"taken out, tags not read", snapshot.BackupSelection{ListOfTags: listed("backup", "daily"), NotResources: []string{allTables}}, tagsUnread(), optedIn, "no", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := selection.Compile(test.selection).Match(test.table, test.region)
			if m.Verdict != test.want {
				t.Fatalf("verdict is %s, want %s: %+v", m.Verdict, test.want, m)
			}
			switch {
			case test.ambiguity == "" && len(m.Ambiguities) > 0:
				t.Errorf("ambiguities decide nothing, but are named: %q", m.Ambiguities)
			case test.ambiguity != "" && (len(m.Ambiguities) != 1 || !strings.Contains(m.Ambiguities[0], test.ambiguity)):
				t.Errorf("ambiguities are %q, want one with %q", m.Ambiguities, test.ambiguity)
			}
		})
	}
}

func TestMatchSaysWhy(t *testing.T) {
	s := selection.Compile(snapshot.BackupSelection{
		Resources:  []string{"arn:aws:ec2:*", allTables, "Orders"},
		ListOfTags: listed("backup", "daily", "tier", "gold"),
	})
	m := s.Match(orders("tier", "gold"), optedIn)
	want := []string{"Resources " + allTables, "ListOfTags tier=gold"}
	if !slices.Equal(m.Why, want) {
		t.Errorf("why is %q, want %q", m.Why, want)
	}
	if notes := s.Notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "Resources Orders ") {
		t.Errorf("notes are %q, want one about the bare name", notes)
	}
}

func TestMatchSaysWhatTookTheTableOut(t *testing.T) {
	prod := &snapshot.Conditions{StringEquals: parameters("stage", "prod")}
	tests := []struct {
		selection snapshot.BackupSelection
		table     selection.Resource
		region    selection.Region
		want      string
	}{
		{snapshot.BackupSelection{Resources: []string{"*"}, NotResources: []string{theTable}}, orders(), optedIn, "NotResources " + theTable},
		{snapshot.BackupSelection{Resources: []string{"*"}, Conditions: prod}, orders("stage", "test"), optedIn, "Conditions StringEquals aws:ResourceTag/stage=prod"},
		{resources(allTables), orders("awsbackup-restore-test", ""), optedIn, "tag awsbackup-restore-test"},
		{resources(allTables), table("awsbackup-restore-test-1"), optedIn, "name prefix awsbackup-restore-test"},
		{resources("*"), orders(), notIn, "opt-in of the Region"},
		{resources("arn:aws:ec2:*"), orders(), optedIn, ""},
		{resources("*"), orders(), optedIn, ""},
	}
	for _, test := range tests {
		if m := selection.Compile(test.selection).Match(test.table, test.region); m.Excluded != test.want {
			t.Errorf("%+v: excluded by %q, want %q", test.selection, m.Excluded, test.want)
		}
	}
}

func TestMatchSaysWhetherOptInDecides(t *testing.T) {
	tests := []struct {
		selection snapshot.BackupSelection
		want      bool
	}{
		{resources(allTables), false},
		{resources(theTable), false},
		{resources("*"), true},
		{resources("arn:aws:dynamodb:*"), true},
		{resources("*", theTable), false},
		{resources("arn:aws:ec2:*"), false},
		{snapshot.BackupSelection{ListOfTags: listed("backup", "daily")}, true},
		{snapshot.BackupSelection{ListOfTags: listed("backup", "daily"), Resources: []string{allTables}}, false},
	}
	for _, test := range tests {
		for _, region := range []selection.Region{optedIn, notIn, unread} {
			if m := selection.Compile(test.selection).Match(orders("backup", "daily"), region); m.DependsOnOptIn != test.want {
				t.Errorf("%+v: depends on opt-in is %v, want %v", test.selection, m.DependsOnOptIn, test.want)
			}
		}
	}
}

func TestMatchSaysWhoFellIntoTheUnionTrap(t *testing.T) {
	tests := []struct {
		name      string
		resources []string
		tags      []snapshot.Condition
		table     selection.Resource
		want      bool
	}{
		{"wildcard beside a tag that does not match", []string{allTables}, listed("backup", "daily"), orders(), true},
		{"wildcard beside a tag that matches", []string{allTables}, listed("backup", "daily"), orders("backup", "daily"), false},
		{"exact ARN beside a tag", []string{theTable}, listed("backup", "daily"), orders(), false},
		{"wildcard and exact ARN beside a tag", []string{allTables, theTable}, listed("backup", "daily"), orders(), false},
		{"wildcard alone", []string{allTables}, nil, orders(), false},
		{"another wildcard beside a tag", []string{"arn:aws:ec2:*"}, listed("backup", "daily"), orders(), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := selection.Compile(snapshot.BackupSelection{Resources: test.resources, ListOfTags: test.tags}).Match(test.table, optedIn)
			if m.OnlyByWildcard != test.want {
				t.Errorf("only by wildcard is %v, want %v: %+v", m.OnlyByWildcard, test.want, m)
			}
		})
	}
}
