package holdfast.table.cold_storage_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.cold_storage as rule
import data.holdfast.table_test as table

_asked := {"cold_after_days": 31, "new_table_grace_hours": 24, "mechanisms": ["plan"]}

_cause := "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f/nightly"

_cold_after(days) := table.with_coverage({"cold_after_days": days})

_never_cold := table.with_facts({"coverage": fixture.without(table.with_facts({}).coverage, {"cold_after_days"})})

_kept(days) := table.with_coverage({"retention_steps": [{
	"from_days": 0, "to_days": days, "for_ever": false,
	"longest_gap_minutes": 1440, "by_copy": false,
}]})

_one_more(facts, retention) := fixture.with_fields(facts, {"protections": [fixture.with_fields(
	table.ambiguous_protection,
	{"retention": retention},
)]})

test_ok_up_to_the_days_asked_for if {
	every days in [1, 30, 31] {
		rule.applicable == true with input as _cold_after(days) with data.parameters as _asked
		rule.ok with input as _cold_after(days) with data.parameters as _asked
		rule.deny == set() with input as _cold_after(days) with data.parameters as _asked
		rule.ambiguous == set() with input as _cold_after(days) with data.parameters as _asked
	}
}

test_deny_a_day_later if {
	not rule.ok with input as _cold_after(32) with data.parameters as _asked
	rule.deny == {{
		"message": "moves backups to cold storage after 32 > 31 days",
		"expected": "31 days",
		"actual": "32 days",
		"cause": _cause,
		"remediation": {"MoveToColdStorageAfterDays": 31},
	}} with input as _cold_after(32) with data.parameters as _asked
}

test_deny_what_never_moves if {
	not rule.ok with input as _never_cold with data.parameters as _asked
	rule.deny == {{
		"message": "never moves backups to cold storage",
		"expected": "31 days",
		"actual": "never",
		"cause": _cause,
		"remediation": {"MoveToColdStorageAfterDays": 31},
	}} with input as _never_cold with data.parameters as _asked
}

test_not_applicable_without_advanced_backup if {
	facts := table.with_facts({"advanced_backup": false})
	rule.applicable == false with input as facts with data.parameters as _asked
}

test_missing_advanced_backup_is_unknown if {
	facts := fixture.without(table.with_facts({}), {"advanced_backup"})
	not rule.applicable == true with input as facts with data.parameters as _asked
	not rule.applicable == false with input as facts with data.parameters as _asked
}

test_not_applicable_to_what_is_too_short_for_cold_storage if {
	rule.applicable == false with input as _kept(120) with data.parameters as _asked
	rule.applicable == true with input as _kept(121) with data.parameters as _asked
	rule.applicable == false with input as table.in_no_plan with data.parameters as _asked
}

test_not_applicable_to_new_tables_and_without_plans if {
	rule.applicable == false with input as table.with_facts({"age_hours": 3}) with data.parameters as _asked
	rule.applicable == false with input as table.with_facts({})
		with data.parameters as fixture.with_fields(_asked, {"mechanisms": ["external"]})
}

test_ambiguous_when_no_plan_covers_it_for_certain if {
	rule.applicable == true with input as table.in_ambiguous_plan with data.parameters as _asked
	not rule.ok with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.deny == set() with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"may be in no backup plan: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as table.in_ambiguous_plan with data.parameters as _asked
}

_kept_by_an_unclear_schedule(days) := fixture.with_fields(_kept(days), {"coverage": fixture.with_fields(
	_kept(days).coverage,
	{"ambiguities": ["rule Rate: rate(1 day) is no cron expression"]},
)})

test_ambiguous_when_the_schedule_decides_whether_anything_is_kept if {
	every facts in [_kept_by_an_unclear_schedule(0), _kept_by_an_unclear_schedule(120)] {
		rule.applicable == true with input as facts with data.parameters as _asked
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
		rule.ambiguous == {"schedule is ambiguous: rule Rate: rate(1 day) is no cron expression"} with input as facts
			with data.parameters as _asked
	}
	rule.ambiguous == set() with input as _kept_by_an_unclear_schedule(366) with data.parameters as _asked
}

test_ambiguous_when_one_more_rule_would_turn_the_answer_round if {
	doubt := concat("", [
		"may be covered by one more rule, which decides: ",
		"StringNotEquals on a tag that the table does not have",
	])
	every facts in [
		_one_more(_cold_after(31), {"kept_for_ever": true}),
		_one_more(_never_cold, {"kept_for_ever": true, "MoveToColdStorageAfterDays": 31}),
	] {
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
		rule.ambiguous == {doubt} with input as facts with data.parameters as _asked
	}
}

test_ok_when_one_more_rule_would_not if {
	facts := _one_more(_cold_after(31), {"kept_for_ever": true, "MoveToColdStorageAfterDays": 7})
	rule.ok with input as facts with data.parameters as _asked
	rule.ambiguous == set() with input as facts with data.parameters as _asked
}

test_missing_coverage_is_unknown if {
	facts := fixture.without(table.with_facts({}), {"coverage"})
	not rule.applicable == true with input as facts with data.parameters as _asked
	not rule.applicable == false with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_deny_is_silent_without_a_plan if {
	facts := table.with_facts({"coverage": fixture.with_fields(_never_cold.coverage, {"covered": false})})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}
