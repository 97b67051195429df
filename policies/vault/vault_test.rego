# METADATA
# title: A vault on which nothing is wrong, for tests
package holdfast.vault_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The vault, with some facts different
with_facts(changes) := fixture.with_fields(
	{
		"BackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:primary",
		"BackupVaultName": "primary",
		"VaultType": "BACKUP_VAULT",
		"Locked": true,
		"lock": "compliance",
		"MinRetentionDays": 366,
		"key": _key,
		"dynamodb_points": 12,
		"points_for_ever": 0,
		"foreign_points": 0,
		"shortest_retention_days": 366,
		"refused_senders": 0,
		"copies_only": false,
		"named_by_rules": 1,
	},
	changes,
)

# METADATA
# title: The vault, with something different about its key
with_key(changes) := with_facts({"key": fixture.with_fields(_key, changes)})

_key := {
	"KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-4a2b-8c3d-444455556666",
	"owner": "customer",
	"exists": true,
	"KeyState": "Enabled",
}
