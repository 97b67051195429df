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
	Key            *Key   `json:"key,omitempty"`             // absent: AWS did not say which
	DynamoDBPoints *int   `json:"dynamodb_points,omitempty"` // counted, of any status
	// Of the points of tables that are there, whatever their status:
	PointsByStatus        []StatusCount `json:"points_by_status"`
	PointsForEver         *int          `json:"points_for_ever,omitempty"`         // have no end
	ForeignPoints         *int          `json:"foreign_points,omitempty"`          // are copies from another account
	LegalHolds            *int          `json:"legal_holds,omitempty"`             // ACTIVE ones that hold points of this vault, or of all
	Senders               []Sender      `json:"senders"`                           // plan rules that send backups of any service here, sorted
	ShortestRetentionDays *int          `json:"shortest_retention_days,omitempty"` // of senders whose backups have an end
	RefusedSenders        int           `json:"refused_senders"`                   // whose backups the lock's bounds refuse
	CopiesOnly            bool          `json:"copies_only"`                       // no backup job writes here: all that is sent, or else all that is held, is copies
	Failures              []Telling     `json:"failures"`                          // who is told of a backup job into this vault that ends ABORTED, EXPIRED, FAILED
	NamedByRules          int           `json:"named_by_rules"`                    // plan rules and copies that send tables' backups here
}

// A StatusCount is how many recovery points have a status.
type StatusCount struct {
	Status string `json:"Status"`
	Count  int    `json:"count"`
}

// A Sender is a plan rule that sends backups to a vault.
type Sender struct {
	PlanRule  string    `json:"plan_rule"` // ARN of the plan_rule subject
	Copies    bool      `json:"copies"`    // as copies from another vault
	Retention Retention `json:"retention"`
}
