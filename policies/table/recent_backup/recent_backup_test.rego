package holdfast.table.recent_backup_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.recent_backup as rule
import data.holdfast.table_test as table

# The limit of a daily plan with a start window of 8 h is 24 + 8 + 4 = 36 h.
_asked := {"late_hours": 4, "rpo_hours": 36, "mechanisms": ["plan"]}

_asked_with(changes) := fixture.with_fields(_asked, changes)

_newest(hours) := table.with_recovery({"newest_point_age_hours": hours})

_running(newest, job) := table.with_recovery({"newest_point_age_hours": newest, "running_job_age_hours": job})

_nothing := {"recovery": {"usable_points": 0, "unusable_points": 0, "on_demand_backups": 0, "failed_jobs": 3}}

_too_old(hours, limit) := {
	"message": sprintf("newest backup is %d > %d h old", [hours, limit]),
	"expected": sprintf("%d h", [limit]),
	"actual": sprintf("%d h", [hours]),
}

_first_due(hours) := fixture.with_fields(
	table.with_facts(_nothing),
	{"coverage": fixture.with_fields(table.with_facts({}).coverage, {"first_due_age_hours": hours})},
)

_first_under_way(due, job) := table.with_facts({
	"coverage": fixture.with_fields(table.with_facts({}).coverage, {"first_due_age_hours": due}),
	"recovery": fixture.with_fields(_nothing.recovery, {"running_job_age_hours": job}),
})

_in_no_plan(recovery) := fixture.with_fields(table.in_no_plan, recovery)

_young(age) := fixture.with_fields(table.in_no_plan, {"age_hours": age, "recovery": _nothing.recovery})

_hours_and_ambiguous(hours) := fixture.with_fields(_newest(hours), {"coverage": fixture.with_fields(
	_newest(hours).coverage,
	{"ambiguities": ["wrap-around range 22-4"], "longest_gap_minutes": 60},
)})

test_ok_up_to_the_limit if {
	every hours in [0, 10, 36] {
		rule.applicable == true with input as _newest(hours) with data.parameters as _asked
		rule.ok with input as _newest(hours) with data.parameters as _asked
		rule.deny == set() with input as _newest(hours) with data.parameters as _asked
		rule.ambiguous == set() with input as _newest(hours) with data.parameters as _asked
	}
}

test_deny_an_hour_later if {
	not rule.ok with input as _newest(37) with data.parameters as _asked
	rule.deny == {_too_old(37, 36)} with input as _newest(37) with data.parameters as _asked
}

test_deny_by_the_schedule_where_it_asks_for_more_than_rpo_hours if {
	twice_a_day := fixture.with_fields(_newest(25), {"coverage": fixture.with_fields(
		_newest(25).coverage,
		{"longest_gap_minutes": 720},
	)})
	not rule.ok with input as twice_a_day with data.parameters as _asked
	rule.deny == {_too_old(25, 24)} with input as twice_a_day with data.parameters as _asked
}

test_deny_by_rpo_hours_where_they_ask_for_more_than_the_schedule if {
	weekly := fixture.with_fields(_newest(37), {"coverage": fixture.with_fields(
		_newest(37).coverage,
		{"longest_gap_minutes": 10080},
	)})
	not rule.ok with input as weekly with data.parameters as _asked
	rule.deny == {_too_old(37, 36)} with input as weekly with data.parameters as _asked
	rule.ok with input as weekly with data.parameters as _asked_with({"rpo_hours": 180})
}

test_limit_is_rounded_down if {
	# 24 h + 90 min + 4 h = 29.5 h: an age of 29 h, which is less than 30 h, is all that is certain to be in time.
	window := {"coverage": fixture.with_fields(table.with_facts({}).coverage, {"start_window_minutes": 90})}
	rule.ok with input as fixture.with_fields(_newest(29), window) with data.parameters as _asked
	rule.deny == {_too_old(30, 29)} with input as fixture.with_fields(_newest(30), window)
		with data.parameters as _asked
}

test_deny_when_nothing_usable_exists if {
	facts := table.with_facts(_nothing)
	rule.applicable == true with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == {{
		"message": "has no usable backup, though the first was due 8990 h ago",
		"expected": "36 h",
		"actual": "none",
	}} with input as facts with data.parameters as _asked
}

