# METADATA
# scope: subpackages
# title: Backup vaults
# description: >-
#   Rules below judge one backup vault that serves DynamoDB.
# schemas:
#   - input: schema.vault
package holdfast.vault
