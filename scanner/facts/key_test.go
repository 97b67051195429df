package facts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func TestKeysOfVaults(t *testing.T) {
	const arn = "arn:aws:kms:eu-west-1:111122223333:key/k-1"
	soon := p(now.Add(47 * time.Hour))
	for _, c := range []struct {
		what string
		key  func(*snapshot.KMSKey)
		want facts.Key
	}{
		{"a customer's", nil, facts.Key{KeyArn: arn, Owner: "customer", Exists: p(true), KeyState: "Enabled"}},
		{"AWS's for the account", func(k *snapshot.KMSKey) { k.KeyManager = "AWS" },
			facts.Key{KeyArn: arn, Owner: "aws_managed", Exists: p(true), KeyState: "Enabled"}},
		{"on its way out", func(k *snapshot.KMSKey) { k.KeyState, k.DeletionDate = "PendingDeletion", soon },
			facts.Key{KeyArn: arn, Owner: "customer", Exists: p(true), KeyState: "PendingDeletion", DeletionDate: soon, DaysUntilDeletion: p(1)}},
		{"imported, until a date", func(k *snapshot.KMSKey) { k.Origin, k.ValidTo = "EXTERNAL", soon },
			facts.Key{KeyArn: arn, Owner: "customer", Exists: p(true), KeyState: "Enabled", ValidTo: soon}},
		{"not said whose", func(k *snapshot.KMSKey) { k.KeyManager = "" }, facts.Key{KeyArn: arn, Exists: p(true), KeyState: "Enabled"}},
		{"gone", func(k *snapshot.KMSKey) { *k = snapshot.KMSKey{Arn: "arn:aws:kms:eu-west-1:111122223333:key/k-2"} },
			facts.Key{KeyArn: arn, Exists: p(false)}},
	} {
		key := vaultKey()
		if c.key != nil {
			c.key(key)
		}
		got := only(t, inDublin(t, orders(), mainVault(), daily(), everything(), key), facts.KindVault)
		if diff := cmp.Diff(&c.want, got.Vault.Key); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
		if len(got.Gaps) > 0 {
			t.Errorf("%s: gaps %+v", c.what, got.Gaps)
		}
	}
}

// A key of AWS's own is never asked for: that KMS refuses it says nothing.
func TestKeysOfAWSItself(t *testing.T) {
	row := mainVault()
	row.VaultType, row.EncryptionKeyType = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "AWS_OWNED_KMS_KEY"
	got := only(t, inDublin(t, orders(), row, daily(), everything(), gap("kms:DescribeKey", "KeyId", row.EncryptionKeyArn)), facts.KindVault)
	if diff := cmp.Diff(&facts.Key{KeyArn: row.EncryptionKeyArn, Owner: "aws_owned"}, got.Vault.Key); diff != "" {
		t.Error(diff)
	}
	if hides(got, "key") {
		t.Errorf("gaps are %+v", got.Gaps)
	}
}

// An air-gapped vault that does not say whose its key is may have one of AWS's own,
// which is not gone where KMS does not know it.
func TestKeysOfAirGappedVaultsThatDoNotSayWhose(t *testing.T) {
	row := mainVault()
	row.VaultType, row.EncryptionKeyType = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", ""
	got := only(t, inDublin(t, orders(), row, daily(), everything()), facts.KindVault).Vault
	if diff := cmp.Diff(&facts.Key{KeyArn: row.EncryptionKeyArn}, got.Key); diff != "" {
		t.Error(diff)
	}
}

// A key that KMS did not answer for is not gone, and neither is one that is named
// in a way that nobody asks for.
func TestKeysThatAreNotKnown(t *testing.T) {
	for _, unread := range []snapshot.Gap{gap("kms:DescribeKey", "KeyId", vaultKey().Arn), gap("kms:DescribeKey")} {
		got := only(t, inDublin(t, orders(), mainVault(), daily(), everything(), unread), facts.KindVault)
		if got.Vault.Key.Exists != nil || !hides(got, "key.KeyState") || hides(got, "lock") {
			t.Errorf("key is %+v, gaps %+v", got.Vault.Key, got.Gaps)
		}
	}
	if got := only(t, inDublin(t, orders(), mainVault(), daily(), everything(), gap("kms:DescribeKey", "KeyId", vaultKey().Arn+"2")), facts.KindVault); hides(got, "key") {
		t.Errorf("another's key hides this vault's: %+v", got.Gaps)
	}
	row := mainVault()
	row.EncryptionKeyArn = "arn:aws:kms:eu-west-1:111122223333:alias/backups"
	if got := only(t, inDublin(t, orders(), row, daily(), everything()), facts.KindVault).Vault.Key; got.Exists != nil {
		t.Errorf("key by alias is %+v", got)
	}
	row.EncryptionKeyArn = ""
	if got := only(t, inDublin(t, orders(), row, daily(), everything()), facts.KindVault).Vault.Key; got != nil {
		t.Errorf("no key is %+v", got)
	}
}
