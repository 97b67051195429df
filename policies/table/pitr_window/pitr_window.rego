# METADATA
# title: Point-in-time recovery reaches back as far as asked
# description: >-
#   The recovery period is 35 days by default, but can be set as low as one. A mistake that is found after the period
#   cannot be undone, however promptly point-in-time recovery was turned on.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
#   - https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
# custom:
#   severity: medium
#   evidence: [pitr.PointInTimeRecoveryStatus, pitr.RecoveryPeriodInDays]
#   attributes: [point_in_time_recovery.recovery_period_in_days, PointInTimeRecoverySpecification.RecoveryPeriodInDays, point_in_time_recovery_period_in_days]
#   parameters:
#     pitr_days:
#       type: integer
#       unit: days
#       default: 35
#       minimum: 1
#       maximum: 35
#       stricter: higher
#       doc: The shortest recovery period that will do.
#   remediation: dynamodb.enable_pitr
#   replicas: true
#   limits: |
#     It judges the period that is configured. A period that was raised fills day by day, so the window that is really
#     there can be shorter for up to 35 days.
#   fix: |
#     A longer period costs nothing: AWS charges by table size. Never send a smaller number than the table has, since
#     AWS throws away what falls outside at once.
#
#     **Console.** DynamoDB → Tables → the table → Backups → Point-in-time recovery → Edit → Backup recovery period.
#
#     **CLI.**
#
#     ```sh
#     aws dynamodb update-continuous-backups --table-name TABLE \
#       --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_dynamodb_table" "this" {
#       # …
#       point_in_time_recovery {
#         enabled                 = true
#         recovery_period_in_days = 35
#       }
#     }
#     ```
package holdfast.table.pitr_window

import data.holdfast.lib.judged

applicable if {
	judged.table(input.TableStatus, input.restore_test) == true
	input.pitr.PointInTimeRecoveryStatus == "ENABLED"
}

applicable := false if judged.table(input.TableStatus, input.restore_test) == false

applicable := false if input.pitr.PointInTimeRecoveryStatus == "DISABLED"

ok if input.pitr.RecoveryPeriodInDays >= data.parameters.pitr_days

deny contains violation if {
	days := input.pitr.RecoveryPeriodInDays
	days < data.parameters.pitr_days
	violation := {
		"message": sprintf("point-in-time recovery reaches back %d < %d days", [days, data.parameters.pitr_days]),
		"expected": sprintf("%d days", [data.parameters.pitr_days]),
		"actual": sprintf("%d days", [days]),
		"remediation": {"RecoveryPeriodInDays": data.parameters.pitr_days},
	}
}
