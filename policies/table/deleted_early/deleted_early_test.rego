package holdfast.table.deleted_early_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.deleted_early as rule
import data.holdfast.table_test as table

_point := {
	"RecoveryPointArn": "arn:aws:backup:eu-west-1:111122223333:recovery-point:1",
	"BackupVaultName": "main",
	"days_left": 300,
	"known": "job",
}

_gone(points, changes) := table.with_facts({"gone": {"points": points, "listed": [fixture.with_fields(_point, changes)]}})

_denied(facts, message) if {
	rule.applicable == true with input as facts
	not rule.ok with input as facts
	denied := rule.deny with input as facts
	denied == {{
		"message": message,
		"expected": "every recovery point until its DeleteAt",
		"actual": sprintf("%d gone", [facts.gone.points]),
	}}
}

test_ok_with_none_gone if {
	rule.applicable == true with input as table.with_facts({})
	rule.ok with input as table.with_facts({})
	rule.deny == set() with input as table.with_facts({})
}

test_deny_one if {
	_denied(_gone(1, {}), "a recovery point of vault main is gone, 300 days before its time")
	_denied(_gone(1, {"days_left": 0}), "a recovery point of vault main is gone, hours before its time")
}

test_deny_names_who if {
	_denied(
		_gone(2, {"by": "arn:aws:iam::111122223333:user/eve", "call": "DeleteRecoveryPoint"}),
		"2 recovery points are gone before their time, the newest of vault main, 300 days before its time: arn:aws:iam::111122223333:user/eve called DeleteRecoveryPoint",
	)
}

test_deny_one_without_end if {
	facts := table.with_facts({"gone": {"points": 1, "listed": [fixture.without(_point, {"days_left"})]}})
	_denied(facts, "a recovery point of vault main is gone, which was to be kept for ever")
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "DELETING"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}

test_missing_facts_are_neither if {
	every facts in [fixture.without(table.with_facts({}), {"gone"}), table.with_facts({"gone": {"listed": []}})] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
