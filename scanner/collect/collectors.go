package collect

import "holdfast/scanner/snapshot"

// Collectors returns all collectors, sorted by name.
func Collectors() []Collector {
	return []Collector{
		{
			Name: "account", Doc: "Regions of the account and its global AWS Backup settings", Shard: snapshot.Global,
			Actions: []string{"account:ListRegions", "backup:DescribeGlobalSettings"},
			Collect: collectAccount,
		},
		{
			Name: "backup", Doc: "AWS Backup: plans, selections, vaults, recovery points, jobs, restore tests, legal holds",
			Actions: []string{
				"backup:DescribeRecoveryPoint", "backup:DescribeRegionSettings", "backup:GetBackupPlan", "backup:GetBackupSelection",
				"backup:GetBackupVaultAccessPolicy", "backup:GetBackupVaultNotifications", "backup:GetLegalHold",
				"backup:GetRestoreTestingPlan", "backup:GetRestoreTestingSelection", "backup:ListBackupJobs", "backup:ListBackupPlanVersions", "backup:ListBackupPlans",
				"backup:ListBackupSelections", "backup:ListBackupVaults", "backup:ListCopyJobs", "backup:ListLegalHolds",
				"backup:ListProtectedResources", "backup:ListRecoveryPointsByBackupVault", "backup:ListRestoreJobs",
				"backup:ListRestoreTestingPlans", "backup:ListRestoreTestingSelections",
			},
			Collect: collectBackup,
		},
		{
			Name: "backuppolicy", Doc: "what the organization's backup policies come to in the account", Shard: snapshot.Global,
			Actions: []string{"organizations:DescribeEffectivePolicy"},
			Collect: collectBackupPolicy,
		},
		{
			Name: "cloudtrail", Doc: "CloudTrail: trails, what they record, and on request who endangered backups",
			Actions: []string{"cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:LookupEvents"},
			Collect: collectCloudTrail,
		},
		{
			Name: "cloudwatch", Doc: "CloudWatch: alarms that may tell of trouble with backups",
			Actions: []string{"cloudwatch:DescribeAlarms"},
			Collect: collectCloudWatch,
		},
		{
			Name: "dynamodb", Doc: "DynamoDB: tables, point-in-time recovery, on-demand backups, tags, resource policies",
			Actions: []string{
				"dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:GetResourcePolicy", "dynamodb:ListBackups",
				"dynamodb:ListTables", "dynamodb:ListTagsOfResource", "tag:GetResources",
			},
			Collect: collectDynamoDB,
		},
		{
			Name: "events", Doc: "EventBridge: rules that may tell of trouble with backups, and their targets",
			Actions: []string{"events:ListRules", "events:ListTargetsByRule"},
			Collect: collectEvents,
		},
		{
			Name: "iam", Doc: "IAM: users, groups, roles and policies", Shard: snapshot.Global,
			Actions: []string{"iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary", "iam:ListAccountAliases"},
			Collect: collectIAM,
		},
		{
			Name: "kms", Doc: "KMS: the keys of tables, vaults and recovery points", After: true,
			Actions: []string{"kms:DescribeKey", "kms:GetKeyPolicy"},
			Collect: collectKMS,
		},
		{
			Name: "logs", Doc: "CloudWatch Logs: metric filters on what trails write", After: true,
			Actions: []string{"logs:DescribeMetricFilters"},
			Collect: collectLogs,
		},
		{
			Name: "organizations", Doc: "AWS Organizations: accounts, units, policies", Shard: snapshot.OrganizationShard,
			Actions: []string{
				"organizations:DescribeOrganization", "organizations:DescribePolicy", "organizations:ListAccounts",
				"organizations:ListAccountsForParent", "organizations:ListAccountsWithInvalidEffectivePolicy",
				"organizations:ListDelegatedAdministrators", "organizations:ListEffectivePolicyValidationErrors",
				"organizations:ListOrganizationalUnitsForParent", "organizations:ListPolicies", "organizations:ListRoots",
				"organizations:ListTargetsForPolicy",
			},
			Collect: collectOrganization,
		},
		{
			Name: "sns", Doc: "SNS: the topics that vaults, rules and alarms tell", After: true,
			Actions: []string{"sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"},
			Collect: collectSNS,
		},
	}
}
