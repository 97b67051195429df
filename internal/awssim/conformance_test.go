package awssim_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"holdfast/internal/awssim"
)

// Every member of every answer is one that the SDK knows, of the right type, and
// every enum value is one of AWS's. A misspelt member would read as "not sent".
func TestAnswersAreOfAWSsShapes(t *testing.T) {
	sim := everything(t)
	var seen []awssim.Exchange
	sim.Record = func(e awssim.Exchange) { seen = append(seen, e) }
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	askEverything(t, c)
	clients := map[string]reflect.Type{
		"dynamodb": reflect.TypeFor[*dynamodb.Client](), "backup": reflect.TypeFor[*backup.Client](),
		"tag": reflect.TypeFor[*resourcegroupstaggingapi.Client](), "account": reflect.TypeFor[*account.Client](),
		"iam": reflect.TypeFor[*iam.Client](), "kms": reflect.TypeFor[*kms.Client](), "organizations": reflect.TypeFor[*organizations.Client](),
		"events": reflect.TypeFor[*eventbridge.Client](), "sns": reflect.TypeFor[*sns.Client](), "cloudtrail": reflect.TypeFor[*cloudtrail.Client](),
		"cloudwatch": reflect.TypeFor[*cloudwatch.Client](), "logs": reflect.TypeFor[*cloudwatchlogs.Client](),
	}
	asked := map[string]bool{}
	for _, e := range seen {
		service, op, _ := strings.Cut(e.Operation, ":")
		method, ok := clients[service].MethodByName(op)
		if e.Status >= 300 || !ok {
			t.Errorf("%s: %d %s", e.Operation, e.Status, e.Response)
			continue
		}
		asked[e.Operation] = true
		if len(e.Response) == 0 {
			continue
		}
		if service == "iam" || service == "sns" {
			conformXML(t, e.Operation, e.Response, method.Type.Out(0))
			continue
		}
		var doc any
		d := json.NewDecoder(strings.NewReader(string(e.Response)))
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			t.Errorf("%s: %v", e.Operation, err)
			continue
		}
		conform(t, e.Operation, doc, method.Type.Out(0))
	}
	if len(asked) < 100 {
		t.Errorf("only %d operations were asked", len(asked))
	}
}

func conform(t *testing.T, path string, v any, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	wrong := func() { t.Errorf("%s: %v is no %v", path, v, typ) }
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if typ.Kind() == reflect.Map {
				conform(t, path+"."+k, x, typ.Elem())
			} else if typ.Kind() != reflect.Struct {
				wrong()
			} else if f, ok := typ.FieldByName(strings.ToUpper(k[:1]) + k[1:]); !ok || f.Type == reflect.TypeFor[struct{}]() {
				t.Errorf("%s has no member %s", path, k)
			} else {
				conform(t, path+"."+k, x, f.Type)
			}
		}
	case []any:
		if typ.Kind() != reflect.Slice {
			wrong()
			return
		}
		for _, x := range v {
			conform(t, path+"[]", x, typ.Elem())
		}
	case string:
		if typ.Kind() != reflect.String {
			wrong()
		} else if values := reflect.New(typ).Elem().MethodByName("Values"); values.IsValid() && !slices.Contains(enum(values), v) {
			t.Errorf("%s: %q is none of %v", path, v, enum(values))
		}
	case json.Number:
		if typ != reflect.TypeFor[time.Time]() && !strings.HasPrefix(typ.Kind().String(), "int") && typ.Kind() != reflect.Float64 {
			wrong()
		}
	case bool:
		if typ.Kind() != reflect.Bool {
			wrong()
		}
	case nil:
		t.Errorf("%s is null", path)
	}
}

func enum(values reflect.Value) (out []string) {
	list := values.Call(nil)[0]
	for i := range list.Len() {
		out = append(out, list.Index(i).String())
	}
	return out
}

