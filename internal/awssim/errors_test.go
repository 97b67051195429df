package awssim_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	bktypes "github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// wantType says that the SDK decodes err to its own type of that error.
func wantType[E error](t *testing.T, what string, err error) {
	t.Helper()
	var typed E
	if !errors.As(err, &typed) {
		t.Errorf("%s: got %v, want %T", what, err, typed)
	}
}

func TestErrorsAreTheSDKsTypes(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIAONE", "eu-west-1")
	none := aws.String("nothing")

	_, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: none})
	wantType[*ddbtypes.ResourceNotFoundException](t, "DescribeTable", err)
	_, err = c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: none})
	wantType[*ddbtypes.TableNotFoundException](t, "DescribeContinuousBackups", err)
	_, err = c.ddb.GetResourcePolicy(ctx, &dynamodb.GetResourcePolicyInput{ResourceArn: aws.String(alphaArn)})
	wantType[*ddbtypes.PolicyNotFoundException](t, "GetResourcePolicy", err)
	_, err = c.ddb.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: aws.String(alphaArn + "/backup/01489602797149-73d8d5bc")})
	wantType[*ddbtypes.BackupNotFoundException](t, "DescribeBackup", err)
	_, err = c.ddb.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: aws.String("alpha"), BillingMode: "PAY_PER_REQUEST",
		KeySchema: []ddbtypes.KeySchemaElement{{AttributeName: none, KeyType: "HASH"}}, AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: none, AttributeType: "S"}}})
	wantType[*ddbtypes.ResourceInUseException](t, "CreateTable", err)

	_, err = c.bk.GetBackupVaultAccessPolicy(ctx, &backup.GetBackupVaultAccessPolicyInput{BackupVaultName: aws.String("daily")})
	wantType[*bktypes.ResourceNotFoundException](t, "GetBackupVaultAccessPolicy", err)
	_, err = c.bk.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: none})
	wantType[*bktypes.ResourceNotFoundException](t, "GetBackupPlan", err)
	_, err = c.bk.ListTags(ctx, &backup.ListTagsInput{ResourceArn: aws.String(alphaArn + "/backup/01489602797149-73d8d5bc")})
	wantType[*bktypes.InvalidParameterValueException](t, "ListTags of a DynamoDB ARN", err)
	_, err = c.bk.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("daily")})
	var exists *bktypes.AlreadyExistsException
	if !errors.As(err, &exists) || aws.ToString(exists.Arn) != "arn:aws:backup:eu-west-1:111111111111:backup-vault:daily" {
		t.Errorf("CreateBackupVault: %v", err)
	}
	// AWS answers 403 for a vault that does not exist, as for one that its policy closes.
	for _, vault := range []string{"nothing", "closed"} {
		_, err = c.bk.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: &vault})
		wantCode(t, err, "AccessDeniedException")
	}
	_, err = c.bk.ListRecoveryPointsByBackupVault(ctx, &backup.ListRecoveryPointsByBackupVaultInput{BackupVaultName: aws.String("closed")})
	wantCode(t, err, "AccessDeniedException")
	_, err = c.ddb.DescribeLimits(ctx, &dynamodb.DescribeLimitsInput{})
	wantCode(t, err, "UnknownOperationException")
	_, err = c.bk.ListFrameworks(ctx, &backup.ListFrameworksInput{})
	wantCode(t, err, "UnknownOperationException")
}

func TestGlobalSettingsNeedAnOrganization(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIASIX", "eu-west-1")
	_, err := c.bk.DescribeGlobalSettings(ctx, &backup.DescribeGlobalSettingsInput{})
	wantType[*bktypes.InvalidRequestException](t, "DescribeGlobalSettings", err)
}

// Each service says in its own words that nobody knows the caller.
func TestUnknownKeys(t *testing.T) {
	s := serve(t, everything(t))
	c := connect(s, "AKIANOBODY", "eu-west-1")
	_, err := c.ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	wantCode(t, err, "UnrecognizedClientException")
	_, err = c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	wantCode(t, err, "UnrecognizedClientException")
	_, err = resourcegroupstaggingapi.NewFromConfig(c.Config).GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{})
	wantCode(t, err, "UnrecognizedClientException")
	_, err = account.NewFromConfig(c.Config).ListRegions(ctx, &account.ListRegionsInput{})
	wantCode(t, err, "UnrecognizedClientException")
	_, err = c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	wantCode(t, err, "InvalidClientTokenId")

	// A key with a session token that is not its own, a Region that is not opted in to, no credentials.
	stolen := connectAs(s, credentials.NewStaticCredentialsProvider("AKIAONE", "secret", "token"), "eu-west-1")
	_, err = stolen.ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	wantCode(t, err, "UnrecognizedClientException")
	for _, region := range []string{"ap-south-2", "mars-east-1"} {
		_, err = connect(s, "AKIAONE", region).ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
		wantCode(t, err, "UnrecognizedClientException")
	}
	_, err = connectAs(s, aws.AnonymousCredentials{}, "eu-west-1").ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	wantCode(t, err, "MissingAuthenticationTokenException")
}

// State is apart per account and per Region.
func TestAccountsAndRegionsAreApart(t *testing.T) {
	s := serve(t, everything(t))
	for _, tt := range []struct {
		key, region string
		tables      int
	}{{"AKIAONE", "eu-west-1", 5}, {"AKIAONE", "us-east-1", 0}, {"AKIAONE", "eu-central-1", 0}, {"AKIATWO", "eu-west-1", 1}} {
		out, err := connect(s, tt.key, tt.region).ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
		if err != nil || len(out.TableNames) != tt.tables {
			t.Errorf("%s in %s: %v, %v; want %d tables", tt.key, tt.region, out, err, tt.tables)
		}
	}
}

// Older clients end the paths of AWS Backup with a slash; ARNs are one escaped segment.
func TestBothFormsOfPaths(t *testing.T) {
	s := serve(t, everything(t))
	point := firstPoint(t, connect(s, "AKIAONE", "eu-west-1"), "daily")
	for _, path := range []string{
		"/backup-vaults", "/backup/plans", "/backup-vaults/daily", "/backup-jobs", "/legal-holds", "/restore-testing/plans",
		"/tags/" + url.PathEscape("arn:aws:backup:eu-west-1:111111111111:backup-vault:daily"),
		"/resources/" + url.PathEscape(alphaArn) + "/recovery-points",
		"/backup-vaults/daily/recovery-points/" + url.PathEscape(point),
	} {
		if want, got := get(t, s.URL+path), get(t, s.URL+path+"/"); want != got || !strings.HasPrefix(got, "200 {") {
			t.Errorf("%s:\n%s\nwith a slash:\n%s", path, want, got)
		}
	}
	if got := get(t, s.URL+"/backup-vaults//recovery-points"); !strings.Contains(got, "does not know this operation") {
		t.Errorf("an empty label: %s", got)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAONE/20261122/eu-west-1/backup/aws4_request, SignedHeaders=host, Signature=00")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(resp.StatusCode, " ", string(body))
}

func firstPoint(t *testing.T, c clients, vault string) string {
	t.Helper()
	points := vaultPoints(t, c, vault)
	if len(points) == 0 {
		t.Fatalf("vault %s is empty", vault)
	}
	return *points[0].RecoveryPointArn
}
