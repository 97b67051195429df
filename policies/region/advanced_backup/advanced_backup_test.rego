package holdfast.region.advanced_backup_test

import data.holdfast.lib.fixture_test as fixture
import data.holdfast.region.advanced_backup as rule
import data.holdfast.region_test as region

_off(cold, copies, gapped) := region.with_facts({
	"advanced_backup": false,
	"cold_rules": cold,
	"copy_rules": copies,
	"air_gapped_rules": gapped,
})

_asks(what) := {
	"message": sprintf("advanced DynamoDB backup is off, though plans ask for what needs it: %s", [what]),
	"severity": "high",
	"expected": true,
	"actual": false,
}

test_ok_when_on if {
	rule.applicable == true with input as region.with_facts({})
	rule.ok with input as region.with_facts({})
	rule.deny == set() with input as region.with_facts({})
}

test_deny_when_off if {
	not rule.ok with input as _off(0, 0, 0)
	rule.deny == {{
		"message": "advanced DynamoDB backup is off: no copies, no cold storage, and backups lie open to DynamoDB",
		"expected": true,
		"actual": false,
	}} with input as _off(0, 0, 0)
}

test_deny_more_severely_where_a_plan_needs_it if {
	rule.deny == {_asks("cold storage")} with input as _off(1, 0, 0)
	rule.deny == {_asks("copies")} with input as _off(0, 2, 0)
	rule.deny == {_asks("an air-gapped vault")} with input as _off(0, 0, 1)
	rule.deny == {_asks("cold storage, copies, an air-gapped vault")} with input as _off(3, 2, 1)
}

test_not_applicable_where_no_tables_are if {
	rule.applicable == false with input as fixture.with_fields(_off(0, 0, 0), {"tables": 0})
}

test_missing_setting_is_neither if {
	facts := fixture.without(region.with_facts({}), {"advanced_backup"})
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_missing_count_is_neither if {
	every name in ["cold_rules", "copy_rules", "air_gapped_rules"] {
		rule.deny == set() with input as fixture.without(_off(0, 0, 0), {name})
	}
}
