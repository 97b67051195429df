package facts

import "time"

// A Backup is all backups of one deleted table: what is left of it. Or it is one
// backup of a table that exists, if no plan in force will ever clear it away, or
// if it is still being made: then DeletedTable is false, and BackupArn is set.
type Backup struct {
	DeletedTable bool   `json:"deleted_table"`
	BackupArn    string `json:"BackupArn,omitempty"` // of a recovery point, its ARN
	BackupName   string `json:"BackupName,omitempty"`
	Status       string `json:"Status,omitempty"`
	// MadeBy is "user" (DynamoDB on-demand), "job" (StartBackupJob), "deleted_plan" or
	// "plan"; empty for all backups of a deleted table.
	MadeBy          string     `json:"made_by,omitempty"`
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

	Usable       int  `json:"usable"`              // can be restored
	NeverExpires bool `json:"never_expires"`       // a usable one has no end
	DaysLeft     *int `json:"days_left,omitempty"` // until the last usable one expires; absent: none is usable, or one never expires
	// WithoutEnd counts those that nobody will ever delete: backups by hand, and
	// recovery points without an end that no plan in force made.
	WithoutEnd              int  `json:"without_end"`
	OldestWithoutEndAgeDays *int `json:"oldest_without_end_age_days,omitempty"`
	Creating                int  `json:"creating"` // still being made
	OldestCreatingAgeHours  *int `json:"oldest_creating_age_hours,omitempty"`
}
