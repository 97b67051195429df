# METADATA
# title: Advanced DynamoDB backup is on
# description: >-
#   Without it, AWS Backup keeps backups of tables as DynamoDB's own: they cannot be copied to another Region or account,
#   ignore cold storage, cannot lie in an air-gapped vault, are encrypted with the table's key, and can be deleted around
#   the vault with dynamodb:DeleteBackup. Plans that ask for any of this say nothing when they do not get it.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
# custom:
#   severity: medium
#   severities: [medium, high]
#   evidence: [advanced_backup, tables, cold_rules, copy_rules, air_gapped_rules]
#   limits: |
#     It judges the setting of today, which holds for backups that are still to be made; older ones stay as they are.
#     Jobs of plans that come from the organization's backup policies need the setting in each account, too.
#   fix: |
#     It changes the ARNs, the encryption and the bill of all backups still to be made in the Region, and the role needs
#     `dynamodb:StartAwsBackupJob` and `dynamodb:ListTagsOfResource`: read AWS's page first.
#
#     **Console.** AWS Backup → the Region → Settings → Service opt-in → Configure resources → Advanced features for
#     Amazon DynamoDB backups.
#
#     **CLI.**
#
#     ```sh
#     aws backup update-region-settings --region REGION --resource-type-management-preference DynamoDB=true
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
package holdfast.region.advanced_backup

applicable := input.tables > 0

ok if input.advanced_backup == true

deny contains violation if {
	input.advanced_backup == false
	_asked_for == 0
	violation := _violation("advanced DynamoDB backup is off: no copies, no cold storage, and backups lie open to DynamoDB")
}

deny contains violation if {
	input.advanced_backup == false
	_asked_for > 0
	message := sprintf("advanced DynamoDB backup is off, though plans ask for what needs it: %s", [concat(", ", _asks)])
	violation := object.union(_violation(message), {"severity": "high"})
}

_asked_for := (input.cold_rules + input.copy_rules) + input.air_gapped_rules

_asks := [what |
	some [n, what] in [
		[input.cold_rules, "cold storage"],
		[input.copy_rules, "copies"],
		[input.air_gapped_rules, "an air-gapped vault"],
	]
	n > 0
]

_violation(message) := {"message": message, "expected": true, "actual": false}
