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

// A Key is a KMS key that encrypts tables or backups.
type Key struct {
	KeyArn string `json:"KeyArn,omitempty"`
	// Owner is "aws_owned" (AWS's own key, which nobody else sees or can disable),
	// "aws_managed" (the account's, made and kept by AWS) or "customer"; absent
	// where AWS did not say.
	Owner             string     `json:"owner,omitempty"`
	Exists            *bool      `json:"exists,omitempty"`   // false: KMS does not know it any more; absent: not known
	KeyState          string     `json:"KeyState,omitempty"` // Enabled, Disabled, PendingDeletion, PendingImport, Unavailable, …
	DeletionDate      *time.Time `json:"DeletionDate,omitempty"`
	DaysUntilDeletion *int       `json:"days_until_deletion,omitempty"`
	ValidTo           *time.Time `json:"ValidTo,omitempty"` // of imported material that expires
}

// VaultBounds is what a vault's lock demands of the points that land in it.
type VaultBounds struct {
	BackupVaultName  string `json:"BackupVaultName"`
	Exists           *bool  `json:"exists,omitempty"` // absent: not known
	Lock             string `json:"lock,omitempty"`   // see Vault.Lock
	MinRetentionDays *int   `json:"MinRetentionDays,omitempty"`
	MaxRetentionDays *int   `json:"MaxRetentionDays,omitempty"`
}
