# METADATA
# scope: subpackages
# title: Rules of backup plans
# description: >-
#   Rules below judge one rule of one backup plan, in the plan's current version.
# schemas:
#   - input: schema.plan_rule
package holdfast.plan_rule
