# METADATA
# title: AWS Backup is opted in to DynamoDB where plans depend on it
# description: >-
#   A selection by tag, or by a wildcard that does not name DynamoDB tables, reaches them only in Regions that are opted
#   in to DynamoDB. Where they are not, AWS Backup leaves the tables out, without an error anywhere.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
# custom:
#   severity: high
#   evidence: [opted_in, tables, tables_that_depend]
#   remediation: backup.opt_in_region
#   limits: |
#     It judges the setting of this account. Plans that come from the organization's backup policies follow the opt-in
#     of the management account instead.
#   fix: |
#     Or name the resource type in the selection: `arn:aws:dynamodb:*:*:table/*` does not depend on the setting.
#
#     **Console.** AWS Backup → the Region → Settings → Service opt-in → Configure resources → DynamoDB.
#
#     **CLI.**
#
#     ```sh
#     aws backup update-region-settings --region REGION --resource-type-opt-in-preference DynamoDB=true
#     ```
#
#     **Terraform.** The map replaces the whole setting, so name the other resource types as they are, too.
#
#     ```hcl
#     resource "aws_backup_region_settings" "this" {
#       resource_type_opt_in_preference = {
#         DynamoDB = true
#         # …
#       }
#     }
#     ```
package holdfast.region.opted_in

applicable := input.tables_that_depend > 0

ok if input.opted_in == true

deny contains violation if {
	input.opted_in == false
	violation := {
		"message": sprintf("is not opted in to DynamoDB: no plan reaches the %d %s selected subject to opt-in", [
			input.tables_that_depend,
			_tables,
		]),
		"expected": true,
		"actual": false,
	}
}

_tables := "table that is" if {
	input.tables_that_depend == 1
} else := "tables that are"
