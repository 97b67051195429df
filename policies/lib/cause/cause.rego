# METADATA
# title: What several violations share
# description: >-
#   Findings that name the same cause count once. Where the facts know of no cause, a violation has to do without.
package holdfast.lib.cause

# METADATA
# title: A violation that names its cause, where there is one
# description: An empty text is no cause.
named(violation, cause) := {field: value |
	some part in [violation, {"cause": cause}]
	some field, value in part
	[field, value] != ["cause", ""]
}
