package holdfast.table.cold_after_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.cold_after as rule
import data.holdfast.table_test as table

_cold(due, sampled, warm) := table.with_facts({"cold": {"due": due, "sampled": sampled, "warm": warm}})

test_ok_where_the_sample_is_cold if {
	rule.applicable == true with input as _cold(30, 2, 0)
	rule.ok with input as _cold(30, 2, 0)
	rule.deny == set() with input as _cold(30, 2, 0)
}

test_deny_where_one_is_warm if {
	not rule.ok with input as _cold(30, 2, 1)
	rule.deny == {{
		"message": "1 of 2 recovery points that were asked about are still warm; 30 should be in cold storage",
		"expected": "COLD",
		"actual": "WARM",
	}} with input as _cold(30, 2, 1)
}

test_missing_sample_is_neither if {
	not rule.ok with input as _cold(30, 0, 0)
	rule.deny == set() with input as _cold(30, 0, 0)
	not rule.applicable with input as fixture.without(table.with_facts({}), {"cold"})
}

test_not_applicable_where_nothing_is_due if {
	rule.applicable == false with input as _cold(0, 0, 0)
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "DELETING"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}
