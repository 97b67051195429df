# METADATA
# title: The last way back to a deleted table does not run out unnoticed
# description: >-
#   Once a table is deleted, its backups are all that is left of its data. When the last of them expires, the data is gone
#   for good, and nobody is told. These days are the last in which somebody can say that it is still needed.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
# custom:
#   severity: high
#   evidence: [usable, days_left, never_expires, user_backups, system_backups, recovery_points, newest, recreated, vaults]
#   parameters:
#     warn_days:
#       type: integer
#       unit: days
#       default: 14
#       minimum: 0
#       maximum: 36500
#       stricter: higher
#       doc: From how many days before the last backup expires on that is a failure.
#     reprieve_days:
#       type: integer
#       unit: days
#       default: 90
#       minimum: 1
#       maximum: 36500
#       stricter: higher
#       doc: For how long from today remediation keeps the newest recovery point, so that somebody can decide.
#   remediation: backup.lengthen_retention
#   limits: |
#     It judges backups that can be restored, of any kind: on-demand, the one that DynamoDB makes of a table which is
#     deleted with point-in-time recovery on, and recovery points of AWS Backup in this account. Exports to S3 and what
#     another account holds do not show. That a table was deleted on purpose does not show either: let it expire then, or
#     record a waiver.
#   fix: |
#     If the data is still needed, restore it, or lengthen the lifecycle of a recovery point. The backup that DynamoDB made
#     when the table was deleted cannot be lengthened: restore the table and back it up.
#
#     **Console.** AWS Backup → Vaults → the vault → the recovery point → Edit; or DynamoDB → Backups → the backup →
#     Restore.
#
#     **CLI.** The days count from the point's creation; send both numbers:
#
#     ```sh
#     aws backup update-recovery-point-lifecycle --backup-vault-name VAULT --recovery-point-arn POINT_ARN \
#       --lifecycle MoveToColdStorageAfterDays=31,DeleteAfterDays=3650
#     aws dynamodb restore-table-from-backup --target-table-name TABLE-restored --backup-arn BACKUP_ARN
#     ```
#
#     **Terraform.** Backups are not resources of it. Keep the table's `aws_dynamodb_table` with
#     `deletion_protection_enabled = true`, so that the next one is not deleted by mistake.
package holdfast.backup.last_way_back

applicable if {
	input.deleted_table == true
	input.usable > 0
}

applicable := false if input.deleted_table == false

applicable := false if input.usable == 0

ok if input.never_expires == true

ok if {
	input.never_expires == false
	input.days_left > data.parameters.warn_days
}

deny contains violation if {
	input.never_expires == false
	input.days_left <= data.parameters.warn_days
	violation := {
		"message": sprintf("is deleted, and %s in %d days: confirm that nobody needs it", [_the_last, input.days_left]),
		"expected": sprintf("more than %d days", [data.parameters.warn_days]),
		"actual": sprintf("%d days", [input.days_left]),
		"remediation": {"KeepDays": data.parameters.reprieve_days},
	}
}

_the_last := "its only backup expires" if {
	input.usable == 1
} else := sprintf("the last of its %d backups expires", [input.usable])
