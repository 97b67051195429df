package holdfast.vault.locked_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.locked as rule
import data.holdfast.vault_test as vault

_locked(lock) := vault.with_facts({"lock": lock})

test_ok_when_nobody_can_remove_the_lock if {
	every lock in ["compliance", "air_gapped"] {
		rule.ok with input as _locked(lock)
		rule.deny == set() with input as _locked(lock)
	}
}

test_deny_without_a_lock if {
	not rule.ok with input as _locked("none")
	rule.deny == {{
		"message": "is not locked, so whoever may delete backups can",
		"expected": "compliance or air_gapped",
		"actual": "none",
	}} with input as _locked("none")
}

test_deny_a_governance_lock_less_severely if {
	not rule.ok with input as _locked("governance")
	rule.deny == {{
		"message": "lock is removable: it is in governance mode",
		"severity": "medium",
		"expected": "compliance or air_gapped",
		"actual": "governance",
	}} with input as _locked("governance")
}

test_deny_a_lock_in_grace_less_severely if {
	facts := vault.with_facts({"lock": "grace", "days_until_lock": 3})
	grace := {
		"message": "lock is removable: it is in its grace period, for 3 more days",
		"severity": "medium",
		"expected": "compliance or air_gapped",
		"actual": "grace",
	}
	not rule.ok with input as facts
	rule.deny == {grace} with input as facts
	rule.deny == {fixture.with_fields(grace, {"message": "lock is removable: it is in its grace period"})}
		with input as _locked("grace")
}

test_missing_lock_is_neither if {
	every facts in [fixture.without(vault.with_facts({}), {"lock"}), _locked("novel")] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
