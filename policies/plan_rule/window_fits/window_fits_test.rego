package holdfast.plan_rule.window_fits_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.window_fits as rule
import data.holdfast.plan_rule_test as plan_rule

_windows(start, completion, gap) := plan_rule.with_facts({
	"StartWindowMinutes": start,
	"CompletionWindowMinutes": completion,
	"shortest_gap_minutes": gap,
})

_collision := {"plan_rule": "arn:aws:backup:eu-west-1:111122223333:backup-plan:77/d", "name": "other/d", "tables": 3}

test_ok_when_a_job_is_over_before_the_next if {
	rule.applicable == true with input as _windows(60, 1379, 1440)
	rule.ok with input as _windows(60, 1379, 1440)
	rule.deny == set() with input as _windows(60, 1379, 1440)
	rule.ambiguous == set() with input as _windows(60, 1379, 1440)
}

test_deny_when_it_may_not_be if {
	not rule.ok with input as _windows(60, 1380, 1440)
	rule.deny == {{
		"message": "may wait 1 h and run 23 h, and runs again after 24 h",
		"expected": "less than 24 h",
		"actual": "24 h",
	}} with input as _windows(60, 1380, 1440)
}

test_deny_awss_defaults_of_a_daily_rule if {
	{v.actual | some v in rule.deny with input as _windows(480, 10080, 1440)} == {"176 h"}
}

test_deny_an_overlap_inside_the_plan if {
	facts := plan_rule.with_facts({"overlaps": ["hourly", "weekly"]})
	not rule.ok with input as facts
	rule.deny == {{
		"message": concat("", [
			"its start window overlaps with that of hourly, weekly: ",
			"the one that keeps longer makes the backup, no other",
		]),
		"expected": "start windows apart",
		"actual": ["hourly", "weekly"],
	}} with input as facts
}

test_deny_a_collision_with_another_plan if {
	facts := plan_rule.with_facts({"collisions": [_collision]})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "starts jobs while another plan does, one of which may expire: other/d (3 of its tables)",
		"expected": "start windows apart",
		"actual": ["other/d"],
	}} with input as facts
}

test_ambiguous_when_the_schedule_cannot_be_read if {
	facts := fixture.without(
		plan_rule.with_facts({"schedule": {"valid": false, "fires": false, "error": "rate(1 day) is no cron"}}),
		{"shortest_gap_minutes"},
	)
	rule.applicable == true with input as facts
	not rule.ok with input as facts
	rule.ambiguous == {"the schedule cannot be read: rate(1 day) is no cron"} with input as facts
	overlapping := fixture.with_fields(facts, {"overlaps": ["hourly"]})
	rule.ambiguous == set() with input as overlapping
	count(rule.deny) == 1 with input as overlapping
}

test_not_applicable_to_what_covers_nothing_or_never_fires if {
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0})
	rule.applicable == false with input as plan_rule.with_facts({"schedule": {"valid": true, "fires": false}})
}

test_missing_fact_is_neither if {
	every name in ["shortest_gap_minutes", "StartWindowMinutes", "CompletionWindowMinutes", "overlaps", "collisions"] {
		facts := fixture.without(plan_rule.with_facts({}), {name})
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
