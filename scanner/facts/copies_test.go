package facts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// copied is the copy in Ohio of the run of n days ago: it has its source's creation
// date, however late it lands.
func copied(n int) *snapshot.RecoveryPoint {
	m := made(n)
	m.BackupVaultArn, m.BackupVaultName, m.SourceBackupVaultArn = vaultARN(ohio, "Far"), "Far", vaultARN(dublin, "Main")
	m.RecoveryPointArn = strings.Replace(m.RecoveryPointArn, dublin, ohio, 1) + "-copy"
	return m
}

func copyJob(n int, state, message string) *snapshot.CopyJob {
	m := made(n)
	return &snapshot.CopyJob{
		ResourceArn: m.ResourceArn, CopyJobId: "copy-" + state, State: state, StatusMessage: message, CreationDate: p(m.CreationDate.Add(10 * time.Minute)),
		SourceRecoveryPointArn: m.RecoveryPointArn, DestinationBackupVaultArn: vaultARN(ohio, "Far"),
	}
}

func farVault() *snapshot.BackupVault {
	v := mainVault()
	v.BackupVaultArn, v.BackupVaultName = vaultARN(ohio, "Far"), "Far"
	return v
}

// far derives Orders, whose backups of five days are copied to Ohio; without Ohio,
// nobody looks there.
func far(t *testing.T, ohioToo bool, here, there []any) *facts.Table {
	t.Helper()
	plan := daily(copyTo(rule("Daily", "cron(0 5 ? * * *)", 366), keep(30)))
	selection := everything()
	selection.CreationDate = ago(5 * day)
	here = append(here, settings(true, true), orders(), plan, selection, mainVault())
	for n := range 5 {
		here = append(here, made(n))
	}
	shards := []facts.Shard{shard(t, dublin, here...)}
	if ohioToo {
		shards = append(shards, shard(t, ohio, append(there, settings(true, true), farVault())...))
	}
	return named(t, derive(t, shards...), facts.KindTable, "Orders").Table
}

func TestCopiesOfRuns(t *testing.T) {
	all := func(without ...int) (rows []any) {
		for n := range 5 {
			if !slices.Contains(without, n) {
				rows = append(rows, copied(n))
			}
		}
		return rows
	}
	underWay := copyJob(0, "RUNNING", "")
	underWay.CreationDate = ago(time.Hour)
	for _, c := range []struct {
		what        string
		ohio        bool
		here, there []any
		states      string
		job         string
	}{
		{"all there", true, nil, all(), "5t", ""},
		{"one is missing, without a job", true, nil, all(2), "2tm2t", "NONE"},
		{"its job failed", true, []any{copyJob(2, "FAILED", "the vault does not exist")}, all(2), "2tf2t", "FAILED"},
		{"a second try", true, []any{copyJob(2, "FAILED", ""), copyJob(2, "COMPLETED", "")}, all(), "5t", ""},
		{"the latest is under way", true, []any{underWay}, all(0), "4tr", ""},
		{"it landed, and is gone", true, []any{copyJob(3, "COMPLETED", "")}, all(3), "tg3t", "GONE"},
		{"nobody looked, but the job says it landed", false, []any{
			copyJob(0, "COMPLETED", ""), copyJob(1, "COMPLETED", ""), copyJob(3, "COMPLETED", ""), copyJob(4, "COMPLETED", ""),
		}, nil, "2tm2t", "NONE"},
	} {
		got := far(t, c.ohio, c.here, c.there)
		if len(got.Calendar) != 2 || !got.Calendar[1].Copy || got.Calendar[0].States != "5t" || got.Calendar[1].States != c.states {
			t.Errorf("%s: %+v, want %s", c.what, got.Calendar, c.states)
			continue
		}
		if c.job == "" {
			if len(got.Runs.Outages) > 0 {
				t.Errorf("%s: %+v", c.what, got.Runs.Outages)
			}
			continue
		}
		if o := got.Runs.Outages; len(o) != 1 || !o[0].Copy || o[0].Job != c.job || o[0].Region != ohio || o[0].BackupVaultName != "Far" {
			t.Errorf("%s: %+v", c.what, o)
		}
	}
}

// What was not backed up cannot be copied: that is one failure, not two. Without
// advanced DynamoDB backup nothing is copied at all.
func TestNothingToCopy(t *testing.T) {
	plan := daily(copyTo(rule("Daily", "cron(0 5 ? * * *)", 366), nil))
	got := named(t, derive(t, shard(t, dublin, append(month(2), settings(true, true), orders(), everything(), mainVault(), plan)...),
		shard(t, ohio, append(copies(30, 2), farVault())...)), facts.KindTable, "Orders").Table
	if got.Calendar[0].States != "27tm2t" || got.Calendar[1].States != "27te2t" || got.Runs.Missing != 1 {
		t.Errorf("%+v", got.Calendar)
	}
	plain := made(0)
	plain.RecoveryPointArn = plain.ResourceArn + "/backup/01"
	selection := everything()
	selection.CreationDate = ago(day)
	got = named(t, inDublin(t, plain, plan, orders(), selection, mainVault()), facts.KindTable, "Orders").Table
	want := []facts.Outage{{
		PlanRule: planRule + "Daily", RuleName: "Daily", BackupVaultName: "Far", Region: ohio, Account: account, Copy: true, Runs: 1, Latest: true,
		NewestAgeHours: 13, OldestAgeHours: 13, Job: "NONE", Message: "AWS Backup copies advanced DynamoDB backups alone",
	}}
	if diff := cmp.Diff(want, got.Runs.Outages); diff != "" {
		t.Error(diff)
	}
}

func copies(n, without int) (rows []any) {
	for i := range n {
		if i != without {
			rows = append(rows, copied(i))
		}
	}
	return rows
}

// A copy job that does not say enough hides what became of the copies.
func TestSilentCopyJobs(t *testing.T) {
	for what, change := range map[string]func(*snapshot.CopyJob){
		"no CreationDate": func(j *snapshot.CopyJob) { j.CreationDate = nil },
		"no source":       func(j *snapshot.CopyJob) { j.SourceRecoveryPointArn = "" },
		"no destination":  func(j *snapshot.CopyJob) { j.DestinationBackupVaultArn = "" },
		"no state":        func(j *snapshot.CopyJob) { j.State = "" },
		"a new state":     func(j *snapshot.CopyJob) { j.State = "POSTPONED" },
	} {
		j := copyJob(1, "COMPLETED", "")
		change(j)
		plan := daily(copyTo(rule("Daily", "", 366), nil))
		s := named(t, inDublin(t, orders(), plan, everything(), mainVault(), j), facts.KindTable, "Orders")
		if !hides(s, "runs.missing") || hides(s, "coverage") {
			t.Errorf("%s: gaps are %+v", what, s.Gaps)
		}
	}
}
