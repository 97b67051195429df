# METADATA
# title: A table on which nothing is wrong, for tests
package holdfast.table_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The table, with some facts different
with_facts(changes) := fixture.with_fields(_table, changes)

# METADATA
# title: The table, with some facts about its coverage different
with_coverage(changes) := with_facts({"coverage": fixture.with_fields(_table.coverage, changes)})

# METADATA
# title: The table, with some facts about what exists different
with_recovery(changes) := with_facts({"recovery": fixture.with_fields(_table.recovery, changes)})

# METADATA
# title: The table, with some facts about its plans' runs different
with_runs(changes) := with_facts({"runs": fixture.with_fields(_table.runs, changes)})

# METADATA
# title: A protection like the table's own, but that AWS does not say whether it matches
ambiguous_protection := fixture.with_fields(_table.protections[0], {
	"covered": "ambiguous",
	"ambiguities": ["StringNotEquals on a tag that the table does not have"],
})

# METADATA
# title: The table in no plan at all
in_no_plan := with_facts({
	"protections": [],
	"coverage": fixture.with_fields(fixture.without(_table.coverage, _of_runs), {
		"covered": false,
		"fires": false,
		"retention_steps": [],
	}),
})

# METADATA
# title: The table of which it is not known whether its one plan covers it
in_ambiguous_plan := with_facts({
	"protections": [ambiguous_protection],
	"coverage": fixture.with_fields(in_no_plan.coverage, {"ambiguous": true}),
})

_of_runs := {
	"longest_gap_minutes", "cause", "retention_cause", "cold_after_days", "since_hours", "first_due_age_hours",
}

_plan_rule := "arn:aws:backup:eu-west-1:111122223333:backup-plan:6a1f/nightly"

_table := {
	"TableArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders",
	"TableName": "Orders",
	"TableId": "0d9f8f4e-1111-4222-8333-444455556666",
	"TableStatus": "ACTIVE",
	"DeletionProtectionEnabled": true,
	"age_hours": 9000,
	"Tags": [],
	"restore_test": false,
	"tagged_restore_test": false,
	"replicas": [],
	"pitr": {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35},
	"advanced_backup": true,
	"protections": [{
		"plan_rule": _plan_rule,
		"RuleName": "nightly",
		"covered": "yes",
		"why": ["Resources arn:aws:dynamodb:*:*:table/*"],
		"ambiguities": [],
		"proven_by_point": false,
		"depends_on_opt_in": false,
		"StartWindowMinutes": 480,
		"CompletionWindowMinutes": 10080,
		"retention": {"kept_for_ever": false, "DeleteAfterDays": 366, "MoveToColdStorageAfterDays": 31},
		"copies": [],
	}],
	"coverage": {
		"covered": true,
		"ambiguous": false,
		"fires": true,
		"longest_gap_minutes": 1440,
		"cause": _plan_rule,
		"ambiguities": [],
		"warnings": [],
		"retention_steps": [{
			"from_days": 0,
			"to_days": 366,
			"for_ever": false,
			"longest_gap_minutes": 1440,
			"by_copy": false,
		}],
		"retention_cause": _plan_rule,
		"cold_after_days": 31,
		"start_window_minutes": 480,
		"since_hours": 9000,
		"first_due_age_hours": 8990,
	},
	"recovery": {
		"newest_point_age_hours": 10,
		"usable_points": 366,
		"unusable_points": 0,
		"on_demand_backups": 0,
		"failed_jobs": 0,
	},
	"runs": {"judged": 30, "missing": 0, "outages": [], "ambiguities": []},
	"points": [],
	"promises": {"known": 366, "unknown": 0, "older": 0, "deviations": []},
	"overdue": {"points": 0, "expired": 0, "held": 0},
	"cold": {"due": 300, "sampled": 2, "warm": 0},
	"gone": {"points": 0, "listed": []},
}
