package facts

import "time"

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
