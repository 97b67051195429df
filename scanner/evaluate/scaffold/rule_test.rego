package holdfast.SUBJECT.RULE_test

import data.holdfast.SUBJECT.RULE

test_ok_when_good if {
	RULE.ok with input as _SUBJECT
	count(RULE.deny) == 0 with input as _SUBJECT
}

test_deny_when_bad if {
	RULE.deny == {{"message": "what is wrong, with the value found"}} with input as _SUBJECT
	not RULE.ok with input as _SUBJECT
}

test_missing_fact_is_neither if {
	not RULE.ok with input as {}
	count(RULE.deny) == 0 with input as {}
}

# The facts of a good SUBJECT; see the fields in scanner/facts/schema/SUBJECT.json.
_SUBJECT := {}
