package snapshot

import (
	"encoding/json"
	"time"
)

// The rows of a shard: what AWS answered, one struct per kind of thing, with
// AWS's own names. A pointer or an empty string means that AWS did not send the
// field; a false or a zero that AWS sent stays visible as such. Nothing here is
// computed.
//
// Shapes and units: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
// and https://docs.aws.amazon.com/aws-backup/latest/devguide/api-reference.html

// A Tag is one key and value, as DynamoDB and the tagging API return it.
type Tag struct {
	Key   string
	Value string
}

// RegionSettings are the AWS Backup settings of one account and Region
// (DescribeRegionSettings). A resource type that AWS did not name is absent.
type RegionSettings struct {
	ResourceTypeOptInPreference      map[string]bool `json:",omitempty"` // "DynamoDB": may AWS Backup protect it when chosen by tag or "*"
	ResourceTypeManagementPreference map[string]bool `json:",omitempty"` // "DynamoDB": full management, that is advanced DynamoDB backup
}

// GlobalSettings are the AWS Backup settings of the account (DescribeGlobalSettings).
type GlobalSettings struct {
	GlobalSettings map[string]string `json:",omitempty"` // "isCrossAccountBackupEnabled": "true"
}

// An AccountRegion is one Region as the Account service lists it (ListRegions).
type AccountRegion struct {
	RegionName      string // "eu-west-1"
	RegionOptStatus string // ENABLED, ENABLED_BY_DEFAULT, DISABLED, …
}

// A Table is one DynamoDB table: DescribeTable, DescribeContinuousBackups, tags
// and resource policy joined by name, since each is asked for by table.
type Table struct {
	TableArn                     string
	TableName                    string
	TableId                      string             `json:",omitempty"`
	TableStatus                  string             `json:",omitempty"`
	CreationDateTime             *time.Time         `json:",omitempty"`
	DeletionProtectionEnabled    *bool              `json:",omitempty"`
	SSEDescription               *SSEDescription    `json:",omitempty"` // absent: the AWS-owned key
	ArchivalSummary              *ArchivalSummary   `json:",omitempty"`
	RestoreSummary               *RestoreSummary    `json:",omitempty"`
	GlobalTableVersion           string             `json:",omitempty"`
	MultiRegionConsistency       string             `json:",omitempty"`
	Replicas                     []Replica          `json:",omitempty"` // the other replicas; AWS leaves out the Region asked
	ContinuousBackupsDescription *ContinuousBackups `json:",omitempty"` // absent: not answered, see the gaps
	Tags                         []Tag              `json:",omitempty"` // sorted by key
	ResourcePolicy               json.RawMessage    `json:",omitempty"` // absent: none, or a gap
}

// SSEDescription says which key encrypts a table. Absent in DescribeTable for
// the AWS-owned default key.
type SSEDescription struct {
	Status                         string     `json:",omitempty"`
	SSEType                        string     `json:",omitempty"`
	KMSMasterKeyArn                string     `json:",omitempty"`
	InaccessibleEncryptionDateTime *time.Time `json:",omitempty"`
}

// ArchivalSummary says why and where AWS archived a table whose key was lost.
type ArchivalSummary struct {
	ArchivalReason    string     `json:",omitempty"`
	ArchivalBackupArn string     `json:",omitempty"`
	ArchivalDateTime  *time.Time `json:",omitempty"`
}

// RestoreSummary says from what a table was restored.
type RestoreSummary struct {
	SourceBackupArn   string     `json:",omitempty"`
	SourceTableArn    string     `json:",omitempty"`
	RestoreDateTime   *time.Time `json:",omitempty"`
	RestoreInProgress *bool      `json:",omitempty"`
}

// A Replica is another Region's (or account's) copy of a global table.
type Replica struct {
	RegionName     string
	ReplicaArn     string `json:",omitempty"`
	ReplicaStatus  string `json:",omitempty"`
	KMSMasterKeyId string `json:",omitempty"`
}

