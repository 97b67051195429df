# METADATA
# title: The vault's key can be used
# description: >-
#   Backups that AWS Backup itself manages are encrypted with the vault's key. While the key is disabled nothing in the
#   vault can be restored and no new backup can be made; once it is deleted, all of it is lost for good, whatever lock
#   the vault has.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
# custom:
#   severity: high
#   severities: [high, critical]
#   evidence: [key, dynamodb_points, named_by_rules]
#   attributes: [kms_key_arn, encryption_key_arn, EncryptionKeyArn]
#   limits: |
#     It judges the state of the key, not whether AWS Backup's role may use it. Backups that were made without advanced
#     DynamoDB backup are encrypted with the table's key instead. Imported key material that expires on a date is shown
#     as evidence (ValidTo), and judged once it is gone. A key of another account is unknown where that account does not
#     let the scan describe it.
#   fix: |
#     A key that waits for its deletion can still be saved, until its DeletionDate and not a minute longer. After that
#     it is disabled, so enable it, too. Then find out who scheduled it: CloudTrail, `ScheduleKeyDeletion`.
#
#     **Console.** KMS → Customer managed keys → the key → Key actions → Cancel key deletion, then Enable.
#
#     **CLI.**
#
#     ```sh
#     aws kms cancel-key-deletion --key-id KEY_ARN
#     aws kms enable-key --key-id KEY_ARN
#     ```
#
#     **Terraform.** `is_enabled = true` on the `aws_kms_key`, with `lifecycle { prevent_destroy = true }` on it. A key
#     that is gone from the code is scheduled for deletion: import it again after you have cancelled that.
#
#     A key that is gone cannot be brought back, and the key of a vault cannot be changed. Make a new vault with a living
#     key, let the plan rules send their backups there, and tell the owners of the tables which backups are lost.
package holdfast.vault.key_usable

ok if input.key.owner == "aws_owned"

ok if {
	input.key.exists == true
	input.key.KeyState == "Enabled"
}

deny contains violation if {
	input.key.exists == false
	violation := {
		"message": "key does not exist any more: what is encrypted with it is lost",
		"severity": "critical",
		"expected": "Enabled",
		"actual": "deleted",
	}
}

deny contains violation if {
	input.key.KeyState in {"PendingDeletion", "PendingReplicaDeletion"}
	violation := {
		"message": concat("", ["key waits for its deletion", _in_days]),
		"severity": "critical",
		"expected": "Enabled",
		"actual": input.key.KeyState,
	}
}

deny contains violation if {
	input.key.KeyState in {"Disabled", "PendingImport", "Unavailable"}
	violation := {
		"message": sprintf("key is %s: nothing can be backed up or restored with it", [input.key.KeyState]),
		"expected": "Enabled",
		"actual": input.key.KeyState,
	}
}

_in_days := sprintf(", in %d days", [input.key.days_until_deletion])

_in_days := "" if not input.key.days_until_deletion
