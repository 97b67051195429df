package holdfast.vault.customer_key_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.customer_key as rule
import data.holdfast.vault_test as vault

test_ok_with_a_key_of_ones_own if {
	rule.ok with input as vault.with_facts({})
	rule.deny == set() with input as vault.with_facts({})
}

test_ok_in_an_air_gapped_vault_with_a_key_that_aws_owns if {
	facts := vault.with_facts({"lock": "air_gapped", "key": {"owner": "aws_owned"}})
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_deny_the_key_that_aws_manages if {
	every lock in ["none", "compliance", "air_gapped"] {
		facts := fixture.with_fields(vault.with_key({"owner": "aws_managed"}), {"lock": lock})
		not rule.ok with input as facts
		rule.deny == {{
			"message": "key is the one that AWS manages for AWS Backup, whose policy nobody can change",
			"expected": "customer",
			"actual": "aws_managed",
		}} with input as facts
	}
}

test_missing_owner_is_neither if {
	every facts in [
		fixture.without(vault.with_facts({}), {"key"}),
		vault.with_facts({"key": {"exists": true, "KeyState": "Enabled"}}),
		vault.with_facts({"key": {"owner": "aws_owned"}}),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
