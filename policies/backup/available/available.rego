# METADATA
# title: Backups that are being made get done
# description: >-
#   A backup of a table takes minutes, whatever its size. One that is still being made after a day is stuck: it cannot be
#   restored, blocks the deletion of the table, and whoever looks at a list of backups takes it for one.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup-and-Restore.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
# custom:
#   severity: medium
#   evidence: [Status, creating, oldest_creating_age_hours, BackupArn, made_by, vaults]
#   parameters:
#     creating_max_hours:
#       type: integer
#       unit: hours
#       default: 24
#       minimum: 1
#       maximum: 8760
#       stricter: lower
#       doc: For how long a backup may be in the status CREATING.
#   limits: |
#     It judges the status that AWS reports. Jobs that have not begun, or that run for longer than their window, are
#     account.job_stuck's business.
#   fix: |
#     Make another backup, and ask AWS Support about the one that is stuck; it cannot be cancelled.
#
#     **Console.** DynamoDB → Backups → Create backup → Create on-demand backup; AWS Backup → Jobs shows the job.
#
#     **CLI.**
#
#     ```sh
#     aws dynamodb create-backup --table-name TABLE --backup-name TABLE-again
#     aws backup list-backup-jobs --by-resource-arn TABLE_ARN
#     ```
#
#     **Terraform.** Backups are not resources of it.
package holdfast.backup.available

ok if input.creating == 0

ok if input.oldest_creating_age_hours <= data.parameters.creating_max_hours

deny contains violation if {
	input.creating > 0
	input.oldest_creating_age_hours > data.parameters.creating_max_hours
	violation := {
		"message": sprintf("has been CREATING for %d > %d hours", [
			input.oldest_creating_age_hours,
			data.parameters.creating_max_hours,
		]),
		"expected": sprintf("at most %d hours", [data.parameters.creating_max_hours]),
		"actual": sprintf("%d hours", [input.oldest_creating_age_hours]),
	}
}
