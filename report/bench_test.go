package report_test

import (
	"io"
	"runtime"
	"testing"
	"time"

	"holdfast/report"
)

// BenchmarkWrite writes each format of many failing findings. Bars: SARIF of
// 25,000 in 3 s and 300 MiB. peak-MiB is the largest heap that was seen while
// writing, without the findings themselves.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{25_000, 100_000} {
		in := inputOf(manyFindings(n))
		for _, f := range report.Formats() {
			b.Run(f.Name+"/"+map[int]string{25_000: "25k", 100_000: "100k"}[n], func(b *testing.B) {
				peak := watchHeap()
				for b.Loop() {
					if err := f.Write(io.Discard, in); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(peak(), "peak-MiB")
			})
		}
	}
}

// watchHeap samples the heap until the function it returns is called, which
// gives the largest growth in MiB.
func watchHeap() func() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-done
		return float64(most-before) / (1 << 20)
	}
}
