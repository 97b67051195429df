package awssim

import "time"

// A TableScenario is one table, or with Count many alike whose names get a number.
type TableScenario struct {
	Name               string            `yaml:"name"`
	Count              int               `yaml:"count"`   // 0: 1
	Created            *When             `yaml:"created"` // absent: 800 days ago
	Status             string            `yaml:"status"`  // empty: ACTIVE
	Tags               map[string]string `yaml:"tags"`
	WasTagged          bool              `yaml:"was_tagged"` // has no tag any more, but the tagging API remembers it
	DeletionProtection bool              `yaml:"deletion_protection"`
	PITR               *PITRScenario     `yaml:"pitr"` // absent: off
	SSE                *SSEScenario      `yaml:"sse"`  // absent: the AWS-owned key
	Restored           *RestoredScenario `yaml:"restored"`
	Archived           *ArchivedScenario `yaml:"archived"`
	Replicas           []ReplicaScenario `yaml:"replicas"`
	Consistency        string            `yaml:"multi_region_consistency"` // EVENTUAL, STRONG
	Policy             string            `yaml:"policy"`                   // JSON
	Size               int64             `yaml:"size_bytes"`               // 0: some size
}

// PITRScenario is point-in-time recovery that is on.
type PITRScenario struct {
	Days  int   `yaml:"days"`  // 0: 35
	Since *When `yaml:"since"` // absent: since the table was made
}

// SSEScenario is DescribeTable's SSEDescription.
type SSEScenario struct {
	Type         string `yaml:"type"`   // empty: KMS
	Status       string `yaml:"status"` // empty: ENABLED
	Key          string `yaml:"key"`    // ARN
	Inaccessible *When  `yaml:"inaccessible_since"`
}

// RestoredScenario says what a table was restored from.
type RestoredScenario struct {
	Table      string `yaml:"table"`  // name of the source
	Backup     string `yaml:"backup"` // ARN
	At         *When  `yaml:"at"`     // absent: when the table was made
	InProgress bool   `yaml:"in_progress"`
}

// ArchivedScenario says why a table was archived.
type ArchivedScenario struct {
	Reason string `yaml:"reason"`
	Backup string `yaml:"backup"` // ARN
	At     *When  `yaml:"at"`
}

// A ReplicaScenario is another Region's replica, as DescribeTable names it.
type ReplicaScenario struct {
	Region string `yaml:"region"`
	Status string `yaml:"status"` // empty: ACTIVE
	Key    string `yaml:"key"`
}

// A BackupScenario is an on-demand or system backup that DynamoDB keeps, or with
// Count many, one each Every. Its table need not exist any more.
type BackupScenario struct {
	Table   string        `yaml:"table"`
	Name    string        `yaml:"name"`
	Type    string        `yaml:"type"` // USER (default), SYSTEM
	Created *When         `yaml:"created"`
	Expires *When         `yaml:"expires"`
	Status  string        `yaml:"status"`        // empty: AVAILABLE
	TableOf *When         `yaml:"table_created"` // of an earlier table of the name
	Count   int           `yaml:"count"`
	Every   time.Duration `yaml:"every"` // 24h; later ones are younger
}

// A VaultScenario is a backup vault.
type VaultScenario struct {
	Name          string                 `yaml:"name"`
	AirGapped     bool                   `yaml:"air_gapped"`
	Created       *When                  `yaml:"created"` // absent: 800 days ago
	Key           string                 `yaml:"key"`     // ARN; empty: aws/backup, or AWS-owned
	Lock          *LockScenario          `yaml:"lock"`
	Policy        string                 `yaml:"policy"` // JSON
	Notifications *NotificationsScenario `yaml:"notifications"`
	Tags          map[string]string      `yaml:"tags"`
}

// A LockScenario is a vault lock: with Date in compliance mode, else governance.
type LockScenario struct {
	Min   *int64 `yaml:"min_retention_days"`
	Max   *int64 `yaml:"max_retention_days"`
	Date  *When  `yaml:"lock_date"`
	Since *When  `yaml:"since"` // absent: since the vault was made
}

// NotificationsScenario is GetBackupVaultNotifications.
type NotificationsScenario struct {
	Topic  string   `yaml:"topic"` // ARN
	Events []string `yaml:"events"`
}

