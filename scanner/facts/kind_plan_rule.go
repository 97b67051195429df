package facts

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
