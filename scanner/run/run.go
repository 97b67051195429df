// Package run is the folder of a scan: its shards, its files, its lock, and
// which of the runs is the latest.
//
//	holdfast-out/
//	  .lock                          who is writing here
//	  latest                         → runs/<id> of the newest complete run
//	  runs/20261122T180000Z-4f2a/
//	    run.json                     what was started: see Plan
//	    snapshot/<account>/<region>.jsonl
//	    snapshot/organization.jsonl  asked once for all accounts
//	    facts/<account>/<region>.jsonl
//	    findings.jsonl  inventory.jsonl  report.*
//	    manifest.json                written last: with it the run is complete
//
// A shard is committed by one atomic put-if-absent, so a resumed run skips what
// is there, and two writers of one shard leave the first one's.
package run

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
	"holdfast/scanner/store"
)

// DefaultOut is the folder that holds runs where --out does not say otherwise.
const DefaultOut = "holdfast-out"

// Names of a run's files, relative to its folder.
const (
	Findings  = "findings.jsonl"
	Inventory = "inventory.jsonl"
	planName  = "run.json"

	organizationName = "snapshot/" + snapshot.OrganizationShard + ".jsonl"
)

// ShardName is the name of a shard: "snapshot/111122223333/eu-west-1.jsonl".
// Region is snapshot.Global for what has no Region. The shard of
// snapshot.OrganizationShard belongs to no account: there is one.
func ShardName(account, region string) string {
	if region == snapshot.OrganizationShard {
		return organizationName
	}
	return "snapshot/" + account + "/" + region + ".jsonl"
}

// FactsName is the name of a shard's facts: "facts/111122223333/eu-west-1.jsonl".
func FactsName(account, region string) string {
	return "facts/" + account + "/" + region + ".jsonl"
}

// A Plan is what a run sets out to do. It is written first, so that an
// incomplete run says what it was for.
type Plan struct {
	ID        string // "20261122T180000Z-4f2a"
	Tool      string // "holdfast 0.1.0"
	StartedAt time.Time
	Accounts  []string `json:",omitempty"` // sorted
	Regions   []string `json:",omitempty"` // sorted
	Tables    []string `json:",omitempty"` // --tables patterns; empty: all
	Config    string   `json:",omitempty"` // sha256 of holdfast.yaml, hex
}

// A Run is one folder. Its methods may be called from many goroutines.
type Run struct {
	Plan
	Dir   string
	files store.Files
	out   string
}

// Create starts a new run below out, with a fresh id and, where plan has none,
// the present time. The caller holds the lock of out.
func Create(out string, plan Plan, compress bool) (*Run, error) {
	if plan.StartedAt.IsZero() {
		plan.StartedAt = time.Now()
	}
	plan.StartedAt = plan.StartedAt.UTC().Truncate(time.Second)
	if err := os.MkdirAll(filepath.Join(out, "runs"), 0o700); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	given := plan.ID
	for {
		if given == "" {
			plan.ID = newID(plan.StartedAt)
		} else if err := checkID(given); err != nil {
			return nil, err
		}
		r := at(out, plan.ID, compress)
		err := os.Mkdir(r.Dir, 0o700)
		if errors.Is(err, fs.ErrExist) && given == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("creating run %s: %w", plan.ID, err)
		}
		r.Plan = plan
		_, err = store.Files{Dir: r.Dir}.Put(planName, func(w io.Writer) error { return writeJSON(w, plan) })
		if err != nil {
			return nil, fmt.Errorf("creating run %s: %w", plan.ID, err)
		}
		return r, nil
	}
}

// newID names a run by its start, to the second, and two random bytes.
func newID(start time.Time) string {
	var b [2]byte
	rand.Read(b[:]) // never fails
	return start.Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}

func checkID(id string) error {
	if id == "" || strings.HasPrefix(id, ".") || strings.ContainsAny(id, `/\`) {
		return fmt.Errorf("%q is not a run id; they look like 20261122T180000Z-4f2a", id)
	}
	return nil
}

func at(out, id string, compress bool) *Run {
	dir := filepath.Join(out, "runs", id)
	return &Run{Dir: dir, out: out, files: store.Files{Dir: dir, Compress: compress}}
}

// Open reads the run of that id, complete or not. Id may also be "latest", or
// the path of a run's folder wherever it is.
func Open(out, id string) (*Run, error) {
	if id == "latest" {
		return Latest(out)
	}
	var r *Run
	if info, err := os.Stat(id); err == nil && info.IsDir() && strings.ContainsRune(id, filepath.Separator) {
		r = &Run{Dir: id, out: filepath.Dir(filepath.Dir(filepath.Clean(id))), files: store.Files{Dir: id}}
	} else {
		if err := checkID(id); err != nil {
			return nil, err
		}
		r = at(out, id, false)
	}
	if err := r.readPlan(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("opening run %s: there is none below %s: %w", id, out, err)
		}
		return nil, fmt.Errorf("opening run %s: %w", id, err)
	}
	return r, nil
}

// readPlan takes the plan from run.json, or, for a run that came without it,
// from the manifest.
func (r *Run) readPlan() error {
	b, err := os.ReadFile(filepath.Join(r.Dir, planName))
	if err == nil {
		return json.Unmarshal(b, &r.Plan)
	}
	m, merr := snapshot.ReadManifest(r.Dir)
	if merr != nil {
		return errors.Join(err, merr)
	}
	r.Plan = Plan{ID: m.RunID, Tool: m.Tool, StartedAt: m.StartedAt, Accounts: m.Accounts, Regions: m.Regions, Config: m.Config}
	return nil
}

// Resume opens an incomplete run to go on with: the one of that id, or, where id
// is empty, the newest. Its committed shards are kept.
func Resume(out, id string, compress bool) (*Run, error) {
	if id == "" {
		infos, err := List(out)
		if err != nil {
			return nil, err
		}
		for _, info := range infos {
			if !info.Complete {
				id = info.ID
				break
			}
		}
		if id == "" {
			return nil, fmt.Errorf("resuming: no incomplete run below %s; start a new one without --resume", out)
		}
	}
	r, err := Open(out, id)
	if err != nil {
		return nil, err
	}
	if r.Complete() {
		return nil, fmt.Errorf("resuming run %s: it is complete; start a new one", id)
	}
	r.files.Compress = compress
	return r, nil
}

// Complete says whether the run was finished.
func (r *Run) Complete() bool {
	_, err := os.Stat(filepath.Join(r.Dir, snapshot.ManifestName))
	return err == nil
}

// Manifest reads the manifest of a complete run.
func (r *Run) Manifest() (snapshot.Manifest, error) { return snapshot.ReadManifest(r.Dir) }

func writeJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
