# METADATA
# title: Every scheduled backup is there
# description: >-
#   The newest backup alone says little: yesterday's may be missing, or those of the vault in the other Region since
#   weeks. Each gap is a time that nobody can restore to, and a job that fails today mostly fails tomorrow, too.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyJob.html
# custom:
#   severity: high
#   severities: [medium, high]
#   evidence: [runs, coverage.since_hours]
#   parameters:
#     history_days:
#       type: integer
#       unit: days
#       default: 30
#       minimum: 1
#       maximum: 30
#       stricter: higher
#       doc: How far back runs are looked at. AWS Backup lists jobs for 30 days.
#     mechanisms:
#       type: array
#       enum: [plan, on_demand, external]
#       default: [plan]
#       doc: What backs up the tables; where plan is not among them, plans are not judged.
#   remediation: backup.start_backup_job
#   caused_by: [table.excluded_by_tag, table.in_backup_plan, table.deleted_early]
#   replicas: true
#   limits: |
#     A run counts once its start window is over, from the latest of: the version of the plan that made it, the
#     selection's creation, the table's creation, the first thing that the plan did of the table, and a change of the
#     Region's opt-in where CloudTrail was read. It counts until its backup was to be deleted. Where a plan has done
#     nothing of the table yet, each run counts, though a tag that was put on yesterday covers it only since then.
#
#     A run is there if the rule that made it left a usable recovery point in the vault that the plan named at the time,
#     or in its air-gapped vault. A backup by hand, in the same vault, before the next run, and kept as long, makes up
#     for it. A job that is running excuses one run, inside its completion window. Copies are judged vault by vault, if
#     there was something to copy; in an account or Region that was not scanned, by their copy job alone, which says
#     that a copy landed, and not that it is still there.
#   fix: |
#     The message names the job, or says that none was made. A job that FAILED tells why: mostly the selection's role
#     lost a permission, a key is disabled, or the vault's lock refuses the lifecycle. EXPIRED: it did not start within
#     its window, since another job held the table. No job at all: the selection, the tag or the opt-in was changed, or
#     the service's role was deleted.
#
#     **Console.** AWS Backup → Jobs → Backup jobs (or Copy jobs) → filter by the table's ARN.
#
#     **CLI.**
#
#     ```sh
#     aws backup list-backup-jobs --by-resource-arn TABLE_ARN \
#       --query 'BackupJobs[].[CreationDate,State,StatusMessage]' --output table
#     aws backup list-copy-jobs --by-resource-arn TABLE_ARN \
#       --query 'CopyJobs[].[CreationDate,State,DestinationBackupVaultArn,StatusMessage]' --output table
#     ```
#
#     Until the next run, make up for the last one by hand, with the plan's own vault and lifecycle:
#
#     ```sh
#     aws backup start-backup-job --resource-arn TABLE_ARN --backup-vault-name VAULT \
#       --iam-role-arn ROLE_ARN --lifecycle DeleteAfterDays=366
#     ```
#
#     **Terraform.** Compare `iam_role_arn` of the `aws_backup_selection`, and `target_vault_name`, `start_window` and
#     `copy_action` of the `aws_backup_plan`'s rule, with the message.
package holdfast.table.no_missed_backups

import data.holdfast.lib.cause
import data.holdfast.lib.judged
import data.holdfast.lib.selection

applicable if {
	judged.table(input.TableStatus, input.restore_test) == true
	"plan" in data.parameters.mechanisms
	_begun == true
}

applicable := false if judged.table(input.TableStatus, input.restore_test) == false

applicable := false if not "plan" in data.parameters.mechanisms

applicable := false if _begun == false

# Something is due by now, or could be.
_begun if input.runs.judged > 0

_begun if count(input.runs.ambiguities) > 0

_begun if input.coverage.ambiguous

_begun := false if {
	input.runs.judged < 1
	count(input.runs.ambiguities) == 0
	input.coverage.ambiguous == false
}

ok if {
	input.runs.judged > 0
	every outage in input.runs.outages {
		not _recent(outage)
	}
	count(_doubts) == 0
}

deny contains violation if {
	some outage in _outages
	violation := cause.named(
		object.union(
			{
				"severity": _severity(outage),
				"message": sprintf("%s of %s left no %s in vault %s: %s", [_runs(outage), outage.RuleName, _what(outage), _vault(outage), _why(outage)]),
				"expected": "a usable recovery point for each run",
				"actual": sprintf("%d of %d missing", [input.runs.missing, input.runs.judged]),
				# Points that somebody deleted are that failure, and not another one.
				"stands_alone": outage.job != "GONE",
			},
			_remedy(outage),
		),
		outage.plan_rule,
	)
}

# What the latest run missed can still be backed up; what an earlier one missed is gone.
_remedy(outage) := {"remediation": {"Latest": true}} if {
	outage.latest
	outage.copy == false
} else := {}

ambiguous contains doubt if {
	count(_outages) == 0
	some doubt in _doubts
}

_outages contains outage if {
	some outage in input.runs.outages
	_recent(outage)
}

_recent(outage) if outage.newest_age_hours < data.parameters.history_days * 24

_doubts contains sprintf("schedule is ambiguous: %s", [ambiguity]) if some ambiguity in input.runs.ambiguities

_doubts contains sprintf("may be in a backup plan: %s", [doubt]) if {
	input.coverage.ambiguous
	some doubt in selection.unclear(input.protections)
}

default _severity(_) := "medium"

_severity(outage) := "high" if outage.latest

_severity(outage) := "high" if outage.runs > 1

_runs(outage) := "the latest run" if {
	outage.latest
	outage.runs == 1
} else := sprintf("the latest %d runs", [outage.runs]) if {
	outage.latest
} else := sprintf("the run of %d h ago", [outage.newest_age_hours]) if {
	outage.runs == 1
} else := sprintf("%d runs in a row, up to %d h ago,", [outage.runs, outage.newest_age_hours])

_what(outage) := "copy" if outage.copy

_what(outage) := "backup" if outage.copy == false

_vault(outage) := outage.BackupVaultName if outage.copy == false

_vault(outage) := sprintf("%s (%s, %s)", [outage.BackupVaultName, outage.account, outage.region]) if outage.copy

_why(outage) := sprintf("%s%s", [_job(outage), _said(outage)])

_job(outage) := "no job was made" if {
	outage.job == "NONE"
} else := "its job was completed, and the recovery point is gone" if {
	outage.job == "GONE"
} else := "its job is still running, beyond its window" if {
	outage.job == "OVERDUE"
} else := sprintf("its job %s", [outage.job])

_said(outage) := sprintf(" (%s)", [outage.message]) if {
	outage.message
} else := ""
