package facts

import "time"

// A Table is a DynamoDB table with all that protects it.
type Table struct {
	TableArn                  string     `json:"TableArn"`
	TableName                 string     `json:"TableName"`
	TableId                   string     `json:"TableId,omitempty"`
	TableStatus               string     `json:"TableStatus,omitempty"`
	CreationDateTime          *time.Time `json:"CreationDateTime,omitempty"`
	DeletionProtectionEnabled *bool      `json:"DeletionProtectionEnabled,omitempty"`

	AgeHours *int  `json:"age_hours,omitempty"` // since CreationDateTime; restored and imported tables count as new
	Tags     []Tag `json:"Tags"`                // sorted by key

	// RestoreTest: AWS Backup's own restore test made it (name prefix
	// awsbackup-restore-test together with a RestoreSummary).
	RestoreTest bool `json:"restore_test"`
	// TaggedRestoreTest: carries the tag awsbackup-restore-test, which hides it
	// from every backup plan. Absent where tags were not read.
	TaggedRestoreTest *bool `json:"tagged_restore_test,omitempty"`

	Restored *Restored `json:"restored,omitempty"`
	Replicas []Replica `json:"replicas"` // the other replicas of its global table
	PITR     *PITR     `json:"pitr,omitempty"`

	// AdvancedBackup: advanced DynamoDB backup is on in this Region, so cold
	// storage and copies really happen.
	AdvancedBackup *bool `json:"advanced_backup,omitempty"`

	Protections []Protection `json:"protections"` // plan rules that cover it, or might; sorted by plan_rule
	Coverage    Coverage     `json:"coverage"`
	Recovery    Recovery     `json:"recovery"`
	Runs        Runs         `json:"runs"`
	Calendar    []Calendar   `json:"calendar,omitempty"` // a line for each plan rule and vault
	Points      []PointGroup `json:"points"`             // recovery points of this very table, newest group first
	Promises    Promises     `json:"promises"`
	Overdue     Overdue      `json:"overdue"`
	Cold        Cold         `json:"cold"`
	Gone        Gone         `json:"gone"`
}

// Restored says that the table came out of a restore.
type Restored struct {
	SourceTableArn  string     `json:"SourceTableArn,omitempty"`
	RestoreDateTime *time.Time `json:"RestoreDateTime,omitempty"`
	AgeHours        *int       `json:"age_hours,omitempty"`
}

// A Replica is another Region of the same global table.
type Replica struct {
	RegionName string `json:"RegionName"`
	ReplicaArn string `json:"ReplicaArn,omitempty"`
	Scanned    bool   `json:"scanned"` // it is a subject of this run too
}

// PITR is point-in-time recovery, configured and achieved.
type PITR struct {
	PointInTimeRecoveryStatus  string     `json:"PointInTimeRecoveryStatus,omitempty"` // ENABLED, DISABLED
	RecoveryPeriodInDays       *int       `json:"RecoveryPeriodInDays,omitempty"`
	EarliestRestorableDateTime *time.Time `json:"EarliestRestorableDateTime,omitempty"`
	LatestRestorableDateTime   *time.Time `json:"LatestRestorableDateTime,omitempty"`
	WindowHours                *int       `json:"window_hours,omitempty"`       // latest − earliest
	LatestAgeMinutes           *int       `json:"latest_age_minutes,omitempty"` // answer's time − latest
}

// A Protection is one plan rule that covers a table through one or more
// selections.
type Protection struct {
	PlanRule                string    `json:"plan_rule"` // ARN of the plan_rule subject
	BackupPlanName          string    `json:"BackupPlanName,omitempty"`
	RuleName                string    `json:"RuleName"`
	SelectionName           string    `json:"SelectionName,omitempty"`
	Covered                 string    `json:"covered"`           // "yes"; "ambiguous" where AWS's behaviour is not known, see ambiguities; no coverage: "opted_out" where only the Region's opt-in is missing, "excluded" where its name or tag is that of a restore test
	Why                     []string  `json:"why"`               // "Resources arn:aws:dynamodb:*:*:table/*", "ListOfTags backup=daily"
	Ambiguities             []string  `json:"ambiguities"`       // names what is not known
	ProvenByPoint           bool      `json:"proven_by_point"`   // a point of that plan, made after the selection, settles an ambiguity; covered is then "yes"
	DependsOnOptIn          bool      `json:"depends_on_opt_in"` // the Region's opt-in decides
	Schedule                Schedule  `json:"schedule"`
	StartWindowMinutes      int       `json:"StartWindowMinutes"`      // AWS's default filled in
	CompletionWindowMinutes int       `json:"CompletionWindowMinutes"` // AWS's default filled in
	Retention               Retention `json:"retention"`
	BackupVaultName         string    `json:"BackupVaultName,omitempty"`
	Copies                  []Copy    `json:"copies"`
}

