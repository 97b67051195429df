package evaluate_test

import (
	"runtime"
	"runtime/metrics"
	"syscall"
	"time"

	"holdfast/scanner/facts"
)

// processor is the time that this process has taken of all cores, garbage
// collection included.
func processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func perTable(took time.Duration, n int) float64 {
	return float64(took) / float64(n) / float64(time.Microsecond)
}

// watchHeap returns a function that ends the watch, and says by how many bytes
// the heap grew at most.
func watchHeap() func() uint64 {
	runtime.GC()
	before, most := heapSize(), uint64(0)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				if now := heapSize(); now > before {
					most = max(most, now-before)
				}
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-stopped
		return most
	}
}

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// differ makes a table like no other in whatever rules look at.
func differ(t *facts.Table, i int) {
	t.Tags = append(t.Tags, facts.Tag{Key: "n", Value: itoa(i)})
	t.Protections = append([]facts.Protection{}, t.Protections...)
	t.Protections[0].SelectionName = itoa(i)
	t.Coverage.Warnings = []string{itoa(i)}
	t.Coverage.RetentionSteps = append([]facts.RetentionStep{}, t.Coverage.RetentionSteps...)
	t.Coverage.RetentionSteps[0].FromDays = -i
}
