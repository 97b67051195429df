package facts

import "time"

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
