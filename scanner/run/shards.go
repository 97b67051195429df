package run

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"holdfast/scanner/snapshot"
)

// A Shard names one shard of a run.
type Shard struct {
	Account string // 12 digits
	Region  string // "eu-west-1", or snapshot.Global
}

// Committed says whether the shard is there; a resumed run then skips it.
func (r *Run) Committed(account, region string) (bool, error) {
	return r.files.Exists(ShardName(account, region))
}

// PutShard commits a shard, unless it is there already.
func (r *Run) PutShard(account, region string, b *snapshot.Builder) (created bool, err error) {
	return r.files.Put(ShardName(account, region), func(w io.Writer) error {
		_, err := b.WriteTo(w)
		return err
	})
}

// Shards lists the committed shards of accounts, by account, then Region. The
// organization's, if there is one, is not among them.
func (r *Run) Shards() ([]Shard, error) { return r.list("snapshot/") }

// Facts lists the Regions whose facts were worked out, by account, then Region.
func (r *Run) Facts() ([]Shard, error) { return r.list("facts/") }

func (r *Run) list(folder string) ([]Shard, error) {
	names, err := r.files.List(folder)
	if err != nil {
		return nil, err
	}
	var shards []Shard
	for _, name := range names {
		if name == organizationName {
			continue
		}
		account, file, ok := strings.Cut(strings.TrimPrefix(name, folder), "/")
		region, jsonl := strings.CutSuffix(file, ".jsonl")
		if !ok || !jsonl || strings.Contains(region, "/") {
			return nil, fmt.Errorf("listing %s of run %s: %s is not one of its files", folder, r.ID, name)
		}
		shards = append(shards, Shard{account, region})
	}
	return shards, nil
}

// ReadShard streams a shard's rows as snapshot.Read does; errors name its file.
func (r *Run) ReadShard(account, region string) iter.Seq2[snapshot.Row, error] {
	return func(yield func(snapshot.Row, error) bool) {
		name := ShardName(account, region)
		f, err := r.files.Open(name)
		if err != nil {
			yield(snapshot.Row{}, err)
			return
		}
		defer f.Close()
		for row, err := range snapshot.Read(f, name) {
			if !yield(row, err) {
				return
			}
		}
	}
}

// Open reads a file of the run, compressed or not.
func (r *Run) Open(name string) (io.ReadCloser, error) { return r.files.Open(name) }

// Write writes a file of the run, atomically, over what was there.
// Facts are compressed as shards are; everything else is for people and other
// tools, and is not.
func (r *Run) Write(name string, write func(io.Writer) error) error {
	files := r.files
	files.Compress = files.Compress && strings.HasPrefix(name, "facts/")
	return files.Replace(name, write)
}
