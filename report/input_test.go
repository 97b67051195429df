package report_test

import (
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"time"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

// The input of the golden files: two accounts in two Regions with a bit of
// everything. Small enough to check a report against it by eye.

const (
	prod     = "111122223333"
	audit    = "444455556666"
	dublin   = "eu-west-1"
	virginia = "us-east-1"

	nightly = "arn:aws:backup:eu-west-1:111122223333:backup-plan:0f7c2b1e-8d7e-4a35-9c55-0c2f6b6e2a11/nightly"
)

func tableARN(account, region, name string) string {
	return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + name
}

var sampleRules = []finding.Rule{
	{
		ID: "backup.orphaned", Subject: "backup", Title: "The backups of a deleted table have an owner",
		Description: "Nobody looks after what is left of a table.", Severity: finding.Low,
		Fix: "Confirm owner and retention.",
	},
	{
		ID: "plan_rule.daily", Subject: "plan_rule", Title: "The plan rule runs daily", Engine: true, Gathers: "table.daily_backup", Attributes: []string{"schedule"},
		Description: "The tables below are backed up by this rule alone, and it leaves longer gaps than a day.",
		Severity:    finding.High, Fix: "Set `ScheduleExpression` to run **every day**, such as `cron(0 5 ? * * *)`.",
		Links: []string{"https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html"},
	},
	{
		ID: "region.opted_in", Subject: "region", Title: "AWS Backup is opted in for DynamoDB",
		Description: "Selections by tag silently skip tables otherwise.", Severity: finding.High,
	},
	{
		ID: "table.accessible", Subject: "table", Title: "It can be read",
		Description: "An archived table is gone but for its archive.", Severity: finding.Critical,
	},
	{
		ID: "table.daily_backup", Subject: "table", Title: "Backups are made daily",
		Description: "More than a day of writes can be lost.", Severity: finding.High,
	},
	{
		ID: "table.deletion_protection", Subject: "table", Title: "Deletion protection is on",
		Description: "One call deletes the table.", Severity: finding.Medium, Remediation: "dynamodb.enable_deletion_protection",
	},
	{
		ID: "table.key_usable", Subject: "table", Title: "Its key is enabled",
		Description: "Without the key neither table nor backups can be read.", Severity: finding.High,
		Severities: []finding.Severity{finding.High, finding.Critical}, Fix: "Cancel the deletion of the key. It takes\nanother key otherwise.",
	},
	{
		ID: "table.pitr_enabled", Subject: "table", Title: "Point-in-time recovery is on", Attributes: []string{"point_in_time_recovery.enabled"},
		Description: "Without it, a bad write or a deleted table can only be undone to the last backup.",
		Severity:    finding.High, Fix: "It costs by the size\nof the table.\n\n**Console.** DynamoDB → Tables → the table → Backups → `Turn on`.\n\n**CLI.**\n\n```sh\naws dynamodb update-continuous-backups\n```",
		Links:       []string{"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html"},
		Remediation: "dynamodb.enable_pitr",
	},
	{
		ID: "table.pitr_fresh", Subject: "table", Title: "Point-in-time recovery is fresh",
		Description: "The latest restorable time lags.", Severity: finding.High, CausedBy: []string{"table.pitr_enabled"},
	},
}

func fail(rule, arn, name string, severity finding.Severity, message string) finding.Finding {
	return finding.Finding{
		Rule: rule, Subject: kind(rule), ARN: arn, Account: prod, Region: dublin, Name: name,
		Status: finding.Fail, Severity: severity, Message: message,
	}
}

func kind(rule string) string {
	for _, r := range sampleRules {
		if r.ID == rule {
			return r.Subject
		}
	}
	return "table"
}

func with(f finding.Finding, edit func(*finding.Finding)) finding.Finding {
	edit(&f)
	return f
}

func raw(v any) json.RawMessage {
	doc, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return doc
}

func sampleFindings() []finding.Finding {
	orders, carts, users := tableARN(prod, dublin, "Orders"), tableARN(prod, dublin, "Carts"), tableARN(prod, dublin, "Users")
	ledger := tableARN(audit, virginia, "Ledger")
	inAudit := func(f *finding.Finding) { f.Account, f.Region = audit, virginia }
	byPlan := func(f *finding.Finding) {
		f.Cause, f.Expected, f.Actual = nightly, raw("a run every 24 h"), raw("48 h apart")
	}
	daily := "the longest gap between two runs is 48 h"
	return []finding.Finding{
		fail("backup.orphaned", tableARN(prod, dublin, "Old")+"#deleted", "Old", finding.Low, "2 backups are left of a deleted table"),
		with(fail("plan_rule.daily", nightly, "nightly", finding.High, "leaves gaps of up to 48 h"), func(f *finding.Finding) {
			f.Cause, f.Members = nightly, []string{carts, orders}
			f.Expected, f.Actual = raw(24), raw(48)
		}),
		with(fail("region.opted_in", "arn:aws:backup:eu-west-1:111122223333:region", "eu-west-1", finding.High, ""),
			func(f *finding.Finding) { f.Status = finding.NotApplicable }),
		with(fail("table.daily_backup", carts, "Carts", finding.High, daily), byPlan),
		with(fail("table.deletion_protection", carts, "Carts", finding.Medium, "deletion protection is off"), func(f *finding.Finding) {
			f.Status = finding.Waived
			f.Waiver = &finding.Waiver{Reason: "carts are rebuilt from events", Ticket: "RISK-7", Owner: "shop", Approver: "risk",
				Expires: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)}
		}),
		with(fail("table.key_usable", carts, "Carts", finding.High, ""), func(f *finding.Finding) { f.Status = finding.Pass }),
		with(fail("table.pitr_enabled", carts, "Carts", finding.High, ""), func(f *finding.Finding) {
			f.Status = finding.Pass
			f.Evidence = []finding.Evidence{{Path: "pitr", Value: raw(map[string]any{"PointInTimeRecoveryStatus": "ENABLED"}),
				Calls: []string{"dynamodb:DescribeContinuousBackups TableName=Carts"}}}
		}),
		with(fail("table.daily_backup", orders, "Orders", finding.High, daily), byPlan),
		with(fail("table.deletion_protection", orders, "Orders", finding.Medium, "deletion protection is off"), func(f *finding.Finding) {
			f.Expected, f.Actual, f.Scope = raw(true), raw(false), "shop"
			f.Remediation = &finding.Remediation{Action: "dynamodb.enable_deletion_protection"}
		}),
		with(fail("table.key_usable", orders, "Orders", finding.Critical, "its key is PendingDeletion"), func(f *finding.Finding) {
			f.Expected, f.Actual = raw([]string{"Enabled"}), raw("PendingDeletion")
		}),
		with(fail("table.pitr_enabled", orders, "Orders", finding.High, "point-in-time recovery is DISABLED"), func(f *finding.Finding) {
			f.Expected, f.Actual = raw("ENABLED"), raw("DISABLED")
			f.Remediation = &finding.Remediation{Action: "dynamodb.enable_pitr", Parameters: raw(map[string]int{"RecoveryPeriodInDays": 35})}
			f.Evidence = []finding.Evidence{{Path: "pitr", Value: raw(map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}),
				Calls: []string{"dynamodb:DescribeContinuousBackups TableName=Orders"}}}
		}),
		with(fail("table.pitr_fresh", orders, "Orders", finding.High, "there is no latest restorable time"),
			func(f *finding.Finding) { f.CausedBy = []string{"table.pitr_enabled"} }),
		with(fail("table.pitr_enabled", users, "Users", finding.High, "AWS did not say"), func(f *finding.Finding) {
			f.Status = finding.Unknown
			f.Gap = &finding.Gap{Call: "dynamodb:DescribeContinuousBackups TableName=Users", Reason: "denied", Code: "AccessDeniedException"}
		}),
		with(fail("table.daily_backup", ledger, "Ledger", finding.High, ""), func(f *finding.Finding) {
			inAudit(f)
			f.Status = finding.Unknown
			f.Gap = &finding.Gap{Reason: "ambiguous", Message: "StringNotEquals on a missing tag"}
		}),
		with(fail("table.key_usable", ledger, "Ledger", finding.High, ""), func(f *finding.Finding) {
			inAudit(f)
			f.Status = finding.Unknown
			f.Gap = &finding.Gap{Call: "kms:DescribeKey KeyId=1234", Reason: "denied", Code: "AccessDeniedException", Expected: "the key lives in the vault account"}
		}),
		with(fail("table.pitr_enabled", ledger, "Ledger", finding.High, "point-in-time recovery is DISABLED"), inAudit),
	}
}

