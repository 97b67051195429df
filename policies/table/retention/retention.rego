# METADATA
# title: Backups are kept as long as asked
# description: >-
#   A backup that has been deleted restores nothing. How long backups stay, and how close together they still lie at
#   each age, decides what can be brought back after a mistake that nobody noticed for months.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
# custom:
#   severity: high
#   evidence: [coverage.retention_steps, coverage.retention_cause, protections]
#   attributes: [lifecycle.delete_after, Lifecycle.DeleteAfterDays]
#   parameters:
#     retention_profile:
#       type: array
#       default: [{to_days: 366, max_gap_hours: 24}]
#       items:
#         type: object
#         properties:
#           to_days: {type: integer, minimum: 1, maximum: 36500}
#           max_gap_hours: {type: integer, minimum: 1}
#         required: [to_days, max_gap_hours]
#         additionalProperties: false
#       doc: >-
#         Tiers. Up to an age of to_days, the backups that still exist may lie no more than max_gap_hours apart; a tier
#         begins where the next shorter one ends. Grandfather, father, son: 35 days at 24 h, 91 at 168 h, 366 at 744 h.
#     max_days:
#       type: integer
#       unit: days
#       minimum: 1
#       stricter: lower
#       doc: The longest that any backup may be kept; no limit where it is not set. For ever is longer than any limit.
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
#   caused_by: [table.excluded_by_tag, table.in_backup_plan, table.daily_backup]
#   replicas: true
#   limits: |
#     It judges what the plans promise for backups still to be made. Backups that exist keep the lifecycle that they
#     were made with, whatever the plan says today. Absent DeleteAfterDays is for ever, and enough for any minimum. A
#     copy counts with the lifecycle that AWS gives it: −1 keeps the source's expiry, it does not mean for ever.
#   fix: |
#     A new lifecycle holds for backups still to be made; those that exist stay as they are.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Total retention period.
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
#
#     Look at the vault's lock first: backups with a lifecycle outside its bounds are not made at all.
package holdfast.table.retention

import data.holdfast.lib.cause
import data.holdfast.lib.duration
import data.holdfast.lib.judged
import data.holdfast.lib.profile
import data.holdfast.lib.selection

applicable := judged.by_plans(
	input.TableStatus, input.restore_test, input.age_hours,
	data.parameters.new_table_grace_hours, data.parameters.mechanisms,
)

# A plan that was not read could keep backups longer than max_days: no pass stands with gaps.
ok if {
	input.coverage.covered
	profile.reaches(_steps, _end) == true
	count(_violations) == 0
	count(_doubts) == 0
}

deny contains violation if {
	some violation in _violations
	count(_doubts) == 0
}

ambiguous contains doubt if some doubt in _doubts

_steps := input.coverage.retention_steps

_end := profile.end(data.parameters.retention_profile)

_violations contains violation if some violation in _too_short

_violations contains violation if some violation in _too_long

_violations contains violation if {
	input.coverage.covered == false
	input.coverage.ambiguous == false
	violation := {
		"message": "is in no backup plan",
		"expected": sprintf("%d days", [_end]),
		"actual": "no backup plan",
	}
}

_too_short contains violation if {
	input.coverage.covered
	profile.reaches(_steps, _end) == false
	violation := cause.named(
		{
			"message": sprintf("keeps backups %d < %d days", [profile.kept_days(_steps), _end]),
			"expected": sprintf("%d days", [_end]),
			"actual": profile.kept_text(_steps),
			"remediation": {"DeleteAfterDays": _end},
			# A lifecycle that is too short is no fault of the schedule, unless nothing is kept at all.
			"stands_alone": profile.kept_days(_steps) > 0,
		},
		_cause,
	)
}

_too_short contains violation if {
	input.coverage.covered
	some place in profile.sparse(_steps, data.parameters.retention_profile)
	gap := duration.text(place.gap_minutes)
	limit := duration.text(place.limit_minutes)
	violation := cause.named(
		{
			"message": sprintf(
				"keeps backups %s > %s apart between %d and %d days of age",
				[gap, limit, place.after_days, place.to_days],
			),
			"expected": sprintf("at most %s apart, up to %d days", [limit, place.to_days]),
			"actual": sprintf("%s apart beyond %d days", [gap, place.after_days]),
		},
		_cause,
	)
}

_too_long contains violation if {
	input.coverage.covered
	profile.outlasts(_steps, data.parameters.max_days) == true
	kept := profile.kept_text(_steps)
	violation := cause.named(
		{
			"message": sprintf("keeps backups %s > %d days", [trim_suffix(kept, " days"), data.parameters.max_days]),
			"expected": sprintf("at most %d days", [data.parameters.max_days]),
			"actual": kept,
		},
		_cause,
	)
}

default _cause := ""

_cause := input.coverage.retention_cause

# A schedule that AWS does not document can be read in more than one way, for better and for worse.
_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if {
	input.coverage.covered
	some ambiguity in input.coverage.ambiguities
}

_doubts contains sprintf("may be in no backup plan: %s", [doubt]) if {
	input.coverage.ambiguous
	some doubt in selection.unclear(input.protections)
}

# What a rule that may cover it would keep could be what is missing. What is kept too long, is kept for certain.
_doubts contains sprintf("does not keep backups as asked, unless one more rule covers it: %s", [doubt]) if {
	input.coverage.covered
	count(_too_long) == 0
	count(_too_short) > 0
	some doubt in selection.unclear(input.protections)
}

_doubts contains sprintf("keeps backups too long, if one more rule covers it: %s", [doubt]) if {
	input.coverage.covered
	count(_violations) == 0
	some protection in input.protections
	_kept_beyond(protection.retention, data.parameters.max_days)
	some doubt in selection.unclear([protection])
}

_kept_beyond(retention, _) if retention.kept_for_ever

_kept_beyond(retention, days) if retention.DeleteAfterDays > days
