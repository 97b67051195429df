# METADATA
# title: A backup plan covers the table
# description: >-
#   A table that no selection of any plan matches is never backed up by AWS Backup, and nothing says so: there is no
#   job that could fail.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
# custom:
#   severity: high
#   evidence: [protections]
#   parameters:
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
#     daily_hours:
#       type: integer
#       unit: hours
#       default: 24
#       minimum: 1
#       stricter: lower
#       doc: How often the plan that remediation asks for backs up; table.daily_backup holds tables to it.
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
#       doc: How long the plan that remediation asks for keeps backups; table.retention holds tables to it.
#     max_days:
#       type: integer
#       unit: days
#       minimum: 1
#       stricter: lower
#       doc: The longest that the plan which remediation asks for may keep backups; table.retention holds tables to it.
#     cold_after_days:
#       type: integer
#       unit: days
#       default: 31
#       minimum: 1
#       stricter: lower
#       doc: When backups of the plan that remediation asks for move to cold storage, where AWS moves them at all.
#   remediation: backup.create_selection
#   with_gaps: pass_stands
#   caused_by: [table.excluded_by_tag]
#   replicas: true
#   limits: |
#     A selection counts as covering where AWS's rules say so, or where a recovery point that its plan made afterwards
#     proves it. Where AWS leaves open how a selection behaves – StringNotEquals on a tag that is missing, Conditions
#     alone, a wildcard inside an ARN – and no point proves it, the answer is unknown. Whether the selection's role may
#     back up the table is not judged here; a role that may not shows as table.recent_backup.
#   fix: |
#     In one selection, Resources and ListOfTags are alternatives: a table that matches either is in. To narrow them
#     both, use Conditions. A selection cannot be changed: make the new one, then delete the old.
#
#     **Console.** AWS Backup → Backup plans → the plan → Assign resources → Include specific resource types → DynamoDB.
#
#     **CLI.** An ARN that names the resource type, like this one, covers tables whether or not the Region is opted in.
#
#     ```sh
#     aws backup create-backup-selection --backup-plan-id PLAN_ID --backup-selection '{
#       "SelectionName": "all-tables",
#       "IamRoleArn": "arn:aws:iam::ACCOUNT:role/service-role/AWSBackupDefaultServiceRole",
#       "Resources": ["arn:aws:dynamodb:*:*:table/*"]}'
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_selection" "tables" {
#       name         = "all-tables"
#       plan_id      = aws_backup_plan.this.id
#       iam_role_arn = aws_iam_role.backup.arn
#       resources    = ["arn:aws:dynamodb:*:*:table/*"]
#     }
#     ```
package holdfast.table.in_backup_plan

import data.holdfast.lib.judged
import data.holdfast.lib.profile
import data.holdfast.lib.selection

applicable := judged.by_plans(
	input.TableStatus, input.restore_test, input.age_hours,
	data.parameters.new_table_grace_hours, data.parameters.mechanisms,
)

ok if _covered

deny contains violation if {
	every protection in input.protections {
		protection.covered in _uncovered
	}
	violation := {
		"message": concat("", ["is in no backup plan", _why_not]),
		"expected": "at least one selection that covers it",
		"actual": "none",
		"remediation": object.union(_demand, _limit),
	}
}

# What a plan has to do that covers it.
_demand := {
	"MaxGapHours": min({data.parameters.daily_hours} | {tier.max_gap_hours | some tier in data.parameters.retention_profile}),
	"DeleteAfterDays": profile.end(data.parameters.retention_profile),
	"MoveToColdStorageAfterDays": data.parameters.cold_after_days,
}

_limit := {"MaxDays": data.parameters.max_days} if {
	data.parameters.max_days
} else := {}

# More selections could only add cover, so what covers already needs no answer from the others.
ambiguous contains sprintf("may be in no backup plan: %s", [doubt]) if {
	not _covered
	some doubt in selection.unclear(input.protections)
}

_covered if {
	some protection in input.protections
	protection.covered == "yes"
}

_uncovered := {"excluded", "no", "opted_out"}

_why_not := ": a selection matches it, but the Region is not opted in to DynamoDB" if {
	some protection in input.protections
	protection.covered == "opted_out"
} else := ": a selection matches it, but its name or tag marks it as a restore test" if {
	some protection in input.protections
	protection.covered == "excluded"
} else := ""
