package facts

import (
	"cmp"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// onDemand is what DynamoDB's own backups of a table that exists came to.
type onDemand struct {
	available int
	newest    *time.Time // AVAILABLE
	unsaid    *snapshot.Gap
}

// leftover is what a deleted table left behind: DynamoDB's own backups, and
// recovery points of AWS Backup.
type leftover struct {
	id                     string // TableId, where AWS says it
	user, system, archival int
	points, forEver        int
	newest, oldest         *time.Time
	vaults                 map[string]bool
	// listed are the AWS_BACKUP backups that DynamoDB lists, by ARN: they are
	// recovery points too, and counted once.
	listed              map[string]*time.Time
	ways                ways
	unsaid, unsaidPoint *snapshot.Gap // of the first that does not say enough
}

func newLeftover(id string) *leftover {
	return &leftover{id: id, vaults: map[string]bool{}, listed: map[string]*time.Time{}}
}

// addBackup counts one of DynamoDB's own backups for its table, or for a deleted
// one. Those of AWS Backup count as recovery points.
func (s *shard) addBackup(b *snapshot.TableBackup) {
	if b.BackupStatus == "DELETED" {
		return
	}
	table := b.TableArn
	if table == "" {
		table = tableARN(b.BackupArn)
	}
	if !s.exists(table) || s.earlierTable(table, b.TableId, b.BackupCreationDateTime) {
		s.leftoverOf(table, b.TableId).addBackup(b, s.archival[b.BackupArn])
		return
	}
	sum := s.onDemand[table]
	if sum == nil {
		sum = &onDemand{}
		s.onDemand[table] = sum
	}
	sum.unsaid = cmp.Or(sum.unsaid, unsaidOfBackup(b))
	s.addSingle(b, table)
	if b.BackupType != "USER" || b.BackupStatus != "AVAILABLE" || s.archival[b.BackupArn] {
		return
	}
	sum.available++
	sum.newest = latest(sum.newest, b.BackupCreationDateTime)
}

func (s *shard) leftoverOf(table, id string) *leftover {
	byID := s.leftover[table]
	if byID == nil {
		byID = map[string]*leftover{}
		s.leftover[table] = byID
	}
	if byID[id] == nil {
		byID[id] = newLeftover(id)
	}
	return byID[id]
}

// leftoverOfPoint finds the deleted table of a point that DynamoDB lists too.
func (s *shard) leftoverOfPoint(p *snapshot.RecoveryPoint) *leftover {
	for _, l := range s.leftover[p.ResourceArn] {
		if _, ok := l.listed[p.RecoveryPointArn]; ok {
			delete(l.listed, p.RecoveryPointArn)
			return l
		}
	}
	return nil
}

func (l *leftover) addBackup(b *snapshot.TableBackup, archival bool) {
	l.unsaid = cmp.Or(l.unsaid, unsaidOfBackup(b))
	if b.BackupType != "AWS_BACKUP" {
		l.ways.addBackup(b, archival)
	}
	switch {
	case archival:
		l.archival++
	case b.BackupType == "SYSTEM":
		l.system++
	case b.BackupType == "AWS_BACKUP":
		l.listed[b.BackupArn] = b.BackupCreationDateTime
		return
	default:
		l.user++
		l.forEver++
	}
	l.at(b.BackupCreationDateTime)
}

func (l *leftover) addPoint(p *snapshot.RecoveryPoint, vault string, kept bool) {
	l.points++
	l.unsaidPoint = cmp.Or(l.unsaidPoint, unsaidOfPoint(p))
	l.ways.addPoint(p, kept)
	if retentionOfPoint(p).KeptForEver {
		l.forEver++
	}
	l.vaults[vault] = true
	l.at(p.CreationDate)
}

func (l *leftover) at(t *time.Time) {
	l.newest, l.oldest = latest(l.newest, t), earliest(l.oldest, t)
}

// merge adds another's counts.
func (l *leftover) merge(m *leftover) {
	l.user, l.system, l.archival = l.user+m.user, l.system+m.system, l.archival+m.archival
	l.points, l.forEver = l.points+m.points, l.forEver+m.forEver
	l.newest, l.oldest = latest(l.newest, m.newest), earliest(l.oldest, m.oldest)
	l.unsaid, l.unsaidPoint = cmp.Or(l.unsaid, m.unsaid), cmp.Or(l.unsaidPoint, m.unsaidPoint)
	l.ways.merge(m.ways)
	for v := range m.vaults {
		l.vaults[v] = true
	}
	for arn, t := range m.listed {
		l.listed[arn] = t
	}
}

// backups returns one subject for each deleted table that left a backup, and one
// for each single backup of other tables.
func (a *account) backups(s *shard) []*Subject {
	names := map[string]bool{}
	for table := range s.leftover {
		names[table] = true
	}
	for table, p := range a.points {
		if home, _ := parseARN(table); p.earlier != nil && home.region == s.header.Region {
			names[table] = true
		}
	}
	var all []*Subject
	for table := range names {
		switch {
		case s.exists(table):
			all = append(all, a.recreated(s, table)...)
		case s.tablesListed():
			all = append(all, a.deleted(s, table)...)
		}
	}
	for table := range s.unread {
		if s.onDemand[table] != nil || a.points[table] != nil {
			all = append(all, s.backupSubject(table+"#earlier", table, newLeftover(""), true))
		}
	}
	for _, subject := range all {
		a.finishBackup(s, subject)
	}
	return append(all, a.singleSubjects(s)...)
}

// deleted is all that is left of a table that is gone, whatever its TableIds were.
func (a *account) deleted(s *shard, table string) []*Subject {
	sum := newLeftover("")
	for id, l := range s.leftover[table] {
		sum.merge(l)
		if len(s.leftover[table]) == 1 {
			sum.id = id
		}
	}
	if p := a.points[table]; p != nil && p.earlier != nil {
		sum.merge(p.earlier)
	}
	return s.orphan(table, table, sum, false)
}

// recreated is what is left of earlier tables of a name that exists again: one
// subject for each TableId. Recovery points say no TableId; they belong to the
// earlier table if there is only one.
func (a *account) recreated(s *shard, table string) []*Subject {
	var all []*Subject
	byID := s.leftover[table]
	unnamed := newLeftover("")
	if p := a.points[table]; p != nil && p.earlier != nil {
		unnamed = p.earlier
	}
	for id, l := range byID {
		switch {
		case id == "":
			unnamed.merge(l)
		case len(byID) == 1:
			l.merge(unnamed)
			unnamed = newLeftover("")
			fallthrough
		default:
			all = append(all, s.orphan(table+"#"+id, table, l, true)...)
		}
	}
	return append(all, s.orphan(table+"#earlier", table, unnamed, true)...)
}

// orphan returns no subject where nothing is left.
func (s *shard) orphan(arn, table string, l *leftover, recreated bool) []*Subject {
	if len(l.listed) > 0 { // no vault has them, and DynamoDB says no more
		l.unsaidPoint = cmp.Or(l.unsaidPoint, unsaid(opListBackups, map[string]string{"BackupType": "ALL"}, "a backup of AWS Backup", "no recovery point in any vault"))
	}
	for _, made := range l.listed {
		l.points++
		l.at(made)
	}
	l.listed = nil
	if l.user+l.points+l.system+l.archival == 0 {
		return nil
	}
	return []*Subject{s.backupSubject(arn, table, l, recreated)}
}

func (s *shard) backupSubject(arn, table string, l *leftover, recreated bool) *Subject {
	name := tableName(table)
	subject := s.subject(KindBackup, arn, name)
	subject.Serves = []string{table}
	subject.Backup = &Backup{
		DeletedTable: true,
		TableArn:     table, TableName: name, TableId: l.id, Recreated: recreated,
		UserBackups: l.user, SystemBackups: l.system, ArchivalBackups: l.archival,
		RecoveryPoints: l.points, KeptForEver: l.forEver, Newest: l.newest,
		NewestAgeDays: since(s.header.CollectedAt, l.newest, day), OldestAgeDays: since(s.header.CollectedAt, l.oldest, day),
		Vaults: sortedKeys(l.vaults),
	}
	l.ways.fill(subject.Backup, s.header.CollectedAt)
	if l.unsaid != nil {
		subject.hidePaths(*l.unsaid, leftOwn)
	}
	if l.unsaidPoint != nil {
		subject.hidePaths(*l.unsaidPoint, wayPaths)
	}
	return subject
}

func (a *account) finishBackup(s *shard, subject *Subject) {
	b := subject.Backup
	var vaults [][]string
	for _, v := range b.Vaults {
		vaults = append(vaults, s.calls.about(opListPoints, v))
	}
	points := slices.Concat(vaults...)
	subject.cite("", s.calls.of(opListTables), s.calls.of(opListBackups), points)
	subject.cite("recovery_points", points)
	subject.cite("user_backups", s.calls.of(opListBackups))
	s.hide(subject, about{names: map[string]string{"TableName": b.TableName, "ResourceArn": b.TableArn}, planned: true, left: true})
}

// sortedKeys is never nil, so that it is [] in JSON.
func sortedKeys[V any](set map[string]V) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