// ContinuousBackups is the answer of DescribeContinuousBackups.
// ContinuousBackupsStatus is always ENABLED: the flag for point-in-time recovery
// is PointInTimeRecoveryStatus.
type ContinuousBackups struct {
	ContinuousBackupsStatus        string               `json:",omitempty"`
	PointInTimeRecoveryDescription *PointInTimeRecovery `json:",omitempty"`
}

// PointInTimeRecovery has the times only while recovery is on.
type PointInTimeRecovery struct {
	PointInTimeRecoveryStatus  string     `json:",omitempty"` // ENABLED, DISABLED
	RecoveryPeriodInDays       *int       `json:",omitempty"` // days, 1 to 35
	EarliestRestorableDateTime *time.Time `json:",omitempty"`
	LatestRestorableDateTime   *time.Time `json:",omitempty"`
}

// A TableBackup is one on-demand or system backup that DynamoDB itself keeps
// (ListBackups with BackupType ALL).
type TableBackup struct {
	BackupArn              string
	BackupName             string     `json:",omitempty"`
	BackupStatus           string     `json:",omitempty"` // CREATING, AVAILABLE, DELETED
	BackupType             string     `json:",omitempty"` // USER, SYSTEM, AWS_BACKUP
	BackupCreationDateTime *time.Time `json:",omitempty"`
	BackupExpiryDateTime   *time.Time `json:",omitempty"` // SYSTEM backups only
	BackupSizeBytes        *int64     `json:",omitempty"`
	TableArn               string     `json:",omitempty"`
	TableId                string     `json:",omitempty"`
	TableName              string     `json:",omitempty"`
}

// A BackupPlan is one version of a plan (GetBackupPlan). Current is false for
// older versions, which are read when recovery points name them, or when they were
// in force during the last 30 days.
type BackupPlan struct {
	BackupPlanArn          string
	BackupPlanId           string
	BackupPlanName         string          `json:",omitempty"`
	VersionId              string          `json:",omitempty"`
	Current                bool            // the version in force
	CreationDate           *time.Time      `json:",omitempty"` // of this version
	DeletionDate           *time.Time      `json:",omitempty"`
	LastExecutionDate      *time.Time      `json:",omitempty"`
	Rules                  []BackupRule    `json:",omitempty"`
	AdvancedBackupSettings json.RawMessage `json:",omitempty"`
	ScheduledRunsPreview   []ScheduledRun  `json:",omitempty"` // AWS's own next runs, after overlap merging
	// Versions that were in force during the last 30 days, oldest first
	// (ListBackupPlanVersions); of the current version alone. Absent: not answered,
	// or not asked by the build that made the shard.
	Versions []PlanVersion `json:",omitempty"`
}

// A PlanVersion says since when a version of a plan is, or was, in force.
type PlanVersion struct {
	VersionId    string
	CreationDate *time.Time `json:",omitempty"`
}

// A ScheduledRun is one run that AWS itself foresees.
type ScheduledRun struct {
	ExecutionTime     *time.Time `json:",omitempty"`
	RuleId            string     `json:",omitempty"`
	RuleExecutionType string     `json:",omitempty"` // CONTINUOUS, SNAPSHOTS, CONTINUOUS_AND_SNAPSHOTS
}

// A BackupRule says when backups are made, where they go and how long they stay.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
type BackupRule struct {
	RuleName                               string
	RuleId                                 string       `json:",omitempty"`
	TargetBackupVaultName                  string       `json:",omitempty"`
	TargetLogicallyAirGappedBackupVaultArn string       `json:",omitempty"`
	ScheduleExpression                     string       `json:",omitempty"` // absent: cron(0 5 ? * * *)
	ScheduleExpressionTimezone             string       `json:",omitempty"` // absent: UTC
	StartWindowMinutes                     *int64       `json:",omitempty"` // absent: 480
	CompletionWindowMinutes                *int64       `json:",omitempty"` // absent: 10080
	Lifecycle                              *Lifecycle   `json:",omitempty"`
	CopyActions                            []CopyAction `json:",omitempty"`
	EnableContinuousBackup                 *bool        `json:",omitempty"` // does nothing for DynamoDB
}

