package report_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast/report"
	"holdfast/scanner/source"
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

// BenchmarkCode writes SARIF of findings that point into code: 25,000 tables, each
// with a block of its own.
func BenchmarkCode(b *testing.B) {
	const n = 25_000
	var code strings.Builder
	for i := range n {
		fmt.Fprintf(&code, "resource \"aws_dynamodb_table\" \"t%06d\" {\n  name = \"table-%06d\"\n}\n", i, i)
		if i%500 == 499 {
			code.WriteString("-- \n")
		}
	}
	dir := b.TempDir()
	for i, text := range strings.Split(code.String(), "-- \n") {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("tables%d.tf", i)), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	in := inputOf(manyFindings(n))
	format, err := report.Lookup("sarif")
	if err != nil {
		b.Fatal(err)
	}
	peak := watchHeap()
	for b.Loop() {
		tree, err := source.Read(dir)
		if err != nil {
			b.Fatal(err)
		}
		in.Sources = &report.Sources{Definitions: map[string]source.Definition{}, Text: tree.Text}
		for i := range n {
			name := fmt.Sprintf("table-%06d", i)
			d, ok := tree.Find(source.Resource{Kind: source.KindTable, Account: prod, Region: dublin, Name: name})
			if !ok {
				b.Fatalf("%s is not found", name)
			}
			in.Sources.Definitions[tableARN(prod, dublin, name)] = d
		}
		if err := format.Write(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(peak(), "peak-MiB")
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
