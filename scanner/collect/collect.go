// Package collect reads an AWS account into shards. It is the only reader of
// AWS, and it never writes there.
//
// A [Collector] asks one service and adds rows. What AWS does not answer becomes
// a gap in the shard, never an error and never silence: a list whose third page
// fails keeps two pages and a gap. Every question is recorded as a call. Its
// operation is the IAM action, its parameters are AWS's own, without paging:
//
//	account:ListRegions
//	backup:DescribeGlobalSettings
//	backup:DescribeRecoveryPoint BackupVaultName=… RecoveryPointArn=…
//	backup:DescribeRegionSettings
//	backup:GetBackupPlan BackupPlanId=…                (the version in force)
//	backup:GetBackupPlan BackupPlanId=… VersionId=…    (a version that recovery points name)
//	backup:GetBackupSelection BackupPlanId=… SelectionId=…
//	backup:GetBackupVaultAccessPolicy BackupVaultName=…
//	backup:GetBackupVaultNotifications BackupVaultName=…
//	backup:GetLegalHold LegalHoldId=…
//	backup:GetRestoreTestingPlan RestoreTestingPlanName=…
//	backup:GetRestoreTestingSelection RestoreTestingPlanName=… RestoreTestingSelectionName=…
//	backup:ListBackupJobs ByResourceType=DynamoDB
//	backup:ListBackupPlans
//	backup:ListBackupSelections BackupPlanId=…
//	backup:ListBackupVaults
//	backup:ListCopyJobs ByResourceType=DynamoDB
//	backup:ListLegalHolds
//	backup:ListProtectedResources
//	backup:ListRecoveryPointsByBackupVault BackupVaultName=… ByResourceType=DynamoDB
//	backup:ListRestoreJobs ByResourceType=DynamoDB
//	backup:ListRestoreTestingPlans
//	backup:ListRestoreTestingSelections RestoreTestingPlanName=…
//	cloudtrail:DescribeTrails includeShadowTrails=true
//	cloudtrail:GetEventSelectors TrailName=…           (an ARN)
//	cloudtrail:GetTrailStatus Name=…                   (an ARN)
//	cloudtrail:LookupEvents EventName=…                (only with Options.LookupEvents)
//	cloudwatch:DescribeAlarms AlarmTypes=MetricAlarm
//	dynamodb:DescribeContinuousBackups TableName=…
//	dynamodb:DescribeTable TableName=…
//	dynamodb:GetResourcePolicy ResourceArn=…
//	dynamodb:ListBackups BackupType=ALL
//	dynamodb:ListTables
//	dynamodb:ListTagsOfResource ResourceArn=…          (only where tag:GetResources has no answer)
//	events:ListRules EventBusName=default
//	events:ListTargetsByRule Rule=…
//	iam:GetAccountAuthorizationDetails
//	iam:GetAccountSummary
//	iam:ListAccountAliases
//	kms:DescribeKey KeyId=…                            (an ARN)
//	kms:GetKeyPolicy KeyId=… PolicyName=default
//	logs:DescribeMetricFilters logGroupName=…
//	organizations:DescribeEffectivePolicy PolicyType=BACKUP_POLICY
//	organizations:DescribeOrganization
//	organizations:DescribePolicy PolicyId=…
//	organizations:ListAccounts
//	organizations:ListAccountsForParent ParentId=…
//	organizations:ListAccountsWithInvalidEffectivePolicy PolicyType=BACKUP_POLICY
//	organizations:ListDelegatedAdministrators
//	organizations:ListEffectivePolicyValidationErrors AccountId=… PolicyType=BACKUP_POLICY
//	organizations:ListOrganizationalUnitsForParent ParentId=…
//	organizations:ListPolicies Filter=…
//	organizations:ListRoots
//	organizations:ListTargetsForPolicy PolicyId=…
//	sns:GetTopicAttributes TopicArn=…
//	sns:ListSubscriptionsByTopic TopicArn=…
//	tag:GetResources ResourceTypeFilters=dynamodb:table
package collect

import (
	"context"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"holdfast/scanner/snapshot"
)

// A Collector reads one AWS service into a shard.
type Collector struct {
	Name string // flag value and file name
	Doc  string // one line
	// Shard is the only one that it fills, snapshot.Global or
	// snapshot.OrganizationShard; "": that of every Region.
	Shard string
	// After is set where it asks about what the rows of the shard's other
	// collectors name: keys, topics, log groups. It runs once they are done.
	After   bool
	Actions []string // IAM actions that it calls, sorted; their union is the read-only policy
	// Collect returns an error only where going on makes no sense: ctx is done, or
	// rows cannot be kept. What AWS refuses is a gap.
	Collect func(ctx context.Context, target Target, rec *Recorder) error
}

