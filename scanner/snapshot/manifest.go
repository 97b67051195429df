package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ManifestName is the manifest's file in a run's folder. A run that has one is complete.
const ManifestName = "manifest.json"

// A Manifest says what a run is and what its files held when it ended.
type Manifest struct {
	Format     int       // of this file and of the shards, see Format
	Tool       string    // "holdfast 0.1.0"
	RunID      string    // "20261122T180000Z-4f2a"
	Callers    []string  // ARNs that asked AWS, sorted
	Config     string    `json:",omitempty"` // sha256 of holdfast.yaml, hex
	RuleSet    string    `json:",omitempty"` // sha256 of rules and parameters, hex
	GitCommit  string    `json:",omitempty"` // of the folder that holds the configuration
	Accounts   []string  // 12 digits each, sorted
	Regions    []string  // sorted, without "global"
	StartedAt  time.Time // local clock
	FinishedAt time.Time // local clock
	Answered   bool      `json:",omitempty"` // nothing in its findings is unknown but what was expected to be
	Files      []File    // sorted by Name
}

// A File is one file of the run.
type File struct {
	Name   string // relative to the run's folder, with slashes
	Size   int64  // bytes
	SHA256 string // hex
}

// Describe hashes every file below dir, sorted by name, but for the manifest
// itself and names that start with a dot.
func Describe(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != dir {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || d.IsDir() || name == ManifestName {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		f, err := describe(path)
		f.Name = filepath.ToSlash(name)
		files = append(files, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hashing the files of %s: %w", dir, err)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

func describe(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return File{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// WriteTo writes the manifest as indented JSON.
func (m Manifest) WriteTo(w io.Writer) (int64, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("encoding the manifest: %w", err)
	}
	n, err := w.Write(append(b, '\n'))
	return int64(n), err
}

// ReadManifest reads dir's manifest. It returns an fs.ErrNotExist where there is
// none, and refuses unknown fields and newer formats.
func ReadManifest(dir string) (Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	b, err := os.ReadFile(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("reading the manifest: %w", err)
	}
	var m Manifest
	// The format first: a newer manifest may well have fields that are unknown here.
	var head struct{ Format int }
	if err := json.Unmarshal(b, &head); err != nil {
		return m, fmt.Errorf("reading %s: %w", path, err)
	}
	if head.Format > Format || head.Format < 1 {
		return m, fmt.Errorf("reading %s: format is %d, this build reads 1 to %d; upgrade holdfast, or collect again with this build", path, head.Format, Format)
	}
	if err := decodeInto(&m, b); err != nil {
		return m, fmt.Errorf("reading %s: %w", path, err)
	}
	return m, nil
}

// Verify compares the files of a run with its manifest and names the first that
// differs or is missing, or that was added to its shards or facts. Other files
// may have been added since: reports, remediation plans and their journals.
func Verify(dir string) (Manifest, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return m, err
	}
	have, err := Describe(dir)
	if err != nil {
		return m, err
	}
	return m, compareFiles(dir, m.Files, have)
}

func compareFiles(dir string, want, have []File) error {
	at := map[string]File{}
	for _, f := range have {
		at[f.Name] = f
	}
	if len(want) == 0 {
		return errors.New("verifying " + dir + ": the manifest lists no files")
	}
	for _, w := range want {
		h, ok := at[w.Name]
		delete(at, w.Name)
		switch {
		case !ok:
			return fmt.Errorf("verifying %s: %s is missing", dir, w.Name)
		case h.Size != w.Size:
			return fmt.Errorf("verifying %s: %s has %d bytes, the manifest says %d", dir, w.Name, h.Size, w.Size)
		case h.SHA256 != w.SHA256:
			return fmt.Errorf("verifying %s: %s was changed: its sha256 is %s, the manifest says %s", dir, w.Name, h.SHA256, w.SHA256)
		}
	}
	for _, h := range have {
		_, extra := at[h.Name]
		if extra && (strings.HasPrefix(h.Name, "snapshot/") || strings.HasPrefix(h.Name, "facts/")) {
			return fmt.Errorf("verifying %s: %s is not in the manifest", dir, h.Name)
		}
	}
	return nil
}
