package facts

import (
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// vaultPoints is what the recovery points of tables in one vault came to.
type vaultPoints struct {
	count, forEver, foreign, copies int
	byStatus                        map[string]int
}

func (v *vaultPoints) add(p *snapshot.RecoveryPoint, foreign bool) {
	v.count++
	v.byStatus[p.Status]++
	v.copies += one(p.SourceBackupVaultArn != "")
	if foreign {
		v.foreign++
	}
	if retentionOfPoint(p).KeptForEver {
		v.forEver++
	}
}

func (v *vaultPoints) list() []StatusCount {
	all := make([]StatusCount, 0, len(v.byStatus))
	for status, n := range v.byStatus {
		all = append(all, StatusCount{status, n})
	}
	slices.SortFunc(all, func(x, y StatusCount) int { return strings.Compare(x.Status, y.Status) })
	return all
}
