package holdfast.table.deletion_protection_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.table.deletion_protection as rule
import data.holdfast.table_test as table

test_ok_when_on if {
	rule.applicable == true with input as table.with_facts({"DeletionProtectionEnabled": true})
	rule.ok with input as table.with_facts({"DeletionProtectionEnabled": true})
	rule.deny == set() with input as table.with_facts({"DeletionProtectionEnabled": true})
}

test_deny_when_off if {
	not rule.ok with input as table.with_facts({"DeletionProtectionEnabled": false})
	rule.deny == {{
		"message": "deletion protection is off",
		"expected": true,
		"actual": false,
	}} with input as table.with_facts({"DeletionProtectionEnabled": false})
}

test_not_applicable_to_tables_that_are_not_judged if {
	rule.applicable == false with input as table.with_facts({"TableStatus": "ARCHIVED"})
	rule.applicable == false with input as table.with_facts({"restore_test": true})
}

test_missing_setting_is_neither if {
	facts := fixture.without(table.with_facts({}), {"DeletionProtectionEnabled"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
