package facts

import (
	"time"

	"holdfast/scanner/snapshot"
)

// settling is how long after its time a point is expected to be in cold storage.
const settling = 2 * day

// coldPoints counts the points of a table that should be in cold storage. Those that are
// not advanced have no such tier.
func coldPoints(now time.Time, rows []*snapshot.RecoveryPoint) Cold {
	var c Cold
	for _, row := range rows {
		l := row.CalculatedLifecycle
		if l == nil || l.MoveToColdStorageAt == nil || !l.MoveToColdStorageAt.Add(settling).Before(now) ||
			!usable(row) || family(row.RecoveryPointArn) == "dynamodb" {
			continue
		}
		c.Due++
		switch row.StorageClass {
		case "COLD":
			c.Sampled++
		case "WARM":
			c.Sampled++
			c.Warm++
		}
	}
	return c
}

// sampled names the calls that told which storage points of this Region are in.
func (s *shard) sampled(rows []*snapshot.RecoveryPoint) (ids []string) {
	for _, row := range rows {
		if row.StorageClass != "" && row.BackupVaultArn == s.vaultARN(row.BackupVaultName) {
			ids = append(ids, snapshot.CallID(opDescribePoint, map[string]string{"BackupVaultName": row.BackupVaultName, "RecoveryPointArn": row.RecoveryPointArn}))
		}
	}
	return ids
}
