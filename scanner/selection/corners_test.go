package selection_test

import (
	"testing"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// Worked out by hand from AWS's pages: one answer each, and most of them not the
// first that comes to mind.
func TestMatchInTheCorners(t *testing.T) {
	conditions := func(eq, like, ne, nl []snapshot.ConditionParameter) *snapshot.Conditions {
		return &snapshot.Conditions{StringEquals: eq, StringLike: like, StringNotEquals: ne, StringNotLike: nl}
	}
	all := []string{"*"}
	type bs = snapshot.BackupSelection
	tests := []struct {
		name      string
		selection bs
		table     selection.Resource
		region    selection.Region
		want      selection.Verdict
	}{
		{"an index is not the table", resources(theTable + "/index/*"), orders(), optedIn, "no"},
		{"an asterisk stands for nothing, too", resources(theTable + "*"), orders(), optedIn, "yes"},
		{"an asterisk behind the name takes longer names in", resources(theTable + "*"), table("Orders-archive"), optedIn, "yes"},
		{"a question mark is itself", resources("arn:aws:dynamodb:eu-west-1:111122223333:table/Order?"), orders(), optedIn, "no"},
		{"the beginning of an account id", resources("arn:aws:dynamodb:*:1111*:table/*"), orders(), optedIn, "yes"},
		{"another account", resources("arn:aws:dynamodb:*:999900001111:table/*"), orders(), optedIn, "no"},
		{"the end of a Region", resources("arn:aws:dynamodb:*-west-1:*:table/*"), orders(), optedIn, "yes"},
		{"a service in another case", resources("arn:aws:DynamoDB:*:*:table/*"), orders(), optedIn, "no"},
		{"a blank behind the ARN", resources(theTable + " "), orders(), optedIn, "no"},
		{"two asterisks at the end", resources("arn:aws:dynamodb:*:*:table/**"), orders(), optedIn, "yes"},
		{"asterisks in the middle and at the end of the name", resources("arn:aws:dynamodb:*:*:table/O*s*"), orders(), optedIn, "ambiguous"},
		{"dots and dashes in the name", resources("arn:aws:dynamodb:*:*:table/my.table-1*"), table("my.table-1_x"), optedIn, "yes"},
		{"a dot is itself", resources("arn:aws:dynamodb:*:*:table/my.table*"), table("myxtable"), optedIn, "no"},
		{"the table's native backups", resources(theTable + "/backup/*"), orders(), optedIn, "no"},
		{"GovCloud", resources("arn:aws-us-gov:dynamodb:*:*:table/*"), selection.Resource{ARN: "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/Orders", TagsRead: true}, optedIn, "yes"},
		{"a tag's key in another case", bs{ListOfTags: listed("Backup", "daily")}, orders("backup", "daily"), optedIn, "no"},
		{"a tag without value", bs{ListOfTags: listed("backup", "")}, orders("backup", ""), optedIn, "yes"},
		{"no value is not any value", bs{ListOfTags: listed("backup", "")}, orders("backup", "daily"), optedIn, "no"},
		{"no value is not no tag", bs{ListOfTags: listed("backup", "")}, orders(), optedIn, "no"},
		{"StringLike with the beginning", bs{Resources: all, Conditions: conditions(nil, parameters("stage", "prod*"), nil, nil)}, orders("stage", "production"), optedIn, "yes"},
		{"StringLike with the beginning, which stands elsewhere", bs{Resources: all, Conditions: conditions(nil, parameters("stage", "prod*"), nil, nil)}, orders("stage", "preprod"), optedIn, "no"},
		{"StringLike with the end", bs{Resources: all, Conditions: conditions(nil, parameters("stage", "*prod"), nil, nil)}, orders("stage", "preprod"), optedIn, "yes"},
		{"StringLike with both ends", bs{Resources: all, Conditions: conditions(nil, parameters("stage", "p*d"), nil, nil)}, orders("stage", "prod"), optedIn, "yes"},
		{"StringLike in another case", bs{Resources: all, Conditions: conditions(nil, parameters("stage", "PROD*"), nil, nil)}, orders("stage", "prod"), optedIn, "no"},
		{"StringEquals knows no asterisk", bs{Resources: all, Conditions: conditions(parameters("stage", "prod*"), nil, nil, nil)}, orders("stage", "production"), optedIn, "no"},
		{"StringEquals with an asterisk that is really there", bs{Resources: all, Conditions: conditions(parameters("stage", "prod*"), nil, nil, nil)}, orders("stage", "prod*"), optedIn, "yes"},
		{"two values of one key at once", bs{Resources: all, Conditions: conditions(parameters("stage", "prod", "stage", "test"), nil, nil, nil)}, orders("stage", "prod"), optedIn, "no"},
		{"StringNotEquals knows no asterisk", bs{Resources: all, Conditions: conditions(nil, nil, parameters("stage", "*"), nil)}, orders("stage", "prod"), optedIn, "yes"},
		{"StringNotLike * on a tagged table", bs{Resources: all, Conditions: conditions(nil, nil, nil, parameters("stage", "*"))}, orders("stage", "prod"), optedIn, "no"},
		{"StringNotLike * on a table without the tag", bs{Resources: all, Conditions: conditions(nil, nil, nil, parameters("stage", "*"))}, orders(), optedIn, "ambiguous"},
		{"a missing tag that another condition asks for", bs{Resources: all, Conditions: conditions(parameters("backup", "true"), nil, parameters("stage", "test"), nil)}, orders(), optedIn, "no"},
		{"two values that must not be", bs{Resources: all, Conditions: conditions(nil, nil, parameters("stage", "test", "stage", "dev"), nil)}, orders("stage", "dev"), optedIn, "no"},
		{"an exact ARN is narrowed too", bs{Resources: []string{theTable}, Conditions: conditions(parameters("stage", "prod"), nil, nil, nil)}, orders("stage", "test"), optedIn, "no"},
		{"everything taken out", bs{Resources: []string{theTable}, NotResources: all}, orders(), optedIn, "no"},
		{"another table taken out", bs{Resources: all, NotResources: []string{theTable}}, table("Orders2"), optedIn, "yes"},
		{"a beginning taken out takes longer names too", bs{Resources: all, NotResources: []string{theTable + "*"}}, table("Orders2"), optedIn, "no"},
		{"a tagged table taken out by its ARN", bs{ListOfTags: listed("backup", "daily"), NotResources: []string{theTable}}, orders("backup", "daily"), optedIn, "no"},
		{"the prefix of restore tests as a whole name", resources(allTables), table("awsbackup-restore-test"), optedIn, "excluded"},
		{"the prefix of restore tests in another case", resources(allTables), table("AWSBackup-restore-test"), optedIn, "yes"},
		{"the tag of restore tests in another case", resources(allTables), orders("AwsBackup-Restore-Test", "x"), optedIn, "yes"},
		{"the tag of restore tests as a value", resources(allTables), orders("x", "awsbackup-restore-test"), optedIn, "yes"},
		{"brought in by tag and narrowed by another", bs{Resources: []string{"arn:aws:dynamodb:*:*:table/Pay*"}, ListOfTags: listed("backup", "daily"), Conditions: conditions(parameters("stage", "prod"), nil, nil, nil)}, orders("backup", "daily", "stage", "prod"), optedIn, "yes"},
		{"the type without its slash where the Region is not opted in", resources("arn:aws:dynamodb:*:*:table*"), orders(), notIn, "ambiguous"},
		{"a partition where the Region is not opted in", resources("arn:aws:*"), orders(), notIn, "opted_out"},
		{"any ARN where the Region is not opted in", resources("arn*"), orders(), notIn, "opted_out"},
		{"a name's beginning where the Region is not opted in", resources("arn:aws:dynamodb:*:*:table/Ord*"), orders(), notIn, "yes"},
		{"by tag where the Region is not opted in, and narrowed away", bs{ListOfTags: listed("backup", "daily"), Conditions: conditions(parameters("stage", "prod"), nil, nil, nil)}, orders("backup", "daily"), notIn, "no"},
		{"by ARN and tag where opt-in was not read", bs{Resources: []string{theTable}, ListOfTags: listed("backup", "daily")}, orders("backup", "daily"), unread, "yes"},
		{"the name of a restore test, tags not read", resources(allTables), func() selection.Resource { r := table("awsbackup-restore-test-9"); r.TagsRead = false; return r }(), optedIn, "excluded"},
		{"an empty list of Resources beside a tag", bs{Resources: []string{}, ListOfTags: listed("a", "b")}, orders("a", "b"), optedIn, "yes"},
		{"an empty entry", resources(""), orders(), optedIn, "no"},
		{"a tag beyond ASCII", bs{ListOfTags: listed("équipe", "paiements")}, orders("équipe", "paiements"), optedIn, "yes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if m := selection.Compile(test.selection).Match(test.table, test.region); m.Verdict != test.want {
				t.Errorf("verdict is %s, want %s: %+v", m.Verdict, test.want, m)
			}
		})
	}
}
