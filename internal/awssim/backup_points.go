package awssim

import (
	"slices"
	"strings"
	"time"
)

// pointRow is one row of ListRecoveryPointsByBackupVault; DescribeRecoveryPoint
// adds StorageClass.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
type pointRow struct {
	RecoveryPointArn     string
	BackupVaultName      string
	BackupVaultArn       string
	SourceBackupVaultArn string `json:",omitempty"`
	ResourceArn          string
	ResourceType         string
	ResourceName         string
	CreatedBy            *creator `json:",omitempty"`
	IamRoleArn           string   `json:",omitempty"`
	Status               string
	StatusMessage        string `json:",omitempty"`
	CreationDate         epoch
	InitiationDate       epoch
	CompletionDate       epoch `json:",omitempty"`
	BackupSizeInBytes    int64
	CalculatedLifecycle  *calculated `json:",omitempty"`
	Lifecycle            *Lifecycle  `json:",omitempty"`
	EncryptionKeyArn     string      `json:",omitempty"`
	EncryptionKeyType    string      `json:",omitempty"`
	IsEncrypted          bool
	LastRestoreTime      epoch  `json:",omitempty"`
	StorageClass         string `json:",omitempty"`
	IsParent             bool
	VaultType            string
}

type calculated struct {
	MoveToColdStorageAt epoch `json:",omitempty"`
	DeleteAt            epoch `json:",omitempty"`
}

func (p *point) row(now time.Time) pointRow {
	r := pointRow{RecoveryPointArn: p.arn(), BackupVaultName: p.vault.name, BackupVaultArn: p.vault.arn,
		ResourceArn: p.resource.arn, ResourceType: "DynamoDB", ResourceName: p.resource.name,
		Status: p.statusAt(now), CreationDate: epochMillis(p.created), InitiationDate: epochMillis(p.created),
		BackupSizeInBytes: p.size, CalculatedLifecycle: p.calculated(), Lifecycle: p.lifecycle,
		EncryptionKeyArn: p.key, IsEncrypted: true, VaultType: p.vault.kind}
	if p.advanced {
		r.EncryptionKeyType = p.vault.keyType
	}
	if p.source != nil {
		r.SourceBackupVaultArn = p.source.arn
	}
	if p.origin != nil {
		r.CreatedBy, r.IamRoleArn = p.origin.creator, p.origin.role
	}
	if r.Status != "CREATING" {
		r.CompletionDate = epochMillis(p.completed())
	}
	if p.extra != nil {
		r.StatusMessage, r.LastRestoreTime = p.extra.message, epochOf(p.extra.restored)
	}
	return r
}

func (p *point) calculated() *calculated {
	c := calculated{epochOf(p.coldAt()), epochOf(p.deleteAt())}
	if c == (calculated{}) {
		return nil
	}
	return &c
}

// readable finds the vault of the path, unless its policy denies the action.
func (c *call) readable(action string) (*vault, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.denies("backup:" + action) {
		return nil, insufficient()
	}
	return v, nil
}

func listPointsByVault(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	v, err := c.readable("ListRecoveryPointsByBackupVault")
	if err != nil {
		return nil, err
	}
	before, err := c.queryTime("createdBefore")
	if err != nil {
		return nil, err
	}
	after, err := c.queryTime("createdAfter")
	if err != nil {
		return nil, err
	}
	q := c.query
	kind, plan := q.Get("resourceType"), q.Get("backupPlanId")
	points, of := v.points, func(p *point) string { return seqKey(p.seq) }
	if arn := q.Get("resourceArn"); arn != "" {
		points, of = v.pointsOf(arn)
	}
	rows, token := page(p, points, of, func(p *point) bool {
		switch {
		case kind != "" && kind != "DynamoDB", q.Get("parentRecoveryPointArn") != "",
			plan != "" && (p.origin == nil || p.origin.creator == nil || p.origin.creator.BackupPlanId != plan),
			!before.IsZero() && p.created >= before.UnixMilli(),
			!after.IsZero() && p.created <= after.UnixMilli():
			return false
		}
		return true
	})
	return listOf("RecoveryPoints", c.pointRows(rows), token), nil
}