// A PlanScenario is a backup plan. Rules are those of its first version unless
// Versions are given, oldest first.
type PlanScenario struct {
	Name        string              `yaml:"name"`
	Created     *When               `yaml:"created"` // absent: 400 days ago
	Deleted     *When               `yaml:"deleted"`
	Rules       []RuleScenario      `yaml:"rules"`
	Versions    []VersionScenario   `yaml:"versions"`          // later versions
	Advanced    string              `yaml:"advanced_settings"` // JSON of AdvancedBackupSettings
	Tags        map[string]string   `yaml:"tags"`
	Selections  []SelectionScenario `yaml:"selections"`
	MissingRuns []MissingScenario   `yaml:"missing_runs"`
}

// A VersionScenario replaces the rules of a plan.
type VersionScenario struct {
	Created *When          `yaml:"created"`
	Rules   []RuleScenario `yaml:"rules"`
}

// A RuleScenario is a rule of a plan.
type RuleScenario struct {
	Name              string            `yaml:"name"`
	Vault             string            `yaml:"vault"`
	AirGappedVault    string            `yaml:"air_gapped_vault"` // name
	Schedule          string            `yaml:"schedule"`
	Timezone          string            `yaml:"timezone"`
	StartWindow       *int64            `yaml:"start_window_minutes"`
	CompletionWindow  *int64            `yaml:"completion_window_minutes"`
	Lifecycle         *Lifecycle        `yaml:"lifecycle"`
	Copies            []CopyScenario    `yaml:"copies"`
	Continuous        *bool             `yaml:"continuous"`
	RecoveryPointTags map[string]string `yaml:"recovery_point_tags"`
}

// A CopyScenario is a copy action.
type CopyScenario struct {
	Vault     string        `yaml:"vault"` // ARN
	Lifecycle *Lifecycle    `yaml:"lifecycle"`
	After     time.Duration `yaml:"after"` // how long a copy takes; absent: some minutes
}

// A SelectionScenario assigns resources to a plan.
type SelectionScenario struct {
	Name         string               `yaml:"name"`
	Role         string               `yaml:"role"`    // name or ARN; empty: AWSBackupDefaultServiceRole
	Created      *When                `yaml:"created"` // absent: with the plan
	Deleted      *When                `yaml:"deleted"`
	Resources    []string             `yaml:"resources"` // ARNs, patterns, or "table/Name" for short
	NotResources []string             `yaml:"not_resources"`
	Tags         []PairScenario       `yaml:"tags"` // ListOfTags
	Conditions   *ConditionsScenarios `yaml:"conditions"`
}

// A PairScenario is a key and a value.
type PairScenario struct {
	Key   string `yaml:"key"`
	Value string `yaml:"value"`
}

// ConditionsScenarios are a selection's Conditions; keys are "aws:ResourceTag/…".
type ConditionsScenarios struct {
	StringEquals    []PairScenario `yaml:"string_equals"`
	StringLike      []PairScenario `yaml:"string_like"`
	StringNotEquals []PairScenario `yaml:"string_not_equals"`
	StringNotLike   []PairScenario `yaml:"string_not_like"`
}

// A MissingScenario takes away the runs of one day (UTC): no job is made, or with
// Failed one that says so.
type MissingScenario struct {
	Date    string   `yaml:"date"` // 2026-11-03
	Failed  bool     `yaml:"failed"`
	Message string   `yaml:"message"`
	Tables  []string `yaml:"tables"` // names; absent: all
}

// A PointScenario is a recovery point besides those that plans make, or with
// Count many, one each Every. One with a Status stays, whatever its lifecycle.
type PointScenario struct {
	Table       string        `yaml:"table"` // name, or ARN of elsewhere
	Vault       string        `yaml:"vault"`
	Created     *When         `yaml:"created"`
	Count       int           `yaml:"count"`
	Every       time.Duration `yaml:"every"` // 24h; later ones are younger
	Status      string        `yaml:"status"`
	Message     string        `yaml:"message"`
	Storage     string        `yaml:"storage"` // WARM, COLD
	Lifecycle   *Lifecycle    `yaml:"lifecycle"`
	DeleteAt    *When         `yaml:"delete_at"` // instead of what the lifecycle says
	ColdAt      *When         `yaml:"cold_at"`
	LastRestore *When         `yaml:"last_restore"`
	Plan        string        `yaml:"plan"` // name; empty: on demand
	Rule        string        `yaml:"rule"`
	Advanced    *bool         `yaml:"advanced"` // absent: as the Region's setting
	Key         string        `yaml:"key"`      // ARN; empty: the vault's or the table's
	CopiedFrom  string        `yaml:"copied_from"`
	Size        int64         `yaml:"size_bytes"`
}

