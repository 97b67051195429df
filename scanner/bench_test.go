package scanner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"holdfast/internal/awssim"
	"holdfast/scanner"
	"holdfast/scanner/collect"
)

// BenchmarkCollectWithinLimits reads one Region of an AWS that counts requests in
// strict sliding seconds. What limits it is DescribeContinuousBackups: %share is
// how much of the configured share of its 10 a second was used, and throttled/1000
// how many of all requests were refused.
func BenchmarkCollectWithinLimits(b *testing.B) {
	const slowest = "dynamodb:DescribeContinuousBackups"
	asUser(b, "AKIABENCH")
	policy := shipped(b)
	for _, share := range []float64{0.5, 0.9} {
		b.Run(fmt.Sprintf("share=%.1f", share), func(b *testing.B) {
			for b.Loop() {
				w := newWorld(b, estate(200, 0, 2))
				w.Limits = &awssim.Limiter{PerSecond: awssim.DocumentedLimits()}
				var mu sync.Mutex
				var first, last time.Time
				requests := 0
				w.Record = func(e awssim.Exchange) {
					mu.Lock()
					defer mu.Unlock()
					requests++
					if e.Operation == slowest && e.Status == 200 {
						if last = time.Now(); first.IsZero() {
							first = last
						}
					}
				}
				job := w.job(policy, b.TempDir())
				job.AWS = collect.Options{EndpointURL: w.url, RateShare: share}
				if _, err := scanner.Collect(context.Background(), job); err != nil {
					b.Fatal(err)
				}
				throttled := 0
				for _, n := range w.Throttled() {
					throttled += n
				}
				answered := w.Calls()[slowest] - w.Throttled()[slowest]
				perSecond := float64(answered-1) / last.Sub(first).Seconds()
				b.ReportMetric(perSecond, "calls/s")
				b.ReportMetric(100*perSecond/(10*share), "%share")
				b.ReportMetric(1000*float64(throttled)/float64(requests), "throttled/1000")
			}
		})
	}
}

// BenchmarkAccount is an account of 2,500 tables with 400 points each, from the
// first call to the last finding, without limits. The scan runs in a process of its
// own, whose peak memory is measured; the simulator shares the machine.
func BenchmarkAccount(b *testing.B) {
	asUser(b, "AKIABENCH")
	w := newWorld(b, estate(2500, 399, 1))
	for b.Loop() {
		before := w.Calls()
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), scanOnly+"="+w.url, scanOut+"="+b.TempDir())
		child.Stderr = os.Stderr
		out, err := child.Output()
		if err != nil {
			b.Fatal(err)
		}
		var m measured
		if err := json.Unmarshal(out, &m); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(m.Collect, "s-collect")
		b.ReportMetric(m.Derive, "s-derive")
		b.ReportMetric(m.Evaluate, "s-evaluate")
		b.ReportMetric((child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds(), "s-cpu") // what a busy machine does not change
		b.ReportMetric(m.PeakMiB, "MiB-peak")
		b.ReportMetric(float64(m.Findings), "findings")
		calls := 0
		for operation, n := range w.Calls() {
			if n -= before[operation]; n > 0 {
				b.Logf("%6d %s", n, operation)
			}
			calls += n
		}
		b.ReportMetric(float64(calls), "calls")
	}
}

// estate is one Region of tables that one plan backs up daily, so that each has
// points for as many days as the plan is old.
func estate(tables, days, vaults int) []byte {
	text := fmt.Sprintf(`
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIABENCH, user: auditor}]
    regions:
      - name: eu-west-1
        tables:
          - {name: table, count: %d, created: 500d, tags: {backup: daily}, pitr: {}, deletion_protection: true}
        plans:
          - name: nightly
            created: %dd
            rules: [{name: night, vault: vault-0, schedule: "cron(0 3 ? * * *)", start_window_minutes: 60, lifecycle: {delete_after_days: 1000}}]
            selections: [{name: tagged, tags: [{key: backup, value: daily}]}]
        vaults:
`, tables, days+1)
	for i := range vaults {
		text += fmt.Sprintf("          - {name: vault-%d, lock: {min_retention_days: 7, lock_date: 100d}}\n", i)
	}
	return []byte(text)
}

// The environment of a process that scans and reports what it took.
const (
	scanOnly = "HOLDFAST_BENCH_ENDPOINT"
	scanOut  = "HOLDFAST_BENCH_OUT"
)

// measured is what a scan took: seconds, and the peak of resident memory.
type measured struct {
	Collect, Derive, Evaluate float64
	PeakMiB                   float64
	Findings                  int
}

func TestMain(m *testing.M) {
	if url := os.Getenv(scanOnly); url != "" {
		if err := scanAlone(url, os.Getenv(scanOut)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func scanAlone(url, out string) error {
	policy, err := load()
	if err != nil {
		return err
	}
	w := &world{url: url, Simulator: &awssim.Simulator{Clock: awssim.NewClock(time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC))}}
	job := w.job(policy, out)
	job.Parallel = 0
	var m measured
	start := time.Now()
	lap := func(seconds *float64) { *seconds, start = time.Since(start).Seconds(), time.Now() }
	kept, err := scanner.Collect(context.Background(), job)
	if err != nil {
		return err
	}
	lap(&m.Collect)
	if err := scanner.Derive(context.Background(), kept, nil); err != nil {
		return err
	}
	lap(&m.Derive)
	summary, err := scanner.Evaluate(context.Background(), job, kept)
	if err != nil {
		return err
	}
	lap(&m.Evaluate)
	m.Findings, m.PeakMiB = summary.Findings, peakMiB()
	return json.NewEncoder(os.Stdout).Encode(m)
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMiB is the peak of this process's resident memory, 0 where the system does
// not say.
func peakMiB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	if found := highWater.FindSubmatch(status); found != nil {
		kib, _ := strconv.ParseFloat(string(found[1]), 64)
		return kib / 1024
	}
	return 0
}
