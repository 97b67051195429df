package awssim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	bktypes "github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// Vault locks, by their mode.
func TestVaultLocks(t *testing.T) {
	for _, tt := range []struct {
		name       string
		changeable *int64
		later      time.Duration
		removable  bool
	}{
		{"governance", nil, 1000 * 24 * time.Hour, true},
		{"compliance in grace", aws.Int64(3), 71 * time.Hour, true},
		{"compliance", aws.Int64(3), 73 * time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := small(t, oneTable, planOf("5d", daily("")))
			c, _ := connectOne(t, sim)
			near := aws.String("near")
			point := vaultPoints(t, c, "near")[4]
			lock := &backup.PutBackupVaultLockConfigurationInput{BackupVaultName: near, MinRetentionDays: aws.Int64(7), MaxRetentionDays: aws.Int64(400), ChangeableForDays: tt.changeable}
			if _, err := c.bk.PutBackupVaultLockConfiguration(ctx, lock); err != nil {
				t.Fatal(err)
			}
			v, err := c.bk.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: near})
			if err != nil || !*v.Locked || (v.LockDate != nil) != (tt.changeable != nil) || *v.MaxRetentionDays != 400 {
				t.Errorf("%+v, %v", v, err)
			}
			deletePoint := func() error {
				_, err := c.bk.DeleteRecoveryPoint(ctx, &backup.DeleteRecoveryPointInput{BackupVaultName: near, RecoveryPointArn: point.RecoveryPointArn})
				return err
			}
			shorten := func() error {
				_, err := c.bk.UpdateRecoveryPointLifecycle(ctx, &backup.UpdateRecoveryPointLifecycleInput{BackupVaultName: near, RecoveryPointArn: point.RecoveryPointArn,
					Lifecycle: &bktypes.Lifecycle{DeleteAfterDays: aws.Int64(1)}})
				return err
			}
			wantCode(t, deletePoint(), "AccessDeniedException")
			wantCode(t, shorten(), "AccessDeniedException")
			sim.Clock.Advance(min(tt.later, 73*time.Hour))
			_, err = c.bk.DeleteBackupVaultLockConfiguration(ctx, &backup.DeleteBackupVaultLockConfigurationInput{BackupVaultName: near})
			if !tt.removable {
				wantType[*bktypes.InvalidRequestException](t, "removing the lock", err)
				_, err = c.bk.PutBackupVaultLockConfiguration(ctx, lock)
				wantType[*bktypes.InvalidRequestException](t, "changing the lock", err)
				wantCode(t, deletePoint(), "AccessDeniedException")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := deletePoint(); err != nil {
				t.Error(err)
			}
			wantType[*bktypes.ResourceNotFoundException](t, "deleting twice", deletePoint())
		})
	}
}

