package holdfast.selection.skips_protected_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.selection.skips_protected as rule
import data.holdfast.selection_test as selection

_skips(opt_in, tag, type, perhaps) := selection.with_facts({
	"skipped_by_opt_in": opt_in,
	"skipped_by_tag": tag,
	"skipped_by_type": type,
	"skipped_perhaps": perhaps,
})

_violation(tables, reasons, opt_in, tag, type) := {
	"message": sprintf("is meant for %s that no plan covers: %s", [tables, reasons]),
	"expected": "covered",
	"actual": {"skipped_by_opt_in": opt_in, "skipped_by_tag": tag, "skipped_by_type": type},
}

test_ok_when_none_is_left_out if {
	rule.applicable == true with input as selection.with_facts({})
	rule.ok with input as selection.with_facts({})
	rule.deny == set() with input as selection.with_facts({})
	rule.ambiguous == set() with input as selection.with_facts({})
}

test_deny_each_way_to_be_left_out if {
	not rule.ok with input as _skips(1, 0, 0, 0)
	rule.deny == {_violation("1 table", "1 since the Region is not opted in to DynamoDB", 1, 0, 0)}
		with input as _skips(1, 0, 0, 0)
	rule.deny == {_violation("2 tables", "2 by the tag or name of a restore test", 0, 2, 0)}
		with input as _skips(0, 2, 0, 0)
	rule.deny == {_violation("3 tables", "3 since NotResources takes out all tables", 0, 0, 3)}
		with input as _skips(0, 0, 3, 0)
}

test_deny_all_ways_together_whatever_else_is_open if {
	all := concat(", ", [
		"1 since the Region is not opted in to DynamoDB",
		"2 by the tag or name of a restore test",
		"3 since NotResources takes out all tables",
	])
	rule.deny == {_violation("6 tables", all, 1, 2, 3)} with input as _skips(1, 2, 3, 4)
	rule.ambiguous == set() with input as _skips(1, 2, 3, 4)
}

test_ambiguous_when_it_is_not_known if {
	not rule.ok with input as _skips(0, 0, 0, 1)
	rule.deny == set() with input as _skips(0, 0, 0, 1)
	count(rule.ambiguous) == 1 with input as _skips(0, 0, 0, 1)
}

test_applicable_where_all_that_is_meant_is_left_out if {
	facts := fixture.with_fields(_skips(1, 0, 0, 0), {"tables_covered": 0})
	rule.applicable == true with input as facts
}

test_not_applicable_to_a_selection_of_other_things if {
	rule.applicable == false with input as selection.with_facts({"tables_covered": 0})
}

test_missing_count_is_unknown if {
	every name in ["skipped_by_opt_in", "skipped_by_tag", "skipped_by_type", "skipped_perhaps", "tables_covered"] {
		facts := fixture.without(selection.with_facts({}), {name})
		not rule.applicable == true with input as facts
		not rule.applicable == false with input as facts
		rule.deny == set() with input as facts
	}
}
