# METADATA
# title: Selections of which AWS does not say whether they match
# description: >-
#   AWS leaves open how some selections behave, for instance StringNotEquals on a table without that tag. Such a
#   selection neither protects a table nor proves that it is unprotected.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
package holdfast.lib.selection

# METADATA
# title: What is not known about the protections that may cover a table
# description: A set of texts, empty exactly where no protection is ambiguous.
unclear(protections) := {doubt |
	some protection in protections
	protection.covered == "ambiguous"
	some doubt in _doubts(protection.ambiguities)
}

_doubts(ambiguities) := named if {
	named := {doubt | some doubt in ambiguities}
	named != set()
} else := {"AWS does not say whether a selection matches it"}
