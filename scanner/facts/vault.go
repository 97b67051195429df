package facts

import (
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// lockOf names the state of a vault's lock: "air_gapped", "none", "governance",
// "grace" or "compliance"; "" where AWS did not say.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
func lockOf(v *snapshot.BackupVault, now time.Time) string {
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

func bounds(v *snapshot.BackupVault, now time.Time) VaultBounds {
	yes := true
	return VaultBounds{
		BackupVaultName: v.BackupVaultName, Exists: &yes, Lock: lockOf(v, now),
		MinRetentionDays: positive(v.MinRetentionDays), MaxRetentionDays: positive(v.MaxRetentionDays),
	}
}

// boundsOf finds a vault by its ARN in any shard of this account. It is nil where
// nobody looked: another account, a Region that was not scanned, a list that failed.
func (a *account) boundsOf(vaultARN string) *VaultBounds {
	at, _ := parseARN(vaultARN)
	home := a.regions[at.region]
	if at.account != a.id || home == nil {
		return nil
	}
	if v := a.vaults[vaultARN]; v != nil {
		b := bounds(v, home.header.CollectedAt)
		return &b
	}
	if !home.vaultsListed() {
		return nil
	}
	return &VaultBounds{BackupVaultName: vaultName(vaultARN), Exists: new(bool)}
}

// boundsOrName is boundsOf, or just the name where nobody looked.
func (a *account) boundsOrName(vaultARN string) *VaultBounds {
	if b := a.boundsOf(vaultARN); b != nil {
		return b
	}
	return &VaultBounds{BackupVaultName: vaultName(vaultARN)}
}

// A vaultUse is who sends backups of tables to a vault.
type vaultUse struct {
	rules  int      // plan rules and copies
	serves []string // tables
	plans  []string // ids
	optIn  bool     // the Region's opt-in decides about some of it
}

// vaultUses says for each vault, by ARN, who sends backups of tables there.
func (a *account) vaultUses() map[string]*vaultUse {
	uses := map[string]*vaultUse{}
	for _, s := range a.shards {
		for _, p := range s.plans {
			for _, r := range p.rules {
				if len(r.serves) == 0 {
					continue
				}
				for _, vault := range s.targets(r) {
					if uses[vault] == nil {
						uses[vault] = &vaultUse{}
					}
					uses[vault].rules++
					uses[vault].serves = append(uses[vault].serves, r.serves...)
					uses[vault].optIn = uses[vault].optIn || r.optIn
					uses[vault].plans = appendNew(uses[vault].plans, p.BackupPlanId)
				}
			}
		}
	}
	for _, u := range uses {
		slices.Sort(u.serves)
		u.serves = slices.Compact(u.serves)
	}
	return uses
}

// targets are the ARNs of the vaults that a rule and its copies name.
func (s *shard) targets(r *planRule) []string {
	var vaults []string
	if r.row.TargetBackupVaultName != "" {
		vaults = append(vaults, s.vaultARN(r.row.TargetBackupVaultName))
	}
	if r.row.TargetLogicallyAirGappedBackupVaultArn != "" {
		vaults = append(vaults, r.row.TargetLogicallyAirGappedBackupVaultArn)
	}
	for _, c := range r.copies {
		vaults = append(vaults, c.DestinationBackupVaultArn)
	}
	return vaults
}

// vaultSubjects returns the vaults of a Region that serve DynamoDB: a plan rule
// that covers a table names them, or they hold a recovery point of a table. A
// vault whose points were not read might.
func (a *account) vaultSubjects(s *shard, uses map[string]*vaultUse) []*Subject {
	var all []*Subject
	for _, v := range s.vaults {
		use, held := uses[v.BackupVaultArn], a.vaultPoints[v.BackupVaultArn]
		if use == nil && held == 0 && !s.pointsUnread(v.BackupVaultName) {
			continue
		}
		if use == nil {
			use = &vaultUse{}
		}
		all = append(all, s.vaultSubject(v, use, held))
	}
	return all
}

func (s *shard) vaultSubject(v *snapshot.BackupVault, use *vaultUse, held int) *Subject {
	now := s.header.CollectedAt
	subject := s.subject(KindVault, v.BackupVaultArn, v.BackupVaultName)
	subject.Serves = use.serves
	facts := &Vault{
		BackupVaultArn: v.BackupVaultArn, BackupVaultName: v.BackupVaultName, VaultType: v.VaultType,
		Locked: v.Locked, LockDate: v.LockDate, Lock: lockOf(v, now),
		MinRetentionDays: positive(v.MinRetentionDays), MaxRetentionDays: positive(v.MaxRetentionDays),
		DynamoDBPoints: &held, NamedByRules: use.rules,
	}
	if facts.Lock == "grace" {
		days := int(v.LockDate.Sub(now) / day)
		facts.DaysUntilLock = &days
	}
	if s.pointsUnread(v.BackupVaultName) {
		facts.DynamoDBPoints = nil
	}
	subject.Vault = facts
	var plans [][]string
	for _, id := range use.plans {
		plans = append(plans, s.calls.about(opGetPlan, id))
	}
	subject.cite("", s.calls.of(opListVaults))
	subject.cite("dynamodb_points", s.calls.about(opListPoints, v.BackupVaultName))
	subject.cite("named_by_rules", plans...)
	s.hide(subject, about{
		names: map[string]string{"BackupVaultName": v.BackupVaultName},
		named: use.rules > 0 || held > 0, tags: s.tagsCount(), optIn: use.optIn,
	})
	return subject
}

// pointsUnread reports whether the recovery points of a vault were not read, or
// not all.
func (s *shard) pointsUnread(vault string) bool {
	return slices.ContainsFunc(s.gaps, func(g snapshot.Gap) bool { return g.Operation == opListPoints && s.hidesPoints(g, vault) })
}

// hidesPoints reports whether a gap hides the recovery points of a vault, by name.
func (s *shard) hidesPoints(g snapshot.Gap, vault string) bool {
	name, given := g.Parameters["BackupVaultName"]
	return g.Operation == opListVaults || g.Operation == opListPoints && (!given || name == vault)
}
