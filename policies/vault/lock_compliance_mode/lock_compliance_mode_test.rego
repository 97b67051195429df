package holdfast.vault.lock_compliance_mode_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.lock_compliance_mode as rule
import data.holdfast.vault_test as vault

_locked(lock, foreign) := vault.with_facts({"lock": lock, "foreign_points": foreign})

test_ok_in_compliance_mode_also_in_its_grace if {
	every lock in ["air_gapped", "compliance", "grace"] {
		every foreign in [0, 3] {
			rule.ok with input as _locked(lock, foreign)
			rule.deny == set() with input as _locked(lock, foreign)
		}
	}
}

test_deny_what_can_be_removed if {
	every lock in ["governance", "none"] {
		not rule.ok with input as _locked(lock, 0)
		rule.deny == {{
			"message": sprintf("lock is %s, not compliance", [lock]),
			"expected": "compliance or air_gapped",
			"actual": lock,
		}} with input as _locked(lock, 0)
	}
}

test_deny_more_severely_where_another_accounts_copies_are if {
	every lock in ["governance", "none"] {
		not rule.ok with input as _locked(lock, 1)
		rule.deny == {{
			"message": sprintf("holds another account's copies, and its lock is %s, not compliance", [lock]),
			"severity": "high",
			"stands_alone": lock == "governance",
			"expected": "compliance or air_gapped",
			"actual": lock,
		}} with input as _locked(lock, 1)
	}
}

test_missing_lock_or_points_is_neither if {
	every facts in [
		fixture.without(_locked("governance", 0), {"lock"}),
		fixture.without(_locked("governance", 0), {"foreign_points"}),
		_locked("novel", 0),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
