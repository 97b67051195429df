package holdfast.table.daily_backup_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.daily_backup as rule
import data.holdfast.table_test as table

_asked := {"daily_hours": 24, "new_table_grace_hours": 24, "mechanisms": ["plan"]}

_gap(minutes) := table.with_coverage({"longest_gap_minutes": minutes})

_cause := "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f/nightly"

test_ok_up_to_the_limit if {
	every minutes in [60, 720, 1440] {
		rule.applicable == true with input as _gap(minutes) with data.parameters as _asked
		rule.ok with input as _gap(minutes) with data.parameters as _asked
		rule.deny == set() with input as _gap(minutes) with data.parameters as _asked
		rule.ambiguous == set() with input as _gap(minutes) with data.parameters as _asked
	}
}

test_deny_a_minute_above_the_limit if {
	not rule.ok with input as _gap(1441) with data.parameters as _asked
	rule.deny == {{
		"message": "goes up to 24 h 1 min > 24 h without a scheduled backup",
		"expected": "24 h",
		"actual": "24 h 1 min",
		"remediation": {"MaxGapHours": 24},
		"cause": _cause,
	}} with input as _gap(1441) with data.parameters as _asked
}

test_deny_working_days_only if {
	rule.deny == {{
		"message": "goes up to 72 h > 24 h without a scheduled backup",
		"expected": "24 h",
		"actual": "72 h",
		"remediation": {"MaxGapHours": 24},
		"cause": _cause,
	}} with input as _gap(4320) with data.parameters as _asked
}

test_deny_without_a_known_cause if {
	facts := table.with_facts({"coverage": fixture.without(_gap(4320).coverage, {"cause"})})
	rule.deny == {{
		"message": "goes up to 72 h > 24 h without a scheduled backup",
		"expected": "24 h",
		"actual": "72 h",
		"remediation": {"MaxGapHours": 24},
	}} with input as facts with data.parameters as _asked
}

test_deny_what_never_runs if {
	facts := table.with_facts({"coverage": fixture.with_fields(
		fixture.without(table.with_facts({}).coverage, {"longest_gap_minutes"}),
		{"fires": false},
	)})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == {{
		"message": "is in a backup plan whose schedule never runs twice",
		"expected": "24 h",
		"actual": "never",
		"remediation": {"MaxGapHours": 24},
		"cause": _cause,
	}} with input as facts with data.parameters as _asked
}

test_deny_without_a_plan if {
	not rule.ok with input as table.in_no_plan with data.parameters as _asked
	rule.deny == {{
		"message": "is in no backup plan",
		"expected": "24 h",
		"actual": "no backup plan",
	}} with input as table.in_no_plan with data.parameters as _asked
}

test_ambiguous_when_no_plan_covers_it_for_certain if {
	not rule.ok with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.deny == set() with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"may be in no backup plan: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as table.in_ambiguous_plan with data.parameters as _asked
}

test_ambiguous_when_the_schedule_is if {
	every minutes in [1080, 4320] {
		facts := table.with_coverage({"longest_gap_minutes": minutes, "ambiguities": ["wrap-around range 22-4"]})
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
		"schedule is ambiguous: wrap-around range 22-4" in rule.ambiguous with input as facts
			with data.parameters as _asked
	}
}

test_ambiguous_when_one_more_rule_could_fill_the_gap if {
	facts := fixture.with_fields(_gap(4320), {"protections": [table.ambiguous_protection]})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"is not backed up often enough, unless one more rule covers it: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as facts with data.parameters as _asked
}

test_ok_whatever_one_more_rule_could_add if {
	facts := fixture.with_fields(_gap(1440), {"protections": [table.ambiguous_protection]})
	rule.ok with input as facts with data.parameters as _asked
	rule.ambiguous == set() with input as facts with data.parameters as _asked
}

test_missing_gap_is_neither if {
	facts := table.with_facts({"coverage": fixture.without(table.with_facts({}).coverage, {"longest_gap_minutes"})})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_missing_coverage_is_neither if {
	facts := fixture.without(table.with_facts({}), {"coverage"})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_not_applicable_to_new_tables_and_without_plans if {
	rule.applicable == false with input as table.with_facts({"age_hours": 3}) with data.parameters as _asked
	rule.applicable == false with input as table.with_facts({"TableStatus": "CREATING"}) with data.parameters as _asked
	rule.applicable == false with input as table.with_facts({})
		with data.parameters as fixture.with_fields(_asked, {"mechanisms": ["external"]})
}

test_deny_whatever_the_runs_of_a_plan_that_does_not_cover_it if {
	every changes in [{}, {"longest_gap_minutes": 4320}, {"fires": false}] {
		facts := table.with_coverage(fixture.with_fields(changes, {"covered": false}))
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == {{
			"message": "is in no backup plan",
			"expected": "24 h",
			"actual": "no backup plan",
		}} with input as facts with data.parameters as _asked
	}
}
