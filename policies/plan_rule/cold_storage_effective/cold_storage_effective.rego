# METADATA
# title: Cold storage that is asked for really happens
# description: >-
#   Without advanced DynamoDB backup, AWS Backup ignores what a rule says of cold storage, without a word: backups stay
#   warm, at about three times the price, while the plan reads as if they had moved. And a backup that moves to cold
#   storage has to stay there for 90 days.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
# custom:
#   severity: low
#   evidence: [retention, copies, advanced_backup]
#   attributes: [lifecycle.cold_storage_after, Lifecycle.MoveToColdStorageAfterDays]
#   limits: |
#     It judges the Region's setting of today; backups that were made before advanced DynamoDB backup was turned on stay
#     as they are. Whether each backup has moved is not judged here.
#   fix: |
#     Advanced DynamoDB backup changes the ARNs, the encryption and the bill of all backups still to be made in the
#     Region, and the role needs `dynamodb:StartAwsBackupJob`: read AWS's page first.
#
#     **Console.** AWS Backup → Settings → Service opt-in → Configure resources → Advanced features for Amazon DynamoDB
#     backups.
#
#     **CLI.**
#
#     ```sh
#     aws backup update-region-settings --resource-type-management-preference DynamoDB=true
#     ```
#
#     **Terraform.** The map replaces the whole setting, so name the other resource types as they are, too.
#
#     ```hcl
#     resource "aws_backup_region_settings" "this" {
#       # …
#       resource_type_management_preference = {
#         DynamoDB = true
#         EFS      = true
#       }
#     }
#     ```
#
#     Where the stay is too short, set DeleteAfterDays to at least MoveToColdStorageAfterDays + 90, or drop the move.
package holdfast.plan_rule.cold_storage_effective

applicable if {
	_covers_tables
	count(_cold) > 0
}

applicable := false if _covers_tables == false

applicable := false if count(_cold) == 0

ok if {
	input.advanced_backup == true
	every retention in _cold {
		_stays_long_enough(retention) == true
	}
}

deny contains violation if {
	input.advanced_backup == false
	some retention in _cold
	violation := {
		"message": sprintf(
			"asks for cold storage after %d days, which AWS ignores without advanced DynamoDB backup",
			[retention.MoveToColdStorageAfterDays],
		),
		"expected": "advanced DynamoDB backup on",
		"actual": "off",
	}
}

deny contains violation if {
	some retention in _cold
	_stays_long_enough(retention) == false
	least := retention.MoveToColdStorageAfterDays + 90
	violation := {
		"message": sprintf("deletes backups after %d < %d days, though they move to cold storage after %d", [
			retention.DeleteAfterDays,
			least,
			retention.MoveToColdStorageAfterDays,
		]),
		"expected": sprintf("at least %d days", [least]),
		"actual": sprintf("%d days", [retention.DeleteAfterDays]),
	}
}

_covers_tables := (input.tables_covered + input.tables_ambiguous) > 0

# The retentions, of the rule and its copies, that ask for cold storage.
_cold := {retention |
	some retention in array.concat([input.retention], [copy.retention | some copy in input.copies])
	retention.MoveToColdStorageAfterDays
}

_stays_long_enough(retention) if retention.kept_for_ever == true

_stays_long_enough(retention) := retention.DeleteAfterDays >= (retention.MoveToColdStorageAfterDays + 90) if {
	retention.kept_for_ever == false
}
