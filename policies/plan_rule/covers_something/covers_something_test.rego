package holdfast.plan_rule.covers_something_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.covers_something as rule
import data.holdfast.plan_rule_test as plan_rule

_covers(tables, ambiguous) := plan_rule.with_facts({"tables_covered": tables, "tables_ambiguous": ambiguous})

_nothing := {
	"message": "covers no table, though a selection of its plan names DynamoDB",
	"expected": "at least 1 table",
	"actual": "none",
}

test_ok_when_it_covers_a_table if {
	rule.applicable == true with input as _covers(1, 0)
	rule.ok with input as _covers(1, 0)
	rule.deny == set() with input as _covers(1, 0)
	rule.ambiguous == set() with input as _covers(1, 5)
}

test_deny_when_it_covers_none if {
	not rule.ok with input as _covers(0, 0)
	rule.deny == {_nothing} with input as _covers(0, 0)
	rule.ambiguous == set() with input as _covers(0, 0)
}

test_ambiguous_when_it_perhaps_covers_one if {
	not rule.ok with input as _covers(0, 1)
	rule.deny == set() with input as _covers(0, 1)
	count(rule.ambiguous) == 1 with input as _covers(0, 1)
}

test_ok_when_the_organizations_plan_covers_one_elsewhere if {
	facts := fixture.with_fields(_covers(0, 0), {"covered_elsewhere": 2})
	rule.ok with input as facts
	rule.deny == set() with input as facts
	perhaps := fixture.with_fields(_covers(0, 0), {"ambiguous_elsewhere": 2})
	rule.deny == set() with input as perhaps
	count(rule.ambiguous) == 1 with input as perhaps
}

test_not_applicable_where_no_selection_names_dynamodb if {
	rule.applicable == false with input as fixture.with_fields(_covers(0, 0), {"names_dynamodb": false})
}

test_not_applicable_to_the_same_plan_in_another_region if {
	rule.applicable == false with input as fixture.with_fields(_covers(0, 0), {"judged_elsewhere": true})
}

test_missing_count_is_neither if {
	every name in ["tables_covered", "covered_elsewhere"] {
		facts := fixture.without(_covers(0, 0), {name})
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
	every name in ["tables_ambiguous", "ambiguous_elsewhere"] {
		rule.deny == set() with input as fixture.without(_covers(0, 0), {name})
	}
}

test_missing_name_is_unknown if {
	facts := fixture.without(_covers(1, 0), {"names_dynamodb"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
}
