package facts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
)

// points is what the recovery points of one table came to. Points are read once,
// and kept no longer than until those of the next table come.
type points struct {
	groups   map[alike]*PointGroup
	newest   *time.Time // usable
	usable   int
	unusable int
	byPlan   map[string]span           // by BackupPlanId
	vaults   map[string]bool           // names, of points of any table of that name
	earlier  *leftover                 // points of a deleted table of the same name
	unsaid   *snapshot.Gap             // of the first point that does not say enough
	rows     []*snapshot.RecoveryPoint // of this very table, until it is settled
}

// A span is when a plan made its first and its last point of a table.
type span struct{ first, last time.Time }

// alike is what recovery points of one group have in common.
type alike struct {
	vault, name, status, storage, family, key string
	forEver                                   bool
	deleteAfter, coldAfter                    int // −1: none
	onDemand                                  bool
}

// readPoints merges the recovery points of all shards by table: a copy of a
// table's backup lies in another Region's vault. Those of the previous run come along.
func (a *account) readPoints(ctx context.Context) error {
	for {
		table, found := a.nextTable()
		if !found {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, s := range a.shards {
			for s.row.RecoveryPoint != nil && s.row.RecoveryPoint.ResourceArn == table {
				a.addPoint(s, s.row.RecoveryPoint)
				if err := s.advance(); err != nil {
					return err
				}
			}
		}
		before, err := a.earlier.of(table)
		if err != nil {
			return err
		}
		a.settleTable(table, before)
	}
}

// nextTable is the first table of which recovery points are still to be read.
func (a *account) nextTable() (table string, found bool) {
	look := func(p *snapshot.RecoveryPoint) {
		if p != nil && (!found || p.ResourceArn < table) {
			table, found = p.ResourceArn, true
		}
	}
	for _, s := range a.shards {
		look(s.row.RecoveryPoint)
	}
	for _, s := range a.earlier.points {
		look(s.row.RecoveryPoint)
	}
	return table, found
}

// settleTable works out what needs each of a table's points, once they are all there.
func (a *account) settleTable(table string, before []*snapshot.RecoveryPoint) {
	at, _ := parseARN(table)
	home := a.regions[at.region]
	if at.account != a.id || home == nil || home.tables[table] == nil || home.unread[table] {
		return
	}
	made := a.points[table]
	if made == nil {
		made = &points{}
	}
	a.settle(home, home.tables[table], made, before)
	made.rows = nil
}

// addPoint counts a point that lies in a vault of s.
func (a *account) addPoint(s *shard, p *snapshot.RecoveryPoint) {
	table, ok := parseARN(p.ResourceArn)
	if !ok || table.service != "dynamodb" {
		return
	}
	p.BackupVaultArn = cmp.Or(p.BackupVaultArn, s.vaultARN(p.BackupVaultName))
	vault := p.BackupVaultArn
	if a.vaultPoints[vault] == nil {
		a.vaultPoints[vault] = &vaultPoints{byStatus: map[string]int{}}
	}
	a.vaultPoints[vault].add(p, table.account != a.id)
	home := a.regions[table.region]
	if home == nil || table.account != a.id {
		return // the table is not of this scan
	}
	sum := a.points[p.ResourceArn]
	if sum == nil {
		sum = &points{groups: map[alike]*PointGroup{}, byPlan: map[string]span{}, vaults: map[string]bool{}}
		a.points[p.ResourceArn] = sum
	}
	sum.vaults[vaultName(vault)] = true
	if !home.exists(p.ResourceArn) || home.earlierTable(p.ResourceArn, "", p.CreationDate) {
		left := home.leftoverOfPoint(p)
		if left == nil {
			if sum.earlier == nil {
				sum.earlier = newLeftover("")
			}
			left = sum.earlier
		}
		left.addPoint(p, vaultName(vault), home.madeBy(p) == byPlan)
		return
	}
	sum.add(p, vault)
	s.addSinglePoint(home, p, vault)
}

func (s *points) add(p *snapshot.RecoveryPoint, vault string) {
	s.unsaid = cmp.Or(s.unsaid, unsaidOfPoint(p))
	usable := p.Status == "COMPLETED" || p.Status == "AVAILABLE"
	if usable {
		s.usable++
		s.newest = latest(s.newest, p.CreationDate)
	} else {
		s.unusable++
	}
	if by := p.CreatedBy; by != nil && by.BackupPlanId != "" && p.CreationDate != nil {
		made, known := s.byPlan[by.BackupPlanId]
		if !known || p.CreationDate.Before(made.first) {
			made.first = *p.CreationDate
		}
		if !known || p.CreationDate.After(made.last) {
			made.last = *p.CreationDate
		}
		s.byPlan[by.BackupPlanId] = made
	}
	s.group(p, vault)
	s.rows = append(s.rows, p)
}

func (s *points) group(p *snapshot.RecoveryPoint, vault string) {
	kept := retentionOfPoint(p)
	key := alike{
		vault: vault, name: vaultName(vault), status: p.Status, storage: p.StorageClass, key: p.EncryptionKeyArn,
		family: family(p.RecoveryPointArn), onDemand: p.CreatedBy == nil,
		forEver: kept.KeptForEver, deleteAfter: orNone(kept.DeleteAfterDays), coldAfter: orNone(kept.MoveToColdStorageAfterDays),
	}
	g := s.groups[key]
	if g == nil {
		g = &PointGroup{
			BackupVaultArn: vault, BackupVaultName: key.name, Status: p.Status, StorageClass: p.StorageClass, Family: key.family,
			Retention: kept, EncryptionKeyArn: p.EncryptionKeyArn, OnDemand: key.onDemand,
		}
		s.groups[key] = g
	}
	g.Count++
	g.Newest = latest(g.Newest, p.CreationDate)
	g.Oldest = earliest(g.Oldest, p.CreationDate)
}

// list returns the groups, the newest first.
func (s *points) list(now time.Time) []PointGroup {
	all := make([]PointGroup, 0, len(s.groups))
	for _, g := range s.groups {
		g.NewestAgeDays, g.OldestAgeDays = since(now, g.Newest, day), since(now, g.Oldest, day)
		all = append(all, *g)
	}
	slices.SortFunc(all, compareGroups)
	return all
}

func compareGroups(a, b PointGroup) int {
	if a.Newest != nil && b.Newest != nil && !a.Newest.Equal(*b.Newest) {
		return b.Newest.Compare(*a.Newest)
	}
	return strings.Compare(a.order(), b.order())
}

// order is all that tells two groups of one table apart, as text.
func (g PointGroup) order() string {
	onDemand := ""
	if g.OnDemand {
		onDemand = "on demand"
	}
	return strings.Join([]string{g.BackupVaultArn, g.Status, g.StorageClass, g.Family, g.EncryptionKeyArn, onDemand, g.Retention.String()}, "\x00")
}

// family is whose ARN a recovery point has: without advanced DynamoDB backup it
// is that of a DynamoDB backup.
func family(arn string) string {
	if a, _ := parseARN(arn); a.service == "dynamodb" {
		return "dynamodb"
	}
	return "backup"
}

// vaultARN is the ARN of a vault of this shard's Region.
func (s *shard) vaultARN(name string) string {
	return arn{s.header.Partition, "backup", s.header.Region, s.header.Account, "backup-vault:" + name}.String()
}
