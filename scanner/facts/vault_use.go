package facts

import (
	"cmp"
	"slices"
	"strings"
)

// A vaultUse is who sends backups to a vault.
type vaultUse struct {
	senders []Sender // of any service
	direct  int      // rules that cover tables and back up into it
	rules   int      // plan rules and copies that cover tables
	serves  []string // tables
	plans   []string // ids, of those
	optIn   bool     // the Region's opt-in decides about some of it
}

// vaultUses says for each vault, by ARN, who sends backups there. A plan without
// selections sends nothing.
func (a *account) vaultUses() map[string]*vaultUse {
	uses := map[string]*vaultUse{}
	for _, s := range a.shards {
		for _, p := range s.plans {
			for _, r := range p.rules {
				for _, t := range s.targets(r) {
					if len(p.selections) > 0 {
						use := uses[t.vault]
						if use == nil {
							use = &vaultUse{}
							uses[t.vault] = use
						}
						use.add(r, t)
					}
				}
			}
		}
	}
	for _, u := range uses {
		slices.Sort(u.serves)
		u.serves = slices.Compact(u.serves)
		slices.SortFunc(u.senders, func(x, y Sender) int {
			return cmp.Or(strings.Compare(x.PlanRule, y.PlanRule), strings.Compare(x.Retention.String(), y.Retention.String()))
		})
	}
	return uses
}

func (u *vaultUse) add(r *planRule, t target) {
	u.senders = append(u.senders, Sender{PlanRule: r.arn, Copies: t.copies, Retention: t.retention})
	if len(r.serves) == 0 {
		return
	}
	u.rules++
	u.direct += one(!t.copies)
	u.serves = append(u.serves, r.serves...)
	u.optIn = u.optIn || r.optIn
	u.plans = appendNew(u.plans, r.plan.BackupPlanId)
}

// shortest is the shortest retention that has an end, nil where none has.
func (u *vaultUse) shortest() (days *int) {
	for _, s := range u.senders {
		days = smaller(days, s.Retention.DeleteAfterDays)
	}
	return days
}

// refused counts the senders whose backups the lock of a vault refuses.
func (u *vaultUse) refused(b VaultBounds) (n int) {
	for _, s := range u.senders {
		if b.Lock != "none" && !b.takes(s.Retention) {
			n++
		}
	}
	return n
}

// takes says whether the bounds allow a retention. For how long backups stay that
// go once they are copied, AWS does not say.
func (b VaultBounds) takes(r Retention) bool {
	if !r.KeptForEver && r.DeleteAfterDays == nil {
		return true
	}
	return (b.MinRetentionDays == nil || r.reach() >= *b.MinRetentionDays) && (b.MaxRetentionDays == nil || r.reach() <= *b.MaxRetentionDays)
}

// A target is a vault that a rule sends backups to.
type target struct {
	vault     string // ARN
	copies    bool
	retention Retention
}

// targets are the vaults that a rule and its copies name.
func (s *shard) targets(r *planRule) []target {
	var all []target
	if r.row.TargetBackupVaultName != "" {
		all = append(all, target{s.vaultARN(r.row.TargetBackupVaultName), false, r.retention})
	}
	if r.row.TargetLogicallyAirGappedBackupVaultArn != "" {
		all = append(all, target{r.row.TargetLogicallyAirGappedBackupVaultArn, false, r.retention})
	}
	for _, c := range r.copies {
		all = append(all, target{c.DestinationBackupVaultArn, true, c.Retention})
	}
	return all
}
