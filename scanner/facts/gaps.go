package facts

import (
	"cmp"
	"slices"

	"holdfast/scanner/snapshot"
)

// Operations that facts ask about by name.
const (
	opListTables        = "dynamodb:ListTables"
	opDescribeTable     = "dynamodb:DescribeTable"
	opContinuousBackups = "dynamodb:DescribeContinuousBackups"
	opListBackups       = "dynamodb:ListBackups"
	opTagsOfResource    = "dynamodb:ListTagsOfResource"
	opTags              = "tag:GetResources"
	opListPlans         = "backup:ListBackupPlans"
	opGetPlan           = "backup:GetBackupPlan"
	opListSelections    = "backup:ListBackupSelections"
	opGetSelection      = "backup:GetBackupSelection"
	opListVaults        = "backup:ListBackupVaults"
	opListHolds         = "backup:ListLegalHolds"
	opGetHold           = "backup:GetLegalHold"
	opListPoints        = "backup:ListRecoveryPointsByBackupVault"
	opListJobs          = "backup:ListBackupJobs"
	opListCopyJobs      = "backup:ListCopyJobs"
	opDescribePoint     = "backup:DescribeRecoveryPoint"
	opPlanVersions      = "backup:ListBackupPlanVersions"
	opLookupEvents      = "cloudtrail:LookupEvents"
	opRegionSettings    = "backup:DescribeRegionSettings"
	opDescribeKey       = "kms:DescribeKey"
	opNotifications     = "backup:GetBackupVaultNotifications"
	opListTrails        = "cloudtrail:DescribeTrails"
	opTrailStatus       = "cloudtrail:GetTrailStatus"
	opTrailSelectors    = "cloudtrail:GetEventSelectors"
	opListAlarms        = "cloudwatch:DescribeAlarms"
	opListRules         = "events:ListRules"
	opListTargets       = "events:ListTargetsByRule"
	opListFilters       = "logs:DescribeMetricFilters"
	opTopic             = "sns:GetTopicAttributes"
	opListRegions       = "account:ListRegions"
)

// A hole says which facts of which subjects one operation feeds: what a gap of
// that operation hides.
type hole struct {
	kind string
	// by is the parameter that names the one subject that a gap is about; a gap
	// without it, or a hole without by, is about all of the kind.
	by    string
	paths []string // "": everything

	// unlisted: subjects of the kind may be missing altogether.
	unlisted bool
	// optIn: only where the subject's coverage depends on the Region's opt-in.
	optIn bool
	// wide: optIn and unproven hold for any table or plan of the Region, not only for
	// the subject itself.
	wide bool
	// copies: only where a copy is to keep a table's backups longer than a plan does.
	copies bool
	// copying: only where copies of the table's backups are to be made.
	copying bool
	// tags: only where tags that were not read could decide about coverage.
	tags bool
	// tagsUnread: only where the table's own tags were not read.
	tagsUnread bool
	// unproven: only where a recovery point would settle an ambiguity.
	unproven bool
	// keyed: only where a key has to be asked for.
	keyed bool
	// topic: only where a topic could tell; TopicArn names it.
	topic bool
	// left: only what is left of a deleted table.
	left bool
	// planned: only where a plan may have made a backup that is taken for forgotten.
	planned bool
	// unnamed: only where no plan rule is known to send backups there.
	unnamed bool
}

