package facts

import (
	"encoding/json"
	"slices"
	"time"

	"holdfast/scanner/snapshot"
)

// holdsOn counts the legal holds in force that hold points of a vault; one that
// names neither vaults nor resources holds all that there are. It is nil where one
// of them cannot be read.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointSelection.html
func (s *shard) holdsOn(vault string) *int {
	n := 0
	for _, h := range s.holds {
		var selected struct{ VaultNames []string }
		if len(h.RecoveryPointSelection) > 0 && json.Unmarshal(h.RecoveryPointSelection, &selected) != nil {
			return nil
		}
		if len(selected.VaultNames) == 0 || slices.Contains(selected.VaultNames, vault) {
			n++
		}
	}
	return &n
}

// holdsPoint reports whether a legal hold in force names a recovery point, by all
// that it says. One that cannot be read is taken for one that does.
func (s *shard) holdsPoint(row *snapshot.RecoveryPoint) bool {
	return slices.ContainsFunc(s.holds, func(h *snapshot.LegalHold) bool {
		var selected struct {
			VaultNames, ResourceIdentifiers []string
			DateRange                       *struct{ FromDate, ToDate *time.Time }
		}
		if len(h.RecoveryPointSelection) > 0 && json.Unmarshal(h.RecoveryPointSelection, &selected) != nil {
			return true
		}
		if r := selected.DateRange; r != nil && (before(row.CreationDate, r.FromDate) || before(r.ToDate, row.CreationDate)) {
			return false
		}
		return (len(selected.VaultNames) == 0 || slices.Contains(selected.VaultNames, row.BackupVaultName)) &&
			(len(selected.ResourceIdentifiers) == 0 || slices.Contains(selected.ResourceIdentifiers, row.ResourceArn))
	})
}
