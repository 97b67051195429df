package conformance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/config"
	"holdfast/policies"
	"holdfast/scanner"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
	"holdfast/scanner/snapshot"
)

const region = "eu-west-1"

// conformance skips a test that conformance/run has not asked for: it needs tools
// that Go does not bring.
func conformance(t *testing.T) {
	t.Helper()
	if os.Getenv("HOLDFAST_CONFORMANCE") == "" {
		t.Skip("conformance/run runs it")
	}
}

// credentials are the SDK's default chain, with nothing of the user's own in it.
func credentials(t *testing.T, key, secret string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": region,
		"AWS_CA_BUNDLE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// A scan is what the product makes of an endpoint.
type scan struct {
	kept     *run.Run
	rows     map[string]any    // "222222222222/eu-west-1/table/theirs" → the row
	gaps     []snapshot.Gap    // of all shards
	asked    map[string]bool   // operations that were asked, answered or not
	verdicts map[string]string // "table.pitr_enabled 222222222222/eu-west-1/table/theirs" → status
}

// scans asks one endpoint again and again, with the rules compiled once.
type scans struct{ job scanner.Job }

func newScans(t *testing.T, url, configuration string) *scans {
	t.Helper()
	cfg, err := config.Parse("conformance.yaml", []byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := evaluate.Load(evaluate.Tree{Name: "policies", FS: policies.FS})
	if err != nil {
		t.Fatal(err)
	}
	job := scanner.Job{Config: cfg, Policy: policy, Tool: "holdfast conformance", Regions: []string{region}, Out: t.TempDir()}
	job.AWS.EndpointURL, job.AWS.Version, job.AWS.NoLimits = url, "conformance", true
	job.AWS.MaxAttempts, job.AWS.BackoffBase = 2, time.Millisecond
	job.AWS.Organization, job.AWS.LookupEvents = true, true // all that there is to ask
	return &scans{job}
}

func (s *scans) scan(t *testing.T) scan {
	t.Helper()
	kept, _, err := scanner.Scan(context.Background(), s.job)
	if err != nil {
		t.Fatal(err)
	}
	out := scan{kept: kept, rows: map[string]any{}, asked: map[string]bool{}, verdicts: map[string]string{}}
	shards, err := kept.Shards()
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range append(shards, run.Shard{Region: snapshot.OrganizationShard}) {
		for row, err := range kept.ReadShard(shard.Account, shard.Region) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Call != nil {
				out.asked[row.Call.Operation] = true
			}
			if row.Gap != nil {
				out.gaps = append(out.gaps, *row.Gap)
			} else if kind, value := content(t, row); kind != "" {
				out.rows[unique(out.rows, fmt.Sprintf("%s/%s/%s/%s", shard.Account, shard.Region, kind, nameOf(value)))] = value
			}
		}
	}
	out.readVerdicts(t)
	return out
}

func (s *scan) readVerdicts(t *testing.T) {
	t.Helper()
	file, err := s.kept.Open(run.Findings)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, err := finding.Read(file, run.Findings)
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range reader.Findings() {
		if err != nil {
			t.Fatal(err)
		}
		s.verdicts[fmt.Sprintf("%s %s/%s/%s/%s", f.Rule, f.Account, f.Region, f.Subject, f.Name)] = string(f.Status)
	}
}

// of keeps the gaps of some services.
func of(gaps []snapshot.Gap, services []string) []snapshot.Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g snapshot.Gap) bool { return !slices.Contains(services, serviceOf(g.Operation)) })
}

// serviceOf is "backup" for "backup:ListBackupVaults".
func serviceOf(operation string) string {
	service, _, _ := strings.Cut(operation, ":")
	return service
}

// content is the row as JSON, and its kind; "" for what differs in every run. Of
// the header it is who asked.
func content(t *testing.T, row snapshot.Row) (kind string, value map[string]any) {
	t.Helper()
	switch {
	case row.Header != nil:
		return "caller", map[string]any{"Caller": row.Header.Caller}
	case row.Call != nil || row.End != nil:
		return "", nil
	}
	data, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var line map[string]map[string]any
	if err := json.Unmarshal(data, &line); err != nil {
		t.Fatal(err)
	}
	for kind, value = range line {
	}
	return kind, value
}

// nameOf is what people call the thing of a row.
func nameOf(row map[string]any) string {
	for _, field := range []string{"TableName", "BackupName", "BackupVaultName", "BackupPlanName", "SelectionName", "RegionName", "AlarmName", "FilterName",
		"TopicArn", "TrailARN", "Id", "Arn"} {
		if name, ok := row[field].(string); ok && (field != "TableName" || row["BackupName"] == nil) {
			return name
		}
	}
	return ""
}

// unique numbers the names that are there already.
func unique(rows map[string]any, name string) string {
	for n, numbered := 2, name; ; n++ {
		if rows[numbered] == nil {
			return numbered
		}
		numbered = fmt.Sprintf("%s#%d", name, n)
	}
}