// askEverything calls every reading operation, and those that write with an answer.
func askEverything(t *testing.T, c clients) {
	t.Helper()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	for name, list := range lists(t, c) {
		if _, err := list(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, list := range organizationLists(c, rootOf(t, c)) {
		if _, err := list(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	askIdentities(t, c, must)
	askKeys(c, must)
	askOrganization(c, must)
	askWatchers(c, must)
	tables, _ := c.ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	for _, n := range tables.TableNames {
		must(c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &n}))
		must(c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &n}))
	}
	must(c.ddb.GetResourcePolicy(ctx, &dynamodb.GetResourcePolicyInput{ResourceArn: aws.String(strings.Replace(alphaArn, "alpha", "beta", 1))}))
	all, _ := c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: "ALL"})
	for _, b := range all.BackupSummaries {
		must(c.ddb.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: b.BackupArn}))
	}
	made, err := c.ddb.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: aws.String("alpha"), BackupName: aws.String("mine")})
	must(made, err)
	must(c.ddb.DeleteBackup(ctx, &dynamodb.DeleteBackupInput{BackupArn: made.BackupDetails.BackupArn}))
	setPITR(t, c, "beta", true, 20)

	for _, v := range []string{"Default", "daily", "sealed", "governed"} {
		must(c.bk.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: &v}))
		must(c.bk.ListProtectedResourcesByBackupVault(ctx, &backup.ListProtectedResourcesByBackupVaultInput{BackupVaultName: &v}))
		for _, p := range vaultPoints(t, c, v) {
			must(c.bk.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{BackupVaultName: &v, RecoveryPointArn: p.RecoveryPointArn}))
			if strings.HasPrefix(*p.RecoveryPointArn, "arn:aws:backup:") {
				must(c.bk.ListTags(ctx, &backup.ListTagsInput{ResourceArn: p.RecoveryPointArn}))
			}
		}
	}
	must(c.bk.GetBackupVaultAccessPolicy(ctx, &backup.GetBackupVaultAccessPolicyInput{BackupVaultName: aws.String("closed")}))
	must(c.bk.GetBackupVaultNotifications(ctx, &backup.GetBackupVaultNotificationsInput{BackupVaultName: aws.String("daily")}))
	must(c.bk.DescribeProtectedResource(ctx, &backup.DescribeProtectedResourceInput{ResourceArn: aws.String(alphaArn)}))
	must(c.bk.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{}))
	must(c.bk.DescribeGlobalSettings(ctx, &backup.DescribeGlobalSettingsInput{}))
	must(c.bk.ListRestoreJobsByProtectedResource(ctx, &backup.ListRestoreJobsByProtectedResourceInput{ResourceArn: aws.String(alphaArn)}))
	askPlans(t, c, must)
	job, err := c.bk.StartBackupJob(ctx, &backup.StartBackupJobInput{BackupVaultName: aws.String("daily"), ResourceArn: aws.String(alphaArn), IamRoleArn: aws.String("arn:aws:iam::111111111111:role/r")})
	must(job, err)
	must(c.bk.DescribeBackupJob(ctx, &backup.DescribeBackupJobInput{BackupJobId: job.BackupJobId}))
	must(c.bk.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("fresh")}))
	must(c.bk.DeleteBackupVault(ctx, &backup.DeleteBackupVaultInput{BackupVaultName: aws.String("fresh")}))
	must(c.bk.CreateLogicallyAirGappedBackupVault(ctx, &backup.CreateLogicallyAirGappedBackupVaultInput{BackupVaultName: aws.String("gap"), MinRetentionDays: aws.Int64(7), MaxRetentionDays: aws.Int64(9)}))
}

func askPlans(t *testing.T, c clients, must func(any, error)) {
	plans, err := c.bk.ListBackupPlans(ctx, &backup.ListBackupPlansInput{IncludeDeleted: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans.BackupPlansList {
		must(c.bk.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: p.BackupPlanId, MaxScheduledRunsPreview: 5}))
		if p.DeletionDate != nil {
			continue
		}
		selections, err := c.bk.ListBackupSelections(ctx, &backup.ListBackupSelectionsInput{BackupPlanId: p.BackupPlanId})
		must(selections, err)
		for _, s := range selections.BackupSelectionsList {
			must(c.bk.GetBackupSelection(ctx, &backup.GetBackupSelectionInput{BackupPlanId: p.BackupPlanId, SelectionId: s.SelectionId}))
		}
	}
	holds, err := c.bk.ListLegalHolds(ctx, &backup.ListLegalHoldsInput{})
	must(holds, err)
	for _, h := range holds.LegalHolds {
		must(c.bk.GetLegalHold(ctx, &backup.GetLegalHoldInput{LegalHoldId: h.LegalHoldId}))
	}
	for _, n := range []string{"rt1", "rt2"} {
		must(c.bk.GetRestoreTestingPlan(ctx, &backup.GetRestoreTestingPlanInput{RestoreTestingPlanName: &n}))
	}
	for _, n := range []string{"a", "b"} {
		must(c.bk.GetRestoreTestingSelection(ctx, &backup.GetRestoreTestingSelectionInput{RestoreTestingPlanName: aws.String("rt1"), RestoreTestingSelectionName: &n}))
	}
}
