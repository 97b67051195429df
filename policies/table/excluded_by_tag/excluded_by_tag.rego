# METADATA
# title: No tag hides the table from backup plans
# description: >-
#   AWS Backup marks the tables that its restore tests make with the tag awsbackup-restore-test, and every backup plan
#   skips what carries it. On any other table that tag stops all scheduled backups, without an error anywhere.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
# custom:
#   severity: high
#   evidence: [tagged_restore_test]
#   attributes: [tags, Tags]
#   parameters:
#     mechanisms:
#       type: array
#       enum: [plan, on_demand, external]
#       default: [plan]
#       doc: What backs up the tables; where plan is not among them, a tag that hides them from plans does no harm.
#   limits: |
#     It looks at the tag as AWS listed it. Who put it there, and when, is in CloudTrail.
#   fix: |
#     Ask who set the tag before taking it away: it may have been the way to exclude a table on purpose. If so, leave
#     the table out of the selections instead, and record a waiver.
#
#     **Console.** DynamoDB → Tables → the table → Additional settings → Tags → Manage tags → remove
#     `awsbackup-restore-test`.
#
#     **CLI.**
#
#     ```sh
#     aws dynamodb untag-resource --resource-arn TABLE_ARN --tag-keys awsbackup-restore-test
#     ```
#
#     **Terraform.** Remove `awsbackup-restore-test` from the `tags` of the `aws_dynamodb_table`, and from the
#     provider's `default_tags`.
package holdfast.table.excluded_by_tag

import data.holdfast.lib.judged

# No grace for new tables: the tag is somebody's act, not something still to come.
applicable := judged.by_plans(input.TableStatus, input.restore_test, 0, 0, data.parameters.mechanisms)

ok if input.tagged_restore_test == false

deny contains violation if {
	input.tagged_restore_test == true
	violation := {
		"message": "carries the tag awsbackup-restore-test, so every backup plan skips it",
		"expected": "no tag awsbackup-restore-test",
		"actual": "awsbackup-restore-test",
	}
}