// Paths that are hidden together.
var (
	all         = []string{""}
	colliding   = []string{"collisions"}
	covered     = []string{"collisions", "tables_ambiguous", "tables_covered"}
	elsewhere   = []string{"ambiguous_elsewhere", "covered_elsewhere", "judged_elsewhere"}
	coveredHere = []string{"air_gapped_rules", "cold_rules", "copy_rules", "tables_that_depend"}
	depending   = []string{"tables_that_depend"}
	heldPoints  = []string{"dynamodb_points", "foreign_points", "points_by_status", "points_for_ever"}
	told        = []string{"failures"}
	namedHere   = []string{"copies_only", "named_by_rules"}
	sent        = []string{"copies_only", "named_by_rules", "refused_senders", "senders", "shortest_retention_days"}
	keptBy      = []string{"made_by", "oldest_without_end_age_days", "without_end"}
	leftPoints  = []string{"creating", "days_left", "kept_for_ever", "never_expires", "oldest_creating_age_hours", "oldest_without_end_age_days", "usable", "without_end", "newest", "newest_age_days", "oldest_age_days", "recovery_points", "vaults"}
	leftOwn     = []string{"TableId", "archival_backups", "creating", "days_left", "kept_for_ever", "never_expires", "oldest_creating_age_hours",
		"oldest_without_end_age_days", "usable", "without_end", "newest", "newest_age_days", "oldest_age_days", "system_backups", "user_backups"}
)

// planOperations are those without which it is not known what plans there are.
var planOperations = []string{opListPlans, opGetPlan, opListSelections, opGetSelection}

// Lists of holes that several operations share.
var (
	// plansUnread: what is not known without a plan and its rules.
	plansUnread = []hole{
		{kind: KindBackup, paths: keptBy, planned: true},
		{kind: KindSelection, paths: countedTables, unlisted: true},
		{kind: KindPlanRule, paths: colliding},
		{kind: KindTable, paths: covering},
		{kind: KindTable, by: "BackupPlanId", paths: promised},
		{kind: KindPlanRule, unlisted: true},
		{kind: KindVault, paths: sent, unlisted: true},
		{kind: KindRegion, paths: coveredHere},
	}
	// rulesUnread: an event rule may tell of anything.
	rulesUnread = []hole{{kind: KindVault, paths: told}, {kind: KindAccount, paths: []string{"watched"}}}
	// trailsUnread: what no trail records, no rule or alarm tells of.
	trailsUnread = []hole{{kind: KindAccount, paths: []string{"trails", "watched"}}}
	// holdsUnread: a legal hold may hold what is in any vault.
	holdsUnread = []hole{
		{kind: KindVault, paths: []string{"legal_holds"}},
		{kind: KindTable, paths: []string{"overdue"}},
	}
	// selectionsUnread: what is not known without the selections of a plan.
	selectionsUnread = []hole{
		{kind: KindSelection, paths: countedTables, unlisted: true},
		{kind: KindTable, paths: covering},
		{kind: KindPlanRule, by: "BackupPlanId", paths: append([]string{"names_dynamodb"}, covered...)},
		{kind: KindPlanRule, paths: colliding},
		{kind: KindVault, paths: sent, unlisted: true},
		{kind: KindRegion, paths: coveredHere},
	}
	// versionsUnread: what is not known without the older versions of a plan.
	versionsUnread = []hole{
		{kind: KindTable, by: "BackupPlanId", paths: duePaths},
		{kind: KindTable, by: "BackupPlanId", paths: promised},
	}
	// tagsUnread: a tag may put a table into a plan, or take it out of all.
	tagsUnread = []hole{
		{kind: KindSelection, paths: countedTables, tags: true},
		{kind: KindTable, by: "ResourceArn", paths: []string{"Tags", "tagged_restore_test"}, tagsUnread: true},
		{kind: KindTable, by: "ResourceArn", paths: covering, tags: true},
		{kind: KindPlanRule, paths: covered, tags: true},
		{kind: KindVault, paths: namedHere, tags: true},
		{kind: KindRegion, paths: coveredHere, tags: true},
	}
)

