# METADATA
# title: Backups that stay long move to cold storage
# description: >-
#   Warm storage of backups costs about three times as much as cold storage, every month, for as long as they are kept.
#   Cold backups restore all the same, for a fee per gigabyte.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
# custom:
#   severity: low
#   evidence: [advanced_backup, coverage.cold_after_days, coverage.retention_steps, coverage.retention_cause]
#   attributes: [lifecycle.cold_storage_after, Lifecycle.MoveToColdStorageAfterDays]
#   parameters:
#     cold_after_days:
#       type: integer
#       unit: days
#       default: 31
#       minimum: 1
#       stricter: lower
#       doc: The age at which the backups that are kept longest have to be in cold storage.
#     new_table_grace_hours:
#       type: integer
#       unit: hours
#       default: 24
#       minimum: 0
#       stricter: lower
#       doc: How long a new table may go without a plan. Restored and imported tables count as new.
#     mechanisms:
#       type: array
#       enum: [plan, on_demand, external]
#       default: [plan]
#       doc: What backs up the tables; where plan is not among them, plans are not judged.
#   remediation: backup.update_rule
#   limits: |
#     Not applicable without advanced DynamoDB backup, since AWS then ignores what a rule says of cold storage, and not
#     where backups are kept less than 90 days beyond cold_after_days, since AWS charges at least 90 days of cold
#     storage and refuses a shorter stay. It judges what the rules promise, not in which tier each backup is.
#   fix: |
#     DeleteAfterDays has to be at least MoveToColdStorageAfterDays + 90. Backups that exist stay as they are.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Move backups from warm to cold storage.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json, in the rule: "Lifecycle": {"MoveToColdStorageAfterDays": 31, "DeleteAfterDays": 366}
#     aws backup update-backup-plan --backup-plan-id PLAN_ID --backup-plan file://plan.json
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_plan" "this" {
#       # …
#       rule {
#         # …
#         lifecycle {
#           cold_storage_after = 31
#           delete_after       = 366
#         }
#       }
#     }
#     ```
package holdfast.table.cold_storage

import data.holdfast.lib.cause
import data.holdfast.lib.judged
import data.holdfast.lib.profile
import data.holdfast.lib.selection

applicable if {
	_judged == true
	input.advanced_backup == true
	_kept_long_enough == true
}

applicable := false if _judged == false

applicable := false if input.advanced_backup == false

applicable := false if _kept_long_enough == false

ok if {
	_moves_in_time
	count(_doubts) == 0
}

deny contains violation if {
	input.coverage.covered
	not _moves_in_time
	count(_doubts) == 0
	violation := cause.named(
		{
			"message": _message,
			"expected": sprintf("%d days", [data.parameters.cold_after_days]),
			"actual": _actual,
			"remediation": {"MoveToColdStorageAfterDays": data.parameters.cold_after_days},
		},
		_cause,
	)
}

ambiguous contains doubt if some doubt in _doubts

_judged := judged.by_plans(
	input.TableStatus, input.restore_test, input.age_hours,
	data.parameters.new_table_grace_hours, data.parameters.mechanisms,
)

# AWS keeps what is cold for at least 90 days.
_reaches := profile.reaches(input.coverage.retention_steps, data.parameters.cold_after_days + 90)

_kept_long_enough := _reaches if {
	input.coverage.ambiguous == false
	not _schedule_decides
}

# What is kept by a plan that may cover the table is not among the steps.
_kept_long_enough if input.coverage.ambiguous

_kept_long_enough if _schedule_decides

# Nothing is kept long enough, by a schedule that can be read in more than one way, or not at all.
_schedule_decides if {
	_reaches == false
	count(input.coverage.ambiguities) > 0
}

_moves_in_time if input.coverage.cold_after_days <= data.parameters.cold_after_days

_message := sprintf("moves backups to cold storage after %s > %d days", [
	trim_suffix(_actual, " days"),
	data.parameters.cold_after_days,
]) if {
	input.coverage.cold_after_days
} else := "never moves backups to cold storage"

_actual := sprintf("%d days", [input.coverage.cold_after_days])

_actual := "never" if not input.coverage.cold_after_days

default _cause := ""

_cause := input.coverage.retention_cause

_doubts contains sprintf("may be in no backup plan: %s", [doubt]) if {
	input.coverage.ambiguous
	some doubt in selection.unclear(input.protections)
}

_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if {
	_schedule_decides
	some ambiguity in input.coverage.ambiguities
}

# A rule that may cover the table, and that would turn the answer round.
_doubts contains sprintf("may be covered by one more rule, which decides: %s", [doubt]) if {
	input.coverage.covered
	some protection in input.protections
	_would_move_in_time(protection.retention) != _in_time
	some doubt in selection.unclear([protection])
}

_in_time if {
	_moves_in_time
} else := false

_would_move_in_time(retention) if {
	retention.MoveToColdStorageAfterDays <= data.parameters.cold_after_days
} else := false
