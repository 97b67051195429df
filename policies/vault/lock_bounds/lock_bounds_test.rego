package holdfast.vault.lock_bounds_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.lock_bounds as rule
import data.holdfast.vault_test as vault

_bounds(least, shortest) := vault.with_facts({"MinRetentionDays": least, "shortest_retention_days": shortest})

_parameters := {"lock_min_days": 7}

test_ok_at_the_shortest_retention if {
	rule.applicable == true with input as _bounds(366, 366)
	rule.ok with input as _bounds(366, 366) with data.parameters as _parameters
	rule.deny == set() with input as _bounds(366, 366) with data.parameters as _parameters
	rule.ok with input as _bounds(400, 366) with data.parameters as _parameters
}

test_deny_below_the_shortest_retention if {
	not rule.ok with input as _bounds(365, 366) with data.parameters as _parameters
	rule.deny == {{
		"message": "lock's minimum is 365 < 366 days, the shortest retention that is sent here",
		"expected": "at least 366 days",
		"actual": "365 days",
	}} with input as _bounds(365, 366) with data.parameters as _parameters
}

test_deny_below_the_policys_minimum_however_short_the_rules_keep if {
	not rule.ok with input as _bounds(6, 3) with data.parameters as _parameters
	rule.deny == {{
		"message": "lock's minimum is 6 < 7 days",
		"expected": "at least 7 days",
		"actual": "6 days",
	}} with input as _bounds(6, 3) with data.parameters as _parameters
	rule.ok with input as _bounds(7, 3) with data.parameters as _parameters
}

test_ok_without_an_end_of_what_is_sent if {
	facts := fixture.without(_bounds(7, 0), {"shortest_retention_days"})
	rule.ok with input as facts with data.parameters as _parameters
	rule.deny == set() with input as facts with data.parameters as _parameters
}

test_deny_a_lock_without_minimum if {
	facts := fixture.without(_bounds(7, 366), {"MinRetentionDays"})
	not rule.ok with input as facts with data.parameters as _parameters
	rule.deny == {{
		"message": "lock has no minimum, so a plan edit can make backups that are gone tomorrow",
		"expected": "at least 7 days",
		"actual": "none",
	}} with input as facts with data.parameters as _parameters
}

test_every_lock_has_bounds if {
	every lock in ["air_gapped", "compliance", "governance", "grace"] {
		rule.applicable == true with input as vault.with_facts({"lock": lock})
	}
}

test_not_applicable_without_a_lock if {
	rule.applicable == false with input as vault.with_facts({"lock": "none"})
}

test_missing_lock_is_unknown if {
	every facts in [fixture.without(vault.with_facts({}), {"lock"}), vault.with_facts({"lock": "novel"})] {
		not rule.applicable == true with input as facts
		not rule.applicable == false with input as facts
	}
}
