package access

import (
	"strings"
	"time"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

// A Resource is something that requests are about, with the policies that protect it.
type Resource struct {
	authz.Resource
	Type   string // as in authz.ResourceTypes: "vault"
	Name   string // "payments-vault"
	Region string
	Vault  *Vault // of a vault
}

// A Vault is what a backup vault does to the recovery points in it, beside its policy.
type Vault struct {
	// Lock is "none", "governance", "grace" (compliance, that can still be taken off),
	// "compliance" or "air_gapped"; "" where AWS did not say.
	Lock string
	// Points counts the recovery points of tables by the form of their ARN.
	Points map[string]int // "recovery-point", "dynamodb-backup"
	// PointsUnread says why there may be more points than these.
	PointsUnread string
}

// Forms of a recovery point's ARN.
const (
	RecoveryPoint  = "recovery-point"
	DynamoDBBackup = "dynamodb-backup"

	families = 2
)

// LockOf names the state of a vault's lock.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
func LockOf(v *snapshot.BackupVault, now time.Time) string {
	switch {
	case v.VaultType == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT":
		return "air_gapped"
	case v.Locked == nil:
		return ""
	case !*v.Locked:
		return "none"
	case v.LockDate == nil:
		return "governance"
	case v.LockDate.After(now):
		return "grace"
	}
	return "compliance"
}

func (s *shard) addPoint(p *snapshot.RecoveryPoint) {
	if !strings.Contains(p.ResourceArn, ":dynamodb:") {
		return
	}
	vault := p.BackupVaultName
	if _, name, ok := strings.Cut(p.BackupVaultArn, ":backup-vault:"); ok {
		vault = name
	}
	n := s.points[vault]
	if n == nil {
		n = &[families]int{}
		s.points[vault] = n
	}
	if strings.Contains(p.RecoveryPointArn, ":dynamodb:") {
		n[1]++
	} else {
		n[0]++
	}
}

// PointsIn returns the recovery points of a vault as one resource whose name is
// open: they have the vault's policy, and their tags are not known.
func (a *Account) PointsIn(vault *Resource, form string) *authz.Resource {
	kind, _ := authz.TypeNamed(form)
	r := vault.Resource
	r.ARN, r.Tags = kind.In(a.Partition, vault.Region, a.ID), nil
	if !kind.Taggable {
		r.Tags = map[string]string{}
	}
	return &r
}

func (r *Reader) resources(s *shard) {
	a := r.account
	for _, t := range s.tables {
		resource := r.resource(s, "table", t.TableArn, t.TableName)
		resource.Policy = r.resourcePolicy("policy of table "+t.TableName, t.ResourcePolicy, s.why("dynamodb:GetResourcePolicy", "ResourceArn", t.TableArn))
		resource.Tags = r.tags(s, t)
		a.Resources = append(a.Resources, resource)
	}
	for _, v := range s.vaults {
		resource := r.resource(s, "vault", v.BackupVaultArn, v.BackupVaultName)
		resource.Policy = r.resourcePolicy("policy of vault "+v.BackupVaultName, v.AccessPolicy, s.why("backup:GetBackupVaultAccessPolicy", "BackupVaultName", v.BackupVaultName))
		resource.Vault = &Vault{
			Lock: LockOf(v, s.header.CollectedAt), Points: s.pointsOf(v.BackupVaultName),
			PointsUnread: s.why("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", v.BackupVaultName),
		}
		a.Resources = append(a.Resources, resource)
	}
	for _, k := range s.keys {
		if resource := r.key(s, k); resource != nil {
			a.Resources = append(a.Resources, resource)
		}
	}
	for _, p := range s.plans {
		a.Resources = append(a.Resources, r.resource(s, "plan", p.BackupPlanArn, p.BackupPlanName))
	}
	for _, h := range s.holds {
		a.Resources = append(a.Resources, r.resource(s, "legal-hold", h.LegalHoldArn, h.Title))
	}
	if s.header.Region == snapshot.Global {
		for _, p := range a.Principals {
			if p.Type == authz.Role {
				role := r.resource(s, "role", p.ARN, p.Name)
				role.Policy, role.Tags = p.Trust, p.Tags
				a.Resources = append(a.Resources, role)
			}
		}
	}
}

func (r *Reader) resource(s *shard, kind, arn, name string) *Resource {
	resource := &Resource{Type: kind, Name: name, Region: s.header.Region}
	resource.ARN, resource.Account, resource.RCPs, resource.Context = arn, r.account.ID, r.account.rcps, r.account.context
	return resource
}

// key is a key of this account; another account's policy nobody here can read.
func (r *Reader) key(s *shard, k *snapshot.KMSKey) *Resource {
	if k.AWSAccountId != "" && k.AWSAccountId != r.account.ID {
		return nil
	}
	resource := r.resource(s, "key", k.Arn, k.KeyId)
	layer := authz.Layer{Name: "key policy"}
	var document snapshot.PolicyDocument
	if k.Policy != nil {
		document = *k.Policy
	}
	addDocument(&r.library, &layer, authz.ResourcePolicy, "policy of key "+k.KeyId, document, s.why("kms:GetKeyPolicy", "KeyId", k.Arn))
	resource.Policy = &layer
	return resource
}

// resourcePolicy is the policy of a table or vault; nil where it has none.
func (r *Reader) resourcePolicy(name string, document []byte, why string) *authz.Layer {
	if len(document) == 0 && why == "" {
		return nil
	}
	layer := authz.Layer{Name: name}
	addDocument(&r.library, &layer, authz.ResourcePolicy, name, snapshot.PolicyDocument{Document: document}, why)
	return &layer
}

// tags of a table; nil where they were not read.
func (r *Reader) tags(s *shard, t *snapshot.Table) map[string]string {
	if s.why("tag:GetResources", "", "") != "" && len(t.Tags) == 0 || s.why("dynamodb:ListTagsOfResource", "ResourceArn", t.TableArn) != "" {
		return nil
	}
	tags := map[string]string{}
	for _, tag := range t.Tags {
		tags[tag.Key] = tag.Value
	}
	return tags
}

func (s *shard) pointsOf(vault string) map[string]int {
	points := map[string]int{}
	if n := s.points[vault]; n != nil {
		for i, form := range []string{RecoveryPoint, DynamoDBBackup} {
			if n[i] > 0 {
				points[form] = n[i]
			}
		}
	}
	return points
}
