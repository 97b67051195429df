package collect_test

import (
	"context"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// An organization is mostly empty Regions: what one costs, without the disk.
func BenchmarkEmptyRegion(b *testing.B) {
	b.Setenv("AWS_CA_BUNDLE", "")
	sim, err := awssim.Load(estate(1, false))
	if err != nil {
		b.Fatal(err)
	}
	w := &world{sim: sim, srv: awssim.Start(sim)}
	defer w.srv.Close()
	a := w.account(func(o *collect.Options) { o.NoLimits = false })
	b.ReportAllocs()
	for b.Loop() {
		builder := &snapshot.Builder{}
		if _, err := a.Shard(context.Background(), "us-west-2", collect.Collectors(), builder); err != nil {
			b.Fatal(err)
		}
		builder.Close()
	}
}