test_not_applicable_before_the_first_run_is_overdue if {
	rule.applicable == false with input as _first_due(0) with data.parameters as _asked
	rule.applicable == false with input as _first_due(12) with data.parameters as _asked
	rule.applicable == true with input as _first_due(13) with data.parameters as _asked
}

test_not_applicable_when_the_first_run_is_still_to_come if {
	facts := fixture.with_fields(
		table.with_facts(_nothing),
		{"coverage": fixture.without(table.with_facts({}).coverage, {"first_due_age_hours"})},
	)
	rule.applicable == false with input as facts with data.parameters as _asked
}

test_not_applicable_while_the_very_first_run_is_under_way if {
	rule.applicable == false with input as _first_under_way(20, 8) with data.parameters as _asked

	# Begun 13 h after it was due: too late.
	rule.applicable == true with input as _first_under_way(20, 7) with data.parameters as _asked
	count(rule.deny) == 1 with input as _first_under_way(20, 7) with data.parameters as _asked

	# By now the second run would have to be there.
	rule.applicable == false with input as _first_under_way(48, 36) with data.parameters as _asked
	rule.applicable == true with input as _first_under_way(49, 37) with data.parameters as _asked
}

test_ok_while_the_next_run_is_under_way if {
	# The job began 20 h ago, when the newest backup was 36 h old.
	not rule.ok with input as _newest(56) with data.parameters as _asked
	rule.ok with input as _running(56, 20) with data.parameters as _asked
	rule.deny == set() with input as _running(56, 20) with data.parameters as _asked
}

test_deny_when_the_run_before_the_running_one_is_missing_too if {
	not rule.ok with input as _running(57, 20) with data.parameters as _asked
	rule.deny == {_too_old(57, 36)} with input as _running(57, 20) with data.parameters as _asked
}

test_deny_when_the_running_job_has_outlasted_the_next_run if {
	rule.ok with input as _running(60, 36) with data.parameters as _asked
	not rule.ok with input as _running(60, 37) with data.parameters as _asked
	rule.deny == {_too_old(60, 36)} with input as _running(60, 37) with data.parameters as _asked
}

test_deny_without_a_plan_by_rpo_hours if {
	rule.deny == {{
		"message": "has no usable backup",
		"expected": "36 h",
		"actual": "none",
	}} with input as _in_no_plan(_nothing) with data.parameters as _asked
	rule.deny == {_too_old(100, 36)} with data.parameters as _asked
		with input as _in_no_plan({"recovery": _newest(100).recovery})
	rule.ok with input as _in_no_plan({"recovery": _newest(36).recovery}) with data.parameters as _asked
}

test_not_applicable_without_a_plan_to_a_table_younger_than_rpo_hours if {
	rule.applicable == false with input as _young(36) with data.parameters as _asked
	rule.applicable == true with input as _young(37) with data.parameters as _asked
}

test_deny_by_rpo_hours_when_the_schedule_never_runs if {
	facts := fixture.with_fields(_newest(37), {"coverage": fixture.with_fields(
		table.in_no_plan.coverage,
		{"covered": true},
	)})
	rule.applicable == true with input as facts with data.parameters as _asked
	rule.deny == {_too_old(37, 36)} with input as facts with data.parameters as _asked
}

test_ambiguous_when_the_schedule_could_not_be_read if {
	coverage := fixture.with_fields(table.in_no_plan.coverage, {"covered": true, "ambiguities": ["rate(1 day) is no cron expression"]})
	every hours in [10, 36] {
		facts := fixture.with_fields(_newest(hours), {"coverage": coverage})
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
		rule.ambiguous == {"schedule is ambiguous: rate(1 day) is no cron expression"} with input as facts with data.parameters as _asked
	}
	old := fixture.with_fields(_newest(37), {"coverage": coverage})
	rule.deny == {_too_old(37, 36)} with input as old with data.parameters as _asked
}

test_on_demand_backups_count_where_they_are_a_mechanism if {
	facts := table.with_facts({"recovery": {"newest_backup_age_hours": 5, "usable_points": 0, "on_demand_backups": 1}})
	not rule.ok with input as facts with data.parameters as _asked
	count(rule.deny) == 1 with input as facts with data.parameters as _asked
	every mechanisms in [["on_demand"], ["external"], ["plan", "on_demand"]] {
		rule.ok with input as facts with data.parameters as _asked_with({"mechanisms": mechanisms})
		rule.deny == set() with input as facts with data.parameters as _asked_with({"mechanisms": mechanisms})
	}
}

