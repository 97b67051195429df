# METADATA
# title: The good state, as a sentence
# description: What can go wrong without it.
# related_resources:
#   - https://docs.aws.amazon.com/
# custom:
#   severity: medium
#   evidence: []
#   fix: What a person does about it.
package holdfast.SUBJECT.RULE

# Both sides are said, each positively: a missing fact then makes neither true, which reads as unknown.
ok if false

deny contains violation if {
	false
	violation := {"message": "completes the name of the SUBJECT: what is wrong, with the value found"}
}
