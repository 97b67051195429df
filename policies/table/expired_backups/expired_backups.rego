# METADATA
# title: No backup outlives its retention
# description: >-
#   A retention is also a promise to delete. A backup that stays costs money every month, and data that should be gone by
#   law or contract can still be restored from it.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
# custom:
#   severity: low
#   evidence: [overdue]
#   limits: |
#     AWS deletes at a random time within 8 hours after a retention ends; before that nothing is overdue. What a legal hold
#     keeps is counted, and no failure. Backups of DynamoDB itself have no retention of their own.
#   fix: |
#     AWS Backup deletes with its own service-linked role, or with the role that the selection named when the backup was
#     made. A recovery point turns EXPIRED where that role is gone or may not delete any more, and stays until somebody
#     deletes it by hand.
#
#     **Console.** AWS Backup → Vaults → the vault → Recovery points → status Expired → Actions → Delete.
#
#     **CLI.** What is left, and why; then delete what is past its time, one by one:
#
#     ```sh
#     aws backup list-recovery-points-by-backup-vault --backup-vault-name VAULT --by-resource-arn TABLE_ARN \
#       --query 'RecoveryPoints[].[RecoveryPointArn,Status,CalculatedLifecycle.DeleteAt,StatusMessage]' --output table
#     aws backup delete-recovery-point --backup-vault-name VAULT --recovery-point-arn RECOVERY_POINT_ARN
#     ```
#
#     **Terraform.** The role of the `aws_backup_selection` has to stay as long as its backups do, with the policy
#     `AWSBackupServiceRolePolicyForBackup` or `dynamodb:DeleteBackup` on `table/*/backup/*`.
package holdfast.table.expired_backups

import data.holdfast.lib.judged

applicable := judged.table(input.TableStatus, input.restore_test)

ok if {
	input.overdue.points < 1
	input.overdue.expired < 1
}

deny contains violation if {
	input.overdue.points > 0
	violation := {
		"message": sprintf("recovery points outlive their retention: %d, the oldest by %d h", [input.overdue.points, input.overdue.oldest_hours]),
		"expected": "deleted within 8 h of their time",
		"actual": sprintf("%d overdue", [input.overdue.points]),
	}
}

deny contains violation if {
	input.overdue.expired > 0
	violation := {
		"message": sprintf("recovery points that AWS could not delete are EXPIRED: %d", [input.overdue.expired]),
		"expected": "deleted within 8 h of their time",
		"actual": sprintf("%d EXPIRED", [input.overdue.expired]),
	}
}
