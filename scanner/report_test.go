package scanner_test

import (
	"context"
	"testing"
	"time"

	"holdfast/internal/awssim"
	"holdfast/scanner"
)

// The job's clock may be any; readers of SARIF refuse a run that ends before it began.
func TestARunDoesNotEndBeforeItBegan(t *testing.T) {
	asUser(t, "AKIAHOLDFASTDEMO0001")
	job := newWorld(t, awssim.Demo).job(shipped(t), t.TempDir())
	job.Regions = []string{"eu-west-1"}
	kept, _, err := scanner.Scan(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	for _, clock := range []time.Time{kept.StartedAt.Add(-time.Hour), kept.StartedAt.Add(time.Hour)} {
		job.Now = clock
		in, err := scanner.ReportInput(job, kept)
		if err != nil {
			t.Fatal(err)
		}
		if in.Run.FinishedAt.Before(in.Run.StartedAt) || clock.After(in.Run.StartedAt) && !in.Run.FinishedAt.Equal(clock.UTC().Truncate(time.Second)) {
			t.Errorf("at %v the run lasts from %v to %v", clock, in.Run.StartedAt, in.Run.FinishedAt)
		}
	}
}
