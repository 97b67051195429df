package remediate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/remediate"
	"holdfast/scanner/finding"
)

// leftovers has the last recovery point of a deleted table, about to expire, a
// selection that names a table that is gone, and a vault that tells a topic of one
// kind of event.
const leftovers = `
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIAONE, user: remediator}, {id: AKIATWO, user: somebody}]
    regions:
      - name: eu-west-1
        topics:
          - name: alarms
            policy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: backup.amazonaws.com}, Action: "sns:Publish", Resource: "*"}]}
            subscriptions: [{protocol: email, endpoint: on-call@example.com}]
        tables:
          - {name: Orders, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {}}
        vaults:
          - name: nightly
            created: 2026-01-01T00:00:00Z
            notifications: {topic: "arn:aws:sns:eu-west-1:111122223333:alarms", events: [RESTORE_JOB_FAILED]}
          - {name: quiet, created: 2026-01-01T00:00:00Z}
        recovery_points:
          - {table: Ledger, vault: quiet, created: 360d, lifecycle: {cold_after_days: 31, delete_after_days: 366}}
          - {table: Ledger, vault: quiet, created: 364d, lifecycle: {cold_after_days: 31, delete_after_days: 366}}
        plans:
          - name: nightly
            created: 2026-01-01T00:00:00Z
            rules:
              - {name: daily, vault: nightly, schedule: "cron(0 2 ? * * *)", start_window_minutes: 60, completion_window_minutes: 180, lifecycle: {cold_after_days: 31, delete_after_days: 366}}
            selections:
              - {name: by-name, resources: [table/Orders, table/Gone]}
`

// propose plans what a finding of our own making asks for.
func (w *world) propose(t testing.TB, f finding.Finding) *remediate.Plan {
	t.Helper()
	kept := w.scan(t, w.job(t, ""))
	world := remediate.NewWorld()
	shards, err := kept.Shards()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shards {
		if err := world.Read(kept.ReadShard(s.Account, s.Region)); err != nil {
			t.Fatal(err)
		}
	}
	f.Status, f.Severity, f.Account = finding.Fail, finding.Medium, account
	header := finding.Header{Rules: []finding.Rule{{ID: f.Rule, Severity: finding.Medium}}}
	var one iter.Seq2[*finding.Finding, error] = func(yield func(*finding.Finding, error) bool) { yield(&f, nil) }
	plan, err := remediate.Propose(header, one, world, remediate.Options{Tool: "holdfast test", Run: kept.ID})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestTheLastPointIsKeptLonger(t *testing.T) {
	w := newWorld(t, leftovers)
	plan := reread(t, w.planned(t, "", "backup.lengthen_retention"))
	if len(plan.Changes) != 1 {
		t.Fatalf("%s", indented(plan))
	}
	// The newest of the two; made 360 days ago, kept for 90 more; its 31 days till cold stay.
	want := `{"ResourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/Ledger","Status":"COMPLETED","Lifecycle":{"MoveToColdStorageAfterDays":31,"DeleteAfterDays":450}}`
	if got := strings.Join(strings.Fields(string(plan.Changes[0].Steps[0].After)), ""); got != want {
		t.Errorf("it becomes %s, want %s", got, want)
	}
	if result := w.apply(t, plan); !result.Complete() || result.Done != 1 {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if again := w.apply(t, plan); again.Skipped != 1 {
		t.Errorf("once more: %+v %v", again.End, whys(again))
	}
}

func TestPointsOfLockedVaultsAreRefused(t *testing.T) {
	w := newWorld(t, leftovers)
	plan := w.planned(t, "", "backup.lengthen_retention")
	if _, err := w.backup().PutBackupVaultLockConfiguration(context.Background(), &backup.PutBackupVaultLockConfigurationInput{BackupVaultName: aws.String("quiet")}); err != nil {
		t.Fatal(err)
	}
	if result := w.apply(t, plan); result.Refused != 1 || !strings.Contains(whys(result)[0], "is locked") {
		t.Errorf("result %+v %v", result.End, whys(result))
	}
}

// The new selection comes before the old one goes, and the plan covers the same.
func TestDeadEntriesAreReplaced(t *testing.T) {
	w := newWorld(t, leftovers)
	plan := reread(t, w.planned(t, "", "backup.replace_selection"))
	w.forget()
	if result := w.apply(t, plan); !result.Complete() || result.Done != 1 {
		t.Fatalf("result %+v %v\n%s", result.End, whys(result), indented(plan))
	}
	var order []string
	for _, e := range w.writes {
		order = append(order, e.Operation)
	}
	if fmt.Sprint(order) != "[backup:CreateBackupSelection backup:DeleteBackupSelection]" {
		t.Errorf("calls %v", order)
	}
	if rest := w.planned(t, "", "backup.*"); len(ofAction(rest, "backup.replace_selection"))+len(ofAction(rest, "backup.create_selection")) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
	if again := w.apply(t, plan); again.Done > 0 || again.Failed > 0 {
		t.Errorf("once more: %+v %v", again.End, whys(again))
	}
}

// A table that comes to life in between is not dropped, and the old selection stays
// where the new one is not there as planned.
func TestOldSelectionStays(t *testing.T) {
	for name, between := range map[string]func(*world){
		"the table is there": func(w *world) {
			w.dynamodb().CreateTable(context.Background(), &dynamodb.CreateTableInput{TableName: aws.String("Gone"), BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("Id"), AttributeType: "S"}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("Id"), KeyType: "HASH"}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, leftovers)
			plan := w.planned(t, "", "backup.replace_selection")
			between(w)
			w.forget()
			if result := w.apply(t, plan); result.Refused != 1 || len(w.written()) > 0 {
				t.Errorf("result %+v %v, writes %v", result.End, whys(result), w.written())
			}
		})
	}
}

