package holdfast.plan_rule.lifecycle_within_lock_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.lifecycle_within_lock as rule
import data.holdfast.plan_rule_test as plan_rule

_keeps(retention) := plan_rule.with_facts({"retention": retention})

_days(days) := {"kept_for_ever": false, "DeleteAfterDays": days}

_for_ever := {"kept_for_ever": true}

_refused(numbers, vault, expected, actual) := {
	"message": sprintf("keeps backups %s, which the lock of vault %s refuses", [numbers, vault]),
	"expected": expected,
	"actual": actual,
}

test_ok_within_the_bounds if {
	every days in [7, 366, 400] {
		rule.applicable == true with input as _keeps(_days(days))
		rule.ok with input as _keeps(_days(days))
		rule.deny == set() with input as _keeps(_days(days))
	}
}

test_ok_without_a_lock if {
	facts := plan_rule.with_facts({"retention": _for_ever, "vault": {
		"BackupVaultName": "primary",
		"exists": true,
		"lock": "none",
	}})
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_deny_below_the_minimum if {
	not rule.ok with input as _keeps(_days(6))
	rule.deny == {_refused(
		"6 < 7 days", "primary",
		"at least 7 days", "6 days",
	)} with input as _keeps(_days(6))
}

test_deny_above_the_maximum if {
	not rule.ok with input as _keeps(_days(401))
	rule.deny == {_refused(
		"401 > 400 days", "primary",
		"at most 400 days", "401 days",
	)} with input as _keeps(_days(401))
}

test_deny_for_ever_where_there_is_a_maximum if {
	not rule.ok with input as _keeps(_for_ever)
	rule.deny == {_refused(
		"for ever > 400 days", "primary",
		"at most 400 days", "for ever",
	)} with input as _keeps(_for_ever)
}

test_deny_what_the_air_gapped_vault_refuses if {
	facts := plan_rule.with_facts({"air_gapped_vault": plan_rule.vault_with({
		"BackupVaultName": "island",
		"lock": "air_gapped",
		"MaxRetentionDays": 365,
	})})
	not rule.ok with input as facts
	rule.deny == {_refused("366 > 365 days", "island", "at most 365 days", "366 days")} with input as facts
}

test_ok_when_only_the_vault_refuses_where_backups_never_land if {
	facts := plan_rule.with_facts({
		"vault": plan_rule.vault_with({"MaxRetentionDays": 30}),
		"air_gapped_vault": plan_rule.vault_with({"BackupVaultName": "island", "lock": "air_gapped"}),
	})
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_deny_both_vaults_without_advanced_backup if {
	facts := plan_rule.with_facts({
		"advanced_backup": false,
		"vault": plan_rule.vault_with({"MaxRetentionDays": 30}),
		"air_gapped_vault": plan_rule.vault_with({"BackupVaultName": "island", "MinRetentionDays": 400}),
	})
	rule.deny == {
		_refused("366 > 30 days", "primary", "at most 30 days", "366 days"),
		_refused("366 < 400 days", "island", "at least 400 days", "366 days"),
	} with input as facts
}

test_ok_where_the_vault_does_not_exist if {
	facts := plan_rule.with_facts({"vault": {"BackupVaultName": "primary", "exists": false}})
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_missing_lock_is_neither if {
	every facts in [
		plan_rule.with_facts({"vault": {"BackupVaultName": "primary", "exists": true}}),
		plan_rule.with_facts({"vault": {"BackupVaultName": "primary"}}),
		_keeps({"kept_for_ever": false}),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}

test_missing_advanced_backup_is_neither_where_it_decides if {
	facts := fixture.without(
		plan_rule.with_facts({
			"vault": plan_rule.vault_with({"MaxRetentionDays": 30}),
			"air_gapped_vault": plan_rule.vault_with({"BackupVaultName": "island", "lock": "air_gapped"}),
		}),
		{"advanced_backup"},
	)
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_not_applicable_to_a_rule_that_covers_no_table if {
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0})
}
