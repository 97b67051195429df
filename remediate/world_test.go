package remediate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/policies"
	"holdfast/remediate"
	"holdfast/scanner"
	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/run"
)

// A world is a simulated AWS that listens, and what was written to it.
type world struct {
	*awssim.Simulator
	url string

	mu     sync.Mutex
	writes []awssim.Exchange // in order; only those that AWS took
	asked  map[string]bool   // operations
	after  func(awssim.Exchange)
}

const (
	account = "111122223333"
	key     = "AKIAONE"
)

func newWorld(t testing.TB, scenario string) *world {
	t.Helper()
	sim, err := awssim.Load([]byte(scenario))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Simulator: sim, asked: map[string]bool{}}
	sim.Record = w.record
	server := awssim.Start(sim)
	t.Cleanup(server.Close)
	w.url = server.URL
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	return w
}

// somebody is who else changes things: their calls are not among the writes.
const somebody = "AKIATWO"

func (w *world) record(e awssim.Exchange) {
	w.mu.Lock()
	w.asked[e.Operation] = true
	if isWrite(e) && e.Status >= 200 && e.Status < 300 && e.Caller == "arn:aws:iam::"+account+":user/remediator" {
		w.writes = append(w.writes, e)
	}
	after := w.after
	w.mu.Unlock()
	if after != nil && e.Caller != "arn:aws:iam::"+account+":user/somebody" {
		after(e)
	}
}

// then calls f after each request of the remediator, before its answer goes out.
func (w *world) then(f func(awssim.Exchange)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.after = f
}

func isWrite(e awssim.Exchange) bool {
	_, operation, _ := bytes.Cut([]byte(e.Operation), []byte(":"))
	for _, verb := range []string{"List", "Get", "Describe", "AssumeRole"} {
		if bytes.HasPrefix(operation, []byte(verb)) {
			return false
		}
	}
	return true
}

// written are the operations that AWS took, sorted.
func (w *world) written() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, e := range w.writes {
		all = append(all, e.Operation)
	}
	slices.Sort(all)
	return all
}

func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes, w.asked = nil, map[string]bool{}
}

func (w *world) config(key string) aws.Config {
	return aws.Config{Region: "eu-west-1", BaseEndpoint: aws.String(w.url), Credentials: credentials.NewStaticCredentialsProvider(key, "simulated", ""), RetryMaxAttempts: 1}
}

func (w *world) dynamodb() *dynamodb.Client { return dynamodb.NewFromConfig(w.config(somebody)) }
func (w *world) backup() *backup.Client     { return backup.NewFromConfig(w.config(somebody)) }

var shipped = sync.OnceValues(func() (*evaluate.Policy, error) { return evaluate.Load(evaluate.Tree{FS: policies.FS}) })

func (w *world) job(t testing.TB, cfg string) scanner.Job {
	t.Helper()
	policy, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := config.Parse("holdfast.yaml", []byte(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return scanner.Job{Config: parsed, Policy: policy, Tool: "holdfast test", Out: t.TempDir(), Now: w.Clock.Now(),
		AWS: collect.Options{EndpointURL: w.url, NoLimits: true, Version: "test", BackoffBase: time.Millisecond}}
}

// scan scans the world, and returns the run.
func (w *world) scan(t testing.TB, job scanner.Job) *run.Run {
	t.Helper()
	kept, _, err := scanner.Scan(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func (w *world) plan(t testing.TB, job scanner.Job, o remediate.Options) *remediate.Plan {
	t.Helper()
	o.Tool = "holdfast test"
	plan, err := scanner.PlanRemediation(w.scan(t, job), o)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// planned scans and plans with the given configuration.
func (w *world) planned(t testing.TB, cfg string, actions ...string) *remediate.Plan {
	t.Helper()
	o := remediate.Options{}
	if len(actions) > 0 {
		var err error
		if o.Actions, err = remediate.Matching(actions); err != nil {
			t.Fatal(err)
		}
	}
	return w.plan(t, w.job(t, cfg), o)
}

// applier does the plan with what the journal at a path says.
func (w *world) applier(t testing.TB, plan *remediate.Plan, journal string) *remediate.Applier {
	t.Helper()
	opened, err := accounts(w.url, plan)
	if err != nil {
		t.Fatal(err)
	}
	j, err := remediate.OpenJournal(journal)
	if err != nil {
		t.Fatal(err)
	}
	j.DoNotSync()
	t.Cleanup(func() { j.Close() })
	return &remediate.Applier{Plan: plan, Journal: j, Accounts: opened, Tool: "holdfast test", Doubt: 100 * time.Millisecond, Pause: 5 * time.Millisecond, Rate: -1}
}

// accounts opens the accounts of a plan with the credentials of the environment.
func accounts(url string, plan *remediate.Plan) (map[string]remediate.Account, error) {
	all := map[string]remediate.Account{}
	for _, id := range plan.Accounts() {
		cfg, err := collect.Load(context.Background(), collect.Options{EndpointURL: url})
		if err != nil {
			return nil, err
		}
		who, err := collect.Identify(context.Background(), cfg)
		if err != nil {
			return nil, err
		}
		all[id] = remediate.Account{Config: cfg, ID: who.Account, ARN: who.ARN}
	}
	return all, nil
}

func (w *world) apply(t testing.TB, plan *remediate.Plan) remediate.Result {
	t.Helper()
	result, _ := w.applyInto(t, plan, filepath.Join(t.TempDir(), "journal.jsonl"))
	return result
}

func (w *world) applyInto(t testing.TB, plan *remediate.Plan, journal string) (remediate.Result, []remediate.Record) {
	t.Helper()
	a := w.applier(t, plan, journal)
	result, err := a.Apply(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	a.Journal.Close()
	return result, records(t, journal)
}

func records(t testing.TB, journal string) []remediate.Record {
	t.Helper()
	f, err := os.Open(journal)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := remediate.ReadJournal(f, journal)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// reread writes a plan and reads it back, as a file goes through a person's hands.
func reread(t testing.TB, plan *remediate.Plan) *remediate.Plan {
	t.Helper()
	var b bytes.Buffer
	if _, err := plan.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := remediate.ReadPlan(&b, "plan.json")
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func ofAction(plan *remediate.Plan, action string) (all []remediate.Change) {
	for _, c := range plan.Changes {
		if c.Action == action {
			all = append(all, c)
		}
	}
	return all
}

func verdicts(r remediate.Result) map[string]int {
	n := map[string]int{}
	for _, e := range r.Events {
		n[e.Verdict]++
	}
	return n
}

func whys(r remediate.Result) (all []string) {
	for _, e := range r.Events {
		if e.Why != "" {
			all = append(all, e.Change.Action+": "+e.Why)
		}
	}
	return all
}

func indented(v any) string {
	text, _ := json.MarshalIndent(v, "", "  ")
	return string(text)
}
