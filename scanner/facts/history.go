package facts

import (
	"slices"
	"time"

	"holdfast/scanner/schedule"
	"holdfast/scanner/snapshot"
)

// A version is one version of a plan in the time it was in force, as far as that
// lies within jobHistory.
type version struct {
	*plan
	from, until time.Time // [from, until)
	runs        []schedule.Run
	// undated: AWS says of several versions that they were made at the same time.
	// This one is in force for certain only since something names it.
	undated bool
}

// A due is a run of a plan's schedule that was to make a backup.
type due struct {
	at      time.Time
	next    *time.Time // the rule's next run, in whatever version; nil: none up to now
	rule    *planRule  // as its version has it
	version *version
}

// A ruleHistory is what one rule of a plan, by its name, was to do lately.
type ruleHistory struct {
	name   string
	dues   []due           // by time
	vaults map[string]bool // ARNs of those that it named, itself and not as copies
}

// A history is what a plan was to do lately.
type history struct {
	rules []*ruleHistory // in the order of their first version
	// ambiguities of the version in force, of whose runs AWS's documents leave too
	// much open. Older versions like that are not looked at.
	ambiguities []string
	names       map[string]string // rule id → name, of all versions that are known
}

// historyOf works out what a plan was to do lately, once for all its tables.
func (s *shard) historyOf(p *plan) *history {
	if p.history != nil {
		return p.history
	}
	h := &history{names: map[string]string{}}
	p.history = h
	for _, v := range append(slices.Clone(s.older[p.BackupPlanId]), p) {
		for _, r := range v.rules {
			h.names[r.row.RuleId] = r.row.RuleName
		}
	}
	byName := map[string]*ruleHistory{}
	for _, v := range s.versionsOf(p) {
		if doubts := v.doubts(); len(doubts) > 0 {
			if v.plan == p {
				h.ambiguities = doubts
			}
			continue
		}
		v.runs, _ = v.plan.runs(v.from, v.until) // what is not known of them, see replaced
		for _, run := range v.runs {
			rule := v.rules[run.Rule]
			of := byName[rule.row.RuleName]
			if of == nil {
				of = &ruleHistory{name: rule.row.RuleName, vaults: map[string]bool{}}
				byName[rule.row.RuleName] = of
				h.rules = append(h.rules, of)
			}
			for _, vault := range s.ownTargets(rule) {
				of.vaults[vault] = true
			}
			of.dues = append(of.dues, due{at: run.At, rule: rule, version: v})
		}
	}
	for _, of := range h.rules {
		for i := range of.dues[:max(0, len(of.dues)-1)] {
			of.dues[i].next = &of.dues[i+1].at
		}
	}
	return h
}

// versionsOf are the versions of a plan that were in force lately, oldest first.
// Where AWS was not asked for them, only the current one is known.
func (s *shard) versionsOf(p *plan) []*version {
	now := s.header.CollectedAt
	listed := p.Versions
	if len(listed) == 0 || listed[len(listed)-1].VersionId != p.VersionId {
		listed = append(slices.Clone(listed), snapshot.PlanVersion{VersionId: p.VersionId, CreationDate: p.CreationDate})
	}
	undated := false
	for i := 1; i < len(listed); i++ {
		a, b := listed[i-1].CreationDate, listed[i].CreationDate
		undated = undated || a != nil && b != nil && a.Equal(*b)
	}
	var all []*version
	for i, l := range listed {
		of := s.planVersion(p.BackupPlanId, l.VersionId)
		if of == nil || l.CreationDate == nil || undated && of != p {
			continue
		}
		v := &version{plan: of, from: *latest(l.CreationDate, s.horizon()), until: now.Add(1), undated: undated}
		if i+1 < len(listed) && listed[i+1].CreationDate != nil {
			v.until = *listed[i+1].CreationDate
		}
		if v.from.Before(v.until) {
			all = append(all, v)
		}
	}
	return all
}

// horizon is how far back runs are looked at.
func (s *shard) horizon() *time.Time {
	at := s.header.CollectedAt.Add(-jobHistory)
	return &at
}

// doubts are what AWS does not document about the schedules of a version.
func (v *version) doubts() (all []string) {
	for _, r := range v.rules {
		for _, a := range r.schedule.Ambiguities {
			all = append(all, "rule "+r.row.RuleName+": "+a)
		}
		if r.schedule.Error != "" { // AWS took it, so it means something
			all = append(all, "rule "+r.row.RuleName+": "+r.schedule.Error)
		}
	}
	return all
}

// ownTargets are the ARNs of the vaults where the backups of a rule may land: where
// they are advanced, and it names an air-gapped vault, that one instead of the other.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html
func (s *shard) ownTargets(r *planRule) []string {
	named := s.vaultARN(r.row.TargetBackupVaultName)
	if lag := r.row.TargetLogicallyAirGappedBackupVaultArn; lag != "" {
		return []string{lag, named}
	}
	return []string{named}
}
