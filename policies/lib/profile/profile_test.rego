package holdfast.lib.profile_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.lib.profile

_daily_for(days) := [{"from_days": 0, "to_days": days, "for_ever": false, "longest_gap_minutes": 1440}]

_for_ever := [{"from_days": 0, "for_ever": true, "longest_gap_minutes": 1440}]

# Daily for 35 days, weekly for 91, monthly for 366.
_steps := [
	{"from_days": 0, "to_days": 35, "for_ever": false, "longest_gap_minutes": 1440},
	{"from_days": 35, "to_days": 91, "for_ever": false, "longest_gap_minutes": 10080},
	{"from_days": 91, "to_days": 366, "for_ever": false, "longest_gap_minutes": 44640},
]

_tiers := [
	{"to_days": 35, "max_gap_hours": 24},
	{"to_days": 91, "max_gap_hours": 168},
	{"to_days": 366, "max_gap_hours": 744},
]

test_end_is_the_longest_tier_in_any_order if {
	profile.end(_tiers) == 366
	profile.end(array.reverse(_tiers)) == 366
	profile.end([{"to_days": 7, "max_gap_hours": 24}]) == 7
}

test_reaches_an_age_up_to_the_last_day if {
	profile.reaches(_daily_for(365), 366) == false
	profile.reaches(_daily_for(366), 366) == true
	profile.reaches(_daily_for(367), 366) == true
	profile.reaches(_steps, 366) == true
}

test_for_ever_reaches_any_age if {
	profile.reaches(_for_ever, 36500) == true
	profile.outlasts(_for_ever, 36500) == true
}

test_nothing_reaches_no_age if {
	profile.reaches([], 1) == false
	profile.reaches([{"from_days": 0, "for_ever": true}], 1) == false
	profile.outlasts([], 1) == false
}

test_step_without_backups_ends_what_came_before_it if {
	steps := array.concat(_daily_for(30), [{"from_days": 30, "to_days": 366, "for_ever": false}])
	profile.kept_days(steps) == 30
	profile.reaches(steps, 31) == false
	profile.reaches(array.concat(_daily_for(30), [{"from_days": 30, "for_ever": true}]), 31) == false
}

test_outlasts_only_beyond_the_limit if {
	profile.outlasts(_daily_for(400), 400) == false
	profile.outlasts(_daily_for(401), 400) == true
}

test_kept_text if {
	profile.kept_text(_for_ever) == "for ever"
	profile.kept_text(_daily_for(365)) == "365 days"
	profile.kept_text([]) == "0 days"
}

test_profile_that_is_met_is_nowhere_sparse if {
	profile.sparse(_steps, _tiers) == set()
	profile.sparse(_steps, array.reverse(_tiers)) == set()
	profile.sparse(_for_ever, _tiers) == set()
}

test_denser_than_asked_is_nowhere_sparse if {
	profile.sparse(_daily_for(366), _tiers) == set()
}

test_tier_begins_where_the_shorter_one_ends if {
	# The weekly step begins on day 35, where the daily tier ends: no age belongs to both.
	profile.sparse([_steps[1]], [_tiers[0]]) == set()

	# One day earlier, ages above 34 days belong to the daily tier, but weekly backups alone are left.
	steps := [
		fixture.with_fields(_steps[0], {"to_days": 34}),
		fixture.with_fields(_steps[1], {"from_days": 34}),
		_steps[2],
	]
	profile.sparse(steps, _tiers) == {{"after_days": 34, "gap_minutes": 10080, "limit_minutes": 1440, "to_days": 35}}
}

test_each_tier_is_judged_alone if {
	monthly := [{"from_days": 0, "for_ever": true, "longest_gap_minutes": 44640}]
	profile.sparse(monthly, _tiers) == {
		{"after_days": 0, "gap_minutes": 44640, "limit_minutes": 1440, "to_days": 35},
		{"after_days": 35, "gap_minutes": 44640, "limit_minutes": 10080, "to_days": 91},
	}
}

test_youngest_place_of_a_tier_is_named if {
	profile.sparse(_steps, [{"to_days": 366, "max_gap_hours": 24}]) == {{
		"after_days": 35,
		"gap_minutes": 10080,
		"limit_minutes": 1440,
		"to_days": 366,
	}}
}

test_one_minute_too_much_is_too_much if {
	steps := [{"from_days": 0, "to_days": 366, "for_ever": false, "longest_gap_minutes": 1441}]
	profile.sparse(steps, [{"to_days": 366, "max_gap_hours": 24}]) == {{
		"after_days": 0,
		"gap_minutes": 1441,
		"limit_minutes": 1440,
		"to_days": 366,
	}}
}

test_ages_beyond_the_profile_do_not_matter if {
	steps := array.concat(_daily_for(35), [{"from_days": 35, "for_ever": true, "longest_gap_minutes": 525600}])
	profile.sparse(steps, [{"to_days": 35, "max_gap_hours": 24}]) == set()
}

test_step_that_ends_where_a_tier_begins_is_not_judged_by_it if {
	tiers := [{"to_days": 35, "max_gap_hours": 168}, {"to_days": 91, "max_gap_hours": 24}]
	steps := [fixture.with_fields(_steps[0], {"longest_gap_minutes": 10080}), _steps[2]]
	profile.sparse(steps, [tiers[0]]) == set()
	profile.sparse(array.slice(steps, 0, 1), tiers) == set()
}
