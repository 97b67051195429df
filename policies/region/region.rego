# METADATA
# scope: subpackages
# title: AWS Backup's settings in one Region
# description: >-
#   Rules below judge what one Region of one account lets AWS Backup do with DynamoDB.
# schemas:
#   - input: schema.region
package holdfast.region
