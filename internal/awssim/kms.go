package awssim

import (
	"net/http"
	"strings"
	"time"
)

// KMS over awsJson1_1. It keeps no key material: its keys only have a state.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
var kmsAPI = service{name: "kms", protocol: awsJSON11, errorText: "message", operations: index("kms",
	operation{name: "DescribeKey", handle: describeKey},
	operation{name: "GetKeyPolicy", handle: getKeyPolicy},
	operation{name: "PutKeyPolicy", writes: true, handle: putKeyPolicy},
	operation{name: "GetKeyRotationStatus", handle: getKeyRotationStatus},
	operation{name: "EnableKeyRotation", writes: true, handle: enableKeyRotation},
	operation{name: "ListKeys", handle: listKeys},
	operation{name: "ListAliases", handle: listAliases},
	operation{name: "ListGrants", handle: listGrants},
	operation{name: "ListResourceTags", handle: listKeyTags},
	operation{name: "CreateKey", writes: true, handle: createKey},
	operation{name: "CreateAlias", writes: true, handle: createAlias},
	operation{name: "CreateGrant", writes: true, handle: createGrant},
	operation{name: "EnableKey", writes: true, handle: enableKey},
	operation{name: "DisableKey", writes: true, handle: disableKey},
	operation{name: "ScheduleKeyDeletion", writes: true, handle: scheduleKeyDeletion},
	operation{name: "CancelKeyDeletion", writes: true, handle: cancelKeyDeletion},
)}

// A kmsKey is a key of one account and Region.
type kmsKey struct {
	region      *region
	id, arn     string
	created     time.Time
	description string
	manager     string // CUSTOMER, AWS
	state       string // Enabled, Disabled, PendingDeletion, PendingImport, Unavailable …
	deletion    time.Time
	windowDays  int    // PendingDeletionWindowInDays, of a primary that waits for its replicas
	origin      string // AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE
	validTo     time.Time
	multiRegion *multiRegion
	policy      string
	rotates     bool
	aliases     []string // "alias/…", sorted
	grants      []grant  // by id
	tags        tags
}

type multiRegion struct {
	primary  string   // Region of the primary
	replicas []string // Regions of the replicas
}

type grant struct {
	id, name, grantee, retiring string
	operations                  []string
	created                     time.Time
}

func kmsNotFound(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "NotFoundException", format, args...)
}

func (r *region) addKey(id string, created time.Time) *kmsKey {
	k := &kmsKey{region: r, id: id, arn: r.arn("kms", "key/"+id), created: created, manager: "CUSTOMER", state: "Enabled", origin: "AWS_KMS"}
	if r.keys == nil {
		r.keys = map[string]*kmsKey{}
	}
	r.keys[id] = k
	return k
}

// serviceKeys are the services whose AWS-managed key vaults and tables use.
var serviceKeys = []string{"aws/backup", "aws/dynamodb"}

func (r *region) serviceKey(alias string) string { return uuid(hash(alias, r.account.id, r.name)) }

// named calls add with the ARNs of the keys that vaults and tables of r have.
func (r *region) named(add func(arn string)) {
	for _, v := range r.vaults {
		add(v.key)
	}
	for _, t := range r.tables {
		if t.sse != nil {
			add(t.sse.KMSMasterKeyArn)
		}
		for _, replica := range t.replicas {
			add(replica.KMSMasterKeyId)
		}
	}
}

// implyKey makes a key that somebody names and nobody described: whoever has a
// key has one that exists.
func (s *Simulator) implyKey(arn string, at time.Time) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "kms" || s.accounts[parts[4]] == nil {
		return
	}
	r, id := s.accounts[parts[4]].regions[parts[3]], strings.TrimPrefix(parts[5], "key/")
	if r == nil || r.keys[id] != nil {
		return
	}
	k := r.addKey(id, at)
	for _, alias := range serviceKeys {
		if id == r.serviceKey(alias) {
			k.manager, k.aliases = "AWS", []string{"alias/" + alias}
			k.description = "Default key that protects my " + strings.TrimPrefix(alias, "aws/") + " data when no other key is defined"
		}
	}
}

// alive is a key that time has not deleted.
func (k *kmsKey) alive(now time.Time) bool {
	return k != nil && !(k.state == "PendingDeletion" && !k.deletion.IsZero() && !now.Before(k.deletion))
}

func defaultKeyPolicy(k *kmsKey) string {
	return `{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:` +
		k.region.account.partition + `:iam::` + k.region.account.id + `:root"},"Action":"kms:*","Resource":"*"}]}`
}

func serviceKeyPolicy(k *kmsKey) string {
	service := strings.TrimPrefix(k.aliases[0], "alias/aws/")
	return `{"Version":"2012-10-17","Id":"auto-` + service + `-1","Statement":[{"Sid":"Allow access through the service for all principals in the account","Effect":"Allow","Principal":{"AWS":"*"},` +
		`"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*",` +
		`"Condition":{"StringEquals":{"kms:CallerAccount":"` + k.region.account.id + `","kms:ViaService":"` + service + `.` + k.region.name + `.amazonaws.com"}}}]}`
}

// metadata is DescribeKey's answer.
func (k *kmsKey) metadata() obj {
	out := obj{"AWSAccountId": k.region.account.id, "KeyId": k.id, "Arn": k.arn, "CreationDate": epochOf(k.created), "Enabled": k.state == "Enabled",
		"Description": k.description, "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": k.state, "Origin": k.origin, "KeyManager": k.manager,
		"CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": []string{"SYMMETRIC_DEFAULT"},
		"MultiRegion": k.multiRegion != nil}
	if k.state == "PendingDeletion" {
		out.set("DeletionDate", epochOf(k.deletion))
	}
	if k.state == "PendingReplicaDeletion" {
		out["PendingDeletionWindowInDays"] = k.windowDays
	}
	if k.origin == "EXTERNAL" && k.state != "PendingImport" {
		out["ExpirationModel"] = "KEY_MATERIAL_DOES_NOT_EXPIRE"
		if !k.validTo.IsZero() {
			out["ExpirationModel"], out["ValidTo"] = "KEY_MATERIAL_EXPIRES", epochOf(k.validTo)
		}
	}
	if m := k.multiRegion; m != nil {
		out["MultiRegionConfiguration"] = k.multiRegionRow(m)
	}
	return out
}

func (k *kmsKey) multiRegionRow(m *multiRegion) obj {
	in := func(name string) obj {
		return obj{"Arn": strings.Replace(k.arn, ":"+k.region.name+":", ":"+name+":", 1), "Region": name}
	}
	kind := "REPLICA"
	if m.primary == k.region.name {
		kind = "PRIMARY"
	}
	replicas := []obj{}
	for _, name := range m.replicas {
		replicas = append(replicas, in(name))
	}
	return obj{"MultiRegionKeyType": kind, "PrimaryKey": in(m.primary), "ReplicaKeys": replicas}
}
