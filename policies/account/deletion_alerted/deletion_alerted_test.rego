package holdfast.account.deletion_alerted_test

import data.holdfast.account.deletion_alerted as rule
import data.holdfast.account_test as account
import data.holdfast.lib.fixture_test as fixture

_parameters := {"alerted_calls": ["backup:DeleteRecoveryPoint", "kms:DisableKey"]}

_call(event, told, why) := {"event": event, "told": told, "why": why}

_region(name, point, key, table) := {"region": name, "recorded": "yes", "calls": [
	_call("backup:DeleteRecoveryPoint", point, ["no trail records it"]),
	_call("dynamodb:DeleteTable", table, []),
	_call("kms:DisableKey", key, []),
]}

_watched(regions) := account.with_facts({"watched": regions})

_violation(message, calls) := {
	"message": message,
	"expected": "an alarm or a rule that tells a topic",
	"actual": calls,
}

test_ok_when_somebody_is_told_of_what_is_asked if {
	facts := _watched([_region("eu-west-1", "yes", "yes", "no"), _region("us-east-1", "yes", "yes", "ambiguous")])
	rule.applicable == true with input as facts
	rule.ok with input as facts with data.parameters as _parameters
	rule.deny == set() with input as facts with data.parameters as _parameters
	rule.ambiguous == set() with input as facts with data.parameters as _parameters
}

test_deny_each_region_in_which_nobody_is if {
	facts := _watched([_region("eu-west-1", "no", "no", "no"), _region("us-east-1", "yes", "no", "yes")])
	not rule.ok with input as facts with data.parameters as _parameters
	rule.deny == {
		_violation(
			"in eu-west-1 nobody is told of backup:DeleteRecoveryPoint, kms:DisableKey (no trail records it)",
			["backup:DeleteRecoveryPoint", "kms:DisableKey"],
		),
		_violation("in us-east-1 nobody is told of kms:DisableKey", ["kms:DisableKey"]),
	} with input as facts with data.parameters as _parameters
}

test_deny_regions_that_miss_the_same_together if {
	facts := _watched([_region("eu-west-1", "yes", "no", "no"), _region("us-east-1", "yes", "no", "yes")])
	rule.deny == {_violation("in eu-west-1, us-east-1 nobody is told of kms:DisableKey", ["kms:DisableKey"])}
		with input as facts with data.parameters as _parameters
}

test_ambiguous_when_it_is_not_known if {
	facts := _watched([_region("eu-west-1", "ambiguous", "yes", "no")])
	not rule.ok with input as facts with data.parameters as _parameters
	rule.deny == set() with input as facts with data.parameters as _parameters
	rule.ambiguous == {"whether somebody is told of backup:DeleteRecoveryPoint in eu-west-1: no trail records it"}
		with input as facts with data.parameters as _parameters
	both := _watched([_region("eu-west-1", "ambiguous", "no", "no")])
	rule.ambiguous == set() with input as both with data.parameters as _parameters
}

test_not_applicable_without_tables_or_backups if {
	rule.applicable == false with input as _watched([])
}

test_missing_answers_are_neither if {
	every facts in [
		fixture.without(_watched([]), {"watched"}),
		_watched([{"region": "eu-west-1", "recorded": "yes", "calls": []}]),
		_watched([_region("eu-west-1", "novel", "yes", "yes")]),
	] {
		not rule.ok with input as facts with data.parameters as _parameters
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}
