package holdfast.region.opted_in_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.region.opted_in as rule
import data.holdfast.region_test as region

_not_opted_in(tables) := region.with_facts({"opted_in": false, "tables_that_depend": tables})

_violation(tables) := {
	"message": sprintf("is not opted in to DynamoDB: no plan reaches the %s selected subject to opt-in", [tables]),
	"expected": true,
	"actual": false,
}

test_ok_when_opted_in if {
	rule.applicable == true with input as region.with_facts({})
	rule.ok with input as region.with_facts({})
	rule.deny == set() with input as region.with_facts({})
}

test_deny_when_not if {
	rule.applicable == true with input as _not_opted_in(4)
	not rule.ok with input as _not_opted_in(4)
	rule.deny == {_violation("4 tables that are")} with input as _not_opted_in(4)
	rule.deny == {_violation("1 table that is")} with input as _not_opted_in(1)
}

test_not_applicable_where_no_table_depends_on_it if {
	rule.applicable == false with input as _not_opted_in(0)
}

test_missing_setting_is_neither if {
	facts := fixture.without(region.with_facts({}), {"opted_in"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_missing_count_is_unknown if {
	facts := fixture.without(region.with_facts({}), {"tables_that_depend"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
}
