# METADATA
# title: What the selection names exists
# description: >-
#   A selection that names a table which is gone, or is in another Region or account, protects nothing and looks as if it
#   did. A selection reaches tables of its own Region and account alone. A dead entry of NotResources lies in wait: it
#   takes out the next table that gets the name.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
# custom:
#   severity: low
#   evidence: [dead, Resources, NotResources, named_tables, tables_covered]
#   attributes: [resources, BackupSelection.Resources]
#   remediation: backup.replace_selection
#   limits: |
#     Entries that name tables are looked at, and entries that are neither an ARN nor a pattern; resources of other
#     services are not. A wildcard that matches no table today may match one tomorrow, and is not dead unless it names
#     another Region or account.
#   fix: |
#     Correct the entry, or leave it out; better, select by tag, so that tables come and go with the plan. A selection
#     cannot be changed: make the new one first, then delete the old.
#
#     **Console.** AWS Backup → Backup plans → the plan → Resource assignments → Assign resources; then delete the old
#     assignment.
#
#     **CLI.**
#
#     ```sh
#     aws backup get-backup-selection --backup-plan-id PLAN_ID --selection-id SELECTION_ID --query BackupSelection > s.json
#     # In s.json: another SelectionName, and Resources as they should be
#     aws backup create-backup-selection --backup-plan-id PLAN_ID --backup-selection file://s.json
#     aws backup delete-backup-selection --backup-plan-id PLAN_ID --selection-id SELECTION_ID
#     ```
#
#     **Terraform.** `resources` and `not_resources` of the `aws_backup_selection`: refer to `aws_dynamodb_table.this.arn`
#     instead of writing the ARN, and to the table of the provider's own Region.
package holdfast.selection.dead_resources

applicable if _named_or_dead > 0

applicable := false if _named_or_dead == 0

ok if count(input.dead) == 0

deny contains violation if {
	count(input.dead) > 0
	violation := {
		"message": sprintf("names what it cannot match: %s", [concat(", ", [_told(entry) | some entry in input.dead])]),
		"expected": "entries that match",
		"actual": [entry.entry | some entry in input.dead],
	}
}

_named_or_dead := input.named_tables + count(input.dead)

_told(entry) := sprintf("%s (%s)", [entry.entry, _reasons[entry.why]])

_reasons := {
	"no_arn": "neither an ARN nor a pattern",
	"no_table": "no such table",
	"other_account": "of another account",
	"other_region": "of another Region",
}
