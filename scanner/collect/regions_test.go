package collect_test

import (
	"context"
	"slices"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// A scan of the one Region that it knows of must not look complete because AWS
// lists the others a moment later.
func TestRegionsThatWereNotListedStayAGap(t *testing.T) {
	for what, fault := range map[string]awssim.Fault{
		"the first time":  {Kind: "error-500-html", Operation: "account:ListRegions", From: 1},
		"the second time": {Kind: "error-500-html", Operation: "account:ListRegions", From: 2},
		"both times":      {Kind: "error-500-html", Operation: "account:ListRegions"},
		"the second page": {Kind: "error-500-html", Operation: "account:ListRegions", From: 2, To: 2},
		"never":           {Kind: "error-500-html", Operation: "account:ListRegions", From: 99},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, scenario)
			if what == "the second page" {
				w.sim.PageSize = 1
			}
			w.sim.Faults.Add(fault)
			a := w.account(func(o *collect.Options) { o.MaxAttempts = 1 })
			regions, gap, err := a.Regions(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if all := slices.Contains(regions, "eu-west-1") && slices.Contains(regions, "us-east-1"); all == (gap != nil) {
				t.Errorf("Regions %v, gap %v", regions, gap)
			}
			var s shard
			err = a.Collect(context.Background(), []string{snapshot.Global}, collect.Collectors(),
				func(_ string, _ collect.Result, b *snapshot.Builder) error { s = parse(t, b); return nil })
			if err != nil {
				t.Fatal(err)
			}
			want := 1
			if what == "never" {
				want = 0
			}
			if len(s.gaps) != want || want == 1 && s.gaps[0].Operation != "account:ListRegions" {
				t.Errorf("gaps %+v, want %d of account:ListRegions", s.gaps, want)
			}
		})
	}
}
