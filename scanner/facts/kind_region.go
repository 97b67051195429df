package facts

// A Region is AWS Backup's settings for DynamoDB in one Region of one account.
type Region struct {
	OptedIn        *bool `json:"opted_in,omitempty"`        // ResourceTypeOptInPreference.DynamoDB
	AdvancedBackup *bool `json:"advanced_backup,omitempty"` // ResourceTypeManagementPreference.DynamoDB
	Tables         int   `json:"tables"`
	// TablesThatDepend counts tables that a selection matches only subject to opt-in.
	TablesThatDepend int `json:"tables_that_depend"`
}
