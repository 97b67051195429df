package facts

// What is hidden together of a table.
var (
	// duePaths: what became of each run.
	duePaths = []string{"calendar", "runs"}
	// covering: what plans do for it.
	covering = []string{"calendar", "coverage", "protections", "recovery.running_job_age_hours", "runs"}
	// found: what its recovery points come to.
	found = []string{
		"calendar", "cold", "coverage.first_due_age_hours", "coverage.since_hours", "gone", "overdue", "points", "promises",
		"recovery.newest_point_age_hours", "recovery.newest_point_at", "recovery.unusable_points", "recovery.usable_points", "runs",
	}
	// storage: what is known of single points alone.
	storage = []string{"calendar", "cold", "points"}
	// promised: what depends on what a plan's version said.
	promised = []string{"gone", "promises"}
	// copied: what would be different with copies.
	copied        = []string{"coverage.cold_after_days", "coverage.retention_cause", "coverage.retention_steps"}
	onDemandPaths = []string{"recovery.newest_backup_age_hours", "recovery.on_demand_backups"}
	jobPaths      = []string{"calendar", "gone", "recovery.failed_jobs", "recovery.last_failed_job_message", "recovery.running_job_age_hours", "runs"}
	// beginnings: what depends on when coverage began.
	beginnings = []string{"calendar", "coverage.first_due_age_hours", "coverage.since_hours", "runs"}
)
