package holdfast.table.expired_backups_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.expired_backups as rule
import data.holdfast.table_test as table

_overdue(changes) := table.with_facts({"overdue": fixture.with_fields({"points": 0, "expired": 0, "held": 0}, changes)})

test_ok_with_nothing_overdue if {
	every facts in [_overdue({}), _overdue({"held": 3})] {
		rule.applicable == true with input as facts
		rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}

test_deny_what_is_overdue if {
	facts := _overdue({"points": 3, "oldest_hours": 50})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "recovery points outlive their retention: 3, the oldest by 50 h",
		"expected": "deleted within 8 h of their time",
		"actual": "3 overdue",
	}} with input as facts
}

test_deny_what_is_expired if {
	facts := _overdue({"expired": 1})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "recovery points that AWS could not delete are EXPIRED: 1",
		"expected": "deleted within 8 h of their time",
		"actual": "1 EXPIRED",
	}} with input as facts
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "DELETING"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}

test_missing_facts_are_neither if {
	every facts in [
		fixture.without(table.with_facts({}), {"overdue"}),
		table.with_facts({"overdue": {"points": 0, "held": 0}}),
		table.with_facts({"overdue": {"expired": 0, "held": 0}}),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
