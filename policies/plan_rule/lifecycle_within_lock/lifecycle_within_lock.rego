# METADATA
# title: The vaults take backups of the rule's lifecycle
# description: >-
#   A vault lock refuses backups that would be kept shorter than its minimum or longer than its maximum: their jobs
#   fail, so that a lock which was meant to protect backups prevents them. Kept for ever is longer than any maximum.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
# custom:
#   severity: high
#   evidence: [retention, vault, air_gapped_vault]
#   attributes: [lifecycle.delete_after, Lifecycle.DeleteAfterDays]
#   remediation: backup.update_rule
#   limits: |
#     With advanced DynamoDB backup, backups of a rule with an air-gapped vault go there directly, so that the bounds of
#     its other vault do not matter. A vault that does not exist is a matter of plan_rule.vault_exists, and copies are one
#     of plan_rule.copy_within_lock.
#   fix: |
#     Bring the rule's lifecycle within the bounds, or, while the lock's mode still allows it, widen the bounds. A lock
#     in compliance mode cannot be changed once its LockDate has passed.
#
#     **Console.** AWS Backup → Vaults → the vault shows the bounds; Backup plans → the plan → the rule → Edit → Total
#     retention period.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup describe-backup-vault --backup-vault-name VAULT \
#       --query '[Locked,LockDate,MinRetentionDays,MaxRetentionDays]'
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json, in the rule: "Lifecycle": {"DeleteAfterDays": …}
#     aws backup update-backup-plan --backup-plan-id PLAN_ID --backup-plan file://plan.json
#     ```
#
#     **Terraform.** `rule.lifecycle.delete_after` of the `aws_backup_plan`; the bounds are `min_retention_days` and
#     `max_retention_days` of the `aws_backup_vault_lock_configuration`.
package holdfast.plan_rule.lifecycle_within_lock

import data.holdfast.lib.bounds

applicable := (input.tables_covered + input.tables_ambiguous) > 0

ok if {
	_target_fits
	_air_gapped_fits
}

deny contains violation if {
	_target_counts
	bounds.fits(input.retention, input.vault) == false
	violation := _refused(input.retention, input.vault)
}

deny contains violation if {
	bounds.fits(input.retention, input.air_gapped_vault) == false
	violation := _refused(input.retention, input.air_gapped_vault)
}

# With advanced backup, a rule with an air-gapped vault makes its backups there and nowhere else.
_target_counts if not input.air_gapped_vault

_target_counts if input.advanced_backup == false

_target_fits if {
	input.air_gapped_vault
	input.advanced_backup == true
}

_target_fits if bounds.fits(input.retention, input.vault) == true

_air_gapped_fits if not input.air_gapped_vault

_air_gapped_fits if bounds.fits(input.retention, input.air_gapped_vault) == true

_refused(retention, vault) := {
	"message": sprintf("keeps backups %s, which the lock of vault %s refuses", [refusal.message, vault.BackupVaultName]),
	"expected": refusal.limit,
	"actual": refusal.kept,
} if {
	refusal := bounds.refusal(retention, vault)
}
