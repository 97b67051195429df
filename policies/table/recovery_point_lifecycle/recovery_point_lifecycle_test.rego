package holdfast.table.recovery_point_lifecycle_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.recovery_point_lifecycle as rule
import data.holdfast.table_test as table

_deviation := {
	"BackupVaultName": "main",
	"region": "eu-west-1",
	"copy": false,
	"earlier": true,
	"promised": {"kept_for_ever": false, "DeleteAfterDays": 366},
	"retention": {"kept_for_ever": false, "DeleteAfterDays": 2},
	"points": 1,
}

_with(changes) := table.with_facts({"promises": {"known": 30, "unknown": 0, "older": 0, "deviations": [fixture.with_fields(_deviation, changes)]}})

_denied(changes, severity, message) if {
	facts := _with(changes)
	rule.applicable == true with input as facts
	not rule.ok with input as facts
	denied := rule.deny with input as facts
	count(denied) == 1
	some violation in denied
	violation.severity == severity
	violation.message == message
}

test_ok_where_all_is_as_promised if {
	rule.applicable == true with input as table.with_facts({})
	rule.ok with input as table.with_facts({})
	rule.deny == set() with input as table.with_facts({})
}

test_deny_earlier_is_critical if {
	_denied({}, "critical", "1 recovery point in vault main (eu-west-1): kept 2 days, promised 366 days")
	_denied(
		{"promised": {"kept_for_ever": true}, "points": 4}, "critical",
		"4 recovery points in vault main (eu-west-1): kept 2 days, promised for ever",
	)
}

test_deny_later_is_low if {
	_denied(
		{"earlier": false, "copy": true, "retention": {"kept_for_ever": true}}, "low",
		"1 copy in vault main (eu-west-1): kept for ever, promised 366 days",
	)
	_denied(
		{"earlier": false, "copy": true, "points": 2, "retention": {"kept_for_ever": false, "DeleteAfterDays": 400}}, "low",
		"2 copies in vault main (eu-west-1): kept 400 days, promised 366 days",
	)
}

test_not_applicable_where_no_promise_is_known if {
	rule.applicable == false with input as table.with_facts({"promises": {"known": 0, "unknown": 3, "older": 0, "deviations": []}})
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "DELETING"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}

test_missing_facts_are_neither if {
	every facts in [
		fixture.without(table.with_facts({}), {"promises"}),
		table.with_facts({"promises": {"known": 3, "unknown": 0, "older": 0}}),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
	not rule.applicable with input as fixture.without(table.with_facts({}), {"promises"})
}
