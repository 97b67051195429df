package holdfast.backup.forgotten_test

import data.holdfast.backup.forgotten as rule
import data.holdfast.backup_test as backup
import data.holdfast.lib.fixture_test as fixture

_aged(count, days) := backup.with_facts({"without_end": count, "oldest_without_end_age_days": days})

_parameters := {"on_demand_max_days": 366}

test_ok_up_to_the_limit if {
	rule.ok with input as _aged(1, 366) with data.parameters as _parameters
	rule.deny == set() with input as _aged(1, 366) with data.parameters as _parameters
}

test_deny_beyond if {
	not rule.ok with input as _aged(2, 367) with data.parameters as _parameters
	rule.deny == {{
		"message": concat("", [
			"has no end and no plan that answers for it, and is 367 > 366 days old: ",
			"confirm owner and retention",
		]),
		"expected": "an end, or at most 366 days",
		"actual": "367 days",
	}} with input as _aged(2, 367) with data.parameters as _parameters
}

test_ok_with_an_end if {
	facts := fixture.without(_aged(0, 0), {"oldest_without_end_age_days"})
	rule.ok with input as facts with data.parameters as _parameters
	rule.deny == set() with input as facts with data.parameters as _parameters
}

test_missing_age_or_count_is_neither if {
	every name in ["without_end", "oldest_without_end_age_days"] {
		facts := fixture.without(_aged(1, 400), {name})
		not rule.ok with input as facts with data.parameters as _parameters
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}
