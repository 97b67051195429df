package awssim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	plainVault     = "BACKUP_VAULT"
	airGappedVault = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
)

// A vault holds recovery points.
type vault struct {
	region        *region
	name, arn     string
	kind          string // plainVault or airGappedVault
	created       time.Time
	creator       string // CreatorRequestId
	key, keyType  string
	lock          lock
	policy        string
	notifications *vaultNotifications
	tags          tags
	points        []*point          // by seq
	byID          map[uint64]*point // by id
	seq           uint64
	expiry        time.Time // engine: no point of this vault goes before; zero: unknown
}

type vaultNotifications struct {
	SNSTopicArn       string
	BackupVaultEvents []string
}

var vaultNamePattern = regexp.MustCompile(`^[a-zA-Z0-9\-_]{2,50}$`)

// addVault makes a vault. Without a key of its own a vault has the AWS-managed
// key aws/backup, whose type the API has no word for, and an air-gapped vault an
// AWS-owned one.
func (r *region) addVault(name, kind, key string, created time.Time) *vault {
	v := &vault{region: r, name: name, arn: r.arn("backup", "backup-vault:"+name), kind: kind, created: created,
		key: key, keyType: "CUSTOMER_MANAGED_KMS_KEY"}
	if key == "" {
		v.key, v.keyType = r.arn("kms", "key/"+uuid(hash("aws/backup", r.account.id, r.name))), ""
		if kind == airGappedVault {
			v.keyType = "AWS_OWNED_KMS_KEY"
		}
	}
	if r.vaults == nil {
		r.vaults = map[string]*vault{}
	}
	r.vaults[name] = v
	return v
}

// vaultRow is one row of ListBackupVaults and DescribeBackupVault's answer.
type vaultRow struct {
	BackupVaultName        string
	BackupVaultArn         string
	VaultType              string
	VaultState             string
	CreationDate           epoch
	EncryptionKeyArn       string
	EncryptionKeyType      string `json:",omitempty"`
	CreatorRequestId       string `json:",omitempty"`
	NumberOfRecoveryPoints int64
	Locked                 bool
	MinRetentionDays       *int64 `json:",omitempty"`
	MaxRetentionDays       *int64 `json:",omitempty"`
	LockDate               epoch  `json:",omitempty"`
}

func (v *vault) row() vaultRow {
	return vaultRow{BackupVaultName: v.name, BackupVaultArn: v.arn, VaultType: v.kind, VaultState: "AVAILABLE",
		CreationDate: epochOf(v.created), EncryptionKeyArn: v.key, EncryptionKeyType: v.keyType, CreatorRequestId: v.creator,
		NumberOfRecoveryPoints: int64(len(v.points)), Locked: v.lock.on, MinRetentionDays: v.lock.min,
		MaxRetentionDays: v.lock.max, LockDate: epochOf(v.lock.date)}
}

func (r *region) sortedVaults() []*vault {
	out := make([]*vault, 0, len(r.vaults))
	for _, v := range r.vaults {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *vault) int { return strings.Compare(a.name, b.name) })
	return out
}

func listBackupVaults(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	kind := c.query.Get("vaultType")
	shared := c.query.Get("shared") == "true" // nothing is shared with a simulated account
	vaults, token := page(p, c.region.sortedVaults(), func(v *vault) string { return v.name }, func(v *vault) bool {
		return (kind == "" || v.kind == kind) && !shared
	})
	rows := make([]vaultRow, len(vaults))
	for i, v := range vaults {
		rows[i] = v.row()
	}
	return listOf("BackupVaultList", rows, token), nil
}

// vault finds the vault of the path.
func (c *call) vault() (*vault, error) {
	if !vaultNamePattern.MatchString(c.labels[0]) {
		return nil, invalidParameter("Invalid backup vault name %q", c.labels[0])
	}
	if v := c.region.vaults[c.labels[0]]; v != nil {
		return v, nil
	}
	return nil, notFound("Backup vault %s not found", c.labels[0])
}

// describeBackupVault answers 403 for a vault that does not exist, as AWS does.
func describeBackupVault(c *call) (any, error) {
	v := c.region.vaults[c.labels[0]]
	if v == nil || v.denies("backup:DescribeBackupVault") {
		return nil, insufficient()
	}
	return v.row(), nil
}

func createBackupVault(c *call) (any, error) {
	in := struct {
		BackupVaultTags                    map[string]string
		EncryptionKeyArn, CreatorRequestId string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	v, err := c.newVault(plainVault, in.EncryptionKeyArn, in.CreatorRequestId, in.BackupVaultTags)
	if err != nil {
		return nil, err
	}
	return obj{"BackupVaultName": v.name, "BackupVaultArn": v.arn, "CreationDate": epochOf(v.created)}, nil
}

// createAirGappedVault makes a vault that is locked for good from the start.
func createAirGappedVault(c *call) (any, error) {
	in := struct {
		BackupVaultTags                    map[string]string
		EncryptionKeyArn, CreatorRequestId string
		MinRetentionDays, MaxRetentionDays *int64
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.MinRetentionDays == nil || in.MaxRetentionDays == nil {
		return nil, missingParameter("MinRetentionDays and MaxRetentionDays are required")
	}
	if *in.MinRetentionDays < 7 || *in.MaxRetentionDays > maxRetention || *in.MaxRetentionDays < *in.MinRetentionDays {
		return nil, invalidParameter("MinRetentionDays must be at least 7 and not above MaxRetentionDays")
	}
	v, err := c.newVault(airGappedVault, in.EncryptionKeyArn, in.CreatorRequestId, in.BackupVaultTags)
	if err != nil {
		return nil, err
	}
	v.lock = lock{on: true, min: in.MinRetentionDays, max: in.MaxRetentionDays, date: v.created, since: v.created}
	return obj{"BackupVaultName": v.name, "BackupVaultArn": v.arn, "CreationDate": epochOf(v.created), "VaultState": "AVAILABLE"}, nil
}

func (c *call) newVault(kind, key, creator string, with map[string]string) (*vault, error) {
	name := c.labels[0]
	if !vaultNamePattern.MatchString(name) {
		return nil, invalidParameter("Invalid backup vault name %q: it must match %s", name, vaultNamePattern)
	}
	if v := c.region.vaults[name]; v != nil {
		if creator != "" && v.creator == creator && v.kind == kind {
			return v, nil
		}
		e := fail(http.StatusBadRequest, "AlreadyExistsException", "Backup vault with the same name already exists")
		e.members = map[string]string{"CreatorRequestId": v.creator, "Arn": v.arn, "Type": "BACKUP_VAULT"}
		return nil, e
	}
	v := c.region.addVault(name, kind, key, c.now)
	v.creator = creator
	for k, value := range with {
		v.tags.put(k, value)
	}
	return v, nil
}

func deleteBackupVault(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.name == "Default" {
		return nil, invalidRequest("Default backup vault cannot be deleted")
	}
	if len(v.points) > 0 {
		return nil, invalidRequest("Backup vault cannot be deleted because it contains recovery points")
	}
	if !v.denies("backup:DeleteBackupVault") {
		delete(c.region.vaults, v.name)
		return nil, nil
	}
	return nil, insufficient()
}
