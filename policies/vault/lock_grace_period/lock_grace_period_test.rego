package holdfast.vault.lock_grace_period_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.lock_grace_period as rule
import data.holdfast.vault_test as vault

_parameters := {"lock_warn_days": 14}

_grace(days, refused, for_ever) := vault.with_facts({
	"lock": "grace",
	"days_until_lock": days,
	"refused_senders": refused,
	"points_for_ever": for_ever,
})

_violation(message) := {"message": message, "expected": "compliance", "actual": "grace"}

_refuse := "the bounds refuse backups that are sent here"

_stay := "recovery points have no end and will stay for ever"

test_ok_once_it_is_over if {
	every lock in ["air_gapped", "compliance"] {
		facts := vault.with_facts({"lock": lock, "refused_senders": 1, "points_for_ever": 5})
		rule.applicable == true with input as facts
		rule.ok with input as facts
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}

test_deny_a_removable_lock_mildly if {
	not rule.ok with input as _grace(3, 0, 0)
	rule.deny == {_violation("lock can be removed for 3 more days")} with input as _grace(3, 0, 0)
		with data.parameters as _parameters
}

test_deny_what_will_be_regretted_most_severely_in_the_last_days if {
	message := sprintf("lock can be removed for 14 more days; after that nobody can help it that %s and %s", [_stay, _refuse])
	rule.deny == {object.union(_violation(message), {"severity": "high", "stands_alone": true})}
		with input as _grace(14, 1, 5) with data.parameters as _parameters
}

test_deny_what_will_be_regretted_mildly_before if {
	message := sprintf("lock can be removed for 15 more days; after that nobody can help it that %s", [_refuse])
	rule.deny == {_violation(message)} with input as _grace(15, 1, 0) with data.parameters as _parameters
}

test_points_without_end_are_enough if {
	message := sprintf("lock can be removed for 0 more days; after that nobody can help it that %s", [_stay])
	rule.deny == {object.union(_violation(message), {"severity": "high", "stands_alone": true})}
		with input as _grace(0, 0, 1) with data.parameters as _parameters
}

test_not_applicable_without_a_grace_period if {
	every lock in ["governance", "none"] {
		rule.applicable == false with input as vault.with_facts({"lock": lock})
	}
}

test_missing_counts_are_neither if {
	every name in ["days_until_lock", "refused_senders", "points_for_ever"] {
		facts := fixture.without(_grace(3, 1, 0), {name})
		not rule.ok with input as facts
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}

test_missing_lock_is_unknown if {
	every facts in [fixture.without(vault.with_facts({}), {"lock"}), vault.with_facts({"lock": "novel"})] {
		not rule.applicable == true with input as facts
		not rule.applicable == false with input as facts
	}
}