// holes has every operation that the collectors call. One that is not here hides
// everything in its shard.
var holes = map[string][]hole{
	opListTables: {
		{kind: KindSelection, paths: append([]string{"dead"}, countedTables...)},
		{kind: KindAccount, paths: []string{"tables", "watched"}},
		{kind: KindTable, unlisted: true},
		{kind: KindBackup, unlisted: true}, // any table may be a deleted one
		{kind: KindPlanRule, paths: covered},
		{kind: KindVault, paths: namedHere, unlisted: true},
		{kind: KindRegion, paths: append([]string{"tables"}, coveredHere...)},
	},
	opDescribeTable: {
		{kind: KindSelection, paths: countedTables},
		{kind: KindTable, by: "TableName", paths: all},
		{kind: KindBackup, by: "TableName", paths: all},
		{kind: KindPlanRule, paths: covered},
		{kind: KindVault, paths: namedHere},
		{kind: KindRegion, paths: coveredHere},
	},
	opContinuousBackups: {
		{kind: KindTable, by: "TableName", paths: []string{"pitr"}},
	},
	opListBackups: {
		{kind: KindTable, by: "TableName", paths: onDemandPaths},
		{kind: KindBackup, by: "TableName", paths: leftOwn, unlisted: true, left: true},
	},
	opTags:           tagsUnread,
	opTagsOfResource: tagsUnread,
	"dynamodb:ListGlobalTables": {
		{kind: KindTable, paths: []string{"replicas"}},
	},
	"dynamodb:DescribeBackup":    {}, // no fact reads it
	"dynamodb:GetResourcePolicy": {}, // no fact reads it

	opPlanVersions:   versionsUnread,
	opListPlans:      plansUnread,
	opGetPlan:        plansUnread,
	opListSelections: selectionsUnread,
	opGetSelection:   selectionsUnread,
	opListVaults: {
		{kind: KindVault, paths: heldPoints, unlisted: true},
		{kind: KindAccount, paths: []string{"watched"}},
		{kind: KindPlanRule, paths: []string{"air_gapped_vault", "copies", "vault"}},
		{kind: KindTable, paths: found},
		{kind: KindTable, paths: covering, unproven: true},
		{kind: KindPlanRule, paths: covered, unproven: true},
		{kind: KindPlanRule, paths: colliding, unproven: true, wide: true},
		{kind: KindSelection, paths: countedTables, unproven: true, wide: true},
		{kind: KindBackup, paths: leftPoints, unlisted: true, left: true},
	},
	"backup:DescribeBackupVault": {
		{kind: KindVault, by: "BackupVaultName", paths: all},
		{kind: KindPlanRule, paths: []string{"air_gapped_vault", "copies", "vault"}},
	},
	opListPoints: {
		{kind: KindVault, by: "BackupVaultName", paths: heldPoints},
		{kind: KindAccount, paths: []string{"watched"}},
		{kind: KindVault, by: "BackupVaultName", paths: all, unnamed: true}, // it may hold nothing of DynamoDB
		{kind: KindTable, paths: found},
		{kind: KindTable, paths: covering, unproven: true},
		{kind: KindPlanRule, paths: covered, unproven: true},
		{kind: KindPlanRule, paths: colliding, unproven: true, wide: true},
		{kind: KindSelection, paths: countedTables, unproven: true, wide: true},
		{kind: KindBackup, paths: leftPoints, unlisted: true, left: true},
	},
	"backup:ListRecoveryPointsByResource": {
		{kind: KindTable, by: "ResourceArn", paths: found},
		{kind: KindBackup, by: "ResourceArn", paths: leftPoints, unlisted: true, left: true},
	},
	opDescribePoint: {
		{kind: KindTable, by: "ResourceArn", paths: storage},
	},
	opListJobs: {
		{kind: KindTable, by: "ByResourceArn", paths: jobPaths},
	},
	opListCopyJobs: {
		{kind: KindTable, by: "ByResourceArn", paths: duePaths, copying: true},
		{kind: KindTable, by: "ByResourceArn", paths: []string{"gone"}},
	},
	opLookupEvents: {
		{kind: KindTable, paths: duePaths, optIn: true}, // when the Region was opted in
	},
	opRegionSettings: {
		{kind: KindSelection, paths: countedTables, optIn: true, wide: true},
		{kind: KindRegion, paths: []string{"advanced_backup", "opted_in"}},
		{kind: KindRegion, paths: coveredHere, optIn: true},
		{kind: KindTable, paths: []string{"advanced_backup"}},
		{kind: KindTable, paths: covering, optIn: true},
		{kind: KindTable, paths: copied, copies: true},
		{kind: KindPlanRule, paths: []string{"advanced_backup"}},
		{kind: KindPlanRule, paths: covered, optIn: true},
		{kind: KindPlanRule, paths: colliding, optIn: true, wide: true},
		{kind: KindVault, paths: namedHere, optIn: true},
	},

	opNotifications:  {{kind: KindVault, by: "BackupVaultName", paths: told}},
	opListRules:      rulesUnread,
	opListTargets:    rulesUnread,
	opTopic:          {{kind: KindVault, paths: told, topic: true}, {kind: KindAccount, paths: []string{"watched"}, topic: true}},
	opListTrails:     trailsUnread,
	opTrailStatus:    trailsUnread,
	opTrailSelectors: trailsUnread,
	opListAlarms:     {{kind: KindAccount, paths: []string{"watched"}}},
	opListFilters:    {{kind: KindAccount, paths: []string{"watched"}}},
	opListHolds:      holdsUnread,
	opGetHold:        holdsUnread,
	opDescribeKey: {
		{kind: KindVault, by: "KeyId", paths: []string{"key"}, keyed: true},
	},

	// No fact reads these today.
	"backup:DescribeGlobalSettings":                        {},
	"backup:DescribeProtectedResource":                     {},
	"backup:GetBackupVaultAccessPolicy":                    {},
	"backup:GetRestoreTestingPlan":                         {},
	"backup:GetRestoreTestingSelection":                    {},
	"backup:ListProtectedResources":                        {},
	"backup:ListProtectedResourcesByBackupVault":           {},
	"backup:ListRecoveryPointsByLegalHold":                 {},
	"backup:ListRestoreJobs":                               {},
	"backup:ListRestoreJobsByProtectedResource":            {},
	"backup:ListRestoreTestingPlans":                       {},
	"backup:ListRestoreTestingSelections":                  {},
	"backup:ListTags":                                      {},
	"iam:GetAccountAuthorizationDetails":                   {},
	"iam:GetAccountSummary":                                {},
	"iam:ListAccountAliases":                               {},
	"kms:GetKeyPolicy":                                     {},
	"organizations:DescribeEffectivePolicy":                {},
	"organizations:DescribeOrganization":                   {},
	"organizations:DescribePolicy":                         {},
	"organizations:ListAccounts":                           {},
	"organizations:ListAccountsForParent":                  {},
	"organizations:ListAccountsWithInvalidEffectivePolicy": {},
	"organizations:ListDelegatedAdministrators":            {},
	"organizations:ListEffectivePolicyValidationErrors":    {},
	"organizations:ListOrganizationalUnitsForParent":       {},
	"organizations:ListPolicies":                           {},
	"organizations:ListRoots":                              {},
	"organizations:ListTargetsForPolicy":                   {},
	"sns:ListSubscriptionsByTopic":                         {},

	opListRegions: everything, // Regions may be missing, with all that is in them
}

