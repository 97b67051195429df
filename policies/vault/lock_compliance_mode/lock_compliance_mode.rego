# METADATA
# title: The vault's lock is in compliance mode
# description: >-
#   A lock in governance mode can be taken away by whoever has the permission, root included, and then backups can be
#   deleted. One in compliance mode cannot be taken away by anybody once its grace period is over. For the vault that
#   holds another account's copies this is the whole point of having it.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
# custom:
#   severity: low
#   severities: [low, high]
#   evidence: [lock, Locked, LockDate, VaultType, foreign_points]
#   attributes: [aws_backup_vault_lock_configuration.changeable_for_days, LockConfiguration.ChangeableForDays]
#   caused_by: [vault.locked]
#   with_gaps: pass_stands
#   limits: |
#     A vault counts as one for isolated copies if it holds recovery points of another account's tables today; one that
#     is meant for them and still empty does not. Whether the grace period is over is vault.locked's business.
#   fix: |
#     Compliance mode cannot be undone by anybody, AWS included, once LockDate has passed, and backups without an end then
#     stay, and are paid for, for ever. Look at vault.lock_bounds and at the rules that use the vault first, and leave
#     yourself a grace period that is long enough.
#
#     **Console.** AWS Backup → Vaults → the vault → Vault lock → Edit → Compliance mode.
#
#     **CLI.** `--changeable-for-days` is what makes it compliance mode; at least 3:
#
#     ```sh
#     aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT \
#       --min-retention-days 366 --changeable-for-days 30
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_vault_lock_configuration" "this" {
#       backup_vault_name   = aws_backup_vault.this.name
#       min_retention_days  = 366
#       changeable_for_days = 30
#     }
#     ```
package holdfast.vault.lock_compliance_mode

ok if input.lock in {"air_gapped", "compliance", "grace"}

deny contains violation if {
	input.lock in _removable
	input.foreign_points == 0
	violation := _violation(sprintf("lock is %s, not compliance", [input.lock]))
}

deny contains violation if {
	input.lock in _removable
	input.foreign_points > 0
	message := sprintf("holds another account's copies, and its lock is %s, not compliance", [input.lock])
	violation := object.union(_violation(message), {"severity": "high", "stands_alone": input.lock == "governance"})
}

_removable := {"governance", "none"}

_violation(message) := {"message": message, "expected": "compliance or air_gapped", "actual": input.lock}
