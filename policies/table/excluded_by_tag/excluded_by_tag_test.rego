package holdfast.table.excluded_by_tag_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.excluded_by_tag as rule
import data.holdfast.table_test as table

_plan := {"mechanisms": ["plan"]}

test_ok_without_the_tag if {
	rule.applicable == true with input as table.with_facts({}) with data.parameters as _plan
	rule.ok with input as table.with_facts({"tagged_restore_test": false})
	rule.deny == set() with input as table.with_facts({"tagged_restore_test": false})
}

test_deny_with_the_tag if {
	facts := table.with_facts({"tagged_restore_test": true, "age_hours": 1})
	rule.applicable == true with input as facts with data.parameters as _plan
	not rule.ok with input as facts
	rule.deny == {{
		"message": "carries the tag awsbackup-restore-test, so every backup plan skips it",
		"expected": "no tag awsbackup-restore-test",
		"actual": "awsbackup-restore-test",
	}} with input as facts
}

test_not_applicable_to_a_real_restore_test if {
	facts := table.with_facts({"tagged_restore_test": true, "restore_test": true})
	rule.applicable == false with input as facts with data.parameters as _plan
}

test_not_applicable_where_plans_do_not_back_up if {
	rule.applicable == false with input as table.with_facts({}) with data.parameters as {"mechanisms": ["external"]}
}

test_missing_tags_are_neither if {
	facts := fixture.without(table.with_facts({}), {"tagged_restore_test"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
