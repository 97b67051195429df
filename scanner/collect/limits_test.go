package collect

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// asks lets 16 workers ask as fast as they may for a minute, and returns when.
func asks(l *limits, operation string, d time.Duration) []time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var mu sync.Mutex
	var times []time.Time
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for l.of(operation).wait(ctx) == nil {
				mu.Lock()
				times = append(times, time.Now())
				mu.Unlock()
				l.of(operation).heard(false)
			}
		})
	}
	wg.Wait()
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// most is the largest number of times, which are sorted, in any sliding second.
func most(times []time.Time) (n int) {
	first := 0
	for last, t := range times {
		for t.Sub(times[first]) >= time.Second {
			first++
		}
		n = max(n, last-first+1)
	}
	return n
}

// A documented limit is never exceeded in any second, and used to within 5 % of the share.
func TestPaceStaysWithinTheDocumentedLimit(t *testing.T) {
	for operation, limit := range documented {
		for _, share := range []float64{0.1, 0.5, 1} {
			t.Run(fmt.Sprint(operation, share), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					times := asks(newLimits(share, nil), operation, time.Minute)
					allowed := limit.perSecond * share
					if n := most(times); float64(n) > math.Ceil(allowed) {
						t.Errorf("%d in one second, limit %v", n, allowed)
					}
					if rate := float64(len(times)) / 60; rate < 0.95*allowed-0.02 || rate > allowed {
						t.Errorf("%.2f per second, want within 5 %% of %v", rate, allowed)
					}
				})
			})
		}
	}
}

func TestAccountWideLimitIsSharedByRegions(t *testing.T) {
	account := newLimits(1, nil)
	a, b := newLimits(1, account), newLimits(1, account)
	if a.of("dynamodb:ListTagsOfResource") != b.of("dynamodb:ListTagsOfResource") {
		t.Error("each Region has its own ListTagsOfResource")
	}
	if a.of("dynamodb:ListBackups") == b.of("dynamodb:ListBackups") {
		t.Error("Regions share ListBackups")
	}
}

// Where AWS says no number, throttling halves the rate once, not once for each
// request under way, and answers bring it back.
func TestPaceAdapts(t *testing.T) {
	p := newPace(40, 1, 200)
	rise := func(n int) float64 {
		for range n {
			p.heard(false)
		}
		return p.now
	}
	high := rise(10)
	if high <= 40 {
		t.Errorf("after answers %v, want more than 40", high)
	}
	for range 16 {
		p.heard(true)
	}
	if p.now != high/2 {
		t.Errorf("after 16 throttles %v, want %v", p.now, high/2)
	}
	for range 100 {
		p.heard(true)
		p.heard(false)
		p.heard(false)
	}
	if p.now < 1 || p.now > 10 {
		t.Errorf("under steady throttling %v, want near the least", p.now)
	}
	if rise(10_000) != 200 {
		t.Errorf("in calm %v, want the most", p.now)
	}
}

func TestPauseHasFullJitterAndAnEnd(t *testing.T) {
	for attempt, most := range map[int]time.Duration{1: 200 * time.Millisecond, 3: 800 * time.Millisecond, 7: 12800 * time.Millisecond, 8: maxPause, 70: maxPause} {
		var low, high time.Duration = time.Hour, 0
		for range 2000 {
			d := pause(200*time.Millisecond, attempt)
			low, high = min(low, d), max(high, d)
		}
		if high > most || high < most*9/10 || low > most/10 {
			t.Errorf("attempt %d: %v to %v, want 0 to %v", attempt, low, high, most)
		}
	}
}