// A Lifecycle counts days from the creation date of a recovery point. An absent
// DeleteAfterDays, or −1, keeps for ever.
type Lifecycle struct {
	MoveToColdStorageAfterDays          *int64 `json:",omitempty"`
	DeleteAfterDays                     *int64 `json:",omitempty"`
	DeleteAfterEvent                    string `json:",omitempty"` // DELETE_AFTER_COPY
	OptInToArchiveForSupportedResources *bool  `json:",omitempty"`
}

// A CopyAction copies each recovery point of a rule to another vault.
type CopyAction struct {
	DestinationBackupVaultArn string
	Lifecycle                 *Lifecycle `json:",omitempty"`
}

// A BackupSelection assigns resources to a plan (GetBackupSelection):
// (Resources ∪ ListOfTags) ∩ Conditions \ NotResources.
type BackupSelection struct {
	BackupPlanId  string
	SelectionId   string
	SelectionName string      `json:",omitempty"`
	IamRoleArn    string      `json:",omitempty"`
	CreationDate  *time.Time  `json:",omitempty"`
	Resources     []string    `json:",omitempty"` // ARNs or patterns
	NotResources  []string    `json:",omitempty"`
	ListOfTags    []Condition `json:",omitempty"`
	Conditions    *Conditions `json:",omitempty"`
}

// A Condition of ListOfTags: the key has no prefix, the type is STRINGEQUALS.
type Condition struct {
	ConditionType  string
	ConditionKey   string
	ConditionValue string
}

// Conditions narrow a selection; all must hold. Keys are "aws:ResourceTag/…".
type Conditions struct {
	StringEquals    []ConditionParameter `json:",omitempty"`
	StringLike      []ConditionParameter `json:",omitempty"`
	StringNotEquals []ConditionParameter `json:",omitempty"`
	StringNotLike   []ConditionParameter `json:",omitempty"`
}

// A ConditionParameter is one key and value of Conditions.
type ConditionParameter struct {
	ConditionKey   string
	ConditionValue string
}

// A BackupVault joins ListBackupVaults, the vault's access policy and its
// notifications. Locked with no LockDate is governance mode; a LockDate in the
// future is compliance mode in its grace period.
type BackupVault struct {
	BackupVaultArn         string
	BackupVaultName        string
	VaultType              string              `json:",omitempty"` // BACKUP_VAULT, LOGICALLY_AIR_GAPPED_BACKUP_VAULT, RESTORE_ACCESS_BACKUP_VAULT
	VaultState             string              `json:",omitempty"`
	CreationDate           *time.Time          `json:",omitempty"`
	EncryptionKeyArn       string              `json:",omitempty"`
	EncryptionKeyType      string              `json:",omitempty"` // AWS_OWNED_KMS_KEY, CUSTOMER_MANAGED_KMS_KEY
	Locked                 *bool               `json:",omitempty"`
	LockDate               *time.Time          `json:",omitempty"`
	MinRetentionDays       *int64              `json:",omitempty"`
	MaxRetentionDays       *int64              `json:",omitempty"`
	NumberOfRecoveryPoints *int64              `json:",omitempty"` // approximate; absent also for 0, since the SDK does not tell them apart
	AccessPolicy           json.RawMessage     `json:",omitempty"` // absent: none, or a gap
	Notifications          *VaultNotifications `json:",omitempty"` // absent: none, or a gap
}

// VaultNotifications is GetBackupVaultNotifications.
type VaultNotifications struct {
	SNSTopicArn       string   `json:",omitempty"`
	BackupVaultEvents []string `json:",omitempty"`
}

