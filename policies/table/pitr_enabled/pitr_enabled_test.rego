package holdfast.table.pitr_enabled_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.pitr_enabled as rule
import data.holdfast.table_test as table

_status(status) := table.with_facts({"pitr": {"PointInTimeRecoveryStatus": status}})

test_ok_when_enabled if {
	rule.applicable == true with input as _status("ENABLED")
	rule.ok with input as _status("ENABLED")
	rule.deny == set() with input as _status("ENABLED")
}

test_deny_when_disabled if {
	not rule.ok with input as _status("DISABLED")
	rule.deny == {{
		"message": "point-in-time recovery is DISABLED",
		"expected": "ENABLED",
		"actual": "DISABLED",
		"remediation": {"RecoveryPeriodInDays": 7},
	}} with input as _status("DISABLED")
		with data.parameters as {"pitr_days": 7}
}

test_ok_and_deny_are_silent_on_a_status_that_is_not_known if {
	not rule.ok with input as _status("ENABLING")
	rule.deny == set() with input as _status("ENABLING") with data.parameters as {"pitr_days": 35}
}

test_missing_status_is_neither if {
	every facts in [table.with_facts({"pitr": {}}), fixture.without(table.with_facts({}), {"pitr"})] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts with data.parameters as {"pitr_days": 35}
	}
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "DELETING"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}

test_missing_table_status_is_unknown if {
	not rule.applicable == true with input as fixture.without(table.with_facts({}), {"TableStatus"})
	not rule.applicable == false with input as fixture.without(table.with_facts({}), {"TableStatus"})
}
