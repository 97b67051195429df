package facts

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
	subject.RegionOf = facts
	subject.cite("", s.calls.of(opRegionSettings))
	subject.cite("tables", s.calls.of(opListTables))
	subject.cite("tables_that_depend", s.calls.of(opListPlans), s.calls.of(opGetSelection))
	if facts.TablesThatDepend == 0 {
		subject.Gaps = append(subject.Gaps, s.optInUnclear()...)
	}
	s.hide(subject, about{optIn: facts.TablesThatDepend > 0, tags: tags})
	return subject
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
func (s *shard) tagsCount() bool {
	for _, p := range s.protected {
		if p.tagsCount {
			return true
		}
	}
	return false
}
