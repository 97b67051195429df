package holdfast.table.retention_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.retention as rule
import data.holdfast.table_test as table

_asked := {
	"retention_profile": [{"to_days": 366, "max_gap_hours": 24}],
	"new_table_grace_hours": 24,
	"mechanisms": ["plan"],
}

_generations := fixture.with_fields(_asked, {"retention_profile": [
	{"to_days": 35, "max_gap_hours": 24},
	{"to_days": 91, "max_gap_hours": 168},
	{"to_days": 366, "max_gap_hours": 744},
]})

_at_most(days) := fixture.with_fields(_asked, {"max_days": days})

_cause := "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f/nightly"

_keeps(steps) := table.with_coverage({"retention_steps": steps})

_step(from, to, hours) := {
	"from_days": from, "to_days": to, "for_ever": false,
	"longest_gap_minutes": hours * 60, "by_copy": false,
}

_for_ever(from, hours) := fixture.with_fields(
	fixture.without(_step(from, 0, hours), {"to_days"}),
	{"for_ever": true},
)

_short(kept) := {
	"message": sprintf("keeps backups %d < 366 days", [kept]),
	"expected": "366 days",
	"actual": sprintf("%d days", [kept]),
	"cause": _cause,
	"remediation": {"DeleteAfterDays": 366},
	"stands_alone": kept > 0,
}

test_ok_from_the_days_asked_for if {
	every steps in [[_step(0, 366, 24)], [_step(0, 367, 24)], [_step(0, 366, 12)], [_for_ever(0, 24)]] {
		rule.applicable == true with input as _keeps(steps) with data.parameters as _asked
		rule.ok with input as _keeps(steps) with data.parameters as _asked
		rule.deny == set() with input as _keeps(steps) with data.parameters as _asked
		rule.ambiguous == set() with input as _keeps(steps) with data.parameters as _asked
	}
}

test_deny_one_day_short if {
	not rule.ok with input as _keeps([_step(0, 365, 24)]) with data.parameters as _asked
	rule.deny == {_short(365)} with input as _keeps([_step(0, 365, 24)]) with data.parameters as _asked
}

test_deny_without_a_known_cause if {
	facts := table.with_facts({"coverage": fixture.without(
		_keeps([_step(0, 35, 24)]).coverage,
		{"retention_cause"},
	)})
	rule.deny == {fixture.without(_short(35), {"cause"})} with input as facts with data.parameters as _asked
}

test_deny_nothing_kept if {
	rule.deny == {_short(0)} with input as _keeps([]) with data.parameters as _asked
}

test_deny_daily_for_a_month_and_monthly_for_a_year if {
	facts := _keeps([_step(0, 35, 24), _step(35, 366, 744)])
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == {{
		"message": "keeps backups 744 h > 24 h apart between 35 and 366 days of age",
		"expected": "at most 24 h apart, up to 366 days",
		"actual": "744 h apart beyond 35 days",
		"cause": _cause,
	}} with input as facts with data.parameters as _asked
}

test_ok_for_generations_that_are_asked_for if {
	every steps in [
		[_step(0, 35, 24), _step(35, 91, 168), _step(91, 366, 744)],
		[_step(0, 36, 24), _step(36, 92, 168), _step(92, 400, 744)],
		[_step(0, 366, 24)],
		[_step(0, 35, 24), _for_ever(35, 168)],
	] {
		rule.ok with input as _keeps(steps) with data.parameters as _generations
		rule.deny == set() with input as _keeps(steps) with data.parameters as _generations
	}
}

test_deny_a_generation_that_ends_one_day_early if {
	facts := _keeps([_step(0, 35, 24), _step(35, 90, 168), _step(90, 366, 744)])
	not rule.ok with input as facts with data.parameters as _generations
	rule.deny == {{
		"message": "keeps backups 744 h > 168 h apart between 90 and 91 days of age",
		"expected": "at most 168 h apart, up to 91 days",
		"actual": "744 h apart beyond 90 days",
		"cause": _cause,
	}} with input as facts with data.parameters as _generations
}

test_deny_tells_of_gaps_and_of_the_end if {
	weekly := {
		"message": "keeps backups 168 h > 24 h apart between 0 and 366 days of age",
		"expected": "at most 24 h apart, up to 366 days",
		"actual": "168 h apart beyond 0 days",
		"cause": _cause,
	}
	rule.deny == {weekly, _short(30)} with input as _keeps([_step(0, 30, 168)]) with data.parameters as _asked
}