func TestVaultsTellOfFailures(t *testing.T) {
	w := newWorld(t, leftovers)
	for vault, want := range map[string]string{
		"nightly": `["BACKUP_JOB_EXPIRED","BACKUP_JOB_FAILED","COPY_JOB_FAILED","RESTORE_JOB_FAILED"]`,
		"quiet":   `["BACKUP_JOB_EXPIRED","BACKUP_JOB_FAILED","COPY_JOB_FAILED"]`,
	} {
		plan := reread(t, w.propose(t, finding.Finding{Rule: "vault.notifications", Subject: "vault", Region: "eu-west-1", ARN: "arn:aws:backup:eu-west-1:" + account + ":backup-vault:" + vault,
			Remediation: &finding.Remediation{Action: "backup.notify_failures"}}))
		if result := w.apply(t, plan); !result.Complete() || result.Done != 1 {
			t.Fatalf("result %+v %v\n%s", result.End, whys(result), indented(plan))
		}
		out, err := w.backup().GetBackupVaultNotifications(context.Background(), &backup.GetBackupVaultNotificationsInput{BackupVaultName: &vault})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(out.BackupVaultEvents); string(got) != want || !strings.HasSuffix(*out.SNSTopicArn, ":alarms") {
			t.Errorf("%s tells %s of %s, want %s", vault, *out.SNSTopicArn, got, want)
		}
	}
}

func TestRestoreTestIsMade(t *testing.T) {
	w := newWorld(t, leftovers)
	f := finding.Finding{Rule: "account.restore_testing", Subject: "account", Region: "global", ARN: "arn:aws:iam::" + account + ":root",
		Remediation: &finding.Remediation{Action: "backup.create_restore_test"}}
	plan := reread(t, w.propose(t, f))
	if result := w.apply(t, plan); !result.Complete() || result.Done != 1 {
		t.Fatalf("result %+v %v\n%s", result.End, whys(result), indented(plan))
	}
	if again := w.apply(t, plan); again.Skipped != 1 {
		t.Errorf("once more: %+v %v", again.End, whys(again))
	}
	if rest := w.propose(t, f); len(rest.Changes) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
}

// A table that no plan backs up gets a backup of DynamoDB's own, once.
func TestOnDemandBackup(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := reread(t, w.propose(t, finding.Finding{Rule: "table.recent_backup", Subject: "table", Region: "eu-west-1", ARN: "arn:aws:dynamodb:eu-west-1:" + account + ":table/Off",
		Remediation: &finding.Remediation{Action: "backup.start_backup_job"}}))
	if len(ofAction(plan, "dynamodb.create_backup")) != 1 {
		t.Fatalf("%s", indented(plan))
	}
	w.forget()
	if result := w.apply(t, plan); !result.Complete() || result.Done != 1 {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if again := w.apply(t, plan); again.Skipped != 1 || len(w.written()) != 1 {
		t.Errorf("once more: %+v %v, writes %v", again.End, whys(again), w.written())
	}
}

// Where tags are preferred, a table gets the tag that a plan looks for.
func TestTagInsteadOfASelection(t *testing.T) {
	w := newWorld(t, strings.Replace(strings.Replace(leftovers, "resources: [table/Orders, table/Gone]", "tags: [{key: backup, value: daily}]", 1), "pitr: {}}", "pitr: {}, tags: {team: shop}}", 1))
	plan := reread(t, w.plan(t, w.job(t, ""), remediate.Options{CoverByTag: true}))
	tags := ofAction(plan, "dynamodb.tag_for_backup")
	if len(tags) != 1 || len(ofAction(plan, "backup.create_selection")) > 0 {
		t.Fatalf("%s", indented(plan))
	}
	if result := w.apply(t, plan); !result.Complete() {
		t.Fatalf("result %+v %v", result.End, whys(result))
	}
	if rest := w.plan(t, w.job(t, ""), remediate.Options{CoverByTag: true}); len(ofAction(rest, "dynamodb.tag_for_backup"))+len(ofAction(rest, "backup.create_selection")) > 0 {
		t.Errorf("still to do: %s", indented(rest.Changes))
	}
}
