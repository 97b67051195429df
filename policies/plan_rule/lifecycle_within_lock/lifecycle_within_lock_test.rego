package holdfast.plan_rule.lifecycle_within_lock_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.lifecycle_within_lock as rule
import data.holdfast.plan_rule_test as plan_rule

_keeps(retention) := plan_rule.with_facts({"retention": retention})

_days(days) := {"kept_for_ever": false, "DeleteAfterDays": days}

_for_ever := {"kept_for_ever": true}

_refused(what, numbers, vault, expected, actual) := {
	"message": sprintf("keeps %s %s, which the lock of vault %s refuses", [what, numbers, vault]),
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
		"backups", "6 < 7 days", "primary",
		"at least 7 days", "6 days",
	)} with input as _keeps(_days(6))
}

test_deny_above_the_maximum if {
	not rule.ok with input as _keeps(_days(401))
	rule.deny == {_refused(
		"backups", "401 > 400 days", "primary",
		"at most 400 days", "401 days",
	)} with input as _keeps(_days(401))
}

test_deny_for_ever_where_there_is_a_maximum if {
	not rule.ok with input as _keeps(_for_ever)
	rule.deny == {_refused(
		"backups", "for ever > 400 days", "primary",
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
	rule.deny == {_refused("backups", "366 > 365 days", "island", "at most 365 days", "366 days")} with input as facts
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
		_refused("backups", "366 > 30 days", "primary", "at most 30 days", "366 days"),
		_refused("backups", "366 < 400 days", "island", "at least 400 days", "366 days"),
	} with input as facts
}

test_copies_are_held_to_their_own_lifecycle if {
	facts := plan_rule.with_facts({"copies": [plan_rule.copy_with({"retention": _days(6)})]})
	not rule.ok with input as facts
	rule.deny == {_refused("copies", "6 < 7 days", "offsite", "at least 7 days", "6 days")} with input as facts
	rule.ok with input as plan_rule.with_facts({"copies": [plan_rule.copy_with({"retention": _days(7)})]})
	rule.ambiguous == set() with input as plan_rule.with_facts({"copies": [plan_rule.copy_with({})]})
}

test_ok_where_the_vault_does_not_exist if {
	facts := plan_rule.with_facts({
		"vault": {"BackupVaultName": "primary", "exists": false},
		"copies": [plan_rule.copy_with({"vault": {"BackupVaultName": "offsite", "exists": false}})],
	})
	rule.ok with input as facts
	rule.ambiguous == set() with input as facts
}

test_ambiguous_when_the_lock_of_a_copy_vault_was_not_read if {
	every copy in [
		fixture.without(plan_rule.copy_with({}), {"vault"}),
		plan_rule.copy_with({"vault": {"BackupVaultName": "offsite", "exists": true}}),
	] {
		facts := plan_rule.with_facts({"copies": [copy]})
		not rule.ok with input as facts
		rule.deny == set() with input as facts
		rule.ambiguous == {concat("", [
			"copies into arn:aws:backup:eu-central-1:444455556666:backup-vault:offsite, ",
			"whose lock was not read",
		])} with input as facts
	}
}

test_deny_whatever_else_was_not_read if {
	facts := fixture.with_fields(
		_keeps(_days(6)),
		{"copies": [fixture.without(plan_rule.copy_with({}), {"vault"})]},
	)
	count(rule.deny) == 1 with input as facts
	rule.ambiguous == set() with input as facts
}

test_missing_lock_is_neither if {
	every facts in [
		plan_rule.with_facts({"vault": {"BackupVaultName": "primary", "exists": true}}),
		plan_rule.with_facts({"vault": {"BackupVaultName": "primary"}}),
		_keeps({"kept_for_ever": false}),
		fixture.without(plan_rule.with_facts({}), {"copies"}),
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
