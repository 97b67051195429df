# METADATA
# title: Deletion protection is on
# description: >-
#   Without it, one call of DeleteTable by anybody who may make it, or one careless plan of an infrastructure tool,
#   deletes the table. Off is AWS's default, also for replicas and for tables that come out of a restore.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
# custom:
#   severity: medium
#   evidence: [DeletionProtectionEnabled]
#   attributes: [deletion_protection_enabled, DeletionProtectionEnabled]
#   remediation: dynamodb.enable_deletion_protection
#   limits: |
#     Whoever may call UpdateTable can turn it off again first; who that is, is not judged here. It is never
#     synchronised, so each replica of a global table is judged on its own.
#   fix: |
#     **Console.** DynamoDB → Tables → the table → Additional settings → Deletion protection → Turn on.
#
#     **CLI.**
#
#     ```sh
#     aws dynamodb update-table --table-name TABLE --deletion-protection-enabled
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_dynamodb_table" "this" {
#       # …
#       deletion_protection_enabled = true
#     }
#     ```
package holdfast.table.deletion_protection

import data.holdfast.lib.judged

applicable := judged.table(input.TableStatus, input.restore_test)

ok if input.DeletionProtectionEnabled == true

deny contains violation if {
	input.DeletionProtectionEnabled == false
	violation := {
		"message": "deletion protection is off",
		"expected": true,
		"actual": false,
	}
}