var everything = []hole{
	{kind: KindAccount, paths: all, unlisted: true},
	{kind: KindBackup, paths: all, unlisted: true},
	{kind: KindPlanRule, paths: all, unlisted: true},
	{kind: KindRegion, paths: all, unlisted: true},
	{kind: KindSelection, paths: all, unlisted: true},
	{kind: KindTable, paths: all, unlisted: true},
	{kind: KindVault, paths: all, unlisted: true},
}

// holesOf are what an operation feeds; one that is not known might feed anything.
func holesOf(operation string) []hole {
	if list, known := holes[operation]; known {
		return list
	}
	return everything
}

// holesOf are what a gap hides in this shard.
func (s *shard) holesOf(g snapshot.Gap) []hole {
	if g.Operation == opGetPlan && s.planRead(g.Parameters["BackupPlanId"]) {
		return versionsUnread // an older version
	}
	if g.Operation == opListRegions && s.header.RegionsNamed {
		return nil // nobody asked for the Regions that may be missing
	}
	return holesOf(g.Operation)
}

// about is what a hole needs to know of a subject to tell whether it hides
// anything of it. The switches are those of hole.
type about struct {
	names   map[string]string   // the values of parameters that name it
	several map[string][]string // of parameters that name things it depends on

	optIn, copies, copying, tags, tagsUnread, unproven, keyed, planned, left bool

	optInSomewhere, unprovenSomewhere bool

	topics map[string]bool // ARNs of topics that could tell

	named bool // a plan rule sends backups there, or some are there
}

