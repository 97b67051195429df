package facts

// A Region is AWS Backup's settings for DynamoDB in one Region of one account.
type Region struct {
	OptedIn        *bool `json:"opted_in,omitempty"`        // ResourceTypeOptInPreference.DynamoDB
	AdvancedBackup *bool `json:"advanced_backup,omitempty"` // ResourceTypeManagementPreference.DynamoDB
	Tables         int   `json:"tables"`
	// TablesThatDepend counts tables that a selection matches only subject to opt-in.
	TablesThatDepend int `json:"tables_that_depend"`
	// Of the plan rules that cover tables here, for certain or perhaps, those that ask
	// for what only advanced DynamoDB backup does:
	ColdRules      int `json:"cold_rules"`       // move backups or copies to cold storage
	CopyRules      int `json:"copy_rules"`       // copy to another vault
	AirGappedRules int `json:"air_gapped_rules"` // back up into a logically air-gapped vault
}
