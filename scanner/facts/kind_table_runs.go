package facts

import "time"

// Runs is what became of the runs that the plans' own schedules, in each version
// of the plans, should have made since a table was covered, at most 30 days back.
type Runs struct {
	Judged  int      `json:"judged"`  // whose backup is due by now, and should still exist
	Missing int      `json:"missing"` // of these: neither a usable point nor a reason
	Outages []Outage `json:"outages"` // missing runs in a row; the newest first, at most 16, and the longest
	// Ambiguities of schedules: what AWS does not document about them, so that
	// their runs are not known.
	Ambiguities []string `json:"ambiguities"`
}

// An Outage is runs in a row, of one plan rule into one vault, that left no usable
// recovery point.
type Outage struct {
	PlanRule        string `json:"plan_rule"` // ARN of the plan_rule subject
	RuleName        string `json:"RuleName"`
	BackupVaultName string `json:"BackupVaultName"`
	Region          string `json:"region"`
	Account         string `json:"account"`
	Copy            bool   `json:"copy"` // it is the copies that are missing
	Runs            int    `json:"runs"`
	Latest          bool   `json:"latest"` // the newest run that is due is among them
	NewestAgeHours  int    `json:"newest_age_hours"`
	OldestAgeHours  int    `json:"oldest_age_hours"`
	// Job says how the newest of them ended: "FAILED", "EXPIRED", "ABORTED",
	// "PARTIAL" of its job; "OVERDUE": the job is still at it, beyond its window;
	// "GONE": the job was completed, and its point is no more; "NONE": no job was made.
	Job     string `json:"job"`
	Message string `json:"message,omitempty"` // AWS's, of that job
}

// A Calendar is what became of each run of one plan rule in one vault, for
// reports; rules do not read it. Runs that are not judged are not in it.
type Calendar struct {
	PlanRule       string    `json:"plan_rule"`
	BackupVaultArn string    `json:"BackupVaultArn"`
	Copy           bool      `json:"copy,omitempty"`
	First          time.Time `json:"first"` // when the first run was due
	// Minutes from each run to the next, as "29*1440" or "3*1440 1380 25*1440".
	Minutes string `json:"minutes,omitempty"`
	// States of the runs, in their order, each with its number unless 1: "27t2f1r".
	// t there, l there, but begun after its start window, c there, in cold storage,
	// r running or not due yet, m missing and no job was made, f missing and its job
	// did not succeed, g made and gone, e excused.
	States string `json:"states"`
}
