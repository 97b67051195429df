package awssim_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/internal/awssim"
)

func empty(t *testing.T) (*awssim.Simulator, clients) {
	sim := load(t, []byte(`
clock: 2026-06-30T12:00:00Z
accounts: [{id: "111111111111", access_keys: [{id: AKIAONE}], empty_regions: [eu-west-1]}]
`))
	return sim, connect(serve(t, sim), "AKIAONE", "eu-west-1")
}

func makeTable(t *testing.T, c clients, name string) {
	t.Helper()
	_, err := c.ddb.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: &name, BillingMode: "PAY_PER_REQUEST",
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String("k"), KeyType: "HASH"}},
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("k"), AttributeType: "S"}},
		Tags:                 []ddbtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := dynamodb.NewTableExistsWaiter(c.ddb, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Millisecond, time.Millisecond
	}).
		Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, time.Second); err != nil {
		t.Fatal(err)
	}
}

func TestTableLifecycle(t *testing.T) {
	sim, c := empty(t)
	makeTable(t, c, "orders")
	name := aws.String("orders")
	protect := func(on bool) error {
		_, err := c.ddb.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: name, DeletionProtectionEnabled: &on})
		return err
	}
	if err := protect(true); err != nil {
		t.Fatal(err)
	}
	wantType[*ddbtypes.ResourceInUseException](t, "a second change while the first is going on", protect(true))
	for _, want := range []ddbtypes.TableStatus{"UPDATING", "ACTIVE"} {
		d, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
		if err != nil || d.Table.TableStatus != want || !*d.Table.DeletionProtectionEnabled || *d.Table.TableId == "" {
			t.Errorf("%+v, %v; want %s", d, err, want)
		}
	}
	_, err := c.ddb.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
	wantCode(t, err, "ValidationException")
	if err := protect(false); err != nil {
		t.Fatal(err)
	}
	c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
	setPITR(t, c, "orders", true, 35)
	b, err := c.ddb.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: name, BackupName: aws.String("mine")})
	if err != nil || b.BackupDetails.BackupStatus != "CREATING" {
		t.Fatalf("%+v, %v", b, err)
	}
	if _, err := c.ddb.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name}); err != nil {
		t.Fatal(err)
	}

	// The user's backup stays, and one of the system's is made, for 35 days.
	user, err := c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{})
	if err != nil || len(user.BackupSummaries) != 1 || *user.BackupSummaries[0].BackupName != "mine" || user.BackupSummaries[0].BackupExpiryDateTime != nil {
		t.Errorf("the default lists USER: %+v, %v", user, err)
	}
	all, err := c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: "ALL", TableName: name})
	if err != nil || len(all.BackupSummaries) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	system, err := c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: "SYSTEM"})
	if err != nil || len(system.BackupSummaries) != 1 || *system.BackupSummaries[0].BackupName != "orders$DeletedTableBackup" ||
		!system.BackupSummaries[0].BackupExpiryDateTime.Equal(sim.Clock.Now().AddDate(0, 0, 35)) {
		t.Errorf("%+v, %v", system, err)
	}
	d, err := c.ddb.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: user.BackupSummaries[0].BackupArn})
	if err != nil || *d.BackupDescription.SourceTableDetails.TableName != "orders" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := c.ddb.DeleteBackup(ctx, &dynamodb.DeleteBackupInput{BackupArn: user.BackupSummaries[0].BackupArn}); err != nil {
		t.Error(err)
	}
	_, err = c.ddb.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: user.BackupSummaries[0].BackupArn})
	wantType[*ddbtypes.BackupNotFoundException](t, "after DeleteBackup", err)

	sim.Clock.Advance(36 * 24 * time.Hour)
	system, err = c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: "SYSTEM"})
	if err != nil || len(system.BackupSummaries) != 0 {
		t.Errorf("after 36 days: %+v, %v", system, err)
	}

	// A table without point-in-time recovery leaves nothing.
	makeTable(t, c, "plain")
	if _, err := c.ddb.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("plain")}); err != nil {
		t.Fatal(err)
	}
	all, _ = c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{BackupType: "ALL", TableName: aws.String("plain")})
	if len(all.BackupSummaries) != 0 {
		t.Errorf("%+v", all)
	}
}

func setPITR(t *testing.T, c clients, table string, on bool, days int32) *ddbtypes.PointInTimeRecoveryDescription {
	t.Helper()
	spec := &ddbtypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: &on}
	if days != 0 {
		spec.RecoveryPeriodInDays = &days
	}
	out, err := c.ddb.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{TableName: &table, PointInTimeRecoverySpecification: spec})
	if err != nil {
		t.Fatal(err)
	}
	return out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
}

