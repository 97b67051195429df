package holdfast.backup.orphaned_test

import data.holdfast.backup.orphaned as rule
import data.holdfast.backup_test as backup
import data.holdfast.lib.fixture_test as fixture

_violation(left, user, points, for_ever) := {
	"message": sprintf("is deleted, but left %s: confirm owner and retention", [left]),
	"expected": "an owner and a retention",
	"actual": {"user_backups": user, "recovery_points": points, "kept_for_ever": for_ever},
}

test_deny_what_is_left_of_a_deleted_table if {
	rule.applicable == true with input as backup.with_facts({})
	not rule.ok with input as backup.with_facts({})
	left := "2 on-demand backups and 5 recovery points, 2 of them kept for ever"
	rule.deny == {_violation(left, 2, 5, 2)} with input as backup.with_facts({})
}

test_deny_on_demand_backups_alone if {
	facts := backup.with_facts({"user_backups": 1, "recovery_points": 0, "kept_for_ever": 1})
	rule.applicable == true with input as facts
	rule.deny == {_violation("1 on-demand backup, 1 of them kept for ever", 1, 0, 1)} with input as facts
}

test_deny_recovery_points_alone if {
	facts := backup.with_facts({"user_backups": 0, "kept_for_ever": 0})
	rule.applicable == true with input as facts
	rule.deny == {_violation("5 recovery points", 0, 5, 0)} with input as facts
}

test_deny_tells_an_earlier_table_from_the_one_that_exists if {
	facts := backup.with_facts({"recreated": true, "user_backups": 0, "kept_for_ever": 0})
	message := "was deleted and made again, and the earlier table left 5 recovery points: confirm owner and retention"
	{violation.message | some violation in rule.deny with input as facts} == {message}
}

test_deny_counts_one_as_one if {
	facts := backup.with_facts({"user_backups": 1, "recovery_points": 1, "kept_for_ever": 0})
	rule.deny == {_violation("1 on-demand backup and 1 recovery point", 1, 1, 0)} with input as facts
}

test_deny_never_says_delete if {
	some violation in rule.deny with input as backup.with_facts({})
	not regex.match(`(?i)\bdelete\b`, violation.message)
}

test_not_applicable_to_what_dynamodb_made_itself if {
	facts := backup.with_facts({"user_backups": 0, "recovery_points": 0, "archival_backups": 1, "kept_for_ever": 0})
	rule.applicable == false with input as facts
	rule.ok with input as facts
	rule.deny == set() with input as facts
}

test_not_applicable_to_a_backup_of_a_table_that_is_there if {
	rule.applicable == false with input as backup.with_facts({"deleted_table": false})
}

test_missing_count_is_neither if {
	facts := fixture.without(backup.with_facts({}), {"recovery_points"})
	not rule.applicable == true with input as facts
	not rule.applicable == false with input as facts
	not rule.ok with input as facts
	rule.deny == set() with input as facts
}
