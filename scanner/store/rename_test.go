package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// File systems without hard links must keep the same promise.
func TestCommitByRenameLetsOneWin(t *testing.T) {
	dir := t.TempDir()
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			temp := filepath.Join(dir, fmt.Sprint(".tmp-", i))
			if err := os.WriteFile(temp, []byte(fmt.Sprint(i)), 0o600); err != nil {
				t.Error(err)
			}
			created, err := commitByRename(temp, filepath.Join(dir, "x"))
			if err != nil {
				t.Error(err)
			}
			if created {
				won.Add(1)
			}
		})
	}
	if wg.Wait(); won.Load() != 1 {
		t.Errorf("%d writers won", won.Load())
	}
}
