package awssim_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"holdfast/internal/awssim"
)

// A scenario that is wrong says where.
func TestScenarioErrors(t *testing.T) {
	region := func(text string) string {
		return "clock: 2026-06-30T12:00:00Z\naccounts:\n  - id: \"111111111111\"\n    regions:\n      - name: eu-west-1\n" + text
	}
	for _, tt := range []struct{ name, yaml, want string }{
		{"unknown key", region("        tabels: []\n"), "line 6: field tabels not found"},
		{"unknown key deep down", region("        tables:\n          - {name: orders, pitr: {day: 3}}\n"), "line 7: field day not found"},
		{"no time", region("        tables:\n          - {name: orders, created: yesterday}\n"), `line 7: "yesterday" is no time`},
		{"no clock", "accounts: []\n", "no clock"},
		{"no accounts", "clock: 2026-06-30T12:00:00Z\n", "no accounts"},
		{"two documents", region("") + "---\nclock: 2026-06-30T12:00:00Z\n", "more than one document"},
		{"account id", "clock: 2026-06-30T12:00:00Z\naccounts: [{id: 12}]\n", "12 digits"},
		{"account twice", "clock: 2026-06-30T12:00:00Z\naccounts: [{id: \"111111111111\"}, {id: \"111111111111\"}]\n", "account 111111111111: it is there twice"},
		{"table twice", region("        tables: [{name: orders}, {name: orders}]\n"), "region eu-west-1: table orders"},
		{"table policy", region("        tables: [{name: orders, policy: nonsense}]\n"), "no JSON"},
		{"vault name", region("        vaults: [{name: a b}]\n"), `vault "a b"`},
		{"vault bounds", region("        vaults: [{name: near, lock: {min_retention_days: 9, max_retention_days: 3}}]\n"), "MinRetentionDays"},
		{"cold and delete", region("        plans: [{name: p, rules: [{name: r, vault: near, lifecycle: {cold_after_days: 31, delete_after_days: 60}}]}]\n"), "90 days"},
		{"missing run", region("        plans: [{name: p, rules: [{name: r, vault: near}], missing_runs: [{date: soon}]}]\n"), "no date"},
		{"point without vault", region("        recovery_points: [{table: orders, vault: near, created: 3d}]\n"), "a vault that exists"},
		{"point of no plan", region("        vaults: [{name: near}]\n        recovery_points: [{table: orders, vault: near, created: 3d, plan: p}]\n"), "no plan p"},
		{"restore of no test", region("        restore_jobs: [{table: orders, created: 3d, testing_plan: p}]\n"), "no restore testing plan p"},
		{"fault", "clock: 2026-06-30T12:00:00Z\naccounts: [{id: \"111111111111\"}]\nfaults: [{kind: earthquake}]\n", `unknown fault "earthquake"; choose one of cut`},
	} {
		if _, err := awssim.Load([]byte(tt.yaml)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want …%s…", tt.name, err, tt.want)
		}
	}
}

// What a scenario says is what the API answers.
func TestScenarioDetails(t *testing.T) {
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	table := func(name string) *dynamodb.DescribeTableOutput {
		out, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if d := table("delta").Table; d.TableStatus != "ARCHIVED" || d.ArchivalSummary == nil || *d.RestoreSummary.SourceTableArn != alphaArn ||
		!d.RestoreSummary.RestoreDateTime.Equal(sim.Clock.Now().AddDate(0, 0, -50)) || d.SSEDescription != nil {
		t.Errorf("%+v", d)
	}
	if d := table("gamma").Table; len(d.Replicas) != 1 || *d.Replicas[0].RegionName != "us-east-1" || *d.GlobalTableVersion != "2019.11.21" || d.MultiRegionConsistency != "EVENTUAL" {
		t.Errorf("%+v", d)
	}
	if d := table("beta").Table; *d.SSEDescription.KMSMasterKeyArn != "arn:aws:kms:eu-west-1:111111111111:key/k" || *d.DeletionProtectionEnabled {
		t.Errorf("%+v", d.SSEDescription)
	}
	points := vaultPoints(t, c, "governed")
	if len(points) != 1 || points[0].Status != "EXPIRED" || *points[0].StatusMessage != "stuck" || !points[0].CalculatedLifecycle.DeleteAt.Before(sim.Clock.Now()) ||
		*points[0].ResourceArn != "arn:aws:dynamodb:eu-west-1:111111111111:table/gone" {
		t.Errorf("%+v", points)
	}
	vaults, err := c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var locks []string
	for _, v := range vaults.BackupVaultList {
		mode := "unlocked"
		switch {
		case *v.Locked && v.LockDate == nil:
			mode = "governance"
		case *v.Locked && v.LockDate.After(sim.Clock.Now()):
			mode = "grace"
		case *v.Locked:
			mode = "compliance"
		}
		locks = append(locks, *v.BackupVaultName+" "+mode)
	}
	if got := strings.Join(locks, ", "); got != "Default unlocked, airgap compliance, closed unlocked, daily unlocked, governed governance, grace grace, sealed compliance" {
		t.Error(got)
	}
	protected, err := c.bk.DescribeProtectedResource(ctx, &backup.DescribeProtectedResourceInput{ResourceArn: aws.String(alphaArn)})
	if err != nil || *protected.LatestRestoreExecutionTimeMinutes != 40 || protected.LastBackupTime.Format(time.DateOnly) != "2026-11-22" {
		t.Errorf("%+v, %v", protected, err)
	}
}

// Faults can be part of a scenario.
func TestScenarioFaults(t *testing.T) {
	sim := load(t, append(mustRead(t, "testdata/everything.yaml"), `
faults:
  - {kind: denied-json, operation: "dynamodb:DescribeContinuousBackups", account: "111111111111", contains: alpha, message: "not you"}
`...))
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	_, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("alpha")})
	wantCode(t, err, "AccessDeniedException")
	if _, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("beta")}); err != nil {
		t.Error(err)
	}
}

