# METADATA
# title: No table is left out that the selection is meant to cover
# description: >-
#   A selection matches a table, and AWS Backup leaves it out all the same: since the Region is not opted in to DynamoDB,
#   since the table carries the tag or the name of a restore test, or since the same selection takes out the whole
#   resource type. There is no error anywhere, and no backup.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
# custom:
#   severity: high
#   evidence: [skipped_tables, skipped_by_opt_in, skipped_by_tag, skipped_by_type, ListOfTags, Resources, NotResources]
#   attributes: [not_resources, BackupSelection.NotResources]
#   limits: |
#     Tables that another selection covers are not counted, nor those that NotResources or Conditions leave out by name or
#     tag: that is taken for meant. The names of 20 tables are shown. Of opt-in, the setting of this account counts; plans
#     of the organization follow its management account's.
#   fix: |
#     Opt the Region in, take the tag off the table, or take the wildcard out of NotResources: whichever the finding names.
#
#     **Console.** AWS Backup → the Region → Settings → Service opt-in → Configure resources → DynamoDB; DynamoDB → Tables
#     → the table → Additional settings → Tags; AWS Backup → Backup plans → the plan → Resource assignments.
#
#     **CLI.**
#
#     ```sh
#     aws backup update-region-settings --region REGION --resource-type-opt-in-preference DynamoDB=true
#     aws dynamodb untag-resource --resource-arn TABLE_ARN --tag-keys awsbackup-restore-test
#     ```
#
#     **Terraform.** `resource_type_opt_in_preference` of the `aws_backup_region_settings` (the map replaces the whole
#     setting), `tags` of the `aws_dynamodb_table`, `not_resources` of the `aws_backup_selection`.
package holdfast.selection.skips_protected

applicable if _concerned > 0

applicable := false if _concerned == 0

ok if {
	_skipped == 0
	input.skipped_perhaps == 0
}

deny contains violation if {
	_skipped > 0
	violation := {
		"message": sprintf("is meant for %s that no plan covers: %s", [_tables, concat(", ", _reasons)]),
		"expected": "covered",
		"actual": {
			"skipped_by_opt_in": input.skipped_by_opt_in,
			"skipped_by_tag": input.skipped_by_tag,
			"skipped_by_type": input.skipped_by_type,
		},
	}
}

ambiguous contains "whether a table that it is meant for is covered is not documented by AWS, or was not read" if {
	_skipped == 0
	input.skipped_perhaps > 0
}

_skipped := (input.skipped_by_opt_in + input.skipped_by_tag) + input.skipped_by_type

_concerned := ((input.tables_covered + input.tables_ambiguous) + _skipped) + input.skipped_perhaps

_tables := "1 table" if {
	_skipped == 1
} else := sprintf("%d tables", [_skipped])

_reasons := [sprintf("%d %s", [n, why]) |
	some [n, why] in [
		[input.skipped_by_opt_in, "since the Region is not opted in to DynamoDB"],
		[input.skipped_by_tag, "by the tag or name of a restore test"],
		[input.skipped_by_type, "since NotResources takes out all tables"],
	]
	n > 0
]
