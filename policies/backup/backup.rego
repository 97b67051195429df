# METADATA
# scope: subpackages
# title: What is left of deleted tables
# description: >-
#   Rules below judge all backups of one table that no longer exists.
# schemas:
#   - input: schema.backup
package holdfast.backup
