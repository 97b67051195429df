# METADATA
# title: The table is backed up at least once a day
# description: >-
#   The longest time between two scheduled backups is how much a restore from them can lose. A plan that is called daily
#   can still skip weekends, the 31st, or, where two rules overlap, the runs of the rule that keeps its backups shorter.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
# custom:
#   severity: high
#   evidence: [coverage.longest_gap_minutes, coverage.cause, coverage.warnings, protections]
#   attributes: [schedule, ScheduleExpression]
#   parameters:
#     daily_hours:
#       type: integer
#       unit: hours
#       default: 24
#       minimum: 1
#       stricter: lower
#       doc: The longest time that may pass between two scheduled backups.
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
#   with_gaps: pass_stands
#   caused_by: [table.excluded_by_tag, table.in_backup_plan]
#   replicas: true
#   limits: |
#     It judges the schedules of the rules that cover the table, over the 400 days to come; whether their backups are
#     really made is table.recent_backup. Gaps are absolute time; one hour is granted only to two runs with a change
#     of clocks in the rule's own zone between them. A rule may start late within its start window, which is not
#     counted here.
#   fix: |
#     Change the rule that comes nearest to daily, or add one. Keep its start window clear of the other rules of the
#     plan: where two start windows overlap, AWS Backup runs only the rule that keeps its backups longer.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Backup frequency: Daily.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json: "ScheduleExpression": "cron(0 5 ? * * *)", "ScheduleExpressionTimezone": "Etc/UTC"
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
#         schedule = "cron(0 5 ? * * *)"
#       }
#     }
#     ```
package holdfast.table.daily_backup

import data.holdfast.lib.cause
import data.holdfast.lib.duration
import data.holdfast.lib.judged
import data.holdfast.lib.selection

applicable := judged.by_plans(
	input.TableStatus, input.restore_test, input.age_hours,
	data.parameters.new_table_grace_hours, data.parameters.mechanisms,
)

# Another plan could only add runs, and all rules of a plan come with any selection of it: a pass stands with gaps.
ok if {
	input.coverage.covered
	input.coverage.fires
	input.coverage.longest_gap_minutes <= _limit_minutes
	count(input.coverage.ambiguities) == 0
}

deny contains violation if {
	some violation in _violations
	count(_doubts) == 0
}

ambiguous contains doubt if some doubt in _doubts

_limit_minutes := data.parameters.daily_hours * 60

_expected := duration.text(_limit_minutes)

_violations contains violation if {
	input.coverage.covered == false
	input.coverage.ambiguous == false
	violation := {"message": "is in no backup plan", "expected": _expected, "actual": "no backup plan"}
}

_violations contains violation if {
	input.coverage.covered
	input.coverage.fires == false
	violation := _blamed({
		"message": "is in a backup plan whose schedule never runs twice",
		"expected": _expected,
		"actual": "never",
		"remediation": {"MaxGapHours": data.parameters.daily_hours},
	})
}

_violations contains violation if {
	input.coverage.covered
	input.coverage.fires
	gap := input.coverage.longest_gap_minutes
	gap > _limit_minutes
	violation := _blamed({
		"message": sprintf("goes up to %s > %s without a scheduled backup", [duration.text(gap), _expected]),
		"expected": _expected,
		"actual": duration.text(gap),
		"remediation": {"MaxGapHours": data.parameters.daily_hours},
	})
}

_blamed(violation) := cause.named(violation, _cause)

default _cause := ""

_cause := input.coverage.cause

# A schedule that AWS does not document can be read in more than one way, for better and for worse.
_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if {
	input.coverage.covered
	some ambiguity in input.coverage.ambiguities
}

_doubts contains sprintf("may be in no backup plan: %s", [doubt]) if {
	input.coverage.ambiguous
	some doubt in selection.unclear(input.protections)
}

# What a rule that may cover it would add could fill the gap.
_doubts contains sprintf("is not backed up often enough, unless one more rule covers it: %s", [doubt]) if {
	input.coverage.covered
	count(_violations) > 0
	some doubt in selection.unclear(input.protections)
}
