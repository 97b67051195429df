package remediate_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/internal/awssim"
	"holdfast/remediate"
)

const bareTables = `
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIAONE, user: remediator}, {id: AKIATWO, user: somebody}]
    regions:
      - name: eu-west-1
        tables:
          - {name: Off, created: 2026-01-01T00:00:00Z}
          - {name: Short, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {days: 7}}
          - {name: Right, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {days: 35}}
          - {name: Coded, created: 2026-01-01T00:00:00Z, tags: {ManagedBy: Terraform}}
`

// One change for what two rules find; none for what is right; none, but the text,
// for what code defines.
func TestTablesArePlanned(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := w.planned(t, "rules: {table.pitr_window: {parameters: {pitr_days: 14}}, table.pitr_enabled: {parameters: {pitr_days: 14}}}", "dynamodb.*")
	got := map[string]string{}
	for _, c := range plan.Changes {
		got[c.Action+" "+c.Target] = string(c.Steps[0].Before) + " → " + string(c.Steps[0].After)
	}
	id := func(name string) string {
		out, err := w.dynamodb().DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: &name})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Table.TableId
	}
	off, short := `{"TableId":"`+id("Off")+`",`, `{"TableId":"`+id("Short")+`",`
	want := map[string]string{
		"dynamodb.enable_deletion_protection arn:aws:dynamodb:eu-west-1:111122223333:table/Off": off + `"DeletionProtectionEnabled":false} → ` + off + `"DeletionProtectionEnabled":true}`,
		"dynamodb.enable_pitr arn:aws:dynamodb:eu-west-1:111122223333:table/Off":                off + `"PointInTimeRecoveryStatus":"DISABLED"} → ` + off + `"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":14}`,
		"dynamodb.enable_pitr arn:aws:dynamodb:eu-west-1:111122223333:table/Short":              short + `"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":7} → ` + short + `"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":14}`,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %s\nwant %s", indented(got), indented(want))
	}
	var coded []remediate.ByHand
	for _, b := range plan.ByHand {
		if strings.HasPrefix(b.Why, "infrastructure code defines it (tag ManagedBy=Terraform)") {
			coded = append(coded, b)
		}
	}
	if len(coded) != 2 || !strings.Contains(coded[1].Text.TerraformPatch, "recovery_period_in_days = 14") {
		t.Errorf("what code defines: %s", indented(coded))
	}
	again := w.planned(t, "rules: {table.pitr_window: {parameters: {pitr_days: 14}}, table.pitr_enabled: {parameters: {pitr_days: 14}}}", "dynamodb.*")
	again.Run = plan.Run // the only thing that differs
	again.Reseal()
	if again.Hash != plan.Hash {
		t.Error("the same situation gave another plan")
	}
}

func TestTablesAreMended(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := reread(t, w.planned(t, "", "dynamodb.*"))
	w.forget()
	result := w.apply(t, plan)
	if !result.Complete() || result.Done != 3 {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if again := w.apply(t, plan); again.Skipped != 3 || again.Done != 0 {
		t.Errorf("once more: %+v, want all skipped", again.End)
	}
	want := "dynamodb:UpdateContinuousBackups dynamodb:UpdateContinuousBackups dynamodb:UpdateTable"
	if got := strings.Join(w.written(), " "); got != want {
		t.Errorf("writes %s, want %s", got, want)
	}
	if rest := w.planned(t, "", "dynamodb.*"); len(rest.Changes) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
}

// What somebody changed since the plan was made is not touched, whichever way.
func TestChangedSinceThePlan(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := w.planned(t, "rules: {table.pitr_window: {parameters: {pitr_days: 14}}, table.pitr_enabled: {parameters: {pitr_days: 14}}}", "dynamodb.enable_pitr")
	w.setPITR(t, "Short", 35) // better than the plan would make it
	w.setPITR(t, "Off", 14)   // as the plan would make it
	w.forget()
	a := w.applier(t, plan, t.TempDir()+"/journal.jsonl")
	a.KeepGoing = true
	result, err := a.Apply(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if result.Skipped != 1 || result.Refused != 1 || len(w.written()) > 0 {
		t.Errorf("result %+v %v, writes %v", result.End, whys(result), w.written())
	}
}

// A table that was deleted and made anew is another table.
func TestRecreatedTableIsNotTouched(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := w.planned(t, "", "dynamodb.enable_pitr")
	w.Clock.Advance(1e9)
	ctx, client := context.Background(), w.dynamodb()
	if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("Off")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: aws.String("Off"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("Id"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("Id"), KeyType: "HASH"}}}); err != nil {
		t.Fatal(err)
	}
	result := w.apply(t, plan)
	if result.Refused != 1 || !strings.Contains(strings.Join(whys(result), " "), "changed since the plan was made") {
		t.Errorf("result %+v %v", result.End, whys(result))
	}
}

// Somebody lengthens the period between our two looks, or right after our write.
func TestSomebodyElseChangesTheTable(t *testing.T) {
	for name, c := range map[string]struct {
		when     string
		days     int32
		want     string
		wantDays int32
	}{
		"between the looks": {"dynamodb:DescribeContinuousBackups", 35, "somebody changed it just now", 35},
		"after the write":   {"dynamodb:UpdateContinuousBackups", 20, "something else is there", 20},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bareTables)
			plan := w.planned(t, "rules: {table.pitr_window: {parameters: {pitr_days: 14}}, table.pitr_enabled: off}", "dynamodb.enable_pitr")
			done := false
			w.then(func(e awssim.Exchange) {
				if e.Operation == c.when && !done {
					done = true
					w.setPITR(t, "Short", c.days)
				}
			})
			result := w.apply(t, plan)
			w.then(nil)
			if result.Complete() || !strings.Contains(strings.Join(whys(result), " "), c.want) {
				t.Errorf("result %+v %v", result.End, whys(result))
			}
			if days := w.pitr(t, "Short"); days != c.wantDays {
				t.Errorf("the period is %d days, want %d", days, c.wantDays)
			}
		})
	}
}

func (w *world) setPITR(t testing.TB, table string, days int32) {
	t.Helper()
	_, err := w.dynamodb().UpdateContinuousBackups(context.Background(), &dynamodb.UpdateContinuousBackupsInput{TableName: &table,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true), RecoveryPeriodInDays: &days}})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) pitr(t testing.TB, table string) int32 {
	t.Helper()
	out, err := w.dynamodb().DescribeContinuousBackups(context.Background(), &dynamodb.DescribeContinuousBackupsInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToInt32(out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays)
}
