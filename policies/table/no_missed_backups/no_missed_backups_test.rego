package holdfast.table.no_missed_backups_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.no_missed_backups as rule
import data.holdfast.table_test as table

_asked := {"history_days": 30, "mechanisms": ["plan"]}

_outage := {
	"plan_rule": "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f/nightly",
	"RuleName": "nightly",
	"BackupVaultName": "main",
	"region": "eu-west-1",
	"account": "111122223333",
	"copy": false,
	"runs": 1,
	"latest": false,
	"newest_age_hours": 61,
	"oldest_age_hours": 61,
	"job": "NONE",
}

_missing(changes) := table.with_runs({"missing": 1, "outages": [fixture.with_fields(_outage, changes)]})

_denied(changes, severity, message) if {
	facts := _missing(changes)
	rule.applicable == true with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	rule.ambiguous == set() with input as facts with data.parameters as _asked
	denied := rule.deny with input as facts with data.parameters as _asked
	denied == {object.union(
		{
			"severity": severity,
			"message": message,
			"expected": "a usable recovery point for each run",
			"actual": "1 of 30 missing",
			"stands_alone": facts.runs.outages[0].job != "GONE",
			"cause": _outage.plan_rule,
		},
		_remedy(fixture.with_fields(_outage, changes)),
	)}
}

# Only the latest run can be made up for, and only where it was no copy.
_remedy(outage) := {"remediation": {"Latest": true}} if {
	outage.latest == true
	outage.copy == false
} else := {}

test_ok_with_a_backup_for_each_run if {
	rule.applicable == true with input as table.with_facts({}) with data.parameters as _asked
	rule.ok with input as table.with_facts({}) with data.parameters as _asked
	rule.deny == set() with input as table.with_facts({}) with data.parameters as _asked
}

test_deny_one_is_medium if {
	_denied({}, "medium", "the run of 61 h ago of nightly left no backup in vault main: no job was made")
}

test_deny_the_latest_is_high if {
	_denied(
		{"latest": true, "job": "FAILED", "message": "no permission"}, "high",
		"the latest run of nightly left no backup in vault main: its job FAILED (no permission)",
	)
}

test_deny_two_in_a_row_are_high if {
	_denied(
		{"runs": 2, "job": "GONE"}, "high",
		"2 runs in a row, up to 61 h ago, of nightly left no backup in vault main: its job was completed, and the recovery point is gone",
	)
	_denied(
		{"runs": 3, "latest": true, "job": "OVERDUE"}, "high",
		"the latest 3 runs of nightly left no backup in vault main: its job is still running, beyond its window",
	)
}

test_deny_a_copy if {
	_denied(
		{"copy": true, "latest": true, "BackupVaultName": "far", "region": "us-east-2"}, "high",
		"the latest run of nightly left no copy in vault far (111122223333, us-east-2): no job was made",
	)
}

test_ok_before_the_history if {
	facts := _missing({"newest_age_hours": 168})
	week := {"history_days": 7, "mechanisms": ["plan"]}
	rule.ok with input as facts with data.parameters as week
	rule.deny == set() with input as facts with data.parameters as week
	not rule.ok with input as facts with data.parameters as {"history_days": 8, "mechanisms": ["plan"]}
}

test_ambiguous_schedule if {
	facts := table.with_runs({"judged": 0, "ambiguities": ["rule nightly: wraps around"]})
	rule.applicable == true with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {"schedule is ambiguous: rule nightly: wraps around"} with input as facts with data.parameters as _asked
}

test_deny_what_is_missing_beside_an_ambiguous_schedule if {
	facts := table.with_runs({"missing": 1, "outages": [_outage], "ambiguities": ["rule other: wraps around"]})
	count(rule.deny) == 1 with input as facts with data.parameters as _asked
	rule.ambiguous == set() with input as facts with data.parameters as _asked
}

test_ambiguous_selection if {
	facts := fixture.with_fields(table.in_ambiguous_plan, {"runs": {"judged": 0, "missing": 0, "outages": [], "ambiguities": []}})
	rule.applicable == true with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	count(rule.ambiguous) == 1 with input as facts with data.parameters as _asked
}

test_not_applicable_before_the_first_run if {
	rule.applicable == false with input as table.with_runs({"judged": 0}) with data.parameters as _asked
}

test_not_applicable_without_plans if {
	rule.applicable == false with input as _missing({}) with data.parameters as fixture.with_fields(_asked, {"mechanisms": ["external"]})
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "ARCHIVED"}) with data.parameters as _asked
}

test_missing_facts_are_neither if {
	runs := table.with_facts({}).runs
	every facts in [
		fixture.without(table.with_facts({}), {"runs"}),
		table.with_facts({"runs": fixture.without(runs, {"outages"})}),
		table.with_facts({"runs": fixture.without(runs, {"judged"})}),
	] {
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
	}
}
