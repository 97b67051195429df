package facts

// A Selection is one selection of a backup plan. Its ARN is the plan's, "/selection/"
// and its id.
type Selection struct {
	BackupPlanArn  string   `json:"BackupPlanArn"`
	BackupPlanName string   `json:"BackupPlanName,omitempty"`
	SelectionId    string   `json:"SelectionId"`
	SelectionName  string   `json:"SelectionName,omitempty"`
	IamRoleArn     string   `json:"IamRoleArn,omitempty"`
	Resources      []string `json:"Resources"`
	NotResources   []string `json:"NotResources"`
	ListOfTags     []string `json:"ListOfTags"` // "backup=daily"
	Conditions     []string `json:"Conditions"` // "StringEquals aws:ResourceTag/stage=prod"

	TablesCovered   int `json:"tables_covered"`   // "yes"
	TablesAmbiguous int `json:"tables_ambiguous"` // "ambiguous"

	// WildcardBesideTags: ListOfTags stands beside a wildcard in Resources that may
	// match tables. AWS Backup reads "or", where "and" may be meant.
	WildcardBesideTags bool `json:"wildcard_beside_tags"`
	// OnlyByWildcard counts tables that the wildcard covers though no entry of
	// ListOfTags matches, and that no other selection covers.
	OnlyByWildcard        int `json:"only_by_wildcard"`
	PerhapsOnlyByWildcard int `json:"perhaps_only_by_wildcard"` // it is not known

	NamedTables int         `json:"named_tables"` // entries of Resources and NotResources that name one table
	Dead        []DeadEntry `json:"dead"`         // entries that match nothing, in the order of the selection

	// Tables that it is meant to cover and does not, and that no selection covers:
	SkippedByOptIn int      `json:"skipped_by_opt_in"`
	SkippedByTag   int      `json:"skipped_by_tag"`  // tag or name of a restore test, without being a restore test's table
	SkippedByType  int      `json:"skipped_by_type"` // NotResources excludes tables altogether
	SkippedPerhaps int      `json:"skipped_perhaps"` // it is not known
	SkippedTables  []string `json:"skipped_tables"`  // names of the first 20, sorted
}

// A DeadEntry is an entry of a selection that matches nothing.
type DeadEntry struct {
	Entry string `json:"entry"` // "Resources arn:aws:dynamodb:…:table/Gone"
	// Why is "no_table", "other_region", "other_account" or "no_arn".
	Why string `json:"why"`
}