test_ok_up_to_max_days if {
	rule.ok with input as _keeps([_step(0, 400, 24)]) with data.parameters as _at_most(400)
}

test_deny_beyond_max_days if {
	not rule.ok with input as _keeps([_step(0, 401, 24)]) with data.parameters as _at_most(400)
	rule.deny == {{
		"message": "keeps backups 401 > 400 days",
		"expected": "at most 400 days",
		"actual": "401 days",
		"cause": _cause,
	}} with input as _keeps([_step(0, 401, 24)]) with data.parameters as _at_most(400)
}

test_deny_for_ever_where_there_is_a_maximum if {
	not rule.ok with input as _keeps([_for_ever(0, 24)]) with data.parameters as _at_most(36500)
	rule.deny == {{
		"message": "keeps backups for ever > 36500 days",
		"expected": "at most 36500 days",
		"actual": "for ever",
		"cause": _cause,
	}} with input as _keeps([_for_ever(0, 24)]) with data.parameters as _at_most(36500)
}

test_deny_without_a_plan if {
	rule.deny == {{
		"message": "is in no backup plan",
		"expected": "366 days",
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
	facts := table.with_coverage({"ambiguities": ["wrap-around range 22-4"]})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {"schedule is ambiguous: wrap-around range 22-4"} with input as facts
		with data.parameters as _asked
}

test_ambiguous_when_one_more_rule_could_keep_longer if {
	facts := fixture.with_fields(_keeps([_step(0, 35, 24)]), {"protections": [table.ambiguous_protection]})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"does not keep backups as asked, unless one more rule covers it: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as facts with data.parameters as _asked
}

test_ok_whatever_one_more_rule_could_keep if {
	facts := fixture.with_fields(_keeps([_step(0, 366, 24)]), {"protections": [table.ambiguous_protection]})
	rule.ok with input as facts with data.parameters as _asked
	rule.ambiguous == set() with input as facts with data.parameters as _asked
	rule.ok with input as facts with data.parameters as _at_most(366)
}

test_ambiguous_when_one_more_rule_could_keep_too_long if {
	every retention in [{"kept_for_ever": true}, {"kept_for_ever": false, "DeleteAfterDays": 401}] {
		protection := fixture.with_fields(table.ambiguous_protection, {"retention": retention})
		facts := fixture.with_fields(_keeps([_step(0, 366, 24)]), {"protections": [protection]})
		not rule.ok with input as facts with data.parameters as _at_most(400)
		rule.deny == set() with input as facts with data.parameters as _at_most(400)
		rule.ambiguous == {concat("", [
			"keeps backups too long, if one more rule covers it: ",
			"StringNotEquals on a tag that the table does not have",
		])} with input as facts with data.parameters as _at_most(400)
	}
}

test_deny_too_long_whatever_one_more_rule_could_keep if {
	protection := fixture.with_fields(table.ambiguous_protection, {"retention": {"kept_for_ever": true}})
	facts := fixture.with_fields(_keeps([_for_ever(0, 48)]), {"protections": [protection]})
	count(rule.deny) == 2 with input as facts with data.parameters as _at_most(400)
	rule.ambiguous == set() with input as facts with data.parameters as _at_most(400)
}

test_missing_steps_are_neither if {
	facts := table.with_facts({"coverage": fixture.without(table.with_facts({}).coverage, {"retention_steps"})})
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
	rule.applicable == false with input as table.with_facts({"restore_test": true}) with data.parameters as _asked
	rule.applicable == false with input as table.with_facts({})
		with data.parameters as fixture.with_fields(_asked, {"mechanisms": ["external"]})
}

test_deny_whatever_is_kept_by_a_plan_that_does_not_cover_it if {
	every steps in [[_step(0, 366, 24)], [_step(0, 366, 168)], [_for_ever(0, 24)]] {
		facts := table.with_coverage({"covered": false, "retention_steps": steps})
		not rule.ok with input as facts with data.parameters as _at_most(400)
		rule.deny == {{
			"message": "is in no backup plan",
			"expected": "366 days",
			"actual": "no backup plan",
		}} with input as facts with data.parameters as _at_most(400)
	}
}
