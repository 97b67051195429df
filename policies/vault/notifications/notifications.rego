# METADATA
# title: Somebody is told when a backup job fails
# description: >-
#   A backup job that fails, expires or is aborted leaves nothing behind, and AWS Backup carries on without a word. Who is
#   not told finds out on the day of the restore.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
# custom:
#   severity: medium
#   evidence: [failures, copies_only, named_by_rules]
#   attributes: [aws_backup_vault_notifications.backup_vault_events, backup_vault_events, Notifications.BackupVaultEvents]
#   with_gaps: pass_stands
#   limits: |
#     Counted are the vault's own notifications, which tell of failed jobs by BACKUP_JOB_COMPLETED alone (AWS sends none
#     for BACKUP_JOB_FAILED and BACKUP_JOB_EXPIRED any more), and rules of the default event bus in the vault's Region.
#     Both need an SNS topic that exists, lets the service publish and has a confirmed subscription; whether somebody reads
#     it does not show. Where a rule calls a function, a queue or another bus, it is unknown whether somebody is told, and
#     so it is where the topic is encrypted with a key of yours. AWS User Notifications are not looked at, nor copy jobs:
#     a vault that only takes copies is not judged.
#   fix: |
#     An event rule for all vaults of the Region is the shortest way. The topic has to let EventBridge publish, and a
#     topic that is encrypted needs a key of yours that lets it, too.
#
#     **Console.** Amazon EventBridge → Rules → Create rule → Event pattern → AWS services → AWS Backup → Backup Job State
#     Change → states FAILED, EXPIRED, ABORTED → target SNS topic.
#
#     **CLI.**
#
#     ```sh
#     aws events put-rule --name backup-jobs-failed --event-pattern '{"source": ["aws.backup"],
#       "detail-type": ["Backup Job State Change"], "detail": {"state": ["FAILED", "EXPIRED", "ABORTED"]}}'
#     aws events put-targets --rule backup-jobs-failed --targets Id=topic,Arn=TOPIC_ARN
#     aws sns set-topic-attributes --topic-arn TOPIC_ARN --attribute-name Policy --attribute-value '{"Version": "2012-10-17",
#       "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
#       "Resource": "TOPIC_ARN"}]}'
#     ```
#
#     Or on the vault itself, with `"Service": "backup.amazonaws.com"` in the topic's policy:
#
#     ```sh
#     aws backup put-backup-vault-notifications --backup-vault-name VAULT --sns-topic-arn TOPIC_ARN \
#       --backup-vault-events BACKUP_JOB_COMPLETED COPY_JOB_FAILED
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_vault_notifications" "this" {
#       backup_vault_name   = aws_backup_vault.this.name
#       sns_topic_arn       = aws_sns_topic.backups.arn
#       backup_vault_events = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
#     }
#     ```
package holdfast.vault.notifications

applicable := input.copies_only == false

ok if {
	count(input.failures) > 0
	every failure in input.failures {
		failure.told == "yes"
	}
}

deny contains violation if {
	count(_untold) > 0
	violation := {
		"message": sprintf("nobody is told when a backup job ends %s%s", [concat(", ", _untold), _because]),
		"expected": "a topic that is told",
		"actual": "none",
	}
}

ambiguous contains reason if {
	count(_untold) == 0
	some failure in input.failures
	failure.told == "ambiguous"
	reason := sprintf("whether somebody is told when a backup job ends %s: %s", [failure.event, concat("; ", failure.why)])
}

_untold := [failure.event | some failure in input.failures; failure.told == "no"]

_reasons := {reason | some failure in input.failures; failure.told == "no"; some reason in failure.why}

_because := sprintf(" (%s)", [concat("; ", _reasons)]) if {
	count(_reasons) > 0
} else := ""
