package evaluate_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"holdfast/scanner/facts"
)

var collected = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// bigAccount makes n tables as they are found in a large account: a few plans,
// each with many tables, one table in ten with something wrong, ages over three
// years, points of the last weeks; and the plan rules that serve them.
func bigAccount(n int) (subjects []*facts.Subject) {
	for s := range streamed(n) {
		subjects = append(subjects, s)
	}
	return subjects
}

// streamed is bigAccount without holding it: each subject is made when it is asked
// for, and made again the second time.
func streamed(n int) iter.Seq2[*facts.Subject, error] {
	const plans = 20
	protections := make([]facts.Protection, plans)
	rules := make([]*facts.Subject, plans)
	for i := range protections {
		protections[i] = protection(i)
		rules[i] = planRule(protections[i], i)
	}
	table := func(i int) (random *rand.Rand, name string, plan int) {
		random = rand.New(rand.NewPCG(uint64(n), uint64(i)))
		return random, fmt.Sprintf("table-%07d", i), random.IntN(plans)
	}
	for i := range n {
		_, name, plan := table(i)
		rules[plan].Serves = append(rules[plan].Serves, arn(name))
		rules[plan].PlanRule.TablesCovered++
	}
	return func(yield func(*facts.Subject, error) bool) {
		for _, s := range rules {
			if !yield(s, nil) {
				return
			}
		}
		for i := range n {
			random, name, plan := table(i)
			if !yield(bigTable(random, name, protections[plan]), nil) {
				return
			}
		}
	}
}

func protection(i int) facts.Protection {
	gap := 24 * 60
	if i%7 == 3 {
		gap = 7 * 24 * 60
	}
	days := []int{366, 366, 366, 35, 400}[i%5]
	return facts.Protection{
		PlanRule: fmt.Sprintf("arn:aws:backup:%s:%s:backup-plan:plan-%02d/daily", region, account, i), BackupPlanName: fmt.Sprintf("plan-%02d", i),
		RuleName: "daily", SelectionName: "tables", Covered: "yes", Why: []string{"ListOfTags backup=daily"}, Ambiguities: []string{},
		Schedule: facts.Schedule{
			ScheduleExpression: "cron(0 5 ? * * *)", ScheduleExpressionTimezone: "UTC", Valid: true, Fires: true,
			LongestGapMinutes: &gap, Warnings: []string{}, Ambiguities: []string{},
		},
		StartWindowMinutes: 480, CompletionWindowMinutes: 10080,
		Retention:       facts.Retention{DeleteAfterDays: &days, MoveToColdStorageAfterDays: ptr(31)},
		BackupVaultName: "vault", Copies: []facts.Copy{},
	}
}

func planRule(p facts.Protection, i int) *facts.Subject {
	return &facts.Subject{
		Kind: facts.KindPlanRule, ARN: p.PlanRule, Account: account, Region: region, Name: p.BackupPlanName + "/" + p.RuleName,
		PlanRule: &facts.PlanRule{
			BackupPlanArn: fmt.Sprintf("arn:aws:backup:%s:%s:backup-plan:plan-%02d", region, account, i), BackupPlanName: p.BackupPlanName,
			RuleName: p.RuleName, Schedule: p.Schedule, Retention: p.Retention,
			Vault:  facts.VaultBounds{BackupVaultName: "vault", Exists: ptr(true), Lock: "compliance", MinRetentionDays: ptr(7)},
			Copies: []facts.Copy{}, AdvancedBackup: ptr(true),
		},
	}
}

func bigTable(random *rand.Rand, name string, p facts.Protection) *facts.Subject {
	odd := func(percent int) bool { return random.IntN(100) < percent }
	age := 24 + random.IntN(3*365*24)
	created := collected.Add(-time.Duration(age) * time.Hour)
	pitr := &facts.PITR{PointInTimeRecoveryStatus: "ENABLED", RecoveryPeriodInDays: ptr(35), WindowHours: ptr(min(age, 35*24)), LatestAgeMinutes: ptr(4 + random.IntN(3))}
	pitr.EarliestRestorableDateTime, pitr.LatestRestorableDateTime = ptr(collected.Add(-time.Duration(*pitr.WindowHours)*time.Hour)), ptr(collected.Add(-5*time.Minute))
	if odd(5) {
		pitr = &facts.PITR{PointInTimeRecoveryStatus: "DISABLED"}
	}
	newest := random.IntN(24)
	if odd(3) {
		newest = 40 + random.IntN(200)
	}
	gap := *p.Schedule.LongestGapMinutes
	t := &facts.Table{
		TableArn: arn(name), TableName: name, TableId: "id-" + name, TableStatus: "ACTIVE", CreationDateTime: &created,
		DeletionProtectionEnabled: ptr(!odd(10)), AgeHours: &age,
		Tags: []facts.Tag{{Key: "backup", Value: "daily"}, {Key: "team", Value: fmt.Sprintf("team-%d", random.IntN(40))}}, TaggedRestoreTest: ptr(false),
		Replicas: []facts.Replica{}, PITR: pitr, AdvancedBackup: ptr(true),
		Protections: []facts.Protection{p},
		Coverage: facts.Coverage{
			Covered: true, Fires: true, LongestGapMinutes: &gap, Cause: p.PlanRule, Ambiguities: []string{}, Warnings: []string{},
			RetentionSteps: []facts.RetentionStep{
				{FromDays: 0, ToDays: p.Retention.DeleteAfterDays, LongestGapMinutes: &gap}, {FromDays: *p.Retention.DeleteAfterDays, ForEver: true},
			},
			RetentionCause: p.PlanRule, ColdAfterDays: ptr(31), StartWindowMinutes: 480, SinceHours: &age, FirstDueAgeHours: ptr(age - 12),
		},
		Recovery: facts.Recovery{NewestPointAgeHours: &newest, NewestPointAt: ptr(collected.Add(-time.Duration(newest) * time.Hour)), UsablePoints: 366},
		Points: []facts.PointGroup{{
			BackupVaultArn: "arn:aws:backup:" + region + ":" + account + ":backup-vault:vault", BackupVaultName: "vault", Status: "COMPLETED", StorageClass: "WARM",
			Family: "backup", Retention: p.Retention, Count: 366, Newest: &created, Oldest: &created, NewestAgeDays: ptr(0), OldestAgeDays: ptr(365),
		}},
	}
	t.Runs = facts.Runs{Judged: 30, Outages: []facts.Outage{}, Ambiguities: []string{}}
	if odd(2) {
		t.Runs.Missing, t.Runs.Outages = 2, []facts.Outage{{
			PlanRule: p.PlanRule, RuleName: "daily", BackupVaultName: "vault", Region: region, Account: account, Runs: 2, Latest: true,
			NewestAgeHours: 13, OldestAgeHours: 37, Job: "FAILED", Message: "no permission",
		}}
	}
	return &facts.Subject{
		Kind: facts.KindTable, ARN: t.TableArn, Account: account, Region: region, Name: name, Collected: collected, Table: t,
		Sources: []facts.Source{{Path: "", Calls: []string{"dynamodb:DescribeTable TableName=" + name}}, {Path: "pitr", Calls: []string{"dynamodb:DescribeContinuousBackups TableName=" + name}}},
	}
}
