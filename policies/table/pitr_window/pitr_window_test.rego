package holdfast.table.pitr_window_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.pitr_window as rule
import data.holdfast.table_test as table

_days(days) := table.with_facts({"pitr": {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days}})

_asked := {"pitr_days": 14}

test_ok_from_the_days_asked_for if {
	every days in [14, 15, 35] {
		rule.applicable == true with input as _days(days)
		rule.ok with input as _days(days) with data.parameters as _asked
		rule.deny == set() with input as _days(days) with data.parameters as _asked
	}
}

test_deny_below if {
	not rule.ok with input as _days(13) with data.parameters as _asked
	rule.deny == {{
		"message": "point-in-time recovery reaches back 13 < 14 days",
		"expected": "14 days",
		"actual": "13 days",
		"remediation": {"RecoveryPeriodInDays": 14},
	}} with input as _days(13) with data.parameters as _asked
}

test_missing_period_is_neither if {
	facts := table.with_facts({"pitr": {"PointInTimeRecoveryStatus": "ENABLED"}})
	rule.applicable == true with input as facts
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_not_applicable_where_recovery_is_off if {
	rule.applicable == false with input as table.with_facts({"pitr": {"PointInTimeRecoveryStatus": "DISABLED"}})
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "CREATING"})
}

test_not_applicable_needs_to_know_that_recovery_is_off if {
	every facts in [
		table.with_facts({"pitr": {}}),
		table.with_facts({"pitr": {"PointInTimeRecoveryStatus": "ENABLING"}}),
		fixture.without(table.with_facts({}), {"pitr"}),
		fixture.without(table.with_facts({}), {"TableStatus"}),
	] {
		not rule.applicable == true with input as facts
		not rule.applicable == false with input as facts
	}
}
