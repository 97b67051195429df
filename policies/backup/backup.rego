# METADATA
# scope: subpackages
# title: Backups
# description: >-
#   Rules below judge all backups of one table that no longer exists, or one backup that no plan answers for.
# schemas:
#   - input: schema.backup
package holdfast.backup
