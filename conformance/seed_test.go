package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	backuptypes "github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"holdfast/internal/awssim"
)

// A seeder makes what a fixture describes, with plain calls of the AWS SDK.
type seeder struct {
	account  string
	config   aws.Config
	dynamodb *dynamodb.Client
	backup   *backup.Client
	refused  map[string]bool   // operations that the endpoint could not do
	keys     map[string]string // ARNs by alias
	names    names
}

// names are what the fixture calls the things whose ids the endpoint chose, by id.
type names map[string]string

// in writes a text with the fixture's names.
func (n names) in(text string) string {
	for id, name := range n {
		text = strings.ReplaceAll(text, id, name)
	}
	return text
}

func fixture(t *testing.T) awssim.Scenario {
	t.Helper()
	data, err := os.ReadFile("testdata/fixture.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := awssim.ParseScenario(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seed makes the fixture at an endpoint, in each account through a role of it. It
// returns how the fixture calls what was made, and the operations that the endpoint
// could not do; those in may may fail.
func seed(t *testing.T, url string, may ...string) (names, map[string]bool) {
	t.Helper()
	ctx := context.Background()
	refused, named := map[string]bool{}, names{}
	whole := fixture(t)
	for i, account := range whole.Accounts {
		cfg := aws.Config{Region: region, BaseEndpoint: &url, RetryMaxAttempts: 1,
			Credentials: awscredentials.NewStaticCredentialsProvider("AKIACONFORMANCE00001", "secret", "")}
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), "arn:aws:iam::"+account.ID+":role/Seeder"))
		s := seeder{account.ID, cfg, dynamodb.NewFromConfig(cfg), backup.NewFromConfig(cfg), refused, map[string]string{}, named}
		var errs []error
		r := account.Regions[0]
		if i == 0 {
			errs = append(errs, s.organization(ctx, whole.Tree))
		}
		errs = append(errs, s.iam(ctx, account.IAM))
		for _, in := range r.Keys {
			errs = append(errs, s.key(ctx, in))
		}
		errs = append(errs, s.watchers(ctx, r))
		for _, in := range r.Tables {
			for _, one := range numbered(in) {
				errs = append(errs, s.table(ctx, one))
			}
		}
		for _, in := range r.Backups {
			for range max(in.Count, 1) {
				_, err := s.dynamodb.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: &in.Table, BackupName: &in.Name})
				errs = append(errs, err)
			}
		}
		for _, in := range r.Vaults {
			errs = append(errs, s.vault(ctx, in))
		}
		for _, in := range r.Plans {
			errs = append(errs, s.plan(ctx, account.ID, in))
		}
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("seeding account %s: %v", account.ID, err)
		}
	}
	for _, operation := range may {
		if !refused[operation] {
			t.Errorf("%s works here now: take it off the list", operation)
		}
		delete(refused, operation)
	}
	return named, refused
}

func numbered(in awssim.TableScenario) []awssim.TableScenario {
	all := make([]awssim.TableScenario, max(in.Count, 1))
	for i := range all {
		all[i] = in
		if i > 0 {
			all[i].Name += fmt.Sprint("-", i+1)
		}
	}
	return all
}

func (s seeder) table(ctx context.Context, in awssim.TableScenario) error {
	spec := &dynamodb.CreateTableInput{TableName: &in.Name, BillingMode: types.BillingModePayPerRequest, DeletionProtectionEnabled: &in.DeletionProtection,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}}}
	for key, value := range in.Tags {
		spec.Tags = append(spec.Tags, types.Tag{Key: &key, Value: &value})
	}
	if in.SSE != nil {
		spec.SSESpecification = &types.SSESpecification{Enabled: aws.Bool(true), SSEType: types.SSETypeKms, KMSMasterKeyId: aws.String(s.keys[in.SSE.Key])}
	}
	out, err := s.dynamodb.CreateTable(ctx, spec)
	if err != nil {
		return err
	}
	// The simulator's table is CREATING the first time that it is looked at.
	if _, err = s.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &in.Name}); err != nil {
		return err
	}
	if in.PITR != nil {
		on := types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)}
		if in.PITR.Days > 0 {
			on.RecoveryPeriodInDays = aws.Int32(int32(in.PITR.Days))
		}
		if _, err := s.dynamodb.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{TableName: &in.Name, PointInTimeRecoverySpecification: &on}); err != nil {
			return err
		}
	}
	if in.Policy != "" {
		_, err = s.dynamodb.PutResourcePolicy(ctx, &dynamodb.PutResourcePolicyInput{ResourceArn: out.TableDescription.TableArn, Policy: &in.Policy})
	}
	return err
}

func (s seeder) vault(ctx context.Context, in awssim.VaultScenario) error {
	_, err := s.backup.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: &in.Name, BackupVaultTags: in.Tags, EncryptionKeyArn: orNil(s.keys[in.Key])})
	if err != nil || in.Lock == nil {
		return err
	}
	lock := &backup.PutBackupVaultLockConfigurationInput{BackupVaultName: &in.Name, MinRetentionDays: in.Lock.Min, MaxRetentionDays: in.Lock.Max}
	if in.Lock.Date != nil {
		lock.ChangeableForDays = aws.Int64(5)
	}
	_, err = s.backup.PutBackupVaultLockConfiguration(ctx, lock)
	return err
}

func (s seeder) plan(ctx context.Context, account string, in awssim.PlanScenario) error {
	body := &backuptypes.BackupPlanInput{BackupPlanName: &in.Name}
	for _, rule := range in.Rules {
		r := backuptypes.BackupRuleInput{RuleName: &rule.Name, TargetBackupVaultName: &rule.Vault, ScheduleExpression: &rule.Schedule,
			StartWindowMinutes: rule.StartWindow, CompletionWindowMinutes: rule.CompletionWindow, Lifecycle: lifecycle(rule.Lifecycle)}
		for _, copy := range rule.Copies {
			r.CopyActions = append(r.CopyActions, backuptypes.CopyAction{DestinationBackupVaultArn: &copy.Vault, Lifecycle: lifecycle(copy.Lifecycle)})
		}
		body.Rules = append(body.Rules, r)
	}
	out, err := s.backup.CreateBackupPlan(ctx, &backup.CreateBackupPlanInput{BackupPlan: body})
	if err != nil {
		return err
	}
	for _, selection := range in.Selections {
		chosen := &backuptypes.BackupSelection{SelectionName: &selection.Name, IamRoleArn: aws.String("arn:aws:iam::" + account + ":role/Backup")}
		for _, pair := range selection.Tags {
			chosen.ListOfTags = append(chosen.ListOfTags, backuptypes.Condition{
				ConditionType: backuptypes.ConditionTypeStringequals, ConditionKey: &pair.Key, ConditionValue: &pair.Value})
		}
		if _, err := s.backup.CreateBackupSelection(ctx, &backup.CreateBackupSelectionInput{BackupPlanId: out.BackupPlanId, BackupSelection: chosen}); err != nil {
			s.refused["CreateBackupSelection"] = true
		}
	}
	return nil
}

func lifecycle(in *awssim.Lifecycle) *backuptypes.Lifecycle {
	if in == nil {
		return nil
	}
	return &backuptypes.Lifecycle{MoveToColdStorageAfterDays: in.MoveToColdStorageAfterDays, DeleteAfterDays: in.DeleteAfterDays}
}
