package facts

import (
	"cmp"
	"slices"

	"holdfast/scanner/snapshot"
)

// promises holds each usable point that a plan made against what the version of
// the plan in its CreatedBy said.
func (s *shard) promises(rows []*snapshot.RecoveryPoint) Promises {
	p := Promises{Deviations: []Deviation{}}
	found := map[deviates]int{}
	for _, row := range rows {
		if !usable(row) || row.CreatedBy == nil || row.CreatedBy.BackupPlanId == "" {
			continue
		}
		promised, known := s.promiseOf(row, s.planVersion(row.CreatedBy.BackupPlanId, row.CreatedBy.BackupPlanVersion))
		if !known {
			p.Unknown++
			continue
		}
		p.Known++
		if today, still := s.promiseOf(row, s.planInForce(row.CreatedBy.BackupPlanId)); still && today.reach() != promised.reach() {
			p.Older++
		}
		if kept := retentionOfPoint(row); kept.reach() != promised.reach() {
			found[deviates{row.BackupVaultArn, row.SourceBackupVaultArn != "", promised.reach(), kept.reach()}]++
		}
	}
	for d, n := range found {
		at, _ := parseARN(d.vault)
		p.Deviations = append(p.Deviations, Deviation{
			BackupVaultName: vaultName(d.vault), Region: at.region, Copy: d.copied, Earlier: d.kept < d.promised,
			Promised: retentionOf(d.promised), Retention: retentionOf(d.kept), Points: n,
		})
	}
	slices.SortFunc(p.Deviations, func(a, b Deviation) int {
		return cmp.Or(compareBool(b.Earlier, a.Earlier), cmp.Compare(b.Points, a.Points), cmp.Compare(a.BackupVaultName, b.BackupVaultName),
			cmp.Compare(a.Region, b.Region), cmp.Compare(a.Promised.reach(), b.Promised.reach()), cmp.Compare(a.Retention.reach(), b.Retention.reach()))
	})
	p.Deviations = p.Deviations[:min(len(p.Deviations), 8)]
	return p
}

// deviates is what deviations of one kind have in common; days, or forEver.
type deviates struct {
	vault          string
	copied         bool
	promised, kept int
}

// retentionOf is the retention of a reach.
func retentionOf(reach int) Retention {
	if reach == forEver {
		return Retention{KeptForEver: true}
	}
	return Retention{DeleteAfterDays: &reach}
}

// promiseOf is what a version of a plan says about a point that its rule made, or
// its copy action; false where it says nothing that AWS would keep to.
func (s *shard) promiseOf(row *snapshot.RecoveryPoint, version *plan) (Retention, bool) {
	if version == nil {
		return Retention{}, false
	}
	for _, r := range version.rules {
		if by := row.CreatedBy; r.row.RuleId != by.BackupRuleId && r.row.RuleName != by.BackupRuleName {
			continue
		}
		kept, known := r.retention, row.SourceBackupVaultArn == "" && slices.Contains(s.ownTargets(r), row.BackupVaultArn)
		for _, c := range r.copies {
			if !known && c.DestinationBackupVaultArn == row.BackupVaultArn {
				kept, known = c.Retention, true
			}
		}
		// What is deleted once it is copied has no days.
		return kept, known && (kept.KeptForEver || kept.DeleteAfterDays != nil)
	}
	return Retention{}, false
}

// planVersion is nil where that version of a plan was not read.
func (s *shard) planVersion(plan, version string) *plan {
	if version == "" {
		return nil
	}
	if p := s.planInForce(plan); p != nil && p.VersionId == version {
		return p
	}
	for _, p := range s.older[plan] {
		if p.VersionId == version {
			return p
		}
	}
	return nil
}

func (s *shard) planInForce(id string) *plan {
	for _, p := range s.plans {
		if p.BackupPlanId == id {
			return p
		}
	}
	return nil
}
