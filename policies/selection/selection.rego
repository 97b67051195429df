# METADATA
# scope: subpackages
# title: Selections of backup plans
# description: >-
#   Rules below judge one selection of one backup plan: which tables it brings in, and which it leaves out.
# schemas:
#   - input: schema.selection
package holdfast.selection