// Coverage is the union of the runs of all protections that are covered "yes",
// after overlap merging inside each plan.
type Coverage struct {
	Covered           bool   `json:"covered"`   // at least one protection is "yes"
	Ambiguous         bool   `json:"ambiguous"` // none is "yes", at least one is "ambiguous"
	Fires             bool   `json:"fires"`
	LongestGapMinutes *int   `json:"longest_gap_minutes,omitempty"` // of the union; absent where nothing fires
	Cause             string `json:"cause,omitempty"`               // plan_rule ARN that comes nearest to daily
	// Ambiguities and warnings of the schedules that decide.
	Ambiguities []string `json:"ambiguities"`
	Warnings    []string `json:"warnings"`

	RetentionSteps []RetentionStep `json:"retention_steps"`           // by age, ascending, without holes
	RetentionCause string          `json:"retention_cause,omitempty"` // plan_rule ARN that keeps longest

	// ColdAfterDays is the earliest move to cold storage among the rules that keep
	// longest; absent where none moves.
	ColdAfterDays *int `json:"cold_after_days,omitempty"`

	StartWindowMinutes int  `json:"start_window_minutes"`          // longest of the protections
	SinceHours         *int `json:"since_hours,omitempty"`         // first sign of coverage, or the later of table, selection and plan version
	FirstDueAgeHours   *int `json:"first_due_age_hours,omitempty"` // since the first run after coverage began; absent: still to come
}

// A RetentionStep: the runs that still exist at an age in (FromDays, ToDays]
// leave no longer gap than LongestGapMinutes.
type RetentionStep struct {
	FromDays          int  `json:"from_days"`
	ToDays            *int `json:"to_days,omitempty"` // absent: for ever
	ForEver           bool `json:"for_ever"`
	LongestGapMinutes *int `json:"longest_gap_minutes,omitempty"` // absent: nothing fires
	ByCopy            bool `json:"by_copy"`                       // only copies reach this age
}

// Recovery is what exists: the newest usable way back, from any source.
type Recovery struct {
	NewestPointAgeHours  *int       `json:"newest_point_age_hours,omitempty"` // COMPLETED or AVAILABLE recovery point of AWS Backup; absent: none
	NewestPointAt        *time.Time `json:"newest_point_at,omitempty"`
	NewestBackupAgeHours *int       `json:"newest_backup_age_hours,omitempty"` // AVAILABLE on-demand backup of DynamoDB; absent: none
	RunningJobAgeHours   *int       `json:"running_job_age_hours,omitempty"`   // a backup job RUNNING now, inside its completion window
	UsablePoints         int        `json:"usable_points"`
	UnusablePoints       int        `json:"unusable_points"`
	OnDemandBackups      int        `json:"on_demand_backups"`
	FailedJobs           int        `json:"failed_jobs"` // FAILED, ABORTED, EXPIRED in the last 30 days
	LastFailedJobMessage string     `json:"last_failed_job_message,omitempty"`
}

// A PointGroup is recovery points alike in all that rules care about.
type PointGroup struct {
	BackupVaultArn   string     `json:"BackupVaultArn"`
	BackupVaultName  string     `json:"BackupVaultName,omitempty"`
	Status           string     `json:"Status"`
	StorageClass     string     `json:"StorageClass,omitempty"`
	Family           string     `json:"family"` // "backup" or "dynamodb": whose ARNs the points have
	Retention        Retention  `json:"retention"`
	EncryptionKeyArn string     `json:"EncryptionKeyArn,omitempty"`
	OnDemand         bool       `json:"on_demand"` // no plan made them
	Count            int        `json:"count"`
	Newest           *time.Time `json:"newest,omitempty"`
	Oldest           *time.Time `json:"oldest,omitempty"`
	NewestAgeDays    *int       `json:"newest_age_days,omitempty"`
	OldestAgeDays    *int       `json:"oldest_age_days,omitempty"`
}
