package run

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// A Lock keeps other processes from writing below the same folder. The system
// gives it back when the process ends, however it ends.
type Lock struct{ file *flock.Flock }

// A holder is what the lock's file says of who has it.
type holder struct {
	PID   int
	Host  string
	Since time.Time
}

// AcquireLock locks out, which is made if need be. Where another process holds
// it, the error says which, where, and since when.
func AcquireLock(out string) (*Lock, error) {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return nil, fmt.Errorf("locking %s: %w", out, err)
	}
	path := filepath.Join(out, ".lock")
	l := flock.New(path, flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", out, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s is in use by %s; wait for it, or choose another --out", out, readHolder(path))
	}
	host, _ := os.Hostname()
	b, err := json.Marshal(holder{os.Getpid(), host, time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(path, append(b, '\n'), 0o600)
	}
	if err != nil {
		l.Unlock()
		return nil, fmt.Errorf("locking %s: %w", out, err)
	}
	return &Lock{l}, nil
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.file.Unlock() }

func readHolder(path string) string {
	var h holder
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &h) != nil || h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d on %s since %s", h.PID, h.Host, h.Since.Format(time.RFC3339))
}
