# METADATA
# title: A plan rule on which nothing is wrong, for tests
package holdfast.plan_rule_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The plan rule, with some facts different
with_facts(changes) := fixture.with_fields(_plan_rule, changes)

# METADATA
# title: A copy into a vault, kept as long as its source, with some facts different
copy_with(changes) := fixture.with_fields(
	{
		"DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:444455556666:backup-vault:offsite",
		"account": "444455556666",
		"region": "eu-central-1",
		"retention": _plan_rule.retention,
		"vault": vault_with({"BackupVaultName": "offsite"}),
	},
	changes,
)

# METADATA
# title: A vault that is locked for at least 7 and at most 400 days, with some facts different
vault_with(changes) := fixture.with_fields(
	{
		"BackupVaultName": "primary", "exists": true, "lock": "compliance",
		"MinRetentionDays": 7, "MaxRetentionDays": 400,
	},
	changes,
)

_plan_rule := {
	"BackupPlanArn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f",
	"BackupPlanName": "nightly",
	"RuleName": "nightly",
	"retention": {"kept_for_ever": false, "DeleteAfterDays": 366, "MoveToColdStorageAfterDays": 31},
	"vault": {
		"BackupVaultName": "primary", "exists": true, "lock": "compliance",
		"MinRetentionDays": 7, "MaxRetentionDays": 400,
	},
	"copies": [],
	"schedule": {"valid": true, "fires": true, "longest_gap_minutes": 1440},
	"shortest_gap_minutes": 1440,
	"StartWindowMinutes": 60,
	"CompletionWindowMinutes": 240,
	"EnableContinuousBackup": false,
	"overlaps": [],
	"collisions": [],
	"names_dynamodb": true,
	"judged_elsewhere": false,
	"covered_elsewhere": 0,
	"ambiguous_elsewhere": 0,
	"advanced_backup": true,
	"tables_covered": 12,
	"tables_ambiguous": 0,
}
