package collect

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/scanner/snapshot"
)

// Each point comes out once; what is asked about is the oldest and the newest of
// each group that should be cold, whatever the order of the pages.
func TestColdSample(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var points []*snapshot.RecoveryPoint
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			age := rapid.IntRange(0, 60).Draw(t, "age")
			created := now.AddDate(0, 0, -age)
			p := &snapshot.RecoveryPoint{ResourceArn: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "table"), CreationDate: &created, RecoveryPointArn: fmt.Sprint(i)}
			if days := rapid.SampledFrom([]int64{0, 10, 30}).Draw(t, "cold"); days > 0 {
				at := created.AddDate(0, 0, int(days))
				p.Lifecycle = &snapshot.Lifecycle{MoveToColdStorageAfterDays: &days}
				p.CalculatedLifecycle = &snapshot.CalculatedLifecycle{MoveToColdStorageAt: &at}
			}
			points = append(points, p)
		}
		want := map[string]bool{}
		for _, p := range points {
			due := func(p *snapshot.RecoveryPoint) bool {
				c := p.CalculatedLifecycle
				return c != nil && !now.Before(c.MoveToColdStorageAt.AddDate(0, 0, 2))
			}
			first, last := due(p), due(p)
			for _, q := range points {
				if due(q) && groupKey(q) == groupKey(p) {
					first = first && !before(q, p)
					last = last && !before(p, q)
				}
			}
			if first || last {
				want[p.RecoveryPointArn] = true
			}
		}
		s := &coldSample{now: now, groups: map[string]*coldest{}}
		seen := map[string]int{}
		for _, p := range rapid.Permutation(points).Draw(t, "order") {
			for _, out := range s.pass(p) {
				seen[out.RecoveryPointArn]++
			}
		}
		for _, p := range s.held() {
			seen[p.RecoveryPointArn]++
			if !want[p.RecoveryPointArn] {
				t.Fatalf("asks about %s", p.RecoveryPointArn)
			}
			delete(want, p.RecoveryPointArn)
		}
		if len(want) > 0 || len(seen) != len(points) {
			t.Fatalf("not asked about %v; %d of %d points came out", want, len(seen), len(points))
		}
		for arn, n := range seen {
			if n != 1 {
				t.Fatalf("%s came out %d times", arn, n)
			}
		}
	})
}
