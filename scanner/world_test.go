package scanner_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/policies"
	"holdfast/scanner"
	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

// shipped is the policy of this build.
func shipped(t testing.TB) *evaluate.Policy {
	t.Helper()
	policy, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func load() (*evaluate.Policy, error) { return evaluate.Load(evaluate.Tree{FS: policies.FS}) }

// A world is a simulated AWS that listens.
type world struct {
	*awssim.Simulator
	url string
}

func newWorld(t testing.TB, scenario []byte) *world {
	t.Helper()
	sim, err := awssim.Load(scenario)
	if err != nil {
		t.Fatal(err)
	}
	server := awssim.Start(sim)
	t.Cleanup(server.Close)
	return &world{sim, server.URL}
}

// asUser lets the SDK's default chain find one access key, and nothing of the
// machine's own.
func asUser(t testing.TB, key string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

// job is a scan of the world into a folder, impatient and without limits.
func (w *world) job(policy *evaluate.Policy, out string) scanner.Job {
	return scanner.Job{
		Config: config.Default(), Policy: policy, Tool: "holdfast test", Out: out, Now: w.Clock.Now(), Parallel: 1,
		AWS: collect.Options{
			EndpointURL: w.url, NoLimits: true, Version: "test",
			MaxAttempts: 3, BackoffBase: time.Millisecond, AttemptTimeout: 20 * time.Second, CallTimeout: time.Minute,
		},
	}
}

// A verdict is what a scan ended with.
type verdict struct {
	findings []*finding.Finding
	summary  finding.Summary
}

// of is one finding, by rule and the name of its subject.
func (v verdict) of(rule, name string) *finding.Finding {
	for _, f := range v.findings {
		if f.Rule == rule && f.Name == name {
			return f
		}
	}
	return &finding.Finding{Message: "there is no such finding"}
}

// scan runs the arrows up to the findings. An error means that there are none.
func scan(ctx context.Context, job scanner.Job) (verdict, error) {
	kept, err := scanner.Collect(ctx, job)
	if err != nil {
		return verdict{}, err
	}
	if err := scanner.Derive(ctx, kept, nil); err != nil {
		return verdict{}, err
	}
	if _, err := scanner.Evaluate(ctx, job, kept); err != nil {
		return verdict{}, err
	}
	return readVerdict(kept)
}

func readVerdict(kept *run.Run) (v verdict, err error) {
	file, err := os.Open(filepath.Join(kept.Dir, run.Findings))
	if err != nil {
		return v, err
	}
	defer file.Close()
	reader, err := finding.Read(file, run.Findings)
	if err != nil {
		return v, err
	}
	for f, err := range reader.Findings() {
		if err != nil {
			return v, err
		}
		v.findings = append(v.findings, f)
	}
	v.summary, err = reader.Summary()
	return v, err
}
