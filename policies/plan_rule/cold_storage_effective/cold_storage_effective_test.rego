package holdfast.plan_rule.cold_storage_effective_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.cold_storage_effective as rule
import data.holdfast.plan_rule_test as plan_rule

_retention(cold, delete) := {
	"kept_for_ever": false,
	"MoveToColdStorageAfterDays": cold,
	"DeleteAfterDays": delete,
}

_warm := {"kept_for_ever": false, "DeleteAfterDays": 366}

_too_short := {
	"message": "deletes backups after 120 < 121 days, though they move to cold storage after 31",
	"expected": "at least 121 days",
	"actual": "120 days",
}

test_ok_when_the_stay_is_long_enough if {
	every retention in [
		_retention(31, 121),
		_retention(31, 366),
		{"kept_for_ever": true, "MoveToColdStorageAfterDays": 31},
	] {
		rule.applicable == true with input as plan_rule.with_facts({"retention": retention})
		rule.ok with input as plan_rule.with_facts({"retention": retention})
		rule.deny == set() with input as plan_rule.with_facts({"retention": retention})
	}
}

test_deny_when_the_stay_is_too_short if {
	facts := plan_rule.with_facts({"retention": _retention(31, 120)})
	not rule.ok with input as facts
	rule.deny == {_too_short} with input as facts
}

test_deny_without_advanced_backup if {
	facts := plan_rule.with_facts({"advanced_backup": false})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "asks for cold storage after 31 days, which AWS ignores without advanced DynamoDB backup",
		"expected": "advanced DynamoDB backup on",
		"actual": "off",
	}} with input as facts
}

test_deny_a_copy_whose_stay_is_too_short if {
	copy := plan_rule.copy_with({"retention": _retention(31, 120)})
	facts := plan_rule.with_facts({"retention": _warm, "copies": [copy]})
	rule.applicable == true with input as facts
	not rule.ok with input as facts
	rule.deny == {_too_short} with input as facts
}

test_deny_a_stay_that_is_too_short_whatever_the_setting if {
	facts := fixture.without(plan_rule.with_facts({"retention": _retention(31, 120)}), {"advanced_backup"})
	rule.deny == {_too_short} with input as facts
}

test_missing_setting_is_neither if {
	facts := fixture.without(plan_rule.with_facts({}), {"advanced_backup"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_missing_end_of_retention_is_neither if {
	facts := plan_rule.with_facts({"retention": {"kept_for_ever": false, "MoveToColdStorageAfterDays": 31}})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_not_applicable_where_nothing_asks_for_cold_storage if {
	rule.applicable == false with input as plan_rule.with_facts({"retention": _warm})
}

test_not_applicable_to_a_rule_that_covers_no_table if {
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0})
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0, "retention": _warm})
}