// A RecoveryPoint is one backup in a vault (ListRecoveryPointsByBackupVault).
// Without advanced DynamoDB backup its ARN is that of a DynamoDB backup.
type RecoveryPoint struct {
	ResourceArn          string     // the table
	CreationDate         *time.Time `json:",omitempty"` // start of the job; copies keep their source's
	RecoveryPointArn     string
	BackupVaultArn       string                `json:",omitempty"`
	BackupVaultName      string                `json:",omitempty"`
	VaultType            string                `json:",omitempty"`
	SourceBackupVaultArn string                `json:",omitempty"` // set on copies
	ResourceType         string                `json:",omitempty"`
	ResourceName         string                `json:",omitempty"`
	Status               string                `json:",omitempty"` // COMPLETED, AVAILABLE (usable), PARTIAL, DELETING, EXPIRED, STOPPED, CREATING
	StatusMessage        string                `json:",omitempty"`
	CompletionDate       *time.Time            `json:",omitempty"`
	InitiationDate       *time.Time            `json:",omitempty"`
	LastRestoreTime      *time.Time            `json:",omitempty"`
	Lifecycle            *Lifecycle            `json:",omitempty"`
	CalculatedLifecycle  *CalculatedLifecycle  `json:",omitempty"`
	CreatedBy            *RecoveryPointCreator `json:",omitempty"` // absent: made on demand
	EncryptionKeyArn     string                `json:",omitempty"`
	EncryptionKeyType    string                `json:",omitempty"`
	IsEncrypted          *bool                 `json:",omitempty"` // absent also for false, since the SDK does not tell them apart
	BackupSizeInBytes    *int64                `json:",omitempty"`
	IamRoleArn           string                `json:",omitempty"`
	StorageClass         string                `json:",omitempty"` // WARM, COLD, DELETED; only where DescribeRecoveryPoint was asked
}

// CalculatedLifecycle is AWS's own plan for a recovery point. No DeleteAt: kept for ever.
type CalculatedLifecycle struct {
	MoveToColdStorageAt *time.Time `json:",omitempty"`
	DeleteAt            *time.Time `json:",omitempty"`
}

// A RecoveryPointCreator names the plan, version and rule that made a point.
type RecoveryPointCreator struct {
	BackupPlanArn      string `json:",omitempty"`
	BackupPlanId       string `json:",omitempty"`
	BackupPlanName     string `json:",omitempty"`
	BackupPlanVersion  string `json:",omitempty"`
	BackupRuleId       string `json:",omitempty"`
	BackupRuleName     string `json:",omitempty"`
	BackupRuleCron     string `json:",omitempty"`
	BackupRuleTimezone string `json:",omitempty"`
}

// A BackupJob is one attempt to back up (ListBackupJobs, the last 30 days).
type BackupJob struct {
	ResourceArn      string
	CreationDate     *time.Time `json:",omitempty"`
	BackupJobId      string
	State            string                `json:",omitempty"` // CREATED, PENDING, RUNNING, COMPLETED, FAILED, EXPIRED, ABORTING, ABORTED, PARTIAL
	StatusMessage    string                `json:",omitempty"`
	MessageCategory  string                `json:",omitempty"`
	StartBy          *time.Time            `json:",omitempty"`
	CompletionDate   *time.Time            `json:",omitempty"`
	InitiationDate   *time.Time            `json:",omitempty"`
	BackupVaultArn   string                `json:",omitempty"`
	BackupVaultName  string                `json:",omitempty"`
	RecoveryPointArn string                `json:",omitempty"`
	ResourceType     string                `json:",omitempty"`
	IamRoleArn       string                `json:",omitempty"`
	CreatedBy        *RecoveryPointCreator `json:",omitempty"`
	// RecoveryPointLifecycle is what the job was told to give its point; absent also
	// where AWS keeps for ever.
	RecoveryPointLifecycle *Lifecycle `json:",omitempty"`
}