// fills says whether the collector runs for the shard of that Region.
func (c Collector) fills(region string) bool {
	if region == snapshot.Global || region == snapshot.OrganizationShard {
		return c.Shard == region
	}
	return c.Shard == ""
}

// A Target is where a collector asks: one account and Region. Config has the
// limits, retries and the recording of calls built in; make clients from it.
type Target struct {
	Config    aws.Config
	Partition string // "aws"
	Account   string // 12 digits
	Region    string // as in the shard's header: "eu-west-1", snapshot.Global or snapshot.Organization

	tables       []string // name patterns; empty: all
	pageSize     int32    // 0: the largest that AWS takes
	workers      int      // tables, vaults or plans asked about side by side
	lookupEvents bool     // look for calls that endangered backups
	organization bool     // what AWS Organizations refuses is a gap
}

// in is the same account in another Region.
func (t Target) in(region string) Target {
	t.Config = t.Config.Copy()
	t.Config.Region, t.Region = region, region
	return t
}

// wants says whether rows about this table are collected.
func (t Target) wants(table string) bool {
	if len(t.tables) == 0 {
		return true
	}
	for _, pattern := range t.tables {
		if ok, _ := path.Match(pattern, table); ok {
			return true
		}
	}
	return false
}

// wantsResource is wants by the table's ARN; an ARN that names no table is wanted
// unless rows are limited to tables.
func (t Target) wantsResource(arn string) bool {
	return len(t.tables) == 0 || t.wants(tableOfArn(arn))
}

// page is the page size to ask for.
func (t Target) page(most int32) *int32 {
	if t.pageSize > 0 && t.pageSize < most {
		return aws.Int32(t.pageSize)
	}
	return aws.Int32(most)
}

// Options say how to reach AWS and how hard to ask. The zero value is useful.
type Options struct {
	Profile     string // of the shared configuration files; "": the SDK's default chain decides
	Region      string // for what has no Region; "": the SDK's default chain, else us-east-1
	RoleARN     string // assumed on top of the chain's credentials
	ExternalID  string // for RoleARN
	EndpointURL string // of an emulator; "": AWS
	Version     string // of this build, for the User-Agent

	RateShare    float64  // share of AWS's request limits to use, above 0 up to 1; 0: 0.5
	NoLimits     bool     // no client-side rates, for emulators
	Tables       []string // name patterns (*, ?, […]) that limit the tables; empty: all
	RegionsNamed bool     // Regions are asked for by name: that the account has more does not matter
	PageSize     int32    // largest page to ask for; 0: AWS's own maximum

	// LookupEvents asks CloudTrail for the calls of the last 30 days that
	// endangered backups. AWS answers two such questions a second.
	LookupEvents bool
	// Organization says that the whole organization is to be read: what AWS
	// Organizations refuses is then a gap. Else it is noted, and hides nothing.
	Organization bool

	TempDir string // for rows that do not fit into memory; "": os.TempDir
	Regions int    // Regions collected side by side; 0: 8
	Workers int    // questions asked side by side within a Region's step; 0: 16

	MaxAttempts    int           // tries of one request; 0: 8
	AttemptTimeout time.Duration // for one try; 0: 30 s
	CallTimeout    time.Duration // for all tries of one request; 0: 3 min
	BackoffBase    time.Duration // mean of the first pause is half of it; 0: 200 ms

	Progress func(Progress) // called after each call and each shard, from many goroutines
}

// Progress is how far a scan has come.
type Progress struct {
	Shards int // to do
	Done   int // committed or handed over
	Calls  int // asked so far, whatever the answer
}

func (o Options) withDefaults() Options {
	set := func(v *int, to int) {
		if *v <= 0 {
			*v = to
		}
	}
	wait := func(v *time.Duration, to time.Duration) {
		if *v <= 0 {
			*v = to
		}
	}
	if o.RateShare <= 0 || o.RateShare > 1 {
		o.RateShare = 0.5
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	set(&o.Regions, 8)
	set(&o.Workers, 16)
	set(&o.MaxAttempts, 8)
	wait(&o.AttemptTimeout, 30*time.Second)
	wait(&o.CallTimeout, 3*time.Minute)
	wait(&o.BackoffBase, 200*time.Millisecond)
	return o
}
