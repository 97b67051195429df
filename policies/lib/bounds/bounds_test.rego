package holdfast.lib.bounds_test

import data.holdfast.lib.bounds
import data.holdfast.lib.fixture_test as fixture

_vault := {"exists": true, "lock": "compliance", "MinRetentionDays": 30, "MaxRetentionDays": 400}

_days(days) := {"kept_for_ever": false, "DeleteAfterDays": days}

_for_ever := {"kept_for_ever": true}

test_bounds_are_inclusive if {
	bounds.fits(_days(29), _vault) == false
	bounds.fits(_days(30), _vault) == true
	bounds.fits(_days(400), _vault) == true
	bounds.fits(_days(401), _vault) == false
}

test_for_ever_is_above_any_maximum_and_any_minimum if {
	bounds.fits(_for_ever, _vault) == false
	bounds.fits(_for_ever, fixture.without(_vault, {"MaxRetentionDays"})) == true
}

test_bound_that_is_not_set_is_not_enforced if {
	bounds.fits(_days(1), fixture.without(_vault, {"MinRetentionDays"})) == true
	bounds.fits(_days(36500), fixture.without(_vault, {"MaxRetentionDays"})) == true
}

test_bounds_hold_in_every_mode_of_the_lock if {
	every lock in ["air_gapped", "compliance", "governance", "grace"] {
		bounds.fits(_days(29), fixture.with_fields(_vault, {"lock": lock})) == false
		bounds.fits(_days(30), fixture.with_fields(_vault, {"lock": lock})) == true
	}
}

test_no_bounds_without_a_lock_or_a_vault if {
	bounds.fits(_for_ever, {"exists": true, "lock": "none"}) == true
	bounds.fits(_for_ever, {"exists": false}) == true
}

test_no_answer_where_the_lock_is_not_known if {
	{fits | fits := bounds.fits(_days(30), {"exists": true})} == set()
	{fits | fits := bounds.fits(_days(30), {})} == set()
	{fits | fits := bounds.fits(_days(30), fixture.with_fields(_vault, {"lock": "novel"}))} == set()
}

test_no_answer_where_the_retention_is_not_known if {
	{fits | fits := bounds.fits({"kept_for_ever": false}, _vault)} == set()
	{fits | fits := bounds.fits({}, _vault)} == set()
}

test_refusal_tells_both_numbers if {
	bounds.refusal(_days(7), _vault) == {
		"kept": "7 days",
		"limit": "at least 30 days",
		"message": "7 < 30 days",
	}
	bounds.refusal(_days(401), _vault) == {
		"kept": "401 days",
		"limit": "at most 400 days",
		"message": "401 > 400 days",
	}
	bounds.refusal(_for_ever, _vault) == {
		"kept": "for ever",
		"limit": "at most 400 days",
		"message": "for ever > 400 days",
	}
}
