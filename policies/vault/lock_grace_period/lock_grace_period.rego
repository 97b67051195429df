# METADATA
# title: The grace period of the vault's lock is over
# description: >-
#   Until its LockDate, a lock in compliance mode can be changed and removed; after it, never again. Bounds that refuse
#   the backups of a rule then make its jobs fail for as long as the rule uses the vault, and recovery points without an
#   end stay, and are paid for, for ever. These days are the last in which that can be put right.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
# custom:
#   severity: low
#   severities: [low, high]
#   evidence: [lock, LockDate, days_until_lock, refused_senders, points_for_ever, MinRetentionDays, MaxRetentionDays, senders]
#   attributes: [aws_backup_vault_lock_configuration.changeable_for_days, LockConfiguration.ChangeableForDays]
#   parameters:
#     lock_warn_days:
#       type: integer
#       unit: days
#       default: 14
#       minimum: 0
#       maximum: 36500
#       stricter: higher
#       doc: From how many days before LockDate on bounds that refuse backups, and points without an end, are a high finding.
#   caused_by: [vault.locked]
#   with_gaps: pass_stands
#   limits: |
#     Recovery points of tables alone are counted; a vault may hold points of other services that have no end. Copies
#     that another account sends here are not held against the bounds.
#   fix: |
#     Put the bounds or the rules right, give the points without an end one, or remove the lock and begin again; then let
#     LockDate pass. Removing and putting it again begins a new grace period.
#
#     **Console.** AWS Backup → Vaults → the vault → Vault lock → Edit.
#
#     **CLI.** It replaces the whole lock; LockDate becomes now + `--changeable-for-days`:
#
#     ```sh
#     aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT \
#       --min-retention-days 7 --max-retention-days 3650 --changeable-for-days 30
#     aws backup list-recovery-points-by-backup-vault --backup-vault-name VAULT \
#       --query 'RecoveryPoints[?!CalculatedLifecycle.DeleteAt].[RecoveryPointArn,ResourceArn,CreationDate]'
#     ```
#
#     **Terraform.** `min_retention_days`, `max_retention_days` and `changeable_for_days` of the
#     `aws_backup_vault_lock_configuration`.
package holdfast.vault.lock_grace_period

applicable if input.lock in {"air_gapped", "compliance", "grace"}

applicable := false if input.lock in {"governance", "none"}

ok if input.lock in {"air_gapped", "compliance"}

deny contains violation if {
	input.lock == "grace"
	count(_regrets) == 0
	_looked
	violation := _violation("")
}

deny contains violation if {
	input.lock == "grace"
	count(_regrets) > 0
	_looked
	input.days_until_lock > data.parameters.lock_warn_days
	violation := _violation(_then)
}

deny contains violation if {
	input.lock == "grace"
	count(_regrets) > 0
	_looked
	input.days_until_lock <= data.parameters.lock_warn_days
	violation := object.union(_violation(_then), {"severity": "high", "stands_alone": true})
}

_looked if {
	input.refused_senders >= 0
	input.points_for_ever >= 0
}

# What nobody can put right once the grace period is over.
_regrets contains "the bounds refuse backups that are sent here" if input.refused_senders > 0

_regrets contains "recovery points have no end and will stay for ever" if input.points_for_ever > 0

_then := concat("", ["; after that nobody can help it that ", concat(" and ", _regrets)])

_violation(then) := {
	"message": sprintf("lock can be removed for %d more days%s", [input.days_until_lock, then]),
	"expected": "compliance",
	"actual": "grace",
}
