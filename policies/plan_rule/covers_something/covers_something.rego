# METADATA
# title: A plan rule that is meant for tables covers some
# description: >-
#   A plan with a selection that names DynamoDB was made for tables. If it covers none, then its selection is wrong, or
#   the tables that it was made for are gone, or were never in this Region; nobody is told, since AWS Backup runs it and
#   finds nothing to do.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
# custom:
#   severity: low
#   evidence: [tables_covered, tables_ambiguous, names_dynamodb, covered_elsewhere]
#   limits: |
#     A selection by tag, or by a wildcard that does not name DynamoDB, says nothing of tables, and its plan is not judged.
#     A plan that comes from the organization's backup policies is judged once in an account, by what it covers in all
#     Regions of the scan; in another account it may cover nothing and still be right.
#   fix: |
#     Look at the selection: selection.dead_resources and selection.skips_protected say what is wrong with it. If the
#     plan is not needed any more, delete its selections and then the plan; recovery points that it has made stay.
#
#     **Console.** AWS Backup → Backup plans → the plan → Resource assignments.
#
#     **CLI.**
#
#     ```sh
#     aws backup list-backup-selections --backup-plan-id PLAN_ID
#     aws backup get-backup-selection --backup-plan-id PLAN_ID --selection-id SELECTION_ID
#     ```
#
#     **Terraform.** `resources`, `not_resources`, `selection_tag` and `condition` of the `aws_backup_selection`.
package holdfast.plan_rule.covers_something

applicable if {
	input.names_dynamodb == true
	input.judged_elsewhere == false
}

applicable := false if input.names_dynamodb == false

applicable := false if input.judged_elsewhere == true

ok if _certain > 0

deny contains violation if {
	_certain == 0
	_perhaps == 0
	violation := {
		"message": "covers no table, though a selection of its plan names DynamoDB",
		"expected": "at least 1 table",
		"actual": "none",
	}
}

ambiguous contains "whether it covers a table depends on what AWS does not document, or on what was not read" if {
	_certain == 0
	_perhaps > 0
}

_certain := input.tables_covered + input.covered_elsewhere

_perhaps := input.tables_ambiguous + input.ambiguous_elsewhere
