package holdfast.table.in_backup_plan_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.in_backup_plan as rule
import data.holdfast.table_test as table

_asked := {
	"new_table_grace_hours": 24,
	"mechanisms": ["plan"],
	"daily_hours": 24,
	"retention_profile": [{"to_days": 366, "max_gap_hours": 24}],
	"cold_after_days": 31,
}

_covered(verdicts) := table.with_facts({"protections": [protection |
	some verdict in verdicts
	protection := {"covered": verdict, "ambiguities": []}
]})

_violation(message) := {
	"message": message,
	"expected": "at least one selection that covers it",
	"actual": "none",
	"remediation": {"MaxGapHours": 24, "DeleteAfterDays": 366, "MoveToColdStorageAfterDays": 31},
}

test_ok_when_one_selection_covers_it if {
	every verdicts in [["yes"], ["no", "yes"], ["opted_out", "yes", "ambiguous"]] {
		rule.applicable == true with input as _covered(verdicts) with data.parameters as _asked
		rule.ok with input as _covered(verdicts)
		rule.deny == set() with input as _covered(verdicts) with data.parameters as _asked
		rule.ambiguous == set() with input as _covered(verdicts)
	}
}

test_deny_when_no_selection_does if {
	not rule.ok with input as table.in_no_plan
	rule.deny == {_violation("is in no backup plan")} with input as table.in_no_plan with data.parameters as _asked
	rule.ambiguous == set() with input as table.in_no_plan
	rule.deny == {_violation("is in no backup plan")} with input as _covered(["no"]) with data.parameters as _asked
}

test_deny_says_when_opt_in_is_what_is_missing if {
	rule.deny == {_violation(concat("", [
		"is in no backup plan: a selection matches it, ",
		"but the Region is not opted in to DynamoDB",
	]))} with input as _covered(["excluded", "opted_out"]) with data.parameters as _asked
}

test_deny_says_when_the_name_or_tag_hides_it if {
	rule.deny == {_violation(concat("", [
		"is in no backup plan: a selection matches it, ",
		"but its name or tag marks it as a restore test",
	]))} with input as _covered(["no", "excluded"]) with data.parameters as _asked
}

test_ambiguous_when_it_is_not_known_whether_one_does if {
	not rule.ok with input as table.in_ambiguous_plan
	rule.deny == set() with input as table.in_ambiguous_plan with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"may be in no backup plan: ",
		"StringNotEquals on a tag that the table does not have",
	])} with input as table.in_ambiguous_plan
}

test_ambiguous_without_a_reason_is_no_verdict_either if {
	not rule.ok with input as _covered(["ambiguous", "no"])
	rule.deny == set() with input as _covered(["ambiguous", "no"]) with data.parameters as _asked
	rule.ambiguous == {concat("", [
		"may be in no backup plan: ",
		"AWS does not say whether a selection matches it",
	])} with input as _covered(["ambiguous", "no"])
}

test_missing_protections_are_neither if {
	facts := fixture.without(table.with_facts({}), {"protections"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_missing_verdict_is_neither if {
	facts := table.with_facts({"protections": [{"ambiguities": []}]})
	not rule.ok with input as facts
	rule.deny == set() with input as facts with data.parameters as _asked
}

test_not_applicable_in_the_grace_of_a_new_table if {
	rule.applicable == false with input as table.with_facts({"age_hours": 23}) with data.parameters as _asked
	rule.applicable == true with input as table.with_facts({"age_hours": 24}) with data.parameters as _asked
}

test_not_applicable_where_plans_do_not_back_up if {
	parameters := {"new_table_grace_hours": 24, "mechanisms": ["on_demand"]}
	rule.applicable == false with input as table.in_no_plan with data.parameters as parameters
}

test_missing_age_is_unknown if {
	facts := fixture.without(table.with_facts({}), {"age_hours"})
	not rule.applicable == true with input as facts with data.parameters as _asked
	not rule.applicable == false with input as facts with data.parameters as _asked
}

test_deny_asks_for_a_plan_that_meets_every_tier if {
	asked := object.union(_asked, {
		"daily_hours": 48,
		"retention_profile": [{"to_days": 35, "max_gap_hours": 12}, {"to_days": 400, "max_gap_hours": 168}],
		"cold_after_days": 60,
		"max_days": 500,
	})
	some violation in rule.deny with input as table.in_no_plan with data.parameters as asked
	violation.remediation == {
		"MaxGapHours": 12,
		"DeleteAfterDays": 400,
		"MoveToColdStorageAfterDays": 60,
		"MaxDays": 500,
	}
}
