// Package store keeps objects that are put only if absent, on files.
//
// The first writer of a name wins and a reader never sees half an object, so that
// resumed and parallel runs need no coordination but the store itself.
package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/klauspost/compress/zstd"
)

// Suffix is what a compressed object's file has behind the object's name.
const Suffix = ".zst"

// Files is a store below one folder. Names are relative, with slashes:
// "snapshot/111122223333/eu-west-1.jsonl". Files are 0600, folders 0700.
type Files struct {
	Dir      string
	Compress bool // write name.zst; both forms are always read
}

// Put writes an object if there is none of that name. Created is false where
// there already is one; write may then not have been called, and what it wrote
// is gone. An error of write leaves nothing behind.
func (s Files) Put(name string, write func(io.Writer) error) (created bool, err error) {
	return s.put(name, write, commit)
}

// Replace writes an object, whether or not there is one of that name. A reader
// sees the old one or the new one, whole.
func (s Files) Replace(name string, write func(io.Writer) error) error {
	_, err := s.put(name, write, func(temp, path string) (bool, error) { return true, os.Rename(temp, path) })
	if err != nil {
		return err
	}
	// The other form of the same name would now be older.
	path, _ := s.path(name)
	if !s.Compress {
		path += Suffix
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing %s: removing its other form: %w", name, err)
	}
	return nil
}

func (s Files) put(name string, write func(io.Writer) error, commit func(temp, path string) (bool, error)) (bool, error) {
	path, err := s.path(name)
	if err != nil {
		return false, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	if s.Compress {
		path += Suffix
	}
	f, err := os.CreateTemp(dir, ".tmp-*") // 0600
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	defer os.Remove(f.Name())
	if err := s.fill(f, write); err != nil {
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	created, err := commit(f.Name(), path)
	if err == nil && created {
		err = syncDir(dir)
	}
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	return created, nil
}

// fill writes the object to f and closes it once it is on the disk.
func (s Files) fill(f *os.File, write func(io.Writer) error) error {
	err := func() error {
		if !s.Compress {
			return write(f)
		}
		z, err := zstd.NewWriter(f, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
		return errors.Join(write(z), z.Close())
	}()
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// commit gives the object its name, unless the name is taken: link(2) is atomic.
func commit(temp, path string) (created bool, err error) {
	err = os.Link(temp, path)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrExist):
		return false, nil
	case errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission):
		return commitByRename(temp, path)
	}
	return false, err
}

// commitByRename serves file systems without hard links: it looks and renames
// under a lock of the folder, which other processes respect too.
func commitByRename(temp, path string) (created bool, err error) {
	lock := flock.New(filepath.Join(filepath.Dir(path), ".commit"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return false, fmt.Errorf("this file system has neither hard links nor locks, choose another --out: %w", err)
	}
	defer lock.Unlock()
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return true, os.Rename(temp, path)
}

// syncDir makes a new name survive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Open reads an object, in whichever form it is. An object that is not there is
// an fs.ErrNotExist.
func (s Files) Open(name string) (io.ReadCloser, error) {
	path, err := s.path(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	f, err = os.Open(path + Suffix)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	return unpacked{z, f}, nil
}

// unpacked reads through the decoder and closes both.
type unpacked struct {
	*zstd.Decoder
	file *os.File
}

func (u unpacked) Close() error {
	u.Decoder.Close()
	return u.file.Close()
}

// Exists says whether there is an object of that name, in either form.
func (s Files) Exists(name string) (bool, error) {
	path, err := s.path(name)
	if err != nil {
		return false, err
	}
	for _, p := range []string{path, path + Suffix} {
		_, err := os.Stat(p)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("looking for %s: %w", name, err)
		}
	}
	return false, nil
}

// List returns the names that start with prefix, sorted, without the suffix of
// compressed ones. What was left half-written by a crash is not among them.
func (s Files) List(prefix string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != s.Dir {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(s.Dir, path)
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name := strings.TrimSuffix(filepath.ToSlash(rel), Suffix)
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", s.Dir, err)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// path refuses names that would leave the folder, or that List would not show.
func (s Files) path(name string) (string, error) {
	if !filepath.IsLocal(name) || strings.Contains(name, `\`) || strings.HasSuffix(name, Suffix) {
		return "", fmt.Errorf("object name %q is not a relative path inside the store", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") {
			return "", fmt.Errorf("object name %q has an empty or hidden part", name)
		}
	}
	return filepath.Join(s.Dir, filepath.FromSlash(name)), nil
}
