package facts

import (
	"encoding/json"
	"slices"
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
