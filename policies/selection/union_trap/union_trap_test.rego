package holdfast.selection.union_trap_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.selection.union_trap as rule
import data.holdfast.selection_test as selection

_alone(certain, perhaps) := selection.with_facts({
	"wildcard_beside_tags": true,
	"only_by_wildcard": certain,
	"perhaps_only_by_wildcard": perhaps,
})

_violation(tables, n) := {
	"message": sprintf("covers %s without the tag that stands beside its wildcard: AWS Backup reads \"or\"", [tables]),
	"expected": "the tag in Conditions, or no wildcard",
	"actual": sprintf("%d by wildcard alone", [n]),
}

test_ok_when_all_have_the_tag if {
	rule.applicable == true with input as _alone(0, 0)
	rule.ok with input as _alone(0, 0)
	rule.deny == set() with input as _alone(0, 0)
	rule.ambiguous == set() with input as _alone(0, 0)
}

test_deny_what_only_the_wildcard_covers if {
	not rule.ok with input as _alone(1, 0)
	rule.deny == {_violation("1 table", 1)} with input as _alone(1, 0)
	rule.deny == {_violation("7 tables", 7)} with input as _alone(7, 2)
	rule.ambiguous == set() with input as _alone(7, 2)
}

test_ambiguous_when_it_is_not_known if {
	not rule.ok with input as _alone(0, 1)
	rule.deny == set() with input as _alone(0, 1)
	count(rule.ambiguous) == 1 with input as _alone(0, 1)
}

test_not_applicable_without_both if {
	rule.applicable == false with input as selection.with_facts({})
}

test_missing_count_is_neither if {
	every name in ["only_by_wildcard", "perhaps_only_by_wildcard"] {
		facts := fixture.without(_alone(0, 0), {name})
		not rule.ok with input as facts
		rule.deny == set() with input as facts
	}
}