// A CopyJob is one copy between vaults (ListCopyJobs, the last 30 days).
type CopyJob struct {
	ResourceArn                 string
	CreationDate                *time.Time `json:",omitempty"`
	CopyJobId                   string
	State                       string                `json:",omitempty"` // CREATED, RUNNING, COMPLETED, FAILED, PARTIAL
	StatusMessage               string                `json:",omitempty"`
	MessageCategory             string                `json:",omitempty"`
	CompletionDate              *time.Time            `json:",omitempty"`
	SourceBackupVaultArn        string                `json:",omitempty"`
	SourceRecoveryPointArn      string                `json:",omitempty"`
	DestinationBackupVaultArn   string                `json:",omitempty"`
	DestinationRecoveryPointArn string                `json:",omitempty"`
	ResourceType                string                `json:",omitempty"`
	CreatedByBackupJobId        string                `json:",omitempty"`
	CreatedBy                   *RecoveryPointCreator `json:",omitempty"`
	// DestinationRecoveryPointLifecycle is the copy's; absent also where AWS keeps it
	// for ever.
	DestinationRecoveryPointLifecycle *Lifecycle `json:",omitempty"`
}

// A RestoreJob is one restore (ListRestoreJobs).
type RestoreJob struct {
	SourceResourceArn         string     // the table that was restored; may be empty in old jobs
	CreationDate              *time.Time `json:",omitempty"`
	RestoreJobId              string
	Status                    string     `json:",omitempty"` // PENDING, RUNNING, COMPLETED, ABORTED, FAILED
	StatusMessage             string     `json:",omitempty"`
	CompletionDate            *time.Time `json:",omitempty"`
	RecoveryPointArn          string     `json:",omitempty"`
	RecoveryPointCreationDate *time.Time `json:",omitempty"`
	CreatedResourceArn        string     `json:",omitempty"`
	RestoreTestingPlanArn     string     `json:",omitempty"`
	ValidationStatus          string     `json:",omitempty"` // VALIDATING, SUCCESSFUL, FAILED, TIMED_OUT; absent: none configured
	ValidationStatusMessage   string     `json:",omitempty"`
	DeletionStatus            string     `json:",omitempty"`
	ResourceType              string     `json:",omitempty"`
}

// A ProtectedResource has, or had, at least one recovery point of any status:
// its presence does not mean that it is protected.
type ProtectedResource struct {
	ResourceArn          string
	ResourceType         string     `json:",omitempty"`
	LastBackupTime       *time.Time `json:",omitempty"`
	LastBackupVaultArn   string     `json:",omitempty"`
	LastRecoveryPointArn string     `json:",omitempty"`
}

// A RestoreTestingPlan is GetRestoreTestingPlan.
type RestoreTestingPlan struct {
	RestoreTestingPlanArn      string
	RestoreTestingPlanName     string
	ScheduleExpression         string     `json:",omitempty"`
	ScheduleExpressionTimezone string     `json:",omitempty"`
	StartWindowHours           *int64     `json:",omitempty"`
	LastExecutionTime          *time.Time `json:",omitempty"`
	Algorithm                  string     `json:",omitempty"`
	IncludeVaults              []string   `json:",omitempty"`
	ExcludeVaults              []string   `json:",omitempty"`
	RecoveryPointTypes         []string   `json:",omitempty"`
	SelectionWindowDays        *int64     `json:",omitempty"`
}

// A RestoreTestingSelection is GetRestoreTestingSelection.
type RestoreTestingSelection struct {
	RestoreTestingPlanName      string
	RestoreTestingSelectionName string
	ProtectedResourceType       string          `json:",omitempty"`
	ProtectedResourceArns       []string        `json:",omitempty"`
	ProtectedResourceConditions json.RawMessage `json:",omitempty"`
	IamRoleArn                  string          `json:",omitempty"`
	ValidationWindowHours       *int64          `json:",omitempty"`
}

// A LegalHold is GetLegalHold; only ACTIVE ones protect recovery points.
type LegalHold struct {
	LegalHoldArn           string
	LegalHoldId            string          `json:",omitempty"`
	Title                  string          `json:",omitempty"`
	Status                 string          `json:",omitempty"` // CREATING, ACTIVE, CANCELING, CANCELED
	CreationDate           *time.Time      `json:",omitempty"`
	RecoveryPointSelection json.RawMessage `json:",omitempty"`
}
