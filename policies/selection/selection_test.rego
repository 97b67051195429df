# METADATA
# title: A selection on which nothing is wrong, for tests
package holdfast.selection_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The selection, with some facts different
with_facts(changes) := fixture.with_fields(
	{
		"BackupPlanArn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f",
		"BackupPlanName": "nightly",
		"SelectionId": "5c2e",
		"SelectionName": "by-tag",
		"Resources": [],
		"NotResources": [],
		"ListOfTags": ["backup=daily"],
		"Conditions": [],
		"tables_covered": 12,
		"tables_ambiguous": 0,
		"wildcard_beside_tags": false,
		"only_by_wildcard": 0,
		"perhaps_only_by_wildcard": 0,
		"named_tables": 0,
		"dead": [],
		"skipped_by_opt_in": 0,
		"skipped_by_tag": 0,
		"skipped_by_type": 0,
		"skipped_perhaps": 0,
		"skipped_tables": [],
	},
	changes,
)
