# METADATA
# title: No backup is kept for ever without anybody knowing
# description: >-
#   A backup by hand, and a recovery point whose plan is gone, has no end: it is kept, and paid for, until someone deletes
#   it. After a year hardly anybody knows what it was for, and personal data in it should mostly be gone by then.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup-and-Restore.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
# custom:
#   severity: low
#   evidence: [BackupArn, made_by, without_end, oldest_without_end_age_days, newest, vaults]
#   parameters:
#     on_demand_max_days:
#       type: integer
#       unit: days
#       default: 366
#       minimum: 1
#       maximum: 36500
#       stricter: lower
#       doc: How old a backup may be that no plan answers for and that has no end.
#   limits: |
#     What a plan in force made without an end is that plan's business, and table.retention's where max_days is set. All
#     backups of a deleted table are one finding, the oldest counts. Whether the data is still needed, only its owner can
#     say; a waiver records the answer.
#   fix: |
#     Find the owner and agree how long the backup has to stay. It cannot be brought back once it is deleted.
#
#     **Console.** DynamoDB → Backups, or AWS Backup → Vaults → the vault → the recovery point → Edit, to give it an end.
#
#     **CLI.** The days count from the point's creation, and one that is older goes at once; send both numbers:
#
#     ```sh
#     aws dynamodb describe-backup --backup-arn BACKUP_ARN
#     aws backup update-recovery-point-lifecycle --backup-vault-name VAULT --recovery-point-arn POINT_ARN \
#       --lifecycle MoveToColdStorageAfterDays=31,DeleteAfterDays=3650
#     ```
#
#     **Terraform.** Backups are not resources of it. Let a plan make them, with `rule.lifecycle.delete_after` in the
#     `aws_backup_plan`, and they have an end from the start.
package holdfast.backup.forgotten

ok if input.without_end == 0

ok if input.oldest_without_end_age_days <= data.parameters.on_demand_max_days

deny contains violation if {
	input.without_end > 0
	input.oldest_without_end_age_days > data.parameters.on_demand_max_days
	violation := {
		"message": sprintf("has no end and no plan that answers for it, and is %d > %d days old: confirm owner and retention", [
			input.oldest_without_end_age_days,
			data.parameters.on_demand_max_days,
		]),
		"expected": sprintf("an end, or at most %d days", [data.parameters.on_demand_max_days]),
		"actual": sprintf("%d days", [input.oldest_without_end_age_days]),
	}
}
