package facts

import (
	"cmp"
	"slices"
	"time"
)

// planRules returns a subject for each rule of the plans in force, also of plans
// that cover no table.
func (a *account) planRules(s *shard) []*Subject {
	var all []*Subject
	for _, p := range s.plans {
		for i := range p.rules {
			all = append(all, a.planRule(s, p, i))
		}
	}
	return all
}

func (a *account) planRule(s *shard, p *plan, i int) *Subject {
	r := p.rules[i]
	subject := s.subject(KindPlanRule, r.arn, r.name())
	subject.Serves = r.serves
	facts := &PlanRule{
		BackupPlanArn: p.BackupPlanArn, BackupPlanName: p.BackupPlanName, VersionId: p.VersionId,
		RuleName: r.row.RuleName, RuleId: r.row.RuleId, Schedule: r.schedule, Retention: r.retention,
		ShortestGapMinutes: r.shortest, StartWindowMinutes: minutes(r.start), CompletionWindowMinutes: minutes(r.complete),
		Overlaps: r.overlaps(s.header.CollectedAt), Collisions: s.collisions(r), NamesDynamoDB: p.namesDynamoDB(),
		Vault: *a.boundsOrName(s.vaultARN(r.row.TargetBackupVaultName)), Copies: orEmpty(r.copies),
		AdvancedBackup: s.advanced(), EnableContinuousBackup: r.row.EnableContinuousBackup != nil && *r.row.EnableContinuousBackup,
		TablesCovered: r.yes, TablesAmbiguous: r.ambiguous, RunsDiffer: s.runsDiffer(p, i),
	}
	if lag := r.row.TargetLogicallyAirGappedBackupVaultArn; lag != "" {
		facts.AirGappedVault = a.boundsOrName(lag)
	}
	subject.PlanRule = facts
	a.elsewhere(s, p, i, subject)
	plan, selections := s.calls.about(opGetPlan, p.BackupPlanId), s.calls.about(opGetSelection, p.BackupPlanId)
	vaults := s.calls.of(opListVaults)
	subject.cite("", plan)
	subject.cite("advanced_backup", s.calls.of(opRegionSettings))
	subject.cite("vault", plan, vaults)
	subject.cite("air_gapped_vault", plan, vaults)
	subject.cite("copies", plan, vaults)
	subject.cite("collisions", s.calls.of(opGetPlan), s.calls.of(opGetSelection))
	subject.cite("names_dynamodb", selections)
	subject.cite("tables_covered", s.calls.about(opListSelections, p.BackupPlanId), selections)
	subject.cite("tables_ambiguous", s.calls.about(opListSelections, p.BackupPlanId), selections)
	s.hide(subject, about{names: map[string]string{"BackupPlanId": p.BackupPlanId}, optIn: r.optIn, tags: s.tagsCount(), unproven: r.ambiguous > 0,
		optInSomewhere: s.someTable(func(p *protection) bool { return p.optIn }), unprovenSomewhere: s.someTable((*protection).unproven)})
	if r.yes+r.ambiguous == 0 {
		s.hideLimited(subject, covered)
	}
	return subject
}

// name is what people call it.
func (r *planRule) name() string {
	return cmp.Or(r.plan.BackupPlanName, r.plan.BackupPlanId) + "/" + r.row.RuleName
}

// runsDiffer compares AWS's own preview of a plan's next runs with ours, for one
// rule, to the minute. It is nil without a preview.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupPlan.html
func (s *shard) runsDiffer(p *plan, rule int) *bool {
	var previewed, last time.Time
	var theirs []time.Time
	for _, run := range p.ScheduledRunsPreview {
		if run.ExecutionTime == nil {
			continue
		}
		previewed = run.ExecutionTime.Truncate(time.Minute)
		last = *latest(&last, &previewed)
		if run.RuleId == p.rules[rule].row.RuleId {
			theirs = append(theirs, previewed)
		}
	}
	if last.IsZero() || p.rules[rule].row.RuleId == "" {
		return nil
	}
	asked := s.calls.time(s.calls.about(opGetPlan, p.BackupPlanId), s.header.CollectedAt)
	var ours []time.Time
	runs, _ := p.runs(asked, last.Add(time.Minute))
	for _, run := range runs {
		if run.Rule == rule {
			ours = append(ours, run.At.Truncate(time.Minute))
		}
	}
	slices.SortFunc(theirs, time.Time.Compare)
	differ := !slices.EqualFunc(ours, theirs, time.Time.Equal)
	return &differ
}

// linkCopies tells each copy action what its vault demands, once all shards are
// read.
func (a *account) linkCopies() {
	for _, s := range a.shards {
		for _, p := range s.plans {
			for _, r := range p.rules {
				for i := range r.copies {
					r.copies[i].Vault = a.boundsOf(r.copies[i].DestinationBackupVaultArn)
				}
			}
		}
	}
}

// orEmpty is never nil, so that it is [] in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
