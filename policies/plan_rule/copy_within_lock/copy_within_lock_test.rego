package holdfast.plan_rule.copy_within_lock_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.copy_within_lock as rule
import data.holdfast.plan_rule_test as plan_rule

_copies(all) := plan_rule.with_facts({"copies": all})

_kept(days) := plan_rule.copy_with({"retention": {"kept_for_ever": false, "DeleteAfterDays": days}})

_refused(numbers, expected, actual) := {
	"message": sprintf("keeps copies %s, which the lock of vault offsite refuses", [numbers]),
	"expected": expected,
	"actual": actual,
}

test_ok_within_the_bounds if {
	every days in [7, 366, 400] {
		rule.applicable == true with input as _copies([_kept(days)])
		rule.ok with input as _copies([_kept(days)])
		rule.deny == set() with input as _copies([_kept(days)])
		rule.ambiguous == set() with input as _copies([_kept(days)])
	}
}

test_copies_are_held_to_their_own_lifecycle if {
	not rule.ok with input as _copies([_kept(6)])
	rule.deny == {_refused("6 < 7 days", "at least 7 days", "6 days")} with input as _copies([_kept(6)])
	rule.deny == {_refused("401 > 400 days", "at most 400 days", "401 days")} with input as _copies([_kept(401)])
}

test_deny_for_ever_where_there_is_a_maximum if {
	facts := _copies([plan_rule.copy_with({"retention": {"kept_for_ever": true}})])
	not rule.ok with input as facts
	rule.deny == {_refused("for ever > 400 days", "at most 400 days", "for ever")} with input as facts
}

test_one_copy_that_fits_does_not_help_the_other if {
	not rule.ok with input as _copies([_kept(366), _kept(6)])
	count(rule.deny) == 1 with input as _copies([_kept(366), _kept(6)])
}

test_ok_where_the_vault_does_not_exist if {
	facts := _copies([plan_rule.copy_with({"vault": {"BackupVaultName": "offsite", "exists": false}})])
	rule.ok with input as facts
	rule.ambiguous == set() with input as facts
}

test_ambiguous_when_the_lock_of_a_vault_was_not_read if {
	every copy in [
		fixture.without(plan_rule.copy_with({}), {"vault"}),
		plan_rule.copy_with({"vault": {"BackupVaultName": "offsite", "exists": true}}),
	] {
		not rule.ok with input as _copies([copy])
		rule.deny == set() with input as _copies([copy])
		rule.ambiguous == {concat("", [
			"copies into arn:aws:backup:eu-central-1:444455556666:backup-vault:offsite, ",
			"whose lock was not read",
		])} with input as _copies([copy])
	}
}

test_deny_whatever_else_was_not_read if {
	facts := _copies([_kept(6), fixture.without(plan_rule.copy_with({}), {"vault"})])
	count(rule.deny) == 1 with input as facts
	rule.ambiguous == set() with input as facts
}

test_not_applicable_without_copies_or_tables if {
	rule.applicable == false with input as plan_rule.with_facts({})
	rule.applicable == false with input as fixture.with_fields(_copies([_kept(366)]), {"tables_covered": 0})
}

test_missing_copies_is_unknown if {
	facts := fixture.without(plan_rule.with_facts({}), {"copies"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_missing_retention_is_neither if {
	facts := _copies([plan_rule.copy_with({"retention": {"kept_for_ever": false}})])
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