func TestLegalHoldsKeepPoints(t *testing.T) {
	sim := small(t, oneTable, planOf("5d", daily("")))
	c, _ := connectOne(t, sim)
	hold, err := c.bk.CreateLegalHold(ctx, &backup.CreateLegalHoldInput{Title: aws.String("case"), Description: aws.String("d"), IdempotencyToken: aws.String("t"),
		RecoveryPointSelection: &bktypes.RecoveryPointSelection{VaultNames: []string{"near"}}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.bk.CreateLegalHold(ctx, &backup.CreateLegalHoldInput{Title: aws.String("case"), Description: aws.String("d"), IdempotencyToken: aws.String("t")})
	if err != nil || *again.LegalHoldId != *hold.LegalHoldId {
		t.Errorf("%+v, %v", again, err)
	}
	held := vaultPoints(t, c, "near")
	_, err = c.bk.DeleteRecoveryPoint(ctx, &backup.DeleteRecoveryPointInput{BackupVaultName: aws.String("near"), RecoveryPointArn: held[0].RecoveryPointArn})
	wantType[*bktypes.InvalidRequestException](t, "deleting a held point", err)
	sim.Clock.Advance(20 * 24 * time.Hour)
	if n := len(vaultPoints(t, c, "near")); n != 25 {
		t.Errorf("%d points, want all 25 that were made", n)
	}
	if _, err := c.bk.CancelLegalHold(ctx, &backup.CancelLegalHoldInput{LegalHoldId: hold.LegalHoldId, CancelDescription: aws.String("over")}); err != nil {
		t.Fatal(err)
	}
	sim.Clock.Advance(8 * time.Hour)
	if n := len(vaultPoints(t, c, "near")); n != 10 {
		t.Errorf("%d points after the hold, want 10", n)
	}
}

// Validations of plans, as AWS documents them.
func TestPlanValidations(t *testing.T) {
	_, c := empty(t)
	rule := func(change func(*bktypes.BackupRuleInput)) []bktypes.BackupRuleInput {
		r := bktypes.BackupRuleInput{RuleName: aws.String("r"), TargetBackupVaultName: aws.String("vault"), Lifecycle: &bktypes.Lifecycle{
			MoveToColdStorageAfterDays: aws.Int64(31), DeleteAfterDays: aws.Int64(121)}}
		change(&r)
		return []bktypes.BackupRuleInput{r}
	}
	create := func(name string, rules []bktypes.BackupRuleInput, token string) (*backup.CreateBackupPlanOutput, error) {
		return c.bk.CreateBackupPlan(ctx, &backup.CreateBackupPlanInput{CreatorRequestId: &token, BackupPlan: &bktypes.BackupPlanInput{BackupPlanName: &name, Rules: rules}})
	}
	ok := rule(func(*bktypes.BackupRuleInput) {})
	for what, rules := range map[string][]bktypes.BackupRuleInput{
		"cold + 90 > delete":   rule(func(r *bktypes.BackupRuleInput) { r.Lifecycle.DeleteAfterDays = aws.Int64(120) }),
		"window under an hour": rule(func(r *bktypes.BackupRuleInput) { r.StartWindowMinutes = aws.Int64(59) }),
		"rate()":               rule(func(r *bktypes.BackupRuleInput) { r.ScheduleExpression = aws.String("rate(1 day)") }),
		"name of a vault":      rule(func(r *bktypes.BackupRuleInput) { r.TargetBackupVaultName = aws.String("no spaces") }),
		"name of a rule":       rule(func(r *bktypes.BackupRuleInput) { r.RuleName = aws.String(strings.Repeat("x", 51)) }),
		"the same name twice":  append(slices.Clone(ok), ok...),
		"0 days":               rule(func(r *bktypes.BackupRuleInput) { r.Lifecycle.DeleteAfterDays = aws.Int64(0) }),
		"a copy to no vault": rule(func(r *bktypes.BackupRuleInput) {
			r.CopyActions = []bktypes.CopyAction{{DestinationBackupVaultArn: aws.String("arn:aws:s3:::x")}}
		}),
		"completion < start+60": rule(func(r *bktypes.BackupRuleInput) {
			r.StartWindowMinutes, r.CompletionWindowMinutes = aws.Int64(60), aws.Int64(119)
		}),
	} {
		if _, err := create("plan", rules, "t"); err == nil {
			t.Errorf("%s is accepted", what)
		} else {
			wantType[*bktypes.InvalidParameterValueException](t, what, err)
		}
	}
	first, err := create("plan", ok, "one")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := create("plan", ok, "one"); err != nil || *same.BackupPlanId != *first.BackupPlanId {
		t.Errorf("the same token: %+v, %v", same, err)
	}
	_, err = create("plan", ok, "two")
	wantType[*bktypes.AlreadyExistsException](t, "the same plan with another token", err)

	role := aws.String("arn:aws:iam::111111111111:role/r")
	selection := &backup.CreateBackupSelectionInput{BackupPlanId: first.BackupPlanId, CreatorRequestId: aws.String("s"),
		BackupSelection: &bktypes.BackupSelection{SelectionName: aws.String("all"), IamRoleArn: role, Resources: []string{"*"}}}
	s, err := c.bk.CreateBackupSelection(ctx, selection)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := c.bk.CreateBackupSelection(ctx, selection); err != nil || *same.SelectionId != *s.SelectionId {
		t.Errorf("%+v, %v", same, err)
	}
	got, err := c.bk.GetBackupSelection(ctx, &backup.GetBackupSelectionInput{BackupPlanId: first.BackupPlanId, SelectionId: s.SelectionId})
	if err != nil || got.BackupSelection.Resources[0] != "*" || *got.BackupSelection.IamRoleArn != *role {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = c.bk.DeleteBackupPlan(ctx, &backup.DeleteBackupPlanInput{BackupPlanId: first.BackupPlanId})
	wantType[*bktypes.InvalidRequestException](t, "deleting a plan with selections", err)
	if _, err := c.bk.DeleteBackupSelection(ctx, &backup.DeleteBackupSelectionInput{BackupPlanId: first.BackupPlanId, SelectionId: s.SelectionId}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.bk.DeleteBackupPlan(ctx, &backup.DeleteBackupPlanInput{BackupPlanId: first.BackupPlanId}); err != nil {
		t.Fatal(err)
	}
	for deleted, want := range map[bool]int{false: 0, true: 1} {
		out, err := c.bk.ListBackupPlans(ctx, &backup.ListBackupPlansInput{IncludeDeleted: &deleted})
		if err != nil || len(out.BackupPlansList) != want {
			t.Errorf("IncludeDeleted %v: %+v, %v", deleted, out, err)
		}
	}
}

func TestVaultWrites(t *testing.T) {
	sim := small(t, oneTable, planOf("2d", daily("")))
	c, _ := connectOne(t, sim)
	near := aws.String("near")
	_, err := c.bk.DeleteBackupVault(ctx, &backup.DeleteBackupVaultInput{BackupVaultName: near})
	wantType[*bktypes.InvalidRequestException](t, "deleting a vault with points", err)

	v, err := c.bk.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("fresh"), CreatorRequestId: aws.String("a"),
		EncryptionKeyArn: aws.String("arn:aws:kms:eu-west-1:111111111111:key/k"), BackupVaultTags: map[string]string{"a": "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if same, err := c.bk.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("fresh"), CreatorRequestId: aws.String("a")}); err != nil || *same.BackupVaultArn != *v.BackupVaultArn {
		t.Errorf("%+v, %v", same, err)
	}
	if tags, err := c.bk.ListTags(ctx, &backup.ListTagsInput{ResourceArn: v.BackupVaultArn}); err != nil || tags.Tags["a"] != "b" {
		t.Errorf("%+v, %v", tags, err)
	}
	deny := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["backup:DeleteRecoveryPoint"],"Resource":"*"}]}`)
	if _, err := c.bk.PutBackupVaultAccessPolicy(ctx, &backup.PutBackupVaultAccessPolicyInput{BackupVaultName: near, Policy: deny}); err != nil {
		t.Fatal(err)
	}
	point := vaultPoints(t, c, "near")[0].RecoveryPointArn
	_, err = c.bk.DeleteRecoveryPoint(ctx, &backup.DeleteRecoveryPointInput{BackupVaultName: near, RecoveryPointArn: point})
	wantCode(t, err, "AccessDeniedException")
	if _, err := c.bk.DeleteBackupVaultAccessPolicy(ctx, &backup.DeleteBackupVaultAccessPolicyInput{BackupVaultName: near}); err != nil {
		t.Fatal(err)
	}
	out, err := c.bk.UpdateRecoveryPointLifecycle(ctx, &backup.UpdateRecoveryPointLifecycleInput{BackupVaultName: near, RecoveryPointArn: point,
		Lifecycle: &bktypes.Lifecycle{DeleteAfterDays: aws.Int64(-1), MoveToColdStorageAfterDays: aws.Int64(-1)}})
	if err != nil || out.CalculatedLifecycle != nil {
		t.Errorf("kept for ever: %+v, %v", out, err)
	}
	sim.Clock.Advance(30 * 24 * time.Hour)
	if got := *vaultPoints(t, c, "near")[0].RecoveryPointArn; got != *point {
		t.Errorf("the point that is kept for ever is gone: the oldest is %s", got)
	}
	_, err = c.bk.CreateLogicallyAirGappedBackupVault(ctx, &backup.CreateLogicallyAirGappedBackupVaultInput{BackupVaultName: aws.String("gap"), MinRetentionDays: aws.Int64(6), MaxRetentionDays: aws.Int64(30)})
	wantType[*bktypes.InvalidParameterValueException](t, "fewer than 7 days", err)
	if _, err := c.bk.CreateLogicallyAirGappedBackupVault(ctx, &backup.CreateLogicallyAirGappedBackupVaultInput{BackupVaultName: aws.String("gap"), MinRetentionDays: aws.Int64(7), MaxRetentionDays: aws.Int64(30)}); err != nil {
		t.Fatal(err)
	}
	_, err = c.bk.DeleteBackupVaultLockConfiguration(ctx, &backup.DeleteBackupVaultLockConfigurationInput{BackupVaultName: aws.String("gap")})
	wantType[*bktypes.InvalidRequestException](t, "unlocking an air-gapped vault", err)
}

func TestSettingsMerge(t *testing.T) {
	_, c := empty(t)
	if _, err := c.bk.UpdateRegionSettings(ctx, &backup.UpdateRegionSettingsInput{ResourceTypeOptInPreference: map[string]bool{"DynamoDB": false}}); err != nil {
		t.Fatal(err)
	}
	got, err := c.bk.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{})
	if err != nil || got.ResourceTypeOptInPreference["DynamoDB"] || !got.ResourceTypeOptInPreference["EBS"] || !got.ResourceTypeManagementPreference["DynamoDB"] {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRestoreTestingAndCopyWrites(t *testing.T) {
	sim := small(t, oneTable, planOf("2d", daily("")))
	c, far := connectOne(t, sim)
	plan := &backup.CreateRestoreTestingPlanInput{CreatorRequestId: aws.String("x"), RestoreTestingPlan: &bktypes.RestoreTestingPlanForCreate{
		RestoreTestingPlanName: aws.String("monthly"), ScheduleExpression: aws.String("cron(0 6 1 * ? *)"),
		RecoveryPointSelection: &bktypes.RestoreTestingRecoveryPointSelection{Algorithm: "LATEST_WITHIN_WINDOW", IncludeVaults: []string{"*"}, RecoveryPointTypes: []bktypes.RestoreTestingRecoveryPointType{"SNAPSHOT"}}}}
	first, err := c.bk.CreateRestoreTestingPlan(ctx, plan)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := c.bk.CreateRestoreTestingPlan(ctx, plan); err != nil || *same.RestoreTestingPlanArn != *first.RestoreTestingPlanArn {
		t.Errorf("%+v, %v", same, err)
	}
	if _, err := c.bk.CreateRestoreTestingSelection(ctx, &backup.CreateRestoreTestingSelectionInput{RestoreTestingPlanName: aws.String("monthly"),
		RestoreTestingSelection: &bktypes.RestoreTestingSelectionForCreate{RestoreTestingSelectionName: aws.String("tables"), ProtectedResourceType: aws.String("DynamoDB"),
			IamRoleArn: aws.String("arn:aws:iam::111111111111:role/r"), ProtectedResourceArns: []string{"*"},
			ProtectedResourceConditions: &bktypes.ProtectedResourceConditions{StringEquals: []bktypes.KeyValue{{Key: aws.String("aws:ResourceTag/a"), Value: aws.String("b")}}}}}); err != nil {
		t.Fatal(err)
	}
	got, err := c.bk.GetRestoreTestingPlan(ctx, &backup.GetRestoreTestingPlanInput{RestoreTestingPlanName: aws.String("monthly")})
	if err != nil || got.RestoreTestingPlan.RecoveryPointSelection.SelectionWindowDays != 30 || got.RestoreTestingPlan.StartWindowHours != 24 {
		t.Errorf("%+v, %v", got, err)
	}
	s, err := c.bk.GetRestoreTestingSelection(ctx, &backup.GetRestoreTestingSelectionInput{RestoreTestingPlanName: aws.String("monthly"), RestoreTestingSelectionName: aws.String("tables")})
	if err != nil || *s.RestoreTestingSelection.ProtectedResourceConditions.StringEquals[0].Value != "b" {
		t.Errorf("%+v, %v", s, err)
	}

	point := vaultPoints(t, c, "near")[0]
	copied, err := c.bk.StartCopyJob(ctx, &backup.StartCopyJobInput{RecoveryPointArn: point.RecoveryPointArn, SourceBackupVaultName: aws.String("near"),
		DestinationBackupVaultArn: aws.String("arn:aws:backup:us-east-1:111111111111:backup-vault:far"), IamRoleArn: aws.String("arn:aws:iam::111111111111:role/r"), IdempotencyToken: aws.String("c")})
	if err != nil {
		t.Fatal(err)
	}
	sim.Clock.Advance(time.Hour)
	landed := vaultPoints(t, far, "far")
	if len(landed) != 1 || !landed[0].CreationDate.Equal(*point.CreationDate) || landed[0].Status != "COMPLETED" {
		t.Errorf("%+v", landed)
	}
	list, err := c.bk.ListCopyJobs(ctx, &backup.ListCopyJobsInput{ByDestinationVaultArn: aws.String("arn:aws:backup:us-east-1:111111111111:backup-vault:far")})
	if err != nil || len(list.CopyJobs) != 1 || *list.CopyJobs[0].CopyJobId != *copied.CopyJobId || list.CopyJobs[0].State != "COMPLETED" {
		t.Errorf("%+v, %v", list, err)
	}
}