// The window grows from the moment recovery is switched on; a shorter period throws
// history away, and a longer one does not bring it back.
func TestPITRWindow(t *testing.T) {
	sim, c := empty(t)
	makeTable(t, c, "orders")
	window := func() (days int32, hours float64) {
		out, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("orders")})
		if err != nil {
			t.Fatal(err)
		}
		d := out.ContinuousBackupsDescription
		if d.ContinuousBackupsStatus != "ENABLED" {
			t.Error("ContinuousBackupsStatus is ENABLED whatever happens")
		}
		p := d.PointInTimeRecoveryDescription
		if p.PointInTimeRecoveryStatus != "ENABLED" {
			if p.EarliestRestorableDateTime != nil || p.LatestRestorableDateTime != nil {
				t.Error("times of recovery that is off")
			}
			return 0, 0
		}
		if lag := sim.Clock.Now().Sub(*p.LatestRestorableDateTime); lag > 5*time.Minute {
			t.Errorf("the latest time is %v ago", lag)
		}
		return *p.RecoveryPeriodInDays, sim.Clock.Now().Sub(*p.EarliestRestorableDateTime).Hours()
	}
	check := func(what string, wantDays int32, wantHours float64) {
		t.Helper()
		if d, h := window(); d != wantDays || h != wantHours {
			t.Errorf("%s: %d days configured, %v hours achieved; want %d and %v", what, d, h, wantDays, wantHours)
		}
	}
	check("off", 0, 0)
	setPITR(t, c, "orders", true, 10)
	check("just on", 10, 0)
	sim.Clock.Advance(3 * 24 * time.Hour)
	check("after 3 days", 10, 72)
	sim.Clock.Advance(30 * 24 * time.Hour)
	check("after 33 days", 10, 240)
	setPITR(t, c, "orders", true, 2)
	check("shortened", 2, 48)
	setPITR(t, c, "orders", true, 0)
	check("a period that is not sent is 35", 35, 48)
	sim.Clock.Advance(24 * time.Hour)
	check("a day later", 35, 72)
	setPITR(t, c, "orders", false, 0)
	check("off again", 0, 0)
	setPITR(t, c, "orders", true, 35)
	check("on again: history starts anew", 35, 0)
	_, err := c.ddb.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{TableName: aws.String("orders"),
		PointInTimeRecoverySpecification: &ddbtypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true), RecoveryPeriodInDays: aws.Int32(36)}})
	wantCode(t, err, "ValidationException")
}

func TestPoliciesAndTags(t *testing.T) {
	_, c := empty(t)
	makeTable(t, c, "orders")
	arn := aws.String("arn:aws:dynamodb:eu-west-1:111111111111:table/orders")
	none := aws.String("NO_POLICY")
	doc := aws.String(`{"Version":"2012-10-17","Statement":[]}`)
	first, err := c.ddb.PutResourcePolicy(ctx, &dynamodb.PutResourcePolicyInput{ResourceArn: arn, Policy: doc, ExpectedRevisionId: none})
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.ddb.PutResourcePolicy(ctx, &dynamodb.PutResourcePolicyInput{ResourceArn: arn, Policy: doc, ExpectedRevisionId: first.RevisionId})
	if err != nil || *again.RevisionId != *first.RevisionId {
		t.Errorf("the same policy again: %+v, %v", again, err)
	}
	_, err = c.ddb.PutResourcePolicy(ctx, &dynamodb.PutResourcePolicyInput{ResourceArn: arn, Policy: doc, ExpectedRevisionId: none})
	wantType[*ddbtypes.PolicyNotFoundException](t, "another revision than expected", err)
	if got, err := c.ddb.GetResourcePolicy(ctx, &dynamodb.GetResourcePolicyInput{ResourceArn: arn}); err != nil || *got.Policy != *doc {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.ddb.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}); err != nil {
		t.Error(err)
	}
	if _, err := c.ddb.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: arn, Tags: []ddbtypes.Tag{{Key: aws.String("x"), Value: aws.String("y")}}}); err != nil {
		t.Error(err)
	}
	if got, err := c.ddb.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: arn}); err != nil || len(got.Tags) != 1 || *got.Tags[0].Key != "x" {
		t.Errorf("%+v, %v", got, err)
	}
}
