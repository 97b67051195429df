package facts

import (
	"io"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// A shard is one Region of the account while it is read. It holds everything
// but recovery points and calls, of which it keeps what facts need; jobs and
// DynamoDB's own backups are counted as they pass.
type shard struct {
	header snapshot.Header
	gaps   []snapshot.Gap

	settings *snapshot.RegionSettings
	keys     map[string]*snapshot.KMSKey // by ARN
	vaults   []*snapshot.BackupVault
	holds    []*snapshot.LegalHold // ACTIVE
	watch    watch
	plans    []*plan            // in force
	older    map[string][]*plan // other versions of them, and of deleted ones, by plan id
	tables   map[string]*snapshot.Table
	unread   map[string]bool // ARNs of tables that are listed, but not described; with or without a row
	archival map[string]bool // ARNs of the backups that AWS made of archived tables
	onDemand map[string]*onDemand
	leftover map[string]map[string]*leftover // of deleted tables: by table ARN, then TableId
	singles  []*single
	jobs     map[string]*jobs // by table ARN
	calls    calls

	optInChanged *time.Time                      // the Region's settings; nil: not known
	deletions    map[string]*snapshot.TrailEvent // of recovery points, by ARN
	texts        map[string]string
	creators     map[snapshot.RecoveryPointCreator]*snapshot.RecoveryPointCreator

	settled   map[string]*settled    // by table ARN
	protected map[string]*protection // what selections say, by table ARN
	coverages map[string]Coverage    // by the plans that cover

	stream
}

func newShard(name string, file io.ReadCloser) *shard {
	s := &shard{
		stream: newStream(name, file), calls: newCalls(), deletions: map[string]*snapshot.TrailEvent{},
		keys:   map[string]*snapshot.KMSKey{},
		watch:  watch{topics: map[string]*snapshot.Topic{}},
		tables: map[string]*snapshot.Table{}, unread: map[string]bool{}, archival: map[string]bool{},
		onDemand: map[string]*onDemand{}, leftover: map[string]map[string]*leftover{}, jobs: map[string]*jobs{},
		older: map[string][]*plan{}, texts: map[string]string{}, creators: map[snapshot.RecoveryPointCreator]*snapshot.RecoveryPointCreator{},
		settled: map[string]*settled{}, protected: map[string]*protection{}, coverages: map[string]Coverage{},
	}
	return s
}

// readHead reads up to the first row that is a recovery point or comes later.
func (s *shard) readHead() error {
	var selections []*snapshot.BackupSelection
	for {
		if err := s.advance(); err != nil {
			return err
		}
		switch r := s.row; {
		case s.watch.add(r):
		case r.Header != nil:
			s.header = *r.Header
		case r.Gap != nil:
			s.addGap(*r.Gap)
		case r.RegionSettings != nil:
			s.settings = r.RegionSettings
		case r.KMSKey != nil:
			s.keys[r.KMSKey.Arn] = r.KMSKey
		case r.BackupVault != nil:
			s.vaults = append(s.vaults, r.BackupVault)
		case r.BackupPlan != nil:
			s.addPlan(r.BackupPlan)
		case r.BackupSelection != nil:
			selections = append(selections, r.BackupSelection)
		case r.LegalHold != nil:
			if r.LegalHold.Status == "ACTIVE" {
				s.holds = append(s.holds, r.LegalHold)
			}
		case r.Table != nil:
			s.addTable(r.Table)
		case r.TableBackup != nil:
			s.addBackup(r.TableBackup)
		case r.BackupJob != nil:
			s.addJob(r.BackupJob)
		case r.CopyJob != nil:
			s.addCopyJob(r.CopyJob)
		case r.TrailEvent != nil:
			s.addEvent(r.TrailEvent)
		case r.RecoveryPoint != nil || r.Call != nil || r.End != nil:
			s.addUnsaid()
			s.compilePlans(selections)
			return nil
		}
		if s.row.Header != nil {
			s.addSilent()
		}
	}
}

func (s *shard) addPlan(row *snapshot.BackupPlan) {
	if row.Current && row.DeletionDate == nil {
		s.plans = append(s.plans, &plan{BackupPlan: row})
		return
	}
	s.older[row.BackupPlanId] = append(s.older[row.BackupPlanId], &plan{BackupPlan: row})
}

// addEvent keeps the last change of the Region's settings, and who deleted which
// recovery point.
func (s *shard) addEvent(e *snapshot.TrailEvent) {
	if e.ErrorCode != "" {
		return
	}
	switch e.EventName {
	case "UpdateRegionSettings":
		s.optInChanged = latest(s.optInChanged, e.EventTime)
	case "DeleteBackup", "DeleteRecoveryPoint":
		for _, r := range e.Resources {
			s.deletions[r.ResourceName] = e
		}
	}
}

func (s *shard) addTable(t *snapshot.Table) {
	s.tables[t.TableArn] = t
	if t.ArchivalSummary != nil {
		s.archival[t.ArchivalSummary.ArchivalBackupArn] = true
	}
}

// addGap notes the tables that are listed and not described: only gaps name them.
func (s *shard) addGap(g snapshot.Gap) {
	s.gaps = append(s.gaps, g)
	if name := g.Parameters["TableName"]; name != "" && g.Operation == opDescribeTable {
		s.unread[s.tableARN(tableName(name))] = true
	}
}

// exists reports whether a table is there, described or not.
func (s *shard) exists(arn string) bool { return s.tables[arn] != nil || s.unread[arn] }

// tablesListed reports whether the tables that are known are all that there are.
func (s *shard) tablesListed() bool { return !s.failed(opListTables) }

func (s *shard) vaultsListed() bool { return !s.failed(opListVaults) }

// failed reports whether an operation has a gap.
func (s *shard) failed(operation string) bool {
	return slices.ContainsFunc(s.gaps, func(g snapshot.Gap) bool { return g.Operation == operation })
}

// addSilent makes gaps for a collector that did not run: what nobody asked for
// is not known either.
func (s *shard) addSilent() {
	if s.header.Region == snapshot.Global {
		return
	}
	for _, c := range []struct {
		collector string
		never     []string
	}{
		{"backup", []string{opListPlans, opListVaults, opRegionSettings, opListJobs, opListHolds}},
		{"dynamodb", []string{opListTables, opListBackups}},
		{"kms", []string{opDescribeKey}},
		{"cloudtrail", []string{opListTrails}},
		{"cloudwatch", []string{opListAlarms}},
		{"events", []string{opListRules}},
		{"logs", []string{opListFilters}},
		{"sns", []string{opTopic}},
	} {
		if slices.Contains(s.header.Collectors, c.collector) {
			continue
		}
		for _, op := range c.never {
			s.gaps = append(s.gaps, snapshot.Gap{Operation: op, Reason: snapshot.NotAsked,
				Message: "the collector " + c.collector + " did not run"})
		}
	}
}

// addUnsaid makes a gap of settings that AWS left out of its answer.
func (s *shard) addUnsaid() {
	if s.header.Region == snapshot.Global || s.failed(opRegionSettings) || s.optedIn() != nil && s.fullManagement() != nil {
		return
	}
	s.gaps = append(s.gaps, snapshot.Gap{Operation: opRegionSettings, Reason: snapshot.Unreadable,
		Message: "the settings of the Region do not say whether DynamoDB is opted in and fully managed"})
}

func (s *shard) tableARN(name string) string {
	return arn{s.header.Partition, "dynamodb", s.header.Region, s.header.Account, "table/" + name}.String()
}

// tableARNs returns the tables that exist, read or not, sorted.
func (s *shard) tableARNs() []string {
	all := make([]string, 0, len(s.tables)+len(s.unread))
	for arn := range s.tables {
		all = append(all, arn)
	}
	for arn := range s.unread {
		if s.tables[arn] == nil {
			all = append(all, arn)
		}
	}
	slices.Sort(all)
	return all
}

// earlierTable reports whether what was made of a table at a time, and with a
// TableId where one is known, is of a deleted table of the same name.
func (s *shard) earlierTable(arn, id string, made *time.Time) bool {
	t := s.tables[arn]
	switch {
	case t == nil:
		return false
	case id != "" && t.TableId != "":
		return id != t.TableId
	}
	return before(made, t.CreationDateTime)
}

// readCalls reads the rest of the shard, behind its recovery points.
func (s *shard) readCalls() error {
	failed := map[string]bool{}
	for _, g := range s.gaps {
		failed[g.ID()] = true
	}
	for s.row != (snapshot.Row{}) {
		if c := s.row.Call; c != nil && !failed[c.ID()] {
			s.calls.add(c)
		}
		if err := s.advance(); err != nil {
			return err
		}
	}
	return nil
}

// subject is one subject of this shard, without its facts.
func (s *shard) subject(kind, arn, name string) *Subject {
	return &Subject{Kind: kind, ARN: arn, Name: name, Account: s.header.Account, Region: s.header.Region, Collected: s.header.CollectedAt}
}
