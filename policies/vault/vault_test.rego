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
		"dynamodb_points": 12,
		"named_by_rules": 1,
	},
	changes,
)
