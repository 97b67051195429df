package holdfast.vault.notifications_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.notifications as rule
import data.holdfast.vault_test as vault

_told(aborted, expired, failed, why) := vault.with_facts({"failures": [
	{"event": "ABORTED", "told": aborted, "why": why},
	{"event": "EXPIRED", "told": expired, "why": why},
	{"event": "FAILED", "told": failed, "why": why},
]})

_violation(message) := {"message": message, "expected": "a topic that is told", "actual": "none"}

test_ok_when_somebody_is_told_of_all if {
	facts := _told("yes", "yes", "yes", ["rule failures: tells topic alerts"])
	rule.applicable == true with input as facts
	rule.ok with input as facts
	rule.deny == set() with input as facts
	rule.ambiguous == set() with input as facts
}

test_deny_when_nobody_is if {
	not rule.ok with input as _told("no", "no", "no", [])
	rule.deny == {_violation("nobody is told when a backup job ends ABORTED, EXPIRED, FAILED")}
		with input as _told("no", "no", "no", [])
}

test_deny_tells_why_what_might_does_not if {
	facts := _told("yes", "no", "ambiguous", ["topic alerts does not exist"])
	not rule.ok with input as facts
	rule.deny == {_violation("nobody is told when a backup job ends EXPIRED (topic alerts does not exist)")}
		with input as facts
	rule.ambiguous == set() with input as facts
}

test_ambiguous_when_it_is_not_known if {
	facts := _told("yes", "ambiguous", "yes", ["what its target does was not looked at"])
	not rule.ok with input as facts
	rule.deny == set() with input as facts
	rule.ambiguous == {concat("", [
		"whether somebody is told when a backup job ends EXPIRED: ",
		"what its target does was not looked at",
	])} with input as facts
}

test_not_applicable_to_a_vault_of_copies if {
	rule.applicable == false with input as fixture.with_fields(_told("no", "no", "no", []), {"copies_only": true})
}

test_missing_answers_are_neither if {
	every facts in [
		fixture.without(_told("yes", "yes", "yes", []), {"failures"}),
		vault.with_facts({"failures": []}),
		_told("yes", "novel", "yes", []),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}

test_missing_use_is_unknown if {
	facts := fixture.without(_told("yes", "yes", "yes", []), {"copies_only"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
}
