//go:build unix

package authz_test

import (
	"syscall"
	"testing"
	"time"

	"holdfast/scanner/authz"
)

// The open-source simulator whose answers the vectors hold makes 13,700 to 16,200
// evaluations of them in a CPU second with its policies loaded, and 1,740 to 2,310
// with loading them; one core of a shared 2-core AMD EPYC machine.
const referenceDecisions = 16_200

// BenchmarkDecide decides the development vectors one after the other: policies
// are compiled, nothing is remembered of a request.
func BenchmarkDecide(b *testing.B) {
	var library authz.Library
	var requests []*authz.Request
	for _, v := range readVectors(b, "testdata/iam-vectors-dev.jsonl.gz") {
		requests = append(requests, v.request(b, &library))
	}
	b.ReportAllocs()
	i := 0
	before := processorTime()
	for b.Loop() {
		requests[i%len(requests)].Decide()
		i++
	}
	perSecond := float64(b.N) / (processorTime() - before).Seconds()
	b.ReportMetric(perSecond, "decisions/cpu-s")
	b.ReportMetric(referenceDecisions, "reference/cpu-s")
	b.ReportMetric(perSecond/referenceDecisions, "ratio")
}

// processorTime is what the process has used so far: the time on the wall says
// little where others work too.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
