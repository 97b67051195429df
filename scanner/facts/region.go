package facts

import "slices"

// dynamoDB is the service's name in AWS Backup's settings of a Region.
const dynamoDB = "DynamoDB"

// optedIn says whether AWS Backup may protect DynamoDB where it is chosen by tag
// or "*"; nil where AWS did not say.
func (s *shard) optedIn() *bool {
	if s.settings == nil {
		return nil
	}
	return named(s.settings.ResourceTypeOptInPreference)
}

// fullManagement says whether advanced DynamoDB backup is switched on.
func (s *shard) fullManagement() *bool {
	if s.settings == nil {
		return nil
	}
	return named(s.settings.ResourceTypeManagementPreference)
}

// advanced says whether advanced DynamoDB backup is in effect, so that copies and
// cold storage happen: that needs both settings.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
func (s *shard) advanced() *bool {
	opted, managed := s.optedIn(), s.fullManagement()
	switch {
	case opted != nil && !*opted, managed != nil && !*managed:
		return new(bool)
	case opted == nil || managed == nil:
		return nil
	}
	return opted
}

func named(preference map[string]bool) *bool {
	if on, said := preference[dynamoDB]; said {
		return &on
	}
	return nil
}

// regionSubject is emitted for every Region; it serves all tables there.
func (s *shard) regionSubject() *Subject {
	subject := s.subject(KindRegion, RegionARN(s.header.Partition, s.header.Region, s.header.Account), s.header.Region)
	subject.Serves = s.tableARNs()
	facts := &Region{OptedIn: s.optedIn(), AdvancedBackup: s.fullManagement(), Tables: len(subject.Serves)}
	tags := false
	for _, p := range s.protected {
		if p.optIn {
			facts.TablesThatDepend++
		}
		tags = tags || p.tagsCount || p.tagsOptIn
	}
	s.countAsking(facts)
	subject.RegionOf = facts
	subject.cite("", s.calls.of(opRegionSettings))
	subject.cite("tables", s.calls.of(opListTables))
	for _, path := range []string{"air_gapped_rules", "cold_rules", "copy_rules"} {
		subject.cite(path, s.calls.of(opGetPlan), s.calls.of(opGetSelection))
	}
	subject.cite("tables_that_depend", s.calls.of(opListPlans), s.calls.of(opGetSelection))
	if facts.TablesThatDepend == 0 {
		subject.Gaps = append(subject.Gaps, s.optInUnclear()...)
	}
	s.hide(subject, about{optIn: facts.TablesThatDepend > 0, tags: tags})
	return subject
}

// countAsking counts the plan rules that ask for what only advanced DynamoDB
// backup does.
func (s *shard) countAsking(facts *Region) {
	for _, p := range s.plans {
		for _, r := range p.rules {
			if len(r.serves) == 0 {
				continue
			}
			cold := slices.ContainsFunc(r.copies, func(c Copy) bool { return c.Retention.MoveToColdStorageAfterDays != nil })
			facts.ColdRules += one(cold || r.retention.MoveToColdStorageAfterDays != nil)
			facts.CopyRules += one(len(r.copies) > 0)
			facts.AirGappedRules += one(r.row.TargetLogicallyAirGappedBackupVaultArn != "")
		}
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// optInUnclear hides how many tables depend on the Region's opt-in, where AWS does
// not say whether a selection would match one.
func (s *shard) optInUnclear() (hidden []Hidden) {
	for _, arn := range s.tableARNs() {
		if p := s.protected[arn]; p != nil && len(p.optInUnclear) > 0 {
			return []Hidden{{Path: depending[0], Reason: "ambiguous", Message: p.optInUnclear[0]}}
		}
	}
	return nil
}

// tagsCount reports whether tags that were not read could decide about some table.
func (s *shard) tagsCount() bool { return s.someTable(func(p *protection) bool { return p.tagsCount }) }

func (s *shard) someTable(is func(*protection) bool) bool {
	for _, p := range s.protected {
		if is(p) {
			return true
		}
	}
	return false
}
