# METADATA
# title: Somebody is told when backups are deleted or cut short
# description: >-
#   Whoever wants to do damage deletes backups before anything else, and mistakes delete them, too. A lock stops it or
#   does not; only an alarm makes sure that somebody hears of the attempt while the rest can still be saved.
# related_resources:
#   - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
# custom:
#   severity: medium
#   evidence: [watched, trails]
#   caused_by: [account.trail]
#   parameters:
#     alerted_calls:
#       type: array
#       enum:
#         - backup:DeleteRecoveryPoint
#         - backup:UpdateRecoveryPointLifecycle
#         - dynamodb:DeleteBackup
#         - dynamodb:DeleteTable
#         - dynamodb:UpdateContinuousBackups
#         - kms:DeleteImportedKeyMaterial
#         - kms:DisableKey
#         - kms:PutKeyPolicy
#         - kms:ScheduleKeyDeletion
#       default:
#         - backup:DeleteRecoveryPoint
#         - backup:UpdateRecoveryPointLifecycle
#         - dynamodb:DeleteBackup
#         - dynamodb:DeleteTable
#         - dynamodb:UpdateContinuousBackups
#         - kms:DisableKey
#         - kms:ScheduleKeyDeletion
#       doc: The calls of which somebody has to be told, in each Region with tables or with backups of tables.
#   limits: |
#     Counted are rules of the default event bus in the Region, which get such events only while a trail records them
#     there, and CloudWatch alarms on metric filters of the log group that a trail writes to. Both need an SNS topic that
#     exists, lets the service publish and has a confirmed subscription; an alarm has to ring at one call. Where a rule
#     calls a function, a queue or another bus, or a trail writes to another account's log group, it is unknown whether
#     somebody is told. Tools that read the trail's files do not show.
#   fix: |
#     One event rule in each Region with tables or backups will do, and a trail of all Regions (account.trail).
#
#     **Console.** Amazon EventBridge → Rules → Create rule → Event pattern → Custom pattern → target SNS topic.
#
#     **CLI.** The topic has to let `events.amazonaws.com` publish.
#
#     ```sh
#     aws events put-rule --region REGION --name backups-endangered --event-pattern '{
#       "detail-type": ["AWS API Call via CloudTrail"],
#       "detail": {"eventName": ["DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle", "DeleteBackup", "DeleteTable",
#         "UpdateContinuousBackups", "DisableKey", "ScheduleKeyDeletion"]}}'
#     aws events put-targets --region REGION --rule backups-endangered --targets Id=topic,Arn=TOPIC_ARN
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_cloudwatch_event_rule" "backups_endangered" {
#       name = "backups-endangered"
#       event_pattern = jsonencode({
#         "detail-type" = ["AWS API Call via CloudTrail"]
#         detail = { eventName = ["DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle", "DeleteBackup", "DeleteTable",
#           "UpdateContinuousBackups", "DisableKey", "ScheduleKeyDeletion"] }
#       })
#     }
#
#     resource "aws_cloudwatch_event_target" "topic" {
#       rule = aws_cloudwatch_event_rule.backups_endangered.name
#       arn  = aws_sns_topic.security.arn
#     }
#     ```
package holdfast.account.deletion_alerted

applicable := count(input.watched) > 0

ok if {
	every region in input.watched {
		count(region.calls) > 0
		every call in region.calls {
			_good_enough(call)
		}
	}
}

deny contains violation if {
	some untold in {calls | some region in input.watched; calls := _untold(region); count(calls) > 0}
	regions := [region | some region in input.watched; _untold(region) == untold]
	reasons := {reason | some region in regions; some call in region.calls; call.event in untold; some reason in call.why}
	violation := {
		"message": sprintf("in %s nobody is told of %s%s", [
			concat(", ", [region.region | some region in regions]),
			concat(", ", untold),
			_because(reasons),
		]),
		"expected": "an alarm or a rule that tells a topic",
		"actual": untold,
	}
}

ambiguous contains reason if {
	count(deny) == 0
	some region in input.watched
	some call in region.calls
	_asked(call)
	call.told == "ambiguous"
	reason := sprintf("whether somebody is told of %s in %s: %s", [call.event, region.region, concat("; ", call.why)])
}

_untold(region) := [call.event | some call in region.calls; _asked(call); call.told == "no"]

_asked(call) if call.event in data.parameters.alerted_calls

_good_enough(call) if call.told == "yes"

_good_enough(call) if not _asked(call)

_because(reasons) := sprintf(" (%s)", [concat("; ", reasons)]) if {
	count(reasons) > 0
} else := ""
