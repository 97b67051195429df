package facts

import (
	"cmp"
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// Owners of keys.
const (
	awsOwned    = "aws_owned"
	awsManaged  = "aws_managed"
	ofACustomer = "customer"
)

// What AWS Backup calls a logically air-gapped vault, and a key of a customer.
const (
	airGapped     = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
	ofTheCustomer = "CUSTOMER_MANAGED_KMS_KEY"
)

// keyOf is what is known of a key that rows of this shard name. A key that KMS was
// asked for, and that has neither row nor gap, is gone.
func (s *shard) keyOf(arn string) *Key {
	key := &Key{KeyArn: arn}
	if a, ok := parseARN(arn); !ok || !strings.HasPrefix(a.resource, "key/") {
		return key // only ARNs of keys are asked for
	}
	row := s.keys[arn]
	if exists := row != nil; exists || !s.keyUnread(arn) {
		key.Exists = &exists
	}
	if row == nil {
		return key
	}
	key.KeyState, key.DeletionDate, key.ValidTo = row.KeyState, row.DeletionDate, row.ValidTo
	if row.DeletionDate != nil {
		days := int(row.DeletionDate.Sub(s.header.CollectedAt) / day)
		key.DaysUntilDeletion = &days
	}
	switch row.KeyManager {
	case "AWS":
		key.Owner = awsManaged
	case "CUSTOMER":
		key.Owner = ofACustomer
	}
	return key
}

func (s *shard) keyUnread(arn string) bool {
	return slices.ContainsFunc(s.gaps, func(g snapshot.Gap) bool {
		return g.Operation == opDescribeKey && cmp.Or(g.Parameters["KeyId"], arn) == arn
	})
}

// vaultKey is the key of a vault, nil where AWS names none. An air-gapped vault
// may have a key of AWS's own, about which KMS tells nobody.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html
func (s *shard) vaultKey(v *snapshot.BackupVault) *Key {
	switch {
	case v.EncryptionKeyType == "AWS_OWNED_KMS_KEY":
		return &Key{KeyArn: v.EncryptionKeyArn, Owner: awsOwned}
	case v.EncryptionKeyArn == "":
		return nil
	}
	key := s.keyOf(v.EncryptionKeyArn)
	if v.VaultType == airGapped && v.EncryptionKeyType != ofTheCustomer && key.Exists != nil && !*key.Exists {
		key.Exists = nil // it may be AWS's own
	}
	return key
}