func sampleInput() *report.Input {
	findings := sampleFindings()
	in := inputOf(findings)
	in.Subjects = stream([]facts.Subject{
		{Kind: facts.KindTable, ARN: tableARN(prod, dublin, "Orders"), Account: prod, Region: dublin, Name: "Orders", Table: &facts.Table{}},
		{Kind: facts.KindTable, ARN: tableARN(prod, dublin, "Carts"), Account: prod, Region: dublin, Name: "Carts", Table: &facts.Table{}},
		{Kind: facts.KindTable, ARN: tableARN(prod, dublin, "Users"), Account: prod, Region: dublin, Name: "Users", Table: &facts.Table{}},
		{Kind: facts.KindTable, ARN: tableARN(audit, virginia, "Ledger"), Account: audit, Region: virginia, Name: "Ledger", Table: &facts.Table{}},
		{Kind: facts.KindVault, ARN: "arn:aws:backup:eu-west-1:111122223333:backup-vault:main", Account: prod, Region: dublin, Name: "main"},
	})
	in.Gaps = []report.Gap{
		{Account: prod, Region: dublin, Gap: snapshot.Gap{Operation: "dynamodb:DescribeContinuousBackups",
			Parameters: map[string]string{"TableName": "Users"}, Reason: snapshot.Denied, Code: "AccessDeniedException"}},
		{Account: audit, Region: virginia, Gap: snapshot.Gap{Operation: "backup:ListCopyJobs", Reason: snapshot.Throttled, Code: "ThrottlingException"}},
		{Account: audit, Region: virginia, Gap: snapshot.Gap{Operation: "kms:DescribeKey",
			Parameters: map[string]string{"KeyId": "1234"}, Reason: snapshot.Denied, Code: "AccessDeniedException"}},
	}
	in.ExpectedGaps = []report.ExpectedGap{{What: "kms:DescribeKey", Reason: "the key lives in the vault account",
		Expires: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)}}
	in.Changes = []report.Change{
		{Time: time.Date(2026, 11, 22, 17, 30, 5, 0, time.UTC), Who: "arn:aws:sts::111122223333:assumed-role/holdfast-remediate/ci", Action: "dynamodb.enable_pitr",
			Operation: "dynamodb:UpdateContinuousBackups", Target: tableARN(prod, dublin, "Carts"), Account: prod, Region: dublin, Outcome: "done",
			Before: json.RawMessage(`{"PointInTimeRecoveryStatus":"DISABLED"}`), After: json.RawMessage(`{"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":35}`),
			Summary: "PointInTimeRecoveryStatus DISABLED → ENABLED, RecoveryPeriodInDays – → 35", RequestID: "0A1B2C", Plan: "3f2a9c10b2aa"},
		{Time: time.Date(2026, 11, 22, 17, 30, 9, 0, time.UTC), Who: "arn:aws:sts::111122223333:assumed-role/holdfast-remediate/ci", Action: "backup.update_rule",
			Operation: "backup:UpdateBackupPlan", Target: "arn:aws:backup:eu-west-1:111122223333:backup-plan:0f7c2b1e-8d7e-4a35-9c55-0c2f6b6e2a11", Account: prod, Region: dublin, Outcome: "refused",
			Why: "it was changed since the plan was made", Plan: "3f2a9c10b2aa"},
	}
	in.Run = report.Run{
		Callers:   []string{"arn:aws:sts::111122223333:assumed-role/holdfast-read/ci"},
		StartedAt: time.Date(2026, 11, 22, 18, 0, 0, 123456789, time.UTC), FinishedAt: time.Date(2026, 11, 22, 18, 0, 41, 0, time.UTC),
		Folder: "holdfast-out/runs/20261122T180000Z-4f2a",
		Files:  []string{"findings.jsonl", "inventory.jsonl", "report.sarif"},
	}
	return in
}

