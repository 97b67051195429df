package holdfast.backup.available_test

import data.holdfast.backup.available as rule
import data.holdfast.backup_test as backup
import data.holdfast.lib.fixture_test as fixture

_creating(hours) := backup.with_facts({"creating": 1, "oldest_creating_age_hours": hours})

_parameters := {"creating_max_hours": 24}

test_ok_when_done if {
	rule.ok with input as backup.with_facts({}) with data.parameters as _parameters
	rule.deny == set() with input as backup.with_facts({}) with data.parameters as _parameters
}

test_ok_for_a_while if {
	rule.ok with input as _creating(24) with data.parameters as _parameters
	rule.deny == set() with input as _creating(24) with data.parameters as _parameters
}

test_deny_beyond if {
	not rule.ok with input as _creating(25) with data.parameters as _parameters
	rule.deny == {{
		"message": "has been CREATING for 25 > 24 hours",
		"expected": "at most 24 hours",
		"actual": "25 hours",
	}} with input as _creating(25) with data.parameters as _parameters
}

test_missing_age_or_count_is_neither if {
	every name in ["creating", "oldest_creating_age_hours"] {
		facts := fixture.without(_creating(25), {name})
		not rule.ok with input as facts with data.parameters as _parameters
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}
