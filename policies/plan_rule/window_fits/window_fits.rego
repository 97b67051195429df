# METADATA
# title: The rule's windows leave its backups and others' room
# description: >-
#   AWS Backup runs one job for a table at a time. Where a job may still be waiting or running when the next one is due,
#   the next one waits in turn, and expires at the end of its start window. Where the start windows of two rules of one
#   plan overlap, only the rule that keeps longer makes a backup. Both happen without an error in the plan.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
# custom:
#   severity: medium
#   evidence: [schedule, shortest_gap_minutes, StartWindowMinutes, CompletionWindowMinutes, overlaps, collisions]
#   attributes: [start_window, completion_window, StartWindowMinutes, CompletionWindowMinutes]
#   with_gaps: fail_stands
#   limits: |
#     It judges what may happen, not what did: a job mostly starts at once and takes minutes. Windows that a rule leaves
#     out are AWS's: 8 hours to start, 7 days to complete, which together are longer than a day. Runs of 400 days from the
#     scan on are compared. Of other plans, those count that cover some of the same tables for certain; jobs that somebody
#     starts by hand do not show.
#   fix: |
#     Give the rule a start window of an hour or two, and a completion window that together with it is shorter than the
#     time between two runs. Move rules of one plan, and of plans that cover the same tables, so far apart that their
#     start windows do not touch.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Backup window.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json, in the rule: "StartWindowMinutes": 60, "CompletionWindowMinutes": 240
#     aws backup update-backup-plan --backup-plan-id PLAN_ID --backup-plan file://plan.json
#     ```
#
#     **Terraform.** `start_window`, `completion_window` (both in minutes) and `schedule` of the `rule` in the
#     `aws_backup_plan`.
package holdfast.plan_rule.window_fits

import data.holdfast.lib.duration

applicable if {
	_covers_tables
	not _never_fires
}

applicable := false if _covers_tables == false

applicable := false if _never_fires

ok if {
	_open < input.shortest_gap_minutes
	count(input.overlaps) == 0
	count(input.collisions) == 0
}

deny contains violation if {
	_open >= input.shortest_gap_minutes
	violation := {
		"message": sprintf("may wait %s and run %s, and runs again after %s", [
			duration.text(input.StartWindowMinutes),
			duration.text(input.CompletionWindowMinutes),
			duration.text(input.shortest_gap_minutes),
		]),
		"expected": sprintf("less than %s", [duration.text(input.shortest_gap_minutes)]),
		"actual": duration.text(_open),
	}
}

deny contains violation if {
	count(input.overlaps) > 0
	violation := {
		"message": sprintf("its start window overlaps with that of %s: the one that keeps longer makes the backup, no other", [
			concat(", ", input.overlaps),
		]),
		"expected": "start windows apart",
		"actual": input.overlaps,
	}
}

deny contains violation if {
	count(input.collisions) > 0
	names := [sprintf("%s (%d of its tables)", [c.name, c.tables]) | some c in input.collisions]
	violation := {
		"message": sprintf("starts jobs while another plan does, one of which may expire: %s", [concat(", ", names)]),
		"expected": "start windows apart",
		"actual": [c.name | some c in input.collisions],
	}
}

ambiguous contains sprintf("the schedule cannot be read: %s", [input.schedule.error]) if {
	count(deny) == 0
	input.schedule.valid == false
}

_covers_tables := (input.tables_covered + input.tables_ambiguous) > 0

_never_fires if {
	input.schedule.valid == true
	input.schedule.fires == false
}

# From a run until its job is over or given up.
_open := input.StartWindowMinutes + input.CompletionWindowMinutes
