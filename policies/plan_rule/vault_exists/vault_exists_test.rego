package holdfast.plan_rule.vault_exists_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.vault_exists as rule
import data.holdfast.plan_rule_test as plan_rule

_offsite := "arn:aws:backup:eu-central-1:444455556666:backup-vault:offsite"

_missing(kind, name) := {
	"message": sprintf("names the %s %s, which does not exist", [kind, name]),
	"expected": name,
	"actual": "does not exist",
	"remediation": {"BackupVault": name},
}

test_ok_when_every_vault_exists if {
	every facts in [
		plan_rule.with_facts({}),
		plan_rule.with_facts({
			"air_gapped_vault": plan_rule.vault_with({"lock": "air_gapped"}),
			"copies": [plan_rule.copy_with({}), plan_rule.copy_with({"region": "eu-north-1"})],
		}),
	] {
		rule.applicable == true with input as facts
		rule.ok with input as facts
		rule.deny == set() with input as facts
		rule.ambiguous == set() with input as facts
	}
}

test_deny_when_the_vault_does_not_exist if {
	facts := plan_rule.with_facts({"vault": {"BackupVaultName": "primary", "exists": false}})
	not rule.ok with input as facts
	rule.deny == {_missing("vault", "primary")} with input as facts
}

test_deny_when_the_air_gapped_vault_does_not_exist if {
	facts := plan_rule.with_facts({"air_gapped_vault": {"BackupVaultName": "island", "exists": false}})
	not rule.ok with input as facts
	rule.deny == {_missing("air-gapped vault", "island")} with input as facts
}

test_deny_when_a_copy_vault_does_not_exist if {
	facts := plan_rule.with_facts({"copies": [
		plan_rule.copy_with({}),
		plan_rule.copy_with({"vault": {"BackupVaultName": "offsite", "exists": false}}),
	]})
	not rule.ok with input as facts
	rule.deny == {_missing("copy vault", _offsite)} with input as facts
}

test_deny_whatever_else_was_not_read if {
	facts := plan_rule.with_facts({
		"vault": {"BackupVaultName": "primary", "exists": false},
		"copies": [fixture.without(plan_rule.copy_with({}), {"vault"})],
	})
	rule.deny == {_missing("vault", "primary")} with input as facts
	rule.ambiguous == set() with input as facts
}

test_ambiguous_when_a_copy_vault_was_not_read if {
	every copy in [
		fixture.without(plan_rule.copy_with({}), {"vault"}),
		plan_rule.copy_with({"vault": {"BackupVaultName": "offsite"}}),
	] {
		not rule.ok with input as plan_rule.with_facts({"copies": [copy]})
		rule.deny == set() with input as plan_rule.with_facts({"copies": [copy]})
		rule.ambiguous == {sprintf(
			"copies into %s, where it was not read whether that vault exists",
			[_offsite],
		)} with input as plan_rule.with_facts({"copies": [copy]})
	}
}

test_missing_answer_about_the_vault_is_neither if {
	every facts in [
		plan_rule.with_facts({"vault": {"BackupVaultName": "primary"}}),
		plan_rule.with_facts({"air_gapped_vault": {"BackupVaultName": "island"}}),
		fixture.without(plan_rule.with_facts({}), {"copies"}),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}

test_not_applicable_to_a_rule_that_covers_no_table if {
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0})
	rule.applicable == true with input as plan_rule.with_facts({"tables_covered": 0, "tables_ambiguous": 1})
}
