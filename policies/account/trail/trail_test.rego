package holdfast.account.trail_test

import data.holdfast.account.trail as rule
import data.holdfast.account_test as account
import data.holdfast.lib.fixture_test as fixture

_recorded(europe, america) := account.with_facts({"trails": [{"TrailARN": "t"}], "watched": [
	{"region": "eu-west-1", "recorded": europe, "calls": []},
	{"region": "us-east-1", "recorded": america, "calls": []},
]})

_violation(regions) := {
	"message": sprintf("no trail records who changes backups, tables and keys in %s", [concat(", ", regions)]),
	"expected": "a trail that is on and records management events",
	"actual": {"unrecorded": regions},
}

test_ok_when_all_regions_are_recorded if {
	rule.applicable == true with input as _recorded("yes", "yes")
	rule.ok with input as _recorded("yes", "yes")
	rule.deny == set() with input as _recorded("yes", "yes")
	rule.ambiguous == set() with input as _recorded("yes", "yes")
}

test_deny_regions_that_are_not if {
	not rule.ok with input as _recorded("yes", "no")
	rule.deny == {_violation(["us-east-1"])} with input as _recorded("ambiguous", "no")
	rule.ambiguous == set() with input as _recorded("ambiguous", "no")
	rule.deny == {_violation(["eu-west-1", "us-east-1"])} with input as _recorded("no", "no")
}

test_ambiguous_when_it_is_not_known if {
	not rule.ok with input as _recorded("yes", "ambiguous")
	rule.deny == set() with input as _recorded("yes", "ambiguous")
	rule.ambiguous == {"whether a trail records who changes backups in us-east-1 was not read, or is not documented"}
		with input as _recorded("yes", "ambiguous")
}

test_not_applicable_without_tables_or_backups if {
	rule.applicable == false with input as account.with_facts({"watched": []})
}

test_missing_regions_are_neither if {
	every facts in [fixture.without(_recorded("yes", "yes"), {"watched"}), _recorded("yes", "novel")] {
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
