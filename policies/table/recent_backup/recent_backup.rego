# METADATA
# title: A recent backup exists
# description: >-
#   A plan is an intention. Jobs fail, expire behind one another or lose their permissions, and then the newest backup
#   grows older day by day while every setting still looks right.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
# custom:
#   severity: high
#   evidence:
#     - recovery
#     - coverage.longest_gap_minutes
#     - coverage.start_window_minutes
#     - coverage.first_due_age_hours
#   parameters:
#     late_hours:
#       type: integer
#       unit: hours
#       default: 4
#       minimum: 0
#       stricter: lower
#       doc: How much later than its start window a scheduled backup may be made.
#     rpo_hours:
#       type: integer
#       unit: hours
#       default: 36
#       minimum: 1
#       stricter: lower
#       doc: The oldest that the newest backup may be, whatever the schedule.
#     mechanisms:
#       type: array
#       enum: [plan, on_demand, external]
#       default: [plan]
#       doc: >-
#         What backs up the tables. With on_demand or external, DynamoDB's on-demand backups count as well; with
#         external, a table without a recent backup is unknown, since AWS does not show what others keep.
#   remediation: backup.start_backup_job
#   with_gaps: pass_stands
#   caused_by: [table.excluded_by_tag, table.in_backup_plan, table.daily_backup, table.no_missed_backups]
#   replicas: true
#   limits: |
#     It judges the newest usable backup, not each run: table.recent_backup passes again with the first backup after
#     a failure. A backup that is still being made is none; one job that is running now excuses its own run, but not
#     the one before it. It begins when the first run after coverage is overdue, or, without a schedule, when the table
#     is older than rpo_hours. Ages are whole hours, rounded down; a limit made of minutes is rounded down, too.
#   fix: |
#     Find out why the last run left nothing. The usual reasons: the selection's role lost a permission or its KMS key,
#     the vault does not exist or its lock refuses the lifecycle, or another job held the table.
#
#     **Console.** AWS Backup → Jobs → Backup jobs → filter by the table's ARN → the status message.
#
#     **CLI.**
#
#     ```sh
#     aws backup list-backup-jobs --by-resource-arn TABLE_ARN \
#       --query 'BackupJobs[].[CreationDate,State,StatusMessage]' --output table
#     ```
#
#     Until that is mended, make a backup by hand:
#
#     ```sh
#     aws backup start-backup-job --resource-arn TABLE_ARN --backup-vault-name VAULT \
#       --iam-role-arn ROLE_ARN --lifecycle DeleteAfterDays=366
#     ```
#
#     **Terraform.** Compare `iam_role_arn` of the `aws_backup_selection`, `target_vault_name` of the
#     `aws_backup_plan` and the bounds of the `aws_backup_vault_lock_configuration` with the status message.
package holdfast.table.recent_backup

import data.holdfast.lib.duration
import data.holdfast.lib.judged
import data.holdfast.lib.selection

applicable if {
	judged.table(input.TableStatus, input.restore_test) == true
	_begun == true
}

applicable := false if judged.table(input.TableStatus, input.restore_test) == false

applicable := false if _begun == false

# A backup that was not read could only be newer: a pass stands with gaps.
ok if {
	_met
	count(_doubts) == 0
}

deny contains violation if {
	some violation in _overdue
	count(_doubts) == 0
}

ambiguous contains doubt if some doubt in _doubts

# Whether a schedule says when backups are due.
_scheduled if {
	"plan" in data.parameters.mechanisms
	input.coverage.covered
	input.coverage.fires
}

_scheduled := false if not "plan" in data.parameters.mechanisms

_scheduled := false if input.coverage.covered == false

_scheduled := false if input.coverage.fires == false

# The oldest that the newest backup may be. One that is made late is followed by one that is made in time.
_limit_hours := min([data.parameters.rpo_hours, hours + data.parameters.late_hours]) if {
	_scheduled == true
	hours := duration.hours(input.coverage.longest_gap_minutes + input.coverage.start_window_minutes)
}

_limit_hours := data.parameters.rpo_hours if _scheduled == false

# How long after the first run was due its backup has to be there.
_first_hours := duration.hours(input.coverage.start_window_minutes) + data.parameters.late_hours

_begun := _due if _first_run_under_way == false

_begun := false if _first_run_under_way

_due := input.coverage.first_due_age_hours > _first_hours if _scheduled == true

_due := false if {
	_scheduled == true
	not input.coverage.first_due_age_hours
}

_due := input.age_hours > data.parameters.rpo_hours if _scheduled == false

# The very first run, begun in time and RUNNING now.
_first_run_under_way if {
	_scheduled == true
	input.recovery.usable_points == 0
	job := input.recovery.running_job_age_hours
	job <= _limit_hours
	input.coverage.first_due_age_hours - job <= _first_hours
} else := false

_ages contains input.recovery.newest_point_age_hours

_ages contains input.recovery.newest_backup_age_hours if _on_demand_counts

_on_demand_counts if "on_demand" in data.parameters.mechanisms

_on_demand_counts if "external" in data.parameters.mechanisms

_newest_hours := min(_ages)

_met if _newest_hours <= _limit_hours

# One run is excused while its job is RUNNING: when that job began, the newest backup was recent, and the run after it
# is not overdue yet.
_met if {
	job := input.recovery.running_job_age_hours
	job <= _limit_hours
	_newest_hours - job <= _limit_hours
}

_overdue contains violation if {
	not _met
	_newest_hours > _limit_hours
	violation := {
		"message": sprintf("newest backup is %d > %d h old", [_newest_hours, _limit_hours]),
		"expected": sprintf("%d h", [_limit_hours]),
		"actual": sprintf("%d h", [_newest_hours]),
	}
}

_overdue contains violation if {
	input.recovery.usable_points == 0
	count(_ages) == 0
	violation := {
		"message": sprintf("has no usable backup%s", [_since]),
		"expected": sprintf("%d h", [_limit_hours]),
		"actual": "none",
	}
}

_since := sprintf(", though the first was due %d h ago", [input.coverage.first_due_age_hours]) if {
	_scheduled == true
} else := ""

_doubts contains sprintf("may be backed up by a plan that made no backup yet: %s", [doubt]) if {
	"plan" in data.parameters.mechanisms
	input.coverage.ambiguous
	not _met
	some doubt in selection.unclear(input.protections)
}

_doubts contains "is backed up by somebody else, of whose backups AWS shows no recent one" if {
	"external" in data.parameters.mechanisms
	not _met
}

# What an ambiguous schedule asks for is not known; what is too old for rpo_hours is too old for any schedule.
_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if {
	_scheduled == true
	not _too_old_for_any_schedule
	some ambiguity in input.coverage.ambiguities
}

# A schedule that could not be read asks for nothing that is known.
_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if {
	"plan" in data.parameters.mechanisms
	input.coverage.covered
	input.coverage.fires == false
	not _too_old_for_any_schedule
	some ambiguity in input.coverage.ambiguities
}

_too_old_for_any_schedule if {
	not _met
	_newest_hours > data.parameters.rpo_hours
}
