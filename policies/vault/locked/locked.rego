# METADATA
# title: The vault is locked for good
# description: >-
#   Whoever gets hold of an administrator's credentials deletes the backups first. In a vault with an effective
#   compliance lock, and in an air-gapped vault, nobody can delete a backup before its time, not even AWS. A governance
#   lock, and a compliance lock in its grace period, stop a careless hand, but can be removed first.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html
# custom:
#   severity: high
#   severities: [high, medium]
#   evidence: [Locked, LockDate, VaultType, lock, days_until_lock, dynamodb_points, named_by_rules]
#   attributes: [aws_backup_vault_lock_configuration.changeable_for_days, LockConfiguration.ChangeableForDays]
#   remediation: backup.lock_vault_governance
#   limits: |
#     A lock holds for backups whose ARN begins with arn:aws:backup. Those that were made without advanced DynamoDB
#     backup have ARNs of DynamoDB, and dynamodb:DeleteBackup reaches them around the vault. Who may remove a governance
#     lock is not judged here. Closing the account deletes locked vaults, too.
#   fix: |
#     Look at the rules that use the vault first: a lock with a minimum above, or a maximum below, their lifecycle makes
#     their jobs fail. Begin in governance mode; a compliance lock cannot be undone by anybody once LockDate has passed,
#     and backups that are kept for ever then stay for ever.
#
#     **Console.** AWS Backup → Vaults → the vault → Vault lock → Create vault lock.
#
#     **CLI.** Without `--changeable-for-days` this is governance mode; with it, compliance mode after so many days:
#
#     ```sh
#     aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT --min-retention-days 7
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_vault_lock_configuration" "this" {
#       backup_vault_name   = aws_backup_vault.this.name
#       min_retention_days  = 7
#       changeable_for_days = 30 # compliance mode; leave it out for governance mode
#     }
#     ```
package holdfast.vault.locked

ok if input.lock in {"air_gapped", "compliance"}

deny contains violation if {
	input.lock == "none"
	violation := {
		"message": "is not locked, so whoever may delete backups can",
		"expected": _expected,
		"actual": "none",
	}
}

deny contains violation if {
	input.lock == "governance"
	violation := {
		"message": "lock is removable: it is in governance mode",
		"severity": "medium",
		"expected": _expected,
		"actual": "governance",
	}
}

deny contains violation if {
	input.lock == "grace"
	violation := {
		"message": concat("", ["lock is removable: it is in its grace period", _until]),
		"severity": "medium",
		"expected": _expected,
		"actual": "grace",
	}
}

_expected := "compliance or air_gapped"

_until := sprintf(", for %d more days", [input.days_until_lock])

_until := "" if not input.days_until_lock
