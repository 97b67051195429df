# METADATA
# title: What is left of a deleted table, for tests
package holdfast.backup_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The left-over backups, with some facts different
with_facts(changes) := fixture.with_fields(
	{
		"deleted_table": true,
		"TableArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/Carts",
		"TableName": "Carts",
		"recreated": false,
		"user_backups": 2,
		"system_backups": 1,
		"archival_backups": 0,
		"recovery_points": 5,
		"kept_for_ever": 2,
		"vaults": ["primary"],
		"usable": 8,
		"never_expires": true,
		"without_end": 2,
		"oldest_without_end_age_days": 40,
		"creating": 0,
	},
	changes,
)