// hide gives a subject the gaps that hide some of its facts.
func (s *shard) hide(subject *Subject, a about) {
	for _, g := range s.gaps {
		for _, h := range s.holesOf(g) {
			if h.kind != subject.Kind || !h.applies(a) || !h.concerns(g, a) {
				continue
			}
			for _, path := range h.paths {
				subject.Gaps = append(subject.Gaps, hiddenBy(g, path))
			}
		}
	}
	subject.sortGaps()
}

// applies reports whether the subject is one of those that the hole is about.
func (h hole) applies(a about) bool {
	if h.wide {
		a.optIn, a.unproven = a.optInSomewhere, a.unprovenSomewhere
	}
	return (!h.optIn || a.optIn) && (!h.copies || a.copies) && (!h.copying || a.copying) && (!h.tags || a.tags) &&
		(!h.tagsUnread || a.tagsUnread) && (!h.unproven || a.unproven) && (!h.keyed || a.keyed) && (!h.planned || a.planned) && (!h.left || a.left) && (!h.unnamed || !a.named)
}

// concerns reports whether a gap is about the subject, or about all of its kind.
func (h hole) concerns(g snapshot.Gap, a about) bool {
	if h.topic {
		topic, given := g.Parameters["TopicArn"]
		return a.topics[topic] || !given && len(a.topics) > 0
	}
	value, given := g.Parameters[h.by]
	if list, known := a.several[h.by]; known && given {
		return slices.Contains(list, value)
	}
	name, named := a.names[h.by]
	return h.by == "" || !given || !named || tableName(value) == tableName(name)
}

func hiddenBy(g snapshot.Gap, path string) Hidden {
	return Hidden{Path: path, Call: g.ID(), Reason: string(g.Reason), Code: g.Code, Message: g.Message}
}

func (s *Subject) sortGaps() {
	slices.SortFunc(s.Gaps, func(x, y Hidden) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Call, y.Call))
	})
	s.Gaps = slices.CompactFunc(s.Gaps, func(x, y Hidden) bool { return x.Path == y.Path && x.Call == y.Call })
}

// unlisted returns a subject for each kind that could not be listed in this
// shard: it stands for those that are not known.
func (s *shard) unlisted() []*Subject {
	byKind := map[string]*Subject{}
	for _, g := range s.gaps {
		for _, h := range s.holesOf(g) {
			if !h.unlisted || h.kind == KindAccount || h.kind == KindRegion && s.header.Region != snapshot.Global {
				continue // the account is known, and so is a Region that has a shard
			}
			if byKind[h.kind] == nil {
				arn := RegionARN(s.header.Partition, s.header.Region, s.header.Account)
				byKind[h.kind] = s.subject(h.kind, arn, s.header.Region)
				byKind[h.kind].Unlisted = true
			}
			byKind[h.kind].Gaps = append(byKind[h.kind].Gaps, hiddenBy(g, ""))
		}
	}
	var all []*Subject
	for _, kind := range Kinds() {
		if subject := byKind[kind]; subject != nil {
			subject.sortGaps()
			all = append(all, subject)
		}
	}
	return all
}
