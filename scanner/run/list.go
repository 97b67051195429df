package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
	"holdfast/scanner/store"
)

// An Info is what List says of a run.
type Info struct {
	Plan
	Dir      string
	Complete bool
	Answered bool // nothing in its findings is unknown but what was expected to be
}

// List returns the runs below out, newest first. A folder that is no run is left
// out; no folder at all is no run.
func List(out string) ([]Info, error) {
	entries, err := os.ReadDir(filepath.Join(out, "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing runs: %w", err)
	}
	var infos []Info
	for _, e := range entries {
		if !e.IsDir() || checkID(e.Name()) != nil {
			continue
		}
		r := at(out, e.Name(), false)
		if err := r.readPlan(); err != nil {
			continue
		}
		info := Info{Plan: r.Plan, Dir: r.Dir, Complete: r.Complete()}
		if m, err := r.Manifest(); err == nil {
			info.Accounts, info.Regions, info.Answered = m.Accounts, m.Regions, m.Answered
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b Info) int {
		if c := b.StartedAt.Compare(a.StartedAt); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	return infos, nil
}

// Latest opens the newest complete run.
func Latest(out string) (*Run, error) {
	if target, err := os.Readlink(filepath.Join(out, "latest")); err == nil {
		if r, err := Open(out, filepath.Base(target)); err == nil && r.Complete() {
			return r, nil
		}
	}
	infos, err := List(out)
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		if info.Complete {
			return Open(out, info.ID)
		}
	}
	return nil, fmt.Errorf("no complete run below %s; run holdfast scan first: %w", out, fs.ErrNotExist)
}

// Previous finds the newest complete run before r of the same accounts, Regions
// and tables; ok is false where there is none.
func (r *Run) Previous() (info Info, ok bool, err error) {
	infos, err := List(r.out)
	if err != nil {
		return Info{}, false, err
	}
	for _, i := range infos {
		if i.before(r) {
			return i, true, nil
		}
	}
	return Info{}, false, nil
}

// LastAnswered is when the newest run before r of the same accounts, Regions and
// tables began in which everything was answered; zero where there is none.
func (r *Run) LastAnswered() (time.Time, error) {
	infos, err := List(r.out)
	if err != nil {
		return time.Time{}, err
	}
	for _, i := range infos {
		if i.Answered && i.before(r) {
			return i.StartedAt, nil
		}
	}
	return time.Time{}, nil
}

// before: the run is an earlier one of the same accounts, Regions and tables.
func (i *Info) before(r *Run) bool {
	return i.Complete && i.ID != r.ID && !i.StartedAt.After(r.StartedAt) &&
		slices.Equal(i.Accounts, r.Accounts) && slices.Equal(i.Regions, r.Regions) && slices.Equal(i.Tables, r.Tables)
}

// Finish hashes the run's files and writes the manifest, which makes the run
// complete, then points latest at it. Format, RunID, StartedAt, FinishedAt,
// Files and, where empty, Tool, Accounts and Regions are filled in.
//
// A complete run may be finished again after it was evaluated again; its shards
// must then still be what the manifest says.
func (r *Run) Finish(m snapshot.Manifest) error {
	m.Format, m.RunID, m.StartedAt = snapshot.Format, r.ID, r.StartedAt
	if m.Tool == "" {
		m.Tool = r.Tool
	}
	if m.Accounts == nil {
		m.Accounts = r.Accounts
	}
	if m.Regions == nil {
		m.Regions = r.Regions
	}
	if m.FinishedAt.IsZero() {
		m.FinishedAt = time.Now().UTC().Truncate(time.Second)
	}
	files, err := snapshot.Describe(r.Dir)
	if err != nil {
		return fmt.Errorf("finishing run %s: %w", r.ID, err)
	}
	m.Files = files
	if err := r.sameShards(files); err != nil {
		return fmt.Errorf("finishing run %s again: %w", r.ID, err)
	}
	err = store.Files{Dir: r.Dir}.Replace(snapshot.ManifestName, func(w io.Writer) error {
		_, err := m.WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("finishing run %s: %w", r.ID, err)
	}
	return r.pointLatest()
}

// sameShards compares the shards of a run that is complete already with its manifest.
func (r *Run) sameShards(files []snapshot.File) error {
	if !r.Complete() {
		return nil
	}
	old, err := r.Manifest()
	if err != nil {
		return err
	}
	shards := func(files []snapshot.File) []snapshot.File {
		return slices.DeleteFunc(slices.Clone(files), func(f snapshot.File) bool { return !strings.HasPrefix(f.Name, "snapshot/") })
	}
	if !slices.Equal(shards(old.Files), shards(files)) {
		return errors.New("its shards are no longer what its manifest says; run holdfast verify")
	}
	return nil
}

// pointLatest replaces the link in one step, unless it points at a newer run.
func (r *Run) pointLatest() error {
	latest := filepath.Join(r.out, "latest")
	if target, err := os.Readlink(latest); err == nil {
		if newer, err := Open(r.out, filepath.Base(target)); err == nil && newer.Complete() && newer.StartedAt.After(r.StartedAt) {
			return nil
		}
	}
	temp := filepath.Join(r.out, ".latest-"+r.ID)
	os.Remove(temp)
	if err := os.Symlink(filepath.Join("runs", r.ID), temp); err != nil {
		return fmt.Errorf("pointing latest at run %s: %w", r.ID, err)
	}
	if err := os.Rename(temp, latest); err != nil {
		return fmt.Errorf("pointing latest at run %s: %w", r.ID, err)
	}
	return nil
}
