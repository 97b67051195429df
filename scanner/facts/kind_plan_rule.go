package facts

// A PlanRule is one rule of one backup plan, in its current version. Its ARN is
// the plan's, a slash and the rule's name.
type PlanRule struct {
	BackupPlanArn  string   `json:"BackupPlanArn"`
	BackupPlanName string   `json:"BackupPlanName,omitempty"`
	VersionId      string   `json:"VersionId,omitempty"`
	RuleName       string   `json:"RuleName"`
	RuleId         string   `json:"RuleId,omitempty"`
	Schedule       Schedule `json:"schedule"`
	// ShortestGapMinutes is the shortest time between two runs of the schedule that
	// follow one another, over 400 days; absent where it does not fire.
	ShortestGapMinutes      *int         `json:"shortest_gap_minutes,omitempty"`
	StartWindowMinutes      int          `json:"StartWindowMinutes"`      // AWS's default filled in
	CompletionWindowMinutes int          `json:"CompletionWindowMinutes"` // AWS's default filled in
	Retention               Retention    `json:"retention"`
	Vault                   VaultBounds  `json:"vault"`
	AirGappedVault          *VaultBounds `json:"air_gapped_vault,omitempty"` // where TargetLogicallyAirGappedBackupVaultArn is set
	Copies                  []Copy       `json:"copies"`
	AdvancedBackup          *bool        `json:"advanced_backup,omitempty"`
	EnableContinuousBackup  bool         `json:"EnableContinuousBackup"` // AWS's default filled in: false
	TablesCovered           int          `json:"tables_covered"`         // DynamoDB tables covered "yes"
	TablesAmbiguous         int          `json:"tables_ambiguous"`       // covered "ambiguous"
	// Overlaps are the other rules of the plan, by name, whose start windows overlap
	// with this one's: then only the one that keeps longer makes a backup.
	Overlaps []string `json:"overlaps"`
	// Collisions are the rules of other plans whose start windows overlap with this
	// one's, and that back up some of the same tables: one job at a time.
	Collisions    []Collision `json:"collisions"`
	NamesDynamoDB bool        `json:"names_dynamodb"` // a selection names DynamoDB, not only tags or "*"
	// Of a plan of the organization, which is there in every Region that the policy
	// names and judged once in an account, in the first of them:
	JudgedElsewhere    bool `json:"judged_elsewhere"`
	CoveredElsewhere   int  `json:"covered_elsewhere"` // tables_covered in the other Regions
	AmbiguousElsewhere int  `json:"ambiguous_elsewhere"`
	// RunsDiffer: AWS's own preview of the next runs is not what the schedule
	// says. Absent where there is no preview.
	RunsDiffer *bool `json:"runs_differ,omitempty"`
}

// A Collision is a rule of another plan that may start a job while one of ours is
// to start.
type Collision struct {
	PlanRule string `json:"plan_rule"` // ARN of the plan_rule subject
	Name     string `json:"name"`      // "nightly/daily"
	Tables   int    `json:"tables"`    // that both cover for certain
}
