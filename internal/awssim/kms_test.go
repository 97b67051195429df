package awssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

const keyArn = "arn:aws:kms:eu-west-1:111111111111:key/"

func TestDescribeKey(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIAONE", "eu-west-1")
	api := kms.NewFromConfig(c.Config)
	describe := func(id string) *types.KeyMetadata {
		t.Helper()
		out, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &id})
		if err != nil {
			t.Fatal(err)
		}
		return out.KeyMetadata
	}
	for _, name := range []string{vaultKey, keyArn + vaultKey, "alias/backups", "arn:aws:kms:eu-west-1:111111111111:alias/again"} {
		if k := describe(name); *k.Arn != keyArn+vaultKey || !k.Enabled || k.KeyState != "Enabled" || k.KeyManager != "CUSTOMER" || *k.AWSAccountId != "111111111111" || k.DeletionDate != nil {
			t.Errorf("%s: %+v", name, k)
		}
	}
	if k := describe("dying"); k.KeyState != "PendingDeletion" || k.Enabled || k.DeletionDate.Format(time.DateOnly) != "2026-12-01" || k.PendingDeletionWindowInDays != nil {
		t.Errorf("%+v", k)
	}
	if k := describe("mrk-2"); k.KeyState != "PendingReplicaDeletion" || *k.PendingDeletionWindowInDays != 7 || k.MultiRegionConfiguration.MultiRegionKeyType != "REPLICA" ||
		*k.MultiRegionConfiguration.PrimaryKey.Arn != "arn:aws:kms:us-east-1:111111111111:key/mrk-2" {
		t.Errorf("%+v", k)
	}
	if k := describe("imported"); k.Origin != "EXTERNAL" || k.ExpirationModel != "KEY_MATERIAL_EXPIRES" || k.ValidTo.Year() != 2027 {
		t.Errorf("%+v", k)
	}
	_, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(keyArn + "gone")})
	wantType[*types.NotFoundException](t, "a key that is gone", err)
	_, err = api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("arn:aws:kms:us-east-1:111111111111:key/mrk-1")})
	wantType[*types.NotFoundException](t, "a key of another Region", err)
	_, err = api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("arn:nonsense")})
	wantType[*types.InvalidArnException](t, "no ARN of a key", err)
}

// Who names a key has one that exists, vaults that are made later too.
func TestNamedKeysExist(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIAONE", "eu-west-1")
	api := kms.NewFromConfig(c.Config)
	table, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(keyArn + "k")}) // of table beta
	if err != nil || table.KeyMetadata.KeyManager != "CUSTOMER" || !table.KeyMetadata.Enabled {
		t.Errorf("%+v, %v", table, err)
	}
	vault, err := c.bk.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: aws.String("daily")})
	if err != nil {
		t.Fatal(err)
	}
	own, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: vault.EncryptionKeyArn})
	if err != nil || own.KeyMetadata.KeyManager != "AWS" {
		t.Errorf("%+v, %v", own, err)
	}
	policy, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: vault.EncryptionKeyArn})
	if err != nil || !strings.Contains(*policy.Policy, "backup.eu-west-1.amazonaws.com") {
		t.Errorf("%+v, %v", policy, err)
	}
	later := aws.String(keyArn + "later")
	if _, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: later}); err == nil {
		t.Error("a key that nobody names exists")
	}
	if _, err := c.bk.CreateBackupVault(ctx, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("later"), EncryptionKeyArn: later}); err != nil {
		t.Fatal(err)
	}
	if _, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: later}); err != nil {
		t.Error(err)
	}
}

// Deletion waits, can be called off, and then happens by the clock.
func TestKeyDeletion(t *testing.T) {
	sim := everything(t)
	s := serve(t, sim)
	api := kms.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	id := aws.String(vaultKey)
	state := func(want types.KeyState) {
		t.Helper()
		out, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: id})
		if err != nil || out.KeyMetadata.KeyState != want || out.KeyMetadata.Enabled != (want == types.KeyStateEnabled) {
			t.Errorf("%+v, %v; want %s", out, err, want)
		}
	}
	schedule := func() error {
		_, err := api.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: id, PendingWindowInDays: aws.Int32(7)})
		return err
	}
	if err := schedule(); err != nil {
		t.Fatal(err)
	}
	state("PendingDeletion")
	wantType[*types.KMSInvalidStateException](t, "scheduled twice", schedule())
	if _, err := api.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: id}); err != nil {
		t.Fatal(err)
	}
	state("Disabled")
	if _, err := api.EnableKey(ctx, &kms.EnableKeyInput{KeyId: id}); err != nil {
		t.Fatal(err)
	}
	state("Enabled")
	if err := schedule(); err != nil {
		t.Fatal(err)
	}
	sim.Clock.Advance(7*24*time.Hour - time.Second)
	state("PendingDeletion")
	sim.Clock.Advance(time.Second)
	_, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: id})
	wantType[*types.NotFoundException](t, "after the waiting time", err)
}

// DescribeKey works across accounts, the policy is for the owner alone.
func TestKeysOfOtherAccounts(t *testing.T) {
	s := serve(t, everything(t))
	other := kms.NewFromConfig(connect(s, "AKIATWO", "eu-west-1").Config)
	id := aws.String(keyArn + vaultKey)
	out, err := other.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: id})
	if err != nil || *out.KeyMetadata.AWSAccountId != "111111111111" {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = other.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: id})
	wantCode(t, err, "AccessDeniedException")
	_, err = other.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(vaultKey)})
	wantType[*types.NotFoundException](t, "an id of another account", err)
	_, err = other.ListKeys(ctx, &kms.ListKeysInput{Marker: aws.String("x")})
	wantType[*types.InvalidMarkerException](t, "ListKeys", err)
}
