package holdfast.backup.last_way_back_test

import data.holdfast.backup.last_way_back as rule
import data.holdfast.backup_test as backup
import data.holdfast.lib.fixture_test as fixture

_left(usable, days) := backup.with_facts({"usable": usable, "never_expires": false, "days_left": days})

_parameters := {"warn_days": 14, "reprieve_days": 90}

_violation(what) := {
	"message": sprintf("is deleted, and %s in 14 days: confirm that nobody needs it", [what]),
	"expected": "more than 14 days",
	"actual": "14 days",
	"remediation": {"KeepDays": 90},
}

test_ok_while_there_is_time if {
	rule.applicable == true with input as _left(1, 15)
	rule.ok with input as _left(1, 15) with data.parameters as _parameters
	rule.deny == set() with input as _left(1, 15) with data.parameters as _parameters
}

test_deny_when_it_runs_out if {
	not rule.ok with input as _left(1, 14) with data.parameters as _parameters
	rule.deny == {_violation("its only backup expires")} with input as _left(1, 14) with data.parameters as _parameters
	rule.deny == {_violation("the last of its 3 backups expires")} with input as _left(3, 14)
		with data.parameters as _parameters
}

test_ok_when_one_never_expires if {
	facts := backup.with_facts({"usable": 2, "never_expires": true})
	rule.applicable == true with input as facts
	rule.ok with input as facts with data.parameters as _parameters
	rule.deny == set() with input as facts with data.parameters as _parameters
}

test_not_applicable_while_the_table_is_there_or_nothing_can_be_restored if {
	rule.applicable == false with input as fixture.with_fields(_left(1, 3), {"deleted_table": false})
	rule.applicable == false with input as _left(0, 3)
}

test_missing_end_is_neither if {
	every name in ["days_left", "never_expires"] {
		facts := fixture.without(_left(1, 3), {name})
		not rule.ok with input as facts with data.parameters as _parameters
		rule.deny == set() with input as facts with data.parameters as _parameters
	}
}

test_missing_count_is_unknown if {
	facts := fixture.without(_left(1, 3), {"usable"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
}
