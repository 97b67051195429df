package holdfast.plan_rule.continuous_ignored_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.plan_rule.continuous_ignored as rule
import data.holdfast.plan_rule_test as plan_rule

test_ok_when_it_is_not_asked_for if {
	rule.applicable == true with input as plan_rule.with_facts({})
	rule.ok with input as plan_rule.with_facts({})
	rule.deny == set() with input as plan_rule.with_facts({})
}

test_deny_when_it_is if {
	facts := plan_rule.with_facts({"EnableContinuousBackup": true})
	not rule.ok with input as facts
	rule.deny == {{
		"message": "asks for continuous backup, which does nothing for tables",
		"expected": false,
		"actual": true,
	}} with input as facts
}

test_not_applicable_to_a_rule_that_covers_no_table if {
	rule.applicable == false with input as plan_rule.with_facts({"tables_covered": 0, "EnableContinuousBackup": true})
}

test_missing_setting_is_neither if {
	facts := fixture.without(plan_rule.with_facts({}), {"EnableContinuousBackup"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
