# METADATA
# title: The lock keeps backups as long as the rules promise
# description: >-
#   A lock without a minimum stops people from deleting backups by hand, and does not stop them from editing a plan so
#   that tomorrow's backups are kept for a day. A minimum as long as the shortest retention that any rule sends to the
#   vault makes that edit fail.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
# custom:
#   severity: medium
#   evidence: [MinRetentionDays, MaxRetentionDays, lock, shortest_retention_days, senders]
#   attributes: [aws_backup_vault_lock_configuration.min_retention_days, min_retention_days, LockConfiguration.MinRetentionDays, MinRetentionDays]
#   parameters:
#     lock_min_days:
#       type: integer
#       unit: days
#       default: 7
#       minimum: 1
#       maximum: 36500
#       stricter: higher
#       doc: The lowest MinRetentionDays of a lock that will do, however short the rules keep their backups.
#   remediation: backup.lock_vault_governance
#   limits: |
#     Rules of all services in this account's Regions count, since the lock refuses backups of any; copies that another
#     account sends here do not show. Rules that keep for ever set no minimum. Rules whose backups the bounds refuse are
#     plan_rule.lifecycle_within_lock's and plan_rule.copy_within_lock's business.
#   fix: |
#     Raise the minimum to the shortest retention, no further: above it, that rule's jobs would fail. Where a rule keeps
#     its backups for less than the vault should allow, send them to a vault of their own. Once LockDate has passed a
#     lock in compliance mode cannot be changed: then a new vault is the way.
#
#     **Console.** AWS Backup → Vaults → the vault → Vault lock → Edit → Minimum retention period.
#
#     **CLI.** It replaces the whole lock, so say what has to stay as it is, too: the maximum, and in the grace period of
#     compliance mode `--changeable-for-days`.
#
#     ```sh
#     aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT --min-retention-days 366
#     ```
#
#     **Terraform.** `min_retention_days` of the `aws_backup_vault_lock_configuration`.
package holdfast.vault.lock_bounds

applicable if input.lock in {"air_gapped", "compliance", "governance", "grace"}

applicable := false if input.lock == "none"

ok if {
	input.MinRetentionDays >= data.parameters.lock_min_days
	_promise_is_held
}

# A bound that is not set is not enforced.
deny contains violation if {
	not input.MinRetentionDays
	violation := {
		"message": "lock has no minimum, so a plan edit can make backups that are gone tomorrow",
		"expected": _at_least(data.parameters.lock_min_days),
		"actual": "none",
	}
}

deny contains violation if {
	input.MinRetentionDays < data.parameters.lock_min_days
	violation := {
		"message": sprintf("lock's minimum is %d < %d days", [input.MinRetentionDays, data.parameters.lock_min_days]),
		"expected": _at_least(data.parameters.lock_min_days),
		"actual": sprintf("%d days", [input.MinRetentionDays]),
	}
}

deny contains violation if {
	input.MinRetentionDays < input.shortest_retention_days
	violation := {
		"message": sprintf("lock's minimum is %d < %d days, the shortest retention that is sent here", [
			input.MinRetentionDays,
			input.shortest_retention_days,
		]),
		"expected": _at_least(input.shortest_retention_days),
		"actual": sprintf("%d days", [input.MinRetentionDays]),
	}
}

_promise_is_held if not input.shortest_retention_days

_promise_is_held if input.MinRetentionDays >= input.shortest_retention_days

_at_least(days) := sprintf("at least %d days", [days])
