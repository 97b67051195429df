# METADATA
# title: Point-in-time recovery is on
# description: >-
#   Without it, a bad write or a dropped item can only be undone to the last backup, and a table that is deleted leaves
#   nothing behind unless a backup plan covers it.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
#   - https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
# custom:
#   severity: high
#   evidence: [pitr.PointInTimeRecoveryStatus, pitr.RecoveryPeriodInDays]
#   attributes: [point_in_time_recovery.enabled, PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, point_in_time_recovery_enabled]
#   parameters:
#     pitr_days:
#       type: integer
#       unit: days
#       default: 35
#       minimum: 1
#       maximum: 35
#       stricter: higher
#       doc: The recovery period that remediation asks for; table.pitr_window holds tables to it.
#   remediation: dynamodb.enable_pitr
#   replicas: true
#   limits: |
#     It reads PointInTimeRecoveryStatus. ContinuousBackupsStatus, which the same answer carries, is ENABLED on every
#     table and says nothing. How far back a restore can really go is not judged here: history begins anew each time
#     point-in-time recovery is turned on.
#   fix: |
#     Turning it on costs by table size, whatever the period. Turning it off again destroys the history.
#
#     **Console.** DynamoDB → Tables → the table → Backups → Point-in-time recovery → Edit → Turn on.
#
#     **CLI.** Always send the period: AWS takes 35 days where it is left out.
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
#
#     It is never synchronised between the replicas of a global table: repeat it in each Region.
package holdfast.table.pitr_enabled

import data.holdfast.lib.judged

applicable := judged.table(input.TableStatus, input.restore_test)

ok if input.pitr.PointInTimeRecoveryStatus == "ENABLED"

deny contains violation if {
	input.pitr.PointInTimeRecoveryStatus == "DISABLED"
	violation := {
		"message": "point-in-time recovery is DISABLED",
		"expected": "ENABLED",
		"actual": "DISABLED",
		"remediation": {"RecoveryPeriodInDays": data.parameters.pitr_days},
	}
}
