# METADATA
# title: No backup is deleted before its time
# description: >-
#   Whoever wants data gone for good deletes the backups first. A recovery point that was made, and is not there any
#   more though its retention is not over, was deleted by somebody: on purpose, by mistake, or by a script that nobody
#   remembers.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
# custom:
#   severity: critical
#   evidence: [gone]
#   limits: |
#     It knows of a recovery point by a completed backup or copy job, which AWS lists for 30 days, or because the previous
#     run saw it. What was deleted before that, or between two scans more than 30 days apart, it cannot know. The time
#     that was promised is that of the job's own lifecycle, else of the plan's version; where neither is known, the point
#     is left aside. Points of a table that does not exist any more have no table to be told of. Who deleted a point is
#     told where CloudTrail was read (`--lookup-events`) and names the recovery point. An hour before its time, a point
#     may be gone.
#   fix: |
#     Find out who did it, and whether it was meant. Then take the right away: a lock on the vault, and Deny statements
#     for all that deletes or shortens a backup. Make a backup now, so that there is one.
#
#     **Console.** CloudTrail → Event history → Event name → DeleteRecoveryPoint (and DeleteBackup, of DynamoDB).
#
#     **CLI.**
#
#     ```sh
#     aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteRecoveryPoint \
#       --query 'Events[].[EventTime,Username,CloudTrailEvent]' --output text
#     aws backup start-backup-job --resource-arn TABLE_ARN --backup-vault-name VAULT \
#       --iam-role-arn ROLE_ARN --lifecycle DeleteAfterDays=366
#     ```
#
#     **Terraform.** A lock refuses deletions to everybody, also to root. Without `changeable_for_days` it can be
#     removed again; with it, never once that time is over.
#
#     ```hcl
#     resource "aws_backup_vault_lock_configuration" "this" {
#       backup_vault_name  = aws_backup_vault.this.name
#       min_retention_days = 7
#       max_retention_days = 400
#     }
#     ```
package holdfast.table.deleted_early

import data.holdfast.lib.judged

applicable := judged.table(input.TableStatus, input.restore_test)

ok if input.gone.points < 1

deny contains violation if {
	input.gone.points > 0
	violation := {
		"message": sprintf("%s%s", [_what, _who]),
		"expected": "every recovery point until its DeleteAt",
		"actual": sprintf("%d gone", [input.gone.points]),
	}
}

_what := sprintf("a recovery point of vault %s is gone, %s", [_newest.BackupVaultName, _left(_newest)]) if {
	input.gone.points == 1
} else := sprintf("%d recovery points are gone before their time, the newest of vault %s, %s", [input.gone.points, _newest.BackupVaultName, _left(_newest)])

_newest := input.gone.listed[0]

_left(point) := sprintf("%d days before its time", [point.days_left]) if {
	point.days_left > 0
} else := "hours before its time" if {
	point.days_left == 0
} else := "which was to be kept for ever"

_who := sprintf(": %s called %s", [_newest.by, _newest.call]) if {
	_newest.by
	_newest.call
} else := ""