// The same scenario gives the same ids, every time.
func TestLoadIsDeterministic(t *testing.T) {
	state := func() string {
		c := connect(serve(t, load(t, awssim.Demo)), payments, "eu-west-1")
		var all []string
		for _, p := range vaultPoints(t, c, "payments-vault") {
			all = append(all, fmt.Sprint(*p.RecoveryPointArn, p.CreationDate, p.CompletionDate, *p.CreatedBy.BackupPlanVersion, *p.BackupSizeInBytes))
		}
		return strings.Join(all, "\n")
	}
	if a, b := state(), state(); a != b || len(a) < 1000 {
		t.Error("two loads of the demo differ")
	}
}

// Many accounts and tables alike are written once.
func TestCounts(t *testing.T) {
	sim := load(t, []byte(`
clock: 2026-06-30T12:00:00Z
accounts:
  - id: "100000000000"
    count: 3
    access_keys: [{id: AKIAMANY}]
    empty_regions: [eu-central-1]
    regions: [{name: eu-west-1, tables: [{name: t, count: 12}]}]
`))
	s := serve(t, sim)
	for _, key := range []string{"AKIAMANY1", "AKIAMANY3"} {
		out, err := connect(s, key, "eu-west-1").ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
		if err != nil || len(out.TableNames) != 12 || out.TableNames[11] != "t-0012" {
			t.Errorf("%+v, %v", out, err)
		}
	}
}

// A scenario can be written in Go as well.
func TestScenarioInGo(t *testing.T) {
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	sim, err := awssim.New(awssim.Scenario{Clock: now, Accounts: []awssim.AccountScenario{{ID: "111111111111", AccessKeys: []awssim.KeyScenario{{ID: "AKIAONE"}},
		Regions: []awssim.RegionScenario{{Name: "eu-west-1", Tables: []awssim.TableScenario{{Name: "orders", Created: awssim.Ago(time.Hour)}, {Name: "older", Created: awssim.At(now.AddDate(-1, 0, 0))}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	for name, want := range map[string]time.Time{"orders": now.Add(-time.Hour), "older": now.AddDate(-1, 0, 0)} {
		if out, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name}); err != nil || !out.Table.CreationDateTime.Equal(want) {
			t.Errorf("%+v, %v", out, err)
		}
	}
}

// Whatever is read, it is an error or a simulator, never a panic.
func FuzzLoad(f *testing.F) {
	f.Add(awssim.Demo)
	f.Add(mustRead(f, "testdata/everything.yaml"))
	f.Add([]byte("clock: 2026-06-30T12:00:00Z\naccounts: [{id: \"111111111111\", regions: [{name: r, recovery_points: [{count: 3}]}]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 20_000 || bytes.Contains(data, []byte("count")) && len(data) > 2000 {
			return
		}
		s, err := awssim.ParseScenario(data)
		if err != nil || s.Clock.Year() < 2020 || s.Clock.Year() > 2030 {
			return
		}
		for _, a := range s.Accounts {
			if a.Count > 100 {
				return
			}
			for _, r := range a.Regions {
				for _, tb := range r.Tables {
					if tb.Count > 100 {
						return
					}
				}
				for _, p := range r.RecoveryPoints {
					if p.Count > 100 {
						return
					}
				}
				for _, b := range r.Backups {
					if b.Count > 100 {
						return
					}
				}
				for _, p := range r.Plans {
					if strings.Contains(fmt.Sprint(p.Rules), "*") { // years of hourly runs are slow, not wrong
						return
					}
				}
			}
		}
		if _, err := awssim.New(s); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
