// Package facts turns the snapshot of one account into subjects: the tables,
// plan rules, vaults, Regions and left-over backups that rules judge, and the
// account itself, each with all that rules need to know about it.
//
// [Derive] joins and counts; it knows no thresholds and gives no verdicts. It
// reads every shard of the account once, side by side, since a copy lands in
// another Region's vault and a replica lives in another Region's shard. Recovery
// points stream: they are merged by table and kept as groups, so that memory
// depends on the number of tables, not of points.
//
// What AWS did not answer is never left out: gaps.go maps each gap of the
// snapshot to the facts that it hides.
//
// The JSON Schemas in schema/ are generated from the types in kinds.go and kind_*.go.
package facts

import (
	"cmp"
	"context"
	"io"
	"slices"
)

// An Input is the snapshot of one account.
type Input struct {
	Account string   // 12 digits
	Shards  []Shard  // all Regions of the account, and its global
	Scanned []string // accounts of this run; a replica in any other is not judged

	Previous *Previous // an earlier run of the account; nil: none
}

// A Shard is one stream of rows, as snapshot.Read understands it.
type Shard struct {
	Name string // what errors call it; its base without extension is its Region, should it not open
	Open func() (io.ReadCloser, error)
}

// Derive emits the subjects of an account, sorted by Region, kind and ARN. A
// shard that does not open hides its Region, which emit is told; a shard that
// opens and is not whole ends everything with an error, so that a cut file never
// passes for a smaller account.
func Derive(ctx context.Context, in Input, emit func(*Subject) error) error {
	a := newAccount(in)
	defer a.close()
	if err := a.read(ctx, in); err != nil {
		return err
	}
	subjects := a.subjects()
	slices.SortFunc(subjects, func(x, y *Subject) int {
		return cmp.Or(cmp.Compare(x.Region, y.Region), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ARN, y.ARN))
	})
	for _, s := range subjects {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := emit(s); err != nil {
			return err
		}
	}
	return nil
}