// inputOf sorts findings and wraps them with a header and the summary that fits.
func inputOf(findings []finding.Finding) *report.Input {
	slices.SortFunc(findings, func(a, b finding.Finding) int { return finding.Compare(&a, &b) })
	return &report.Input{
		Header: finding.Header{
			Format: finding.Format, Tool: "holdfast 0.1.0", RunID: "20261122T180000Z-4f2a", RuleSet: "9b1c",
			EvaluatedAt: time.Date(2026, 11, 22, 18, 0, 40, 0, time.UTC),
			Accounts:    []string{prod, audit}, Regions: []string{dublin, virginia}, Rules: sampleRules,
		},
		Summary:  summaryOf(sampleRules, findings),
		Findings: stream(findings),
	}
}

func stream[T any](items []T) func() iter.Seq2[*T, error] {
	return func() iter.Seq2[*T, error] {
		return func(yield func(*T, error) bool) {
			for _, item := range items {
				if !yield(&item, nil) {
					return
				}
			}
		}
	}
}

var errBroken = errors.New("line 7 is cut")

// broken yields the items and then an error.
func broken[T any](items []T) func() iter.Seq2[*T, error] {
	return func() iter.Seq2[*T, error] {
		return func(yield func(*T, error) bool) {
			for item := range stream(items)() {
				if !yield(item, nil) {
					return
				}
			}
			yield(nil, errBroken)
		}
	}
}

func statusesOf(findings []finding.Finding) []finding.Status {
	var all []finding.Status
	for _, f := range findings {
		if !slices.Contains(all, f.Status) {
			all = append(all, f.Status)
		}
	}
	return all
}
