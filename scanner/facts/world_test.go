package facts_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

const (
	account = "111122223333"
	dublin  = "eu-west-1"
	ohio    = "us-east-2"
)

// now is a Friday: 20 November 2026, 18:00 UTC.
var now = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

func p[T any](v T) *T { return &v }

// ago is a time before now.
func ago(d time.Duration) *time.Time { return p(now.Add(-d)) }

const day = 24 * time.Hour

func tableARN(region, name string) string {
	return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + name
}

func vaultARN(region, name string) string {
	return "arn:aws:backup:" + region + ":" + account + ":backup-vault:" + name
}

const allTables = "arn:aws:dynamodb:*:*:table/*"

// orders is a table that was made 100 days ago.
func orders() *snapshot.Table {
	return &snapshot.Table{
		TableArn: tableARN(dublin, "Orders"), TableName: "Orders", TableId: "id-2", TableStatus: "ACTIVE",
		CreationDateTime: ago(100 * day), DeletionProtectionEnabled: p(true),
		ContinuousBackupsDescription: &snapshot.ContinuousBackups{
			ContinuousBackupsStatus: "ENABLED",
			PointInTimeRecoveryDescription: &snapshot.PointInTimeRecovery{
				PointInTimeRecoveryStatus: "ENABLED", RecoveryPeriodInDays: p(35),
				EarliestRestorableDateTime: ago(35 * day), LatestRestorableDateTime: ago(5 * time.Minute),
			},
		},
		Tags: []snapshot.Tag{{Key: "backup", Value: "daily"}},
	}
}

// daily is a plan with one rule, made 50 days ago.
func daily(rules ...snapshot.BackupRule) *snapshot.BackupPlan {
	if len(rules) == 0 {
		rules = []snapshot.BackupRule{rule("Daily", "cron(0 5 ? * * *)", 366)}
	}
	return &snapshot.BackupPlan{
		BackupPlanArn: "arn:aws:backup:" + dublin + ":" + account + ":backup-plan:plan-1", BackupPlanId: "plan-1",
		BackupPlanName: "Plan", VersionId: "v1", Current: true, CreationDate: ago(50 * day), Rules: rules,
	}
}

// rule keeps for days; 0: for ever. Its start window is an hour.
func rule(name, cron string, days int64) snapshot.BackupRule {
	r := snapshot.BackupRule{
		RuleName: name, RuleId: "id-" + name, TargetBackupVaultName: "Main",
		ScheduleExpression: cron, StartWindowMinutes: p(int64(60)), CompletionWindowMinutes: p(int64(120)),
	}
	if days > 0 {
		r.Lifecycle = &snapshot.Lifecycle{DeleteAfterDays: &days}
	}
	return r
}

// everything selects all tables, since 40 days.
func everything() *snapshot.BackupSelection {
	return &snapshot.BackupSelection{
		BackupPlanId: "plan-1", SelectionId: "sel-1", SelectionName: "All", CreationDate: ago(40 * day), Resources: []string{allTables},
	}
}

func point(table string, age time.Duration) *snapshot.RecoveryPoint {
	id := strings.ReplaceAll(age.String(), ".", "")
	return &snapshot.RecoveryPoint{
		ResourceArn: table, CreationDate: ago(age), RecoveryPointArn: "arn:aws:backup:" + dublin + ":" + account + ":recovery-point:" + id,
		BackupVaultArn: vaultARN(dublin, "Main"), BackupVaultName: "Main", ResourceType: "DynamoDB", Status: "COMPLETED",
		CalculatedLifecycle: &snapshot.CalculatedLifecycle{DeleteAt: p(now.Add(366*day - age))},
		CreatedBy:           &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleId: "id-Daily"},
	}
}

func settings(optedIn, advanced bool) *snapshot.RegionSettings {
	return &snapshot.RegionSettings{
		ResourceTypeOptInPreference:      map[string]bool{"DynamoDB": optedIn},
		ResourceTypeManagementPreference: map[string]bool{"DynamoDB": advanced},
	}
}

func mainVault() *snapshot.BackupVault {
	return &snapshot.BackupVault{
		BackupVaultArn: vaultARN(dublin, "Main"), BackupVaultName: "Main", VaultType: "BACKUP_VAULT",
		EncryptionKeyArn: vaultKey().Arn, EncryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY",
		Locked: p(true), LockDate: ago(10 * day), MinRetentionDays: p(int64(7)), MaxRetentionDays: p(int64(400)),
	}
}

// vaultKey is the key of mainVault.
func vaultKey() *snapshot.KMSKey {
	return &snapshot.KMSKey{
		Arn: "arn:aws:kms:" + dublin + ":" + account + ":key/k-1", KeyId: "k-1", AWSAccountId: account,
		KeyManager: "CUSTOMER", KeyState: "Enabled", Enabled: true, Origin: "AWS_KMS",
	}
}

func gap(operation string, parameters ...string) snapshot.Gap {
	g := snapshot.Gap{Operation: operation, Reason: snapshot.Denied, Code: "AccessDeniedException", Message: "no"}
	for i := 0; i < len(parameters); i += 2 {
		if g.Parameters == nil {
			g.Parameters = map[string]string{}
		}
		g.Parameters[parameters[i]] = parameters[i+1]
	}
	return g
}

