package scanner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
)

// A schedule is what goes wrong during one scan.
type schedule struct {
	seed       uint64
	faults     []awssim.Fault
	attempts   int
	regions    []string      // empty: those that the account has
	impatience time.Duration // for one try; 0: long
}

func (s schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d tries, Regions %v\n", s.attempts, s.regions)
	for _, f := range s.faults {
		fmt.Fprintf(&b, "  %+v\n", f)
	}
	return b.String()
}

// content: AWS answers, with something else than it should.
func (s schedule) content() bool {
	return slices.ContainsFunc(s.faults, func(f awssim.Fault) bool { return f.Field != "" })
}

// expires: credentials that have expired once are not tried on every other call.
func (s schedule) expires() bool {
	return slices.ContainsFunc(s.faults, func(f awssim.Fault) bool { return f.Kind == "expired" })
}

func (s schedule) touches(operation string) bool {
	return slices.ContainsFunc(s.faults, func(f awssim.Fault) bool {
		prefix, wild := strings.CutSuffix(f.Operation, "*")
		return f.Operation == operation || wild && strings.HasPrefix(operation, prefix)
	})
}

// draw makes the schedule of a seed.
func draw(seed uint64) schedule {
	rng := rand.New(rand.NewPCG(seed, 7))
	s := schedule{seed: seed, attempts: 1 + rng.IntN(3)}
	if rng.IntN(3) > 0 {
		s.regions = bothRegions
	}
	for range 1 + rng.IntN(4) {
		f := awssim.Fault{Seed: rng.Uint64(), Region: pick(rng, "", "", "eu-west-1", "us-east-1")}
		when(rng, &f)
		switch n := rng.IntN(20); {
		case n < 3:
			field := pick(rng, enums...)
			f.Kind, f.Operation, f.Field = "unknown-enum", field.operation, field.path
		case n < 6:
			field := pick(rng, fields...)
			f.Kind, f.Operation, f.Field = "missing-field", field.operation, field.path
		case n < 7:
			s.impatience = 150 * time.Millisecond
			f.Kind, f.Delay, f.Operation = "slow", 4*s.impatience, operation(rng)
			f.From, f.To, f.Probability = 1+rng.IntN(4), 0, 0
		default:
			f.Kind = pick(rng, "throttle", "throttle", "denied-json", "denied-json", "denied-xml", "denied-html", "error-500", "error-500-html",
				"error-503", "error-503-html", "cut", "reset", "malformed", "repeat-token", "empty-page", "expired")
			f.Operation = operation(rng)
			if strings.HasPrefix(f.Operation, "dynamodb:Describe") && rng.IntN(2) == 0 {
				f.Contains = pick(rng, "right", "no-plan", "weekly", "global", "recreated", "named")
			}
		}
		if f.Operation == "account:ListRegions" || f.Operation == "sts:GetCallerIdentity" || f.Operation == "backup:DescribeGlobalSettings" {
			f.Region = "" // asked wherever the account's endpoint is
		}
		s.faults = append(s.faults, f)
	}
	return s
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

// when says which of the matching requests go wrong.
func when(rng *rand.Rand, f *awssim.Fault) {
	switch rng.IntN(4) {
	case 0: // one of them
		f.From = 1 + rng.IntN(6)
	case 1: // from one on
		f.From, f.To = 1+rng.IntN(6), -1
	case 2: // some
		f.From = 1
		f.To, f.Probability = -1, 0.1+0.8*rng.Float64()
	} // else all
}

func operation(rng *rand.Rand) string {
	var all []string
	for _, c := range collect.Collectors() {
		// Most of what rules read comes from these.
		if rng.IntN(4) == 0 || slices.Contains([]string{"account", "backup", "cloudtrail", "dynamodb", "events", "kms", "sns"}, c.Name) {
			all = append(all, c.Actions...)
		}
	}
	switch rng.IntN(30) {
	case 0:
		return "sts:GetCallerIdentity"
	case 1:
		return "backup:*"
	case 2:
		return "dynamodb:*"
	case 3:
		return pick(rng, "backup:List*", "backup:Get*", "dynamodb:Describe*", "dynamodb:List*")
	case 4, 5:
		return "tag:GetResources" // stands in for many calls
	}
	return pick(rng, all...)
}

// A field is one of an answer: a path as awssim.Fault has it.
type field struct{ operation, path string }

// enums are fields whose values may become more.
var enums = []field{
	{"account:ListRegions", "Regions.RegionOptStatus"},
	{"backup:DescribeRecoveryPoint", "Status"},
	{"backup:DescribeRecoveryPoint", "StorageClass"},
	{"backup:GetBackupPlan", "BackupPlan.Rules.ScheduleExpression"},
	{"backup:GetBackupPlan", "BackupPlan.Rules.ScheduleExpressionTimezone"},
	{"backup:GetBackupSelection", "BackupSelection.ListOfTags.ConditionType"},
	{"backup:ListBackupJobs", "BackupJobs.State"},
	{"backup:ListBackupVaults", "BackupVaultList.EncryptionKeyType"},
	{"backup:ListBackupVaults", "BackupVaultList.VaultState"},
	{"backup:ListBackupVaults", "BackupVaultList.VaultType"},
	{"backup:ListCopyJobs", "CopyJobs.State"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.Status"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.VaultType"},
	{"backup:ListRestoreJobs", "RestoreJobs.Status"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.ContinuousBackupsStatus"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus"},
	{"dynamodb:DescribeTable", "Table.Replicas.ReplicaStatus"},
	{"dynamodb:DescribeTable", "Table.TableStatus"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupStatus"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupType"},
	{"kms:DescribeKey", "KeyMetadata.KeyManager"},
	{"kms:DescribeKey", "KeyMetadata.KeyState"},
	{"cloudtrail:GetEventSelectors", "EventSelectors.ReadWriteType"},
	{"events:ListRules", "Rules.State"},
}

// fields are always there, as far as anyone knows; AWS's models call most of them
// optional. What means something by its absence is not among them, nor what tells
// two subjects apart.
var fields = []field{
	{"account:ListRegions", "Regions.RegionName"},
	{"account:ListRegions", "Regions.RegionOptStatus"},
	{"backup:DescribeRecoveryPoint", "StorageClass"},
	{"backup:DescribeRegionSettings", "ResourceTypeManagementPreference"},
	{"backup:DescribeRegionSettings", "ResourceTypeManagementPreference.DynamoDB"},
	{"backup:DescribeRegionSettings", "ResourceTypeOptInPreference"},
	{"backup:DescribeRegionSettings", "ResourceTypeOptInPreference.DynamoDB"},
	{"backup:GetBackupPlan", "BackupPlan"},
	{"backup:GetBackupPlan", "BackupPlan.BackupPlanName"},
	{"backup:GetBackupPlan", "BackupPlan.Rules"},
	{"backup:GetBackupPlan", "BackupPlan.Rules.RuleId"},
	{"backup:GetBackupPlan", "BackupPlan.Rules.RuleName"},
	{"backup:GetBackupPlan", "BackupPlan.Rules.TargetBackupVaultName"},
	{"backup:GetBackupPlan", "BackupPlanArn"},
	{"backup:GetBackupPlan", "BackupPlanId"},
	{"backup:GetBackupPlan", "CreationDate"},
	{"backup:GetBackupPlan", "VersionId"},
	{"backup:GetBackupSelection", "BackupSelection"},
	{"backup:GetBackupSelection", "BackupSelection.IamRoleArn"},
	{"backup:GetBackupSelection", "BackupSelection.SelectionName"},
	{"backup:GetBackupSelection", "CreationDate"},
	{"backup:GetBackupSelection", "SelectionId"},
	{"backup:ListBackupJobs", "BackupJobs.BackupJobId"},
	{"backup:ListBackupJobs", "BackupJobs.CreationDate"},
	{"backup:ListBackupJobs", "BackupJobs.RecoveryPointArn"},
	{"backup:ListBackupJobs", "BackupJobs.ResourceArn"},
	{"backup:ListBackupJobs", "BackupJobs.State"},
	{"backup:ListBackupPlanVersions", "BackupPlanVersionsList.CreationDate"},
	{"backup:ListBackupPlanVersions", "BackupPlanVersionsList.VersionId"},
	{"backup:ListBackupPlans", "BackupPlansList.BackupPlanArn"},
	{"backup:ListBackupPlans", "BackupPlansList.BackupPlanId"},
	{"backup:ListBackupPlans", "BackupPlansList.VersionId"},
	{"backup:ListBackupSelections", "BackupSelectionsList.SelectionId"},
	{"backup:ListBackupVaults", "BackupVaultList.BackupVaultArn"},
	{"backup:ListBackupVaults", "BackupVaultList.BackupVaultName"},
	{"backup:ListBackupVaults", "BackupVaultList.CreationDate"},
	{"backup:ListBackupVaults", "BackupVaultList.EncryptionKeyArn"},
	{"backup:ListBackupVaults", "BackupVaultList.Locked"},
	{"backup:ListBackupVaults", "BackupVaultList.VaultType"},
	{"backup:ListCopyJobs", "CopyJobs.CreationDate"},
	{"backup:ListCopyJobs", "CopyJobs.DestinationBackupVaultArn"},
	{"backup:ListCopyJobs", "CopyJobs.DestinationRecoveryPointArn"},
	{"backup:ListCopyJobs", "CopyJobs.ResourceArn"},
	{"backup:ListCopyJobs", "CopyJobs.SourceRecoveryPointArn"},
	{"backup:ListCopyJobs", "CopyJobs.State"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.BackupVaultArn"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.CreationDate"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.RecoveryPointArn"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.ResourceArn"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.ResourceType"},
	{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.Status"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.ContinuousBackupsStatus"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.PointInTimeRecoveryDescription"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus"},
	{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays"},
	{"dynamodb:DescribeTable", "Table"},
	{"dynamodb:DescribeTable", "Table.CreationDateTime"},
	{"dynamodb:DescribeTable", "Table.DeletionProtectionEnabled"},
	{"dynamodb:DescribeTable", "Table.TableArn"},
	{"dynamodb:DescribeTable", "Table.TableId"},
	{"dynamodb:DescribeTable", "Table.TableStatus"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupArn"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupCreationDateTime"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupStatus"},
	{"dynamodb:ListBackups", "BackupSummaries.BackupType"},
	{"dynamodb:ListBackups", "BackupSummaries.TableArn"},
	{"dynamodb:ListBackups", "BackupSummaries.TableName"},
	{"cloudtrail:DescribeTrails", "trailList.HomeRegion"},
	{"cloudtrail:DescribeTrails", "trailList.IsMultiRegionTrail"},
	{"cloudtrail:DescribeTrails", "trailList.TrailARN"},
	{"cloudtrail:GetEventSelectors", "EventSelectors"},
	{"cloudtrail:GetEventSelectors", "EventSelectors.IncludeManagementEvents"},
	{"cloudtrail:GetEventSelectors", "EventSelectors.ReadWriteType"},
	{"cloudtrail:GetTrailStatus", "IsLogging"},
	{"events:ListRules", "Rules.Arn"},
	{"events:ListRules", "Rules.Name"},
	{"events:ListRules", "Rules.State"},
	{"events:ListTargetsByRule", "Targets.Arn"},
	{"kms:DescribeKey", "KeyMetadata"},
	{"kms:DescribeKey", "KeyMetadata.Arn"},
	{"kms:DescribeKey", "KeyMetadata.KeyManager"},
	{"kms:DescribeKey", "KeyMetadata.KeyState"},
	{"tag:GetResources", "ResourceTagMappingList.ResourceARN"},
}