// A DeletionScenario takes away a recovery point that a plan made, or with Count so
// many that follow one another, before their time.
type DeletionScenario struct {
	Table string `yaml:"table"` // name
	Vault string `yaml:"vault"`
	Made  *When  `yaml:"made"` // the first one at or after this time
	Count int    `yaml:"count"`
	At    *When  `yaml:"at"`   // absent: an hour ago
	User  string `yaml:"user"` // whom CloudTrail names; empty: it knows nothing
}

// A JobScenario is a backup job besides those that plans make.
type JobScenario struct {
	Table     string `yaml:"table"`
	Vault     string `yaml:"vault"`
	Created   *When  `yaml:"created"`
	Completed *When  `yaml:"completed"` // absent: 10 minutes later
	State     string `yaml:"state"`
	Message   string `yaml:"message"`
	Category  string `yaml:"category"`
	Plan      string `yaml:"plan"`
	Rule      string `yaml:"rule"`
}

// A RestoreScenario is a restore job.
type RestoreScenario struct {
	Table             string `yaml:"table"`
	Vault             string `yaml:"vault"`
	Created           *When  `yaml:"created"`
	Completed         *When  `yaml:"completed"` // absent: 40 minutes later
	Status            string `yaml:"status"`    // empty: COMPLETED
	Message           string `yaml:"message"`
	PointCreated      *When  `yaml:"point_created"` // absent: a day before
	CreatedTable      string `yaml:"created_table"` // name
	TestingPlan       string `yaml:"testing_plan"`  // name
	Validation        string `yaml:"validation"`
	ValidationMessage string `yaml:"validation_message"`
	Deletion          string `yaml:"deletion"`
}

// A TestingPlanScenario is a restore-testing plan with its selections.
type TestingPlanScenario struct {
	Name        string                     `yaml:"name"`
	Created     *When                      `yaml:"created"` // absent: 400 days ago
	LastRun     *When                      `yaml:"last_run"`
	Schedule    string                     `yaml:"schedule"`
	Timezone    string                     `yaml:"timezone"`
	StartWindow int64                      `yaml:"start_window_hours"`
	Algorithm   string                     `yaml:"algorithm"`      // empty: LATEST_WITHIN_WINDOW
	Include     []string                   `yaml:"include_vaults"` // absent: "*"
	Exclude     []string                   `yaml:"exclude_vaults"`
	WindowDays  int64                      `yaml:"window_days"`
	Selections  []TestingSelectionScenario `yaml:"selections"`
}

// A TestingSelectionScenario says which tables are restored.
type TestingSelectionScenario struct {
	Name             string   `yaml:"name"`
	Role             string   `yaml:"role"`
	Resources        []string `yaml:"resources"`  // absent: "*"
	Conditions       string   `yaml:"conditions"` // JSON of ProtectedResourceConditions
	ValidationWindow int64    `yaml:"validation_window_hours"`
}

// A LegalHoldScenario is a legal hold; empty parts hold everything.
type LegalHoldScenario struct {
	Title       string   `yaml:"title"`
	Description string   `yaml:"description"`
	Created     *When    `yaml:"created"`
	Status      string   `yaml:"status"` // empty: ACTIVE
	Vaults      []string `yaml:"vaults"`
	Tables      []string `yaml:"tables"`
	From        *When    `yaml:"from"`
	To          *When    `yaml:"to"`
}

// A FaultScenario is a [Fault].
type FaultScenario struct {
	Kind        string        `yaml:"kind"`
	Account     string        `yaml:"account"`
	Region      string        `yaml:"region"`
	Operation   string        `yaml:"operation"`
	Contains    string        `yaml:"contains"`
	From        int           `yaml:"from"`
	To          int           `yaml:"to"`
	Probability float64       `yaml:"probability"`
	Seed        uint64        `yaml:"seed"`
	Code        string        `yaml:"code"`
	Message     string        `yaml:"message"`
	Field       string        `yaml:"field"`
	Value       string        `yaml:"value"`
	Delay       time.Duration `yaml:"delay"`
}

func (f FaultScenario) fault() Fault { return Fault(f) }
