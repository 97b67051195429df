# METADATA
# title: The vaults of copies take copies of their lifecycle
# description: >-
#   A copy has a lifecycle of its own, and the vault that it goes to may have a lock of its own: one that refuses copies
#   which would be kept shorter than its minimum or longer than its maximum. Then every copy job fails, and the backup
#   that was to survive the Region or the account is not there.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
# custom:
#   severity: high
#   evidence: [copies, retention]
#   attributes: [copy_action.lifecycle.delete_after, CopyActions.Lifecycle.DeleteAfterDays]
#   remediation: backup.update_rule
#   limits: |
#     The bounds of vaults outside the scan's accounts and Regions are not known; a copy into one is unknown. A vault
#     that does not exist is a matter of plan_rule.vault_exists.
#   fix: |
#     Bring the copy's own lifecycle within the bounds of its vault. Days that the copy action leaves out are the rule's,
#     and "always" keeps the expiry of the source, so say them. Or, while the lock's mode still allows it, widen the
#     bounds.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Copy to destination → Advanced settings →
#     Total retention period; in the other Region or account, Vaults → the vault shows the bounds.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup describe-backup-vault --region REGION --backup-vault-name VAULT \
#       --query '[Locked,LockDate,MinRetentionDays,MaxRetentionDays]'
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json, in the rule: "CopyActions": [{…, "Lifecycle": {"DeleteAfterDays": …}}]
#     aws backup update-backup-plan --backup-plan-id PLAN_ID --backup-plan file://plan.json
#     ```
#
#     **Terraform.** `rule.copy_action.lifecycle.delete_after` of the `aws_backup_plan`; the bounds are
#     `min_retention_days` and `max_retention_days` of the vault's `aws_backup_vault_lock_configuration`.
package holdfast.plan_rule.copy_within_lock

import data.holdfast.lib.bounds

applicable if {
	_covers_tables
	count(input.copies) > 0
}

applicable := false if _covers_tables == false

applicable := false if count(input.copies) == 0

ok if {
	every copy in input.copies {
		bounds.fits(copy.retention, copy.vault) == true
	}
}

deny contains violation if {
	some copy in input.copies
	bounds.fits(copy.retention, copy.vault) == false
	refusal := bounds.refusal(copy.retention, copy.vault)
	violation := {
		"message": sprintf("keeps copies %s, which the lock of vault %s refuses", [refusal.message, copy.vault.BackupVaultName]),
		"expected": refusal.limit,
		"actual": refusal.kept,
	}
}

# What one vault refuses is refused, whatever else could not be read.
ambiguous contains sprintf("copies into %s, whose lock was not read", [copy.DestinationBackupVaultArn]) if {
	count(deny) == 0
	some copy in input.copies
	not copy.vault.lock
	not _absent(copy)
}

_absent(copy) if copy.vault.exists == false

_covers_tables := (input.tables_covered + input.tables_ambiguous) > 0
