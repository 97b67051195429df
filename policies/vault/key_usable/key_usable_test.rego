package holdfast.vault.key_usable_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.vault.key_usable as rule
import data.holdfast.vault_test as vault

_in_state(state) := vault.with_key({"KeyState": state})

test_ok_when_enabled if {
	rule.ok with input as vault.with_facts({})
	rule.deny == set() with input as vault.with_facts({})
}

test_ok_with_a_key_that_nobody_but_aws_sees if {
	facts := vault.with_facts({"lock": "air_gapped", "key": {"owner": "aws_owned"}})
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_deny_a_key_that_cannot_be_used if {
	every state in ["Disabled", "PendingImport", "Unavailable"] {
		not rule.ok with input as _in_state(state)
		rule.deny == {{
			"message": sprintf("key is %s: nothing can be backed up or restored with it", [state]),
			"expected": "Enabled",
			"actual": state,
		}} with input as _in_state(state)
	}
}

test_deny_a_key_on_its_way_out_most_severely if {
	every state in ["PendingDeletion", "PendingReplicaDeletion"] {
		facts := vault.with_key({"KeyState": state, "days_until_deletion": 6})
		violation := {
			"message": "key waits for its deletion, in 6 days",
			"severity": "critical",
			"expected": "Enabled",
			"actual": state,
		}
		not rule.ok with input as facts
		rule.deny == {violation} with input as facts
		undated := fixture.with_fields(violation, {"message": "key waits for its deletion"})
		rule.deny == {undated} with input as _in_state(state)
	}
}

test_deny_a_key_that_is_gone if {
	facts := vault.with_facts({"key": {"exists": false}})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "key does not exist any more: what is encrypted with it is lost",
		"severity": "critical",
		"expected": "Enabled",
		"actual": "deleted",
	}} with input as facts
}

test_missing_state_is_neither if {
	every facts in [
		fixture.without(vault.with_facts({}), {"key"}),
		vault.with_facts({"key": {"exists": true, "owner": "customer"}}),
		vault.with_facts({"key": {}}),
		_in_state("Creating"),
	] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