// pointsOf are one resource's points in this vault, by seq.
func (v *vault) pointsOf(arn string) ([]*point, func(*point) string) {
	var out []*point
	if res := v.region.resources[arn]; res != nil {
		for _, p := range res.points {
			if p.vault == v {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b *point) int { return int(a.seq) - int(b.seq) })
	return out, func(p *point) string { return seqKey(p.seq) }
}

func (c *call) pointRows(points []*point) []pointRow {
	rows := make([]pointRow, len(points))
	for i, p := range points {
		rows[i] = p.row(c.now)
	}
	return rows
}

// listPointsByResource is thin: no lifecycle, and no vault's name for DynamoDB.
// Unless told otherwise it also lists the backups that DynamoDB itself keeps.
func listPointsByResource(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	rows := []obj{}
	if res := c.region.resources[c.labels[0]]; res != nil {
		for _, p := range res.points {
			row := obj{"RecoveryPointArn": p.arn(), "CreationDate": epochMillis(p.created), "Status": p.statusAt(c.now),
				"BackupSizeBytes": p.size, "IsParent": false, "ResourceName": res.name, "VaultType": p.vault.kind}
			row.set("EncryptionKeyArn", p.key)
			rows = append(rows, row)
		}
		if c.query.Get("managedByAWSBackupOnly") != "true" {
			for _, b := range res.native {
				if !b.exists(c.now) {
					continue
				}
				rows = append(rows, obj{"RecoveryPointArn": b.arn, "CreationDate": epochOf(b.created), "Status": b.status,
					"BackupSizeBytes": b.size, "IsParent": false, "ResourceName": res.name})
			}
		}
	}
	key := func(o obj) string { return o["RecoveryPointArn"].(string) }
	slices.SortFunc(rows, func(a, b obj) int { return strings.Compare(key(a), key(b)) })
	rows, token := page(p, rows, key, nil)
	return listOf("RecoveryPoints", rows, token), nil
}

func (c *call) point() (*vault, *point, error) {
	v, err := c.vault()
	if err != nil {
		return nil, nil, err
	}
	p := v.find(c.labels[1])
	if p == nil {
		return v, nil, notFound("Cannot find recovery point %s in vault %s", c.labels[1], v.name)
	}
	return v, p, nil
}

func describePoint(c *call) (any, error) {
	v, p, err := c.point()
	if err != nil {
		return nil, err
	}
	if v.denies("backup:DescribeRecoveryPoint") {
		return nil, insufficient()
	}
	row := p.row(c.now)
	row.StorageClass = p.storageAt(c.now)
	return row, nil
}

func deletePoint(c *call) (any, error) {
	v, p, err := c.point()
	if err != nil {
		return nil, err
	}
	if v.lock.on || v.denies("backup:DeleteRecoveryPoint") {
		return nil, insufficient()
	}
	if c.region.held(p) {
		return nil, invalidRequest("Recovery point %s is under a legal hold", p.arn())
	}
	if p.statusAt(c.now) == "CREATING" {
		return nil, fail(400, "InvalidResourceStateException", "Recovery point %s is being created", p.arn())
	}
	v.sweep(func(x *point) bool { return x == p })
	return nil, nil
}

// updatePointLifecycle replaces the lifecycle: a field that is not sent becomes
// null, so that a point without DeleteAfterDays is kept for ever.
func updatePointLifecycle(c *call) (any, error) {
	in := struct{ Lifecycle *Lifecycle }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	v, p, err := c.point()
	if err != nil {
		return nil, err
	}
	if v.lock.on || v.denies("backup:UpdateRecoveryPointLifecycle") {
		return nil, insufficient()
	}
	if in.Lifecycle == nil {
		in.Lifecycle = &Lifecycle{}
	}
	if err := in.Lifecycle.check(); err != nil {
		return nil, err
	}
	if p.storageAt(c.now) == "COLD" && !sameDays(p.lifecycle, in.Lifecycle) {
		return nil, invalidRequest("The transition to cold storage cannot be changed once a backup is cold")
	}
	p.lifecycle = in.Lifecycle
	if p.extra != nil {
		p.extra.deleteAt, p.extra.coldAt = nil, nil
	}
	v.expiry = c.now // look again
	c.sim.wake(c.now)
	out := obj{"BackupVaultArn": v.arn, "RecoveryPointArn": p.arn(), "Lifecycle": p.lifecycle}
	if calc := p.calculated(); calc != nil {
		out["CalculatedLifecycle"] = calc
	}
	return out, nil
}

func sameDays(a, b *Lifecycle) bool {
	x, xok := a.coldAfter()
	y, yok := b.coldAfter()
	return x == y && xok == yok
}
