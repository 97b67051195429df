package facts

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// lockOf names the state of a vault's lock: "air_gapped", "none", "governance",
// "grace" or "compliance"; "" where AWS did not say.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
func lockOf(v *snapshot.BackupVault, now time.Time) string {
	switch {
	case v.VaultType == airGapped:
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

// vaultSubjects returns the vaults of a Region that serve DynamoDB: a plan rule
// that covers a table names them, or they hold a recovery point of a table. A
// vault whose points were not read might.
func (a *account) vaultSubjects(s *shard, uses map[string]*vaultUse) []*Subject {
	var all []*Subject
	for _, v := range s.vaults {
		use, held := cmp.Or(uses[v.BackupVaultArn], &vaultUse{}), cmp.Or(a.vaultPoints[v.BackupVaultArn], &vaultPoints{})
		if use.rules > 0 || held.count > 0 || s.pointsUnread(v.BackupVaultName) {
			all = append(all, a.vaultSubject(s, v, use, held))
		}
	}
	return all
}

func (a *account) vaultSubject(s *shard, v *snapshot.BackupVault, use *vaultUse, held *vaultPoints) *Subject {
	now := s.header.CollectedAt
	subject := s.subject(KindVault, v.BackupVaultArn, v.BackupVaultName)
	subject.Serves = use.serves
	facts := &Vault{
		BackupVaultArn: v.BackupVaultArn, BackupVaultName: v.BackupVaultName, VaultType: v.VaultType,
		Locked: v.Locked, LockDate: v.LockDate, Lock: lockOf(v, now),
		MinRetentionDays: positive(v.MinRetentionDays), MaxRetentionDays: positive(v.MaxRetentionDays),
		Key: s.vaultKey(v), PointsByStatus: []StatusCount{}, LegalHolds: s.holdsOn(v.BackupVaultName),
		Senders: orEmpty(use.senders), ShortestRetentionDays: use.shortest(), RefusedSenders: use.refused(bounds(v, now)), NamedByRules: use.rules,
		CopiesOnly: use.direct == 0 && (use.rules > 0 || held.count > 0 && held.copies == held.count),
	}
	var topics map[string]bool
	facts.Failures, topics = s.failuresTold(v)
	if facts.Lock == "grace" {
		days := int(v.LockDate.Sub(now) / day)
		facts.DaysUntilLock = &days
	}
	if !s.pointsUnread(v.BackupVaultName) {
		facts.DynamoDBPoints, facts.PointsForEver, facts.ForeignPoints = &held.count, &held.forEver, &held.foreign
		facts.PointsByStatus = held.list()
	}
	subject.Vault = facts
	var plans [][]string
	for _, id := range use.plans {
		plans = append(plans, s.calls.about(opGetPlan, id))
	}
	subject.cite("", s.calls.of(opListVaults))
	for _, path := range heldPoints {
		subject.cite(path, s.calls.about(opListPoints, v.BackupVaultName))
	}
	subject.cite("legal_holds", s.calls.of(opListHolds), s.calls.of(opGetHold))
	subject.cite("named_by_rules", plans...)
	subject.cite("failures", s.calls.about(opNotifications, v.BackupVaultName), s.calls.of(opListRules), s.calls.of(opListTargets), s.calls.of(opTopic))
	subject.cite("key", s.calls.of(opListVaults), s.calls.about(opDescribeKey, v.EncryptionKeyArn))
	s.hide(subject, about{
		names:  map[string]string{"BackupVaultName": v.BackupVaultName, "KeyId": v.EncryptionKeyArn},
		topics: topics, keyed: facts.Key != nil && facts.Key.Owner != awsOwned,
		named: use.rules > 0 || held.count > 0, tags: s.tagsCount(), optIn: use.optIn,
	})
	a.hideFarSenders(s, subject)
	return subject
}

// hideFarSenders hides who sends backups to a vault where the plans of another
// Region were not read: a copy may come from there.
func (a *account) hideFarSenders(s *shard, subject *Subject) {
	for _, far := range a.shards {
		for _, g := range far.gaps {
			if far != s && slices.Contains(planOperations, g.Operation) && len(far.holesOf(g)) > 0 {
				subject.hidePaths(g, sent)
			}
		}
	}
	subject.sortGaps()
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
