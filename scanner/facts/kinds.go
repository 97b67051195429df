package facts

import "time"

// What rules read. AWS's fields keep AWS's names; what Holdfast computes is
// snake_case. No thresholds, no verdicts, no maps. A pointer is absent where AWS
// did not say: a rule that reads it is then neither ok nor deny, so unknown.
// Times are for evidence only; rules read ages, which are whole hours or days,
// floored, relative to the shard's collection time.

// A Tag is one key and value.
type Tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

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
	Points      []PointGroup `json:"points"` // recovery points of this very table, newest group first
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

// A Schedule is what a cron expression means, over 400 days from collection.
type Schedule struct {
	ScheduleExpression         string `json:"ScheduleExpression"` // AWS's default filled in
	ScheduleExpressionTimezone string `json:"ScheduleExpressionTimezone"`
	Valid                      bool   `json:"valid"`
	Error                      string `json:"error,omitempty"` // where not valid
	Fires                      bool   `json:"fires"`           // at least twice in 400 days
	// LongestGapMinutes is the longest time between two runs that follow one
	// another; 60 less for a pair that straddles a clock change of the rule's
	// zone. Absent where the schedule does not fire.
	LongestGapMinutes *int     `json:"longest_gap_minutes,omitempty"`
	Warnings          []string `json:"warnings"`    // "02:30 does not exist on 2027-03-28 in Europe/Berlin"
	Ambiguities       []string `json:"ambiguities"` // "wrap-around range 22-4: AWS does not document it"
}

// Retention is how long points stay. DeleteAfterDays is absent where they are kept
// for ever, and where AWS deletes them once they are copied.
type Retention struct {
	KeptForEver                bool `json:"kept_for_ever"`
	DeleteAfterDays            *int `json:"DeleteAfterDays,omitempty"`
	MoveToColdStorageAfterDays *int `json:"MoveToColdStorageAfterDays,omitempty"`
}

// A Copy is one copy action with the lifecycle that AWS will really use.
type Copy struct {
	DestinationBackupVaultArn string       `json:"DestinationBackupVaultArn"`
	Account                   string       `json:"account"`
	Region                    string       `json:"region"`
	Retention                 Retention    `json:"retention"`       // absent days inherit the source's; −1 keeps the source's expiry
	Vault                     *VaultBounds `json:"vault,omitempty"` // absent: that vault's shard was not read
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

// A Backup is all backups of one deleted table: what is left of it.
type Backup struct {
	TableArn        string     `json:"TableArn"`
	TableName       string     `json:"TableName"`
	TableId         string     `json:"TableId,omitempty"`
	Recreated       bool       `json:"recreated"`      // another table of that name exists now
	UserBackups     int        `json:"user_backups"`   // DynamoDB on-demand, kept until someone deletes them
	SystemBackups   int        `json:"system_backups"` // made by DynamoDB when the table was deleted; expire after 35 days
	ArchivalBackups int        `json:"archival_backups"`
	RecoveryPoints  int        `json:"recovery_points"` // AWS Backup
	KeptForEver     int        `json:"kept_for_ever"`   // user backups and points without end
	Newest          *time.Time `json:"newest,omitempty"`
	NewestAgeDays   *int       `json:"newest_age_days,omitempty"`
	OldestAgeDays   *int       `json:"oldest_age_days,omitempty"`
	Vaults          []string   `json:"vaults"` // names, sorted
}

// VaultBounds is what a vault's lock demands of the points that land in it.
type VaultBounds struct {
	BackupVaultName  string `json:"BackupVaultName"`
	Exists           *bool  `json:"exists,omitempty"` // absent: not known
	Lock             string `json:"lock,omitempty"`   // see Vault.Lock
	MinRetentionDays *int   `json:"MinRetentionDays,omitempty"`
	MaxRetentionDays *int   `json:"MaxRetentionDays,omitempty"`
}

// A PlanRule is one rule of one backup plan, in its current version. Its ARN is
// the plan's, a slash and the rule's name.
type PlanRule struct {
	BackupPlanArn          string       `json:"BackupPlanArn"`
	BackupPlanName         string       `json:"BackupPlanName,omitempty"`
	VersionId              string       `json:"VersionId,omitempty"`
	RuleName               string       `json:"RuleName"`
	RuleId                 string       `json:"RuleId,omitempty"`
	Schedule               Schedule     `json:"schedule"`
	Retention              Retention    `json:"retention"`
	Vault                  VaultBounds  `json:"vault"`
	AirGappedVault         *VaultBounds `json:"air_gapped_vault,omitempty"` // where TargetLogicallyAirGappedBackupVaultArn is set
	Copies                 []Copy       `json:"copies"`
	AdvancedBackup         *bool        `json:"advanced_backup,omitempty"`
	EnableContinuousBackup *bool        `json:"EnableContinuousBackup,omitempty"`
	TablesCovered          int          `json:"tables_covered"`   // DynamoDB tables covered "yes"
	TablesAmbiguous        int          `json:"tables_ambiguous"` // covered "ambiguous"
	// RunsDiffer: AWS's own preview of the next runs is not what the schedule
	// says. Absent where there is no preview.
	RunsDiffer *bool `json:"runs_differ,omitempty"`
}

// A Region is AWS Backup's settings for DynamoDB in one Region of one account.
type Region struct {
	OptedIn        *bool `json:"opted_in,omitempty"`        // ResourceTypeOptInPreference.DynamoDB
	AdvancedBackup *bool `json:"advanced_backup,omitempty"` // ResourceTypeManagementPreference.DynamoDB
	Tables         int   `json:"tables"`
	// TablesThatDepend counts tables that a selection matches only subject to opt-in.
	TablesThatDepend int `json:"tables_that_depend"`
}

// A Vault is a backup vault that serves DynamoDB.
type Vault struct {
	BackupVaultArn   string     `json:"BackupVaultArn"`
	BackupVaultName  string     `json:"BackupVaultName"`
	VaultType        string     `json:"VaultType,omitempty"`
	Locked           *bool      `json:"Locked,omitempty"`
	LockDate         *time.Time `json:"LockDate,omitempty"`
	MinRetentionDays *int       `json:"MinRetentionDays,omitempty"`
	MaxRetentionDays *int       `json:"MaxRetentionDays,omitempty"`
	// Lock is "none", "governance", "grace" (compliance, LockDate still to come),
	// "compliance" or "air_gapped"; absent where AWS did not say.
	Lock           string `json:"lock,omitempty"`
	DaysUntilLock  *int   `json:"days_until_lock,omitempty"` // in grace
	DynamoDBPoints *int   `json:"dynamodb_points,omitempty"` // counted, of any status
	NamedByRules   int    `json:"named_by_rules"`            // plan rules and copies that send tables' backups here
}
