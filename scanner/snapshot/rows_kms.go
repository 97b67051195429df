package snapshot

import "time"

// A KMSKey is DescribeKey and, for keys of this account, GetKeyPolicy. Keys are
// those that tables, replicas, vaults and recovery points of the shard name by
// ARN. A key that is named and has neither row nor gap is gone: AWS does not know
// it any more.
type KMSKey struct {
	Arn                         string
	KeyId                       string          `json:",omitempty"`
	AWSAccountId                string          `json:",omitempty"`
	KeyManager                  string          `json:",omitempty"` // AWS, CUSTOMER
	KeyState                    string          `json:",omitempty"` // Enabled, Disabled, PendingDeletion, PendingImport, Unavailable, …
	Enabled                     bool            // true only in the state Enabled
	CreationDate                *time.Time      `json:",omitempty"`
	DeletionDate                *time.Time      `json:",omitempty"`
	PendingDeletionWindowInDays *int64          `json:",omitempty"` // of a primary key that waits for its replicas
	Origin                      string          `json:",omitempty"` // AWS_KMS, EXTERNAL (imported), AWS_CLOUDHSM, EXTERNAL_KEY_STORE
	ExpirationModel             string          `json:",omitempty"` // KEY_MATERIAL_EXPIRES: at ValidTo
	ValidTo                     *time.Time      `json:",omitempty"`
	MultiRegion                 *bool           `json:",omitempty"`
	MultiRegionKeyType          string          `json:",omitempty"` // PRIMARY, REPLICA
	PrimaryKeyArn               string          `json:",omitempty"`
	ReplicaKeyArns              []string        `json:",omitempty"`
	Policy                      *PolicyDocument `json:",omitempty"` // absent: another account's key, or a gap
}