test_deny_without_on_demand_backups_where_they_are_the_mechanism if {
	parameters := _asked_with({"mechanisms": ["on_demand"]})
	rule.applicable == true with input as table.with_facts(_nothing) with data.parameters as parameters
	rule.deny == {{
		"message": "has no usable backup",
		"expected": "36 h",
		"actual": "none",
	}} with input as table.with_facts(_nothing) with data.parameters as parameters
	rule.deny == {_too_old(37, 36)} with input as _newest(37) with data.parameters as parameters
}

test_ambiguous_where_somebody_else_backs_up_and_aws_shows_nothing if {
	parameters := _asked_with({"mechanisms": ["external"]})
	every facts in [table.with_facts(_nothing), _newest(400)] {
		not rule.ok with input as facts with data.parameters as parameters
		rule.deny == set() with input as facts with data.parameters as parameters
		rule.ambiguous == {"is backed up by somebody else, of whose backups AWS shows no recent one"}
			with input as facts
			with data.parameters as parameters
	}
	rule.ok with input as _newest(36) with data.parameters as parameters
}

test_ambiguous_when_it_is_not_known_whether_a_plan_covers_it if {
	facts := fixture.with_fields(table.in_ambiguous_plan, _nothing)
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"may be backed up by a plan that made no backup yet: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as facts with data.parameters as _asked
	rule.ok with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.ambiguous == set() with input as table.in_ambiguous_plan with data.parameters as _asked
}

test_ambiguous_when_the_schedule_is if {
	every hours in [10, 30, 36] {
		not rule.ok with input as _hours_and_ambiguous(hours) with data.parameters as _asked
		rule.deny == set() with input as _hours_and_ambiguous(hours) with data.parameters as _asked
		rule.ambiguous == {"schedule is ambiguous: wrap-around range 22-4"} with input as _hours_and_ambiguous(hours)
			with data.parameters as _asked
	}
	rule.deny == {_too_old(37, 13)} with input as _hours_and_ambiguous(37) with data.parameters as _asked
	rule.ambiguous == set() with input as _hours_and_ambiguous(37) with data.parameters as _asked
}

test_missing_recovery_is_neither if {
	every facts in [fixture.without(table.with_facts({}), {"recovery"}), table.with_facts({"recovery": {}})] {
		not rule.ok with input as facts with data.parameters as _asked
		rule.deny == set() with input as facts with data.parameters as _asked
	}
}

test_missing_age_of_points_that_exist_is_neither if {
	facts := table.with_facts({"recovery": {"usable_points": 3}})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_missing_coverage_is_unknown if {
	facts := fixture.without(table.with_facts({}), {"coverage"})
	not rule.applicable == true with input as facts with data.parameters as _asked
	not rule.applicable == false with input as facts with data.parameters as _asked
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "ARCHIVED"}) with data.parameters as _asked
	rule.applicable == false with input as table.with_facts({"restore_test": true}) with data.parameters as _asked
}

test_ambiguous_when_the_schedule_is_and_a_job_is_running if {
	facts := fixture.with_fields(_running(56, 20), {"coverage": fixture.with_fields(
		_running(56, 20).coverage,
		{"ambiguities": ["wrap-around range 22-4"]},
	)})
	not rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
	rule.ambiguous == {"schedule is ambiguous: wrap-around range 22-4"} with input as facts
		with data.parameters as _asked
}

test_newest_of_both_kinds_counts if {
	every recovery in [
		{"newest_point_age_hours": 100, "newest_backup_age_hours": 5, "usable_points": 1},
		{"newest_point_age_hours": 5, "newest_backup_age_hours": 100, "usable_points": 1},
	] {
		rule.ok with input as table.with_facts({"recovery": recovery})
			with data.parameters as _asked_with({"mechanisms": ["plan", "on_demand"]})
	}
}

test_schedule_of_a_plan_that_does_not_cover_it_does_not_count if {
	facts := fixture.with_fields(_newest(30), {"coverage": fixture.with_fields(
		_newest(30).coverage,
		{"covered": false, "longest_gap_minutes": 60},
	)})
	rule.ok with input as facts with data.parameters as _asked
	rule.deny == set() with input as facts with data.parameters as _asked
}
