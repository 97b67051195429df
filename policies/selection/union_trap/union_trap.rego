# METADATA
# title: A wildcard beside tags brings in no more than the tags do
# description: >-
#   Whoever writes a wildcard into Resources and a tag into ListOfTags mostly means tables of that kind with that tag. AWS
#   Backup reads "or": the wildcard alone brings every table in, and the tag filters nothing. Tables are backed up, and
#   paid for, that nobody meant, and whoever takes the wildcard for a filter will not miss the tag where it is missing.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
# custom:
#   severity: low
#   evidence: [Resources, ListOfTags, Conditions, tables_covered, only_by_wildcard]
#   attributes: [resources, BackupSelection.Resources]
#   limits: |
#     Whether "or" was meant after all, only its author knows; then a waiver records it. Tables that another selection
#     covers as well are not counted.
#   fix: |
#     To back up tables with a tag, and no other, move the tag from ListOfTags into Conditions: these narrow what Resources
#     bring in. A selection cannot be changed: make the new one first, then delete the old.
#
#     **Console.** AWS Backup → Backup plans → the plan → Assign resources → Include specific resource types → DynamoDB →
#     Refine selection using tags; then delete the old assignment.
#
#     **CLI.**
#
#     ```sh
#     aws backup create-backup-selection --backup-plan-id PLAN_ID --backup-selection '{
#       "SelectionName": "tables-by-tag", "IamRoleArn": "ROLE_ARN",
#       "Resources": ["arn:aws:dynamodb:*:*:table/*"],
#       "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]}}'
#     aws backup delete-backup-selection --backup-plan-id PLAN_ID --selection-id SELECTION_ID
#     ```
#
#     **Terraform.** Replace `selection_tag` of the `aws_backup_selection` by
#
#     ```hcl
#     condition {
#       string_equals {
#         key   = "aws:ResourceTag/backup"
#         value = "daily"
#       }
#     }
#     ```
package holdfast.selection.union_trap

applicable := input.wildcard_beside_tags

ok if {
	input.only_by_wildcard == 0
	input.perhaps_only_by_wildcard == 0
}

deny contains violation if {
	input.only_by_wildcard > 0
	violation := {
		"message": sprintf("covers %s without the tag that stands beside its wildcard: AWS Backup reads \"or\"", [_tables]),
		"expected": "the tag in Conditions, or no wildcard",
		"actual": sprintf("%d by wildcard alone", [input.only_by_wildcard]),
	}
}

ambiguous contains "whether it covers a table by its wildcard alone is not documented by AWS, or was not read" if {
	input.only_by_wildcard == 0
	input.perhaps_only_by_wildcard > 0
}

_tables := "1 table" if {
	input.only_by_wildcard == 1
} else := sprintf("%d tables", [input.only_by_wildcard])