func call(operation string, parameters ...string) snapshot.Call {
	g := gap(operation, parameters...)
	return snapshot.Call{Operation: operation, Parameters: g.Parameters, Time: now, RequestId: "r", Attempts: 1}
}

// row wraps any kind of row.
func row(v any) snapshot.Row {
	switch v := v.(type) {
	case snapshot.Row:
		return v
	case *snapshot.Header:
		return snapshot.Row{Header: v}
	case snapshot.Gap:
		return snapshot.Row{Gap: &v}
	case snapshot.Call:
		return snapshot.Row{Call: &v}
	case *snapshot.Table:
		return snapshot.Row{Table: v}
	case *snapshot.TableBackup:
		return snapshot.Row{TableBackup: v}
	case *snapshot.BackupPlan:
		return snapshot.Row{BackupPlan: v}
	case *snapshot.BackupSelection:
		return snapshot.Row{BackupSelection: v}
	case *snapshot.BackupVault:
		return snapshot.Row{BackupVault: v}
	case *snapshot.BackupJob:
		return snapshot.Row{BackupJob: v}
	case *snapshot.CopyJob:
		return snapshot.Row{CopyJob: v}
	case *snapshot.RecoveryPoint:
		return snapshot.Row{RecoveryPoint: v}
	case *snapshot.EventRule:
		return snapshot.Row{EventRule: v}
	case *snapshot.Topic:
		return snapshot.Row{Topic: v}
	case *snapshot.Trail:
		return snapshot.Row{Trail: v}
	case *snapshot.MetricAlarm:
		return snapshot.Row{MetricAlarm: v}
	case *snapshot.MetricFilter:
		return snapshot.Row{MetricFilter: v}
	case *snapshot.LegalHold:
		return snapshot.Row{LegalHold: v}
	case *snapshot.KMSKey:
		return snapshot.Row{KMSKey: v}
	case *snapshot.RegionSettings:
		return snapshot.Row{RegionSettings: v}
	}
	panic("row of an unknown type")
}

// shard writes rows, in any order, as a shard of a Region. A header is made
// unless it is among them.
func shard(t testing.TB, region string, rows ...any) facts.Shard {
	t.Helper()
	b := &snapshot.Builder{}
	defer b.Close()
	add := func(r snapshot.Row) {
		if err := b.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	add(row(header(region)))
	for _, r := range rows {
		add(row(r))
	}
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return facts.Shard{Name: region + ".jsonl", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(out.Bytes())), nil
	}}
}

func header(region string) *snapshot.Header {
	return &snapshot.Header{
		Format: 1, Tool: "holdfast test", Partition: "aws", Account: account, Region: region,
		CollectedAt: now, Collectors: []string{"backup", "cloudtrail", "cloudwatch", "dynamodb", "events", "kms", "logs", "sns"},
	}
}

// derive returns the subjects of an account, in the order they came.
func derive(t testing.TB, shards ...facts.Shard) []*facts.Subject {
	t.Helper()
	var all []*facts.Subject
	err := facts.Derive(context.Background(), facts.Input{Account: account, Shards: shards, Scanned: []string{account}},
		func(s *facts.Subject) error { all = append(all, s); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// inDublin derives one Region that is set up well, but for what rows say.
func inDublin(t testing.TB, rows ...any) []*facts.Subject {
	t.Helper()
	return derive(t, shard(t, dublin, append([]any{settings(true, true)}, rows...)...))
}

// only returns the one subject of a kind that is listed.
func only(t testing.TB, all []*facts.Subject, kind string) *facts.Subject {
	t.Helper()
	list := of(all, kind)
	if len(list) != 1 {
		t.Fatalf("%d subjects of kind %s, want 1", len(list), kind)
	}
	return list[0]
}

func of(all []*facts.Subject, kind string) []*facts.Subject {
	var list []*facts.Subject
	for _, s := range all {
		if s.Kind == kind && !s.Unlisted {
			list = append(list, s)
		}
	}
	return list
}

func named(t testing.TB, all []*facts.Subject, kind, name string) *facts.Subject {
	t.Helper()
	for _, s := range of(all, kind) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no %s called %s", kind, name)
	return nil
}

// hides reports whether a gap hides a fact path: its own, or one above it.
func hides(s *facts.Subject, path string) bool {
	for _, g := range s.Gaps {
		if g.Path == "" || g.Path == path || strings.HasPrefix(path, g.Path+".") {
			return true
		}
	}
	return false
}

func unlisted(all []*facts.Subject, kind string) bool {
	for _, s := range all {
		if s.Kind == kind && s.Unlisted {
			return true
		}
	}
	return false
}

// same compares what pointers point to.
func same[T comparable](t testing.TB, what string, got *T, want T) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is absent, want %v", what, want)
	} else if *got != want {
		t.Errorf("%s = %v, want %v", what, *got, want)
	}
}

func absent[T any](t testing.TB, what string, got *T) {
	t.Helper()
	if got != nil {
		t.Errorf("%s = %v, want absent", what, *got)
	}
}

func replica(region string) snapshot.Replica {
	return snapshot.Replica{RegionName: region, ReplicaArn: tableARN(region, "Orders")}
}
