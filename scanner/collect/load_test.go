package collect_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// estate is one Region with so many tables, each backed up daily for 400 days.
func estate(tables int, points bool) []byte {
	s := fmt.Sprintf(`clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: %s}]
    empty_regions: [us-west-2]
    regions:
      - name: us-east-1
        tables: [{name: Table, count: %d}]
`, ourKey, tables)
	if points {
		s += `        vaults: [{name: vault}]
        plans:
          - name: plan
            created: 400d
            rules: [{name: daily, vault: vault, schedule: "cron(0 3 ? * * *)", lifecycle: {delete_after_days: 500}}]
            selections: [{name: all, resources: ["table/*"]}]
`
	}
	return []byte(s)
}

// Against a service that counts strictly, no request is one too many, and the
// slowest limit is what the scan takes.
func TestScanStaysWithinTheLimits(t *testing.T) {
	w := newWorld(t, estate(18, false))
	w.sim.Limits = &awssim.Limiter{PerSecond: awssim.DocumentedLimits()}
	a := w.account(func(o *collect.Options) { o.NoLimits, o.RateShare = false, 0.8 })
	start := time.Now()
	s := collected(t, a, "us-east-1")
	if took := time.Since(start); took < 2100*time.Millisecond {
		t.Errorf("took %v: 18 tables at 8 per second take longer", took)
	}
	if len(s.gaps) > 0 || len(w.sim.Throttled()) > 0 {
		t.Errorf("gaps %v, throttled %v", s.gaps, w.sim.Throttled())
	}
}

func BenchmarkShard(b *testing.B) {
	for _, tables := range []int{25, 250, 2500} {
		b.Run(fmt.Sprintf("tables=%d", tables), func(b *testing.B) {
			b.Setenv("AWS_CA_BUNDLE", "")
			sim, err := awssim.Load(estate(tables, true))
			if err != nil {
				b.Fatal(err)
			}
			w := &world{sim: sim, srv: awssim.Start(sim)}
			defer w.srv.Close()
			a := w.account(nil)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				builder := &snapshot.Builder{}
				if _, err := a.Shard(context.Background(), "us-east-1", collect.Collectors(), builder); err != nil {
					b.Fatal(err)
				}
				runtime.ReadMemStats(&after)
				var size countingWriter
				if _, err := builder.WriteTo(&size); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(size))
				builder.Close()
			}
			b.ReportMetric(float64(int64(after.HeapInuse)-int64(before.HeapInuse))/(1<<20), "MiB-more-heap")
		})
	}
}

type countingWriter int64

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
