package holdfast.selection.dead_resources_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.selection.dead_resources as rule
import data.holdfast.selection_test as selection

_dead(entries) := selection.with_facts({"named_tables": 1, "dead": entries})

_gone := {"entry": "Resources arn:aws:dynamodb:eu-west-1:111122223333:table/Gone", "why": "no_table"}

_bare := {"entry": "Resources Orders", "why": "no_arn"}

test_ok_when_all_exist if {
	rule.applicable == true with input as _dead([])
	rule.ok with input as _dead([])
	rule.deny == set() with input as _dead([])
}

test_deny_what_is_gone if {
	not rule.ok with input as _dead([_gone, _bare])
	rule.deny == {{
		"message": concat("", [
			"names what it cannot match: ",
			"Resources arn:aws:dynamodb:eu-west-1:111122223333:table/Gone (no such table), ",
			"Resources Orders (neither an ARN nor a pattern)",
		]),
		"expected": "entries that match",
		"actual": [_gone.entry, _bare.entry],
	}} with input as _dead([_gone, _bare])
}

test_deny_what_is_elsewhere if {
	every why, told in {"other_region": "of another Region", "other_account": "of another account"} {
		some violation in rule.deny with input as _dead([{"entry": "Resources x", "why": why}])
		violation.message == sprintf("names what it cannot match: Resources x (%s)", [told])
	}
}

test_applicable_to_what_is_not_even_an_arn if {
	facts := fixture.with_fields(_dead([_bare]), {"named_tables": 0})
	rule.applicable == true with input as facts
	count(rule.deny) == 1 with input as facts
}

test_not_applicable_where_nothing_is_named if {
	rule.applicable == false with input as selection.with_facts({})
}

test_missing_entries_are_unknown if {
	facts := fixture.without(_dead([]), {"dead"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
