package awssim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/internal/awssim"
)

// small is a scenario of one account with two Regions, around one plan.
func small(t testing.TB, region string, more ...string) *awssim.Simulator {
	t.Helper()
	return load(t, []byte(`
clock: 2026-06-30T12:00:00Z
organization: o-test
accounts:
  - id: "111111111111"
    access_keys: [{id: AKIAONE}]
    regions:
      - name: us-east-1
        vaults: [{name: far}, {name: narrow, lock: {max_retention_days: 20}}]
      - name: eu-west-1
`+region+strings.Join(more, "")))
}

const oneTable = `
        tables: [{name: orders, created: 500d, tags: {backup: daily}}]
        vaults: [{name: near}]
`

// planOf is a plan with the given rules, one flow mapping a line.
func planOf(created string, rules ...string) string {
	return "        plans:\n          - name: plan\n            created: " + created + "\n            rules:\n" +
		"              - " + strings.Join(rules, "\n              - ") + "\n            selections: [{name: s, resources: [table/orders]}]\n"
}

func daily(more string) string {
	return `{name: daily, vault: near, schedule: "cron(0 5 ? * * *)", start_window_minutes: 60, lifecycle: {delete_after_days: 10}` + more + `}`
}

func connectOne(t testing.TB, sim *awssim.Simulator) (near, far clients) {
	s := serve(t, sim)
	return connect(s, "AKIAONE", "eu-west-1"), connect(s, "AKIAONE", "us-east-1")
}

func jobs(t testing.TB, c clients) []types.BackupJob {
	t.Helper()
	out, err := c.bk.ListBackupJobs(ctx, &backup.ListBackupJobsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return out.BackupJobs
}

// Retention: only the points of the last ten days are left, and time takes them too.
func TestLifecycleDeletes(t *testing.T) {
	sim := small(t, oneTable, planOf("40d", daily("")))
	c, _ := connectOne(t, sim)
	if n := len(vaultPoints(t, c, "near")); n != 10 && n != 11 { // the eleventh waits for its deletion, up to 8 hours
		t.Fatalf("%d points, want the last ten days'", n)
	}
	sim.Clock.Advance(8 * time.Hour)
	points := vaultPoints(t, c, "near")
	if n := len(points); n != 10 {
		t.Fatalf("%d points, want the last ten days'", n)
	}
	for _, p := range points {
		if want := p.CreationDate.AddDate(0, 0, 10); !p.CalculatedLifecycle.DeleteAt.Equal(want) {
			t.Errorf("%v: deleted at %v, want %v", p.CreationDate, p.CalculatedLifecycle.DeleteAt, want)
		}
	}
	sim.Clock.Advance(5 * 24 * time.Hour)
	later := vaultPoints(t, c, "near")
	if len(later) != len(points) || !later[4].CreationDate.Equal(*points[9].CreationDate) {
		t.Errorf("five days later: %d points from %v, want %d from %v", len(later), later[0].CreationDate, len(points), points[5].CreationDate)
	}
	if n := len(jobs(t, c)); n != 30 {
		t.Errorf("%d jobs, want those of the last 30 days", n)
	}
	desc, err := c.bk.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: aws.String("near")})
	if err != nil || desc.NumberOfRecoveryPoints != int64(len(later)) {
		t.Errorf("%+v, %v", desc, err)
	}
}

// However time passes, in one leap or in many steps, the same has happened.
func TestStepsAndLeapsAgree(t *testing.T) {
	states := map[string]string{}
	for _, step := range []time.Duration{20 * 24 * time.Hour, 7 * time.Hour, 100 * time.Minute} {
		sim := small(t, oneTable, planOf("12d", daily(`, copies: [{vault: "arn:aws:backup:us-east-1:111111111111:backup-vault:far"}]`),
			`{name: weekly, vault: near, schedule: "cron(0 9 ? * SUN *)", start_window_minutes: 60, lifecycle: {delete_after_days: 90}}`))
		c, far := connectOne(t, sim)
		goal := sim.Clock.Now().Add(20 * 24 * time.Hour)
		for sim.Clock.Now().Before(goal) {
			sim.Clock.Set(minTime(sim.Clock.Now().Add(step), goal))
			vaultPoints(t, c, "near")
		}
		var all []string
		for _, vault := range []struct {
			c    clients
			name string
		}{{c, "near"}, {far, "far"}} {
			for _, p := range vaultPoints(t, vault.c, vault.name) {
				all = append(all, fmt.Sprint(*p.RecoveryPointArn, p.CreationDate, p.Status, p.CalculatedLifecycle.DeleteAt))
			}
		}
		for _, j := range jobs(t, c) {
			all = append(all, fmt.Sprint(*j.BackupJobId, j.State, j.CreationDate, j.CompletionDate))
		}
		slices.Sort(all)
		states[step.String()] = strings.Join(all, "\n")
	}
	leap := states[(20 * 24 * time.Hour).String()]
	for step, state := range states {
		if state != leap || !strings.Contains(state, "recovery-point:") {
			t.Errorf("in steps of %s:\n%s\nin one leap:\n%s", step, state, leap)
		}
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// A job is created at the run's time, starts within the window, runs, and its point
// is being created until then.
func TestJobsTakeTime(t *testing.T) {
	sim := small(t, oneTable, planOf("1d", daily("")))
	c, _ := connectOne(t, sim)
	sim.Clock.Set(time.Date(2026, 7, 1, 5, 0, 0, 0, time.UTC))
	last := func() types.BackupJob { all := jobs(t, c); return all[len(all)-1] }
	j := last()
	if j.State != types.BackupJobStateCreated && j.State != types.BackupJobStateRunning || !j.CreationDate.Equal(sim.Clock.Now()) ||
		!j.StartBy.Equal(sim.Clock.Now().Add(time.Hour)) {
		t.Errorf("at the run's time: %+v", j)
	}
	seen := map[types.BackupJobState]bool{}
	for range 60 {
		j := last()
		seen[j.State] = true
		points := vaultPoints(t, c, "near")
		status := points[len(points)-1].Status
		if j.State == types.BackupJobStateCompleted && status != types.RecoveryPointStatusCompleted ||
			j.State == types.BackupJobStateRunning && status != types.RecoveryPointStatusCreating {
			t.Errorf("job %s, point %s", j.State, status)
		}
		sim.Clock.Advance(time.Minute / 2)
	}
	if !seen[types.BackupJobStateRunning] || !seen[types.BackupJobStateCompleted] {
		t.Errorf("seen: %v", seen)
	}
	j = last()
	points := vaultPoints(t, c, "near")
	p := points[len(points)-1]
	if *j.RecoveryPointArn != *p.RecoveryPointArn || !p.CreationDate.Equal(*j.InitiationDate) || !p.CompletionDate.Equal(*j.CompletionDate) {
		t.Errorf("job %+v\npoint %+v", j, p)
	}
}

// What a job fails for.
func TestJobsFail(t *testing.T) {
	for _, tt := range []struct {
		name, region, state, message string
	}{
		{"no vault", "        tables: [{name: orders}]\n", "FAILED", "vault does not exist"},
		{"too short for the lock", "        tables: [{name: orders}]\n        vaults: [{name: near, lock: {min_retention_days: 30}}]\n", "FAILED", "less than the minimum"},
		{"too long for the lock", "        tables: [{name: orders}]\n        vaults: [{name: near, lock: {max_retention_days: 9}}]\n", "FAILED", "greater than the maximum"},
		{"within the lock", "        tables: [{name: orders}]\n        vaults: [{name: near, lock: {min_retention_days: 10, max_retention_days: 10}}]\n", "COMPLETED", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := connectOne(t, small(t, tt.region, planOf("5d", daily(""))))
			all := jobs(t, c)
			if len(all) != 5 {
				t.Fatalf("%d jobs, want 5", len(all))
			}
			for _, j := range all {
				if string(j.State) != tt.state || !strings.Contains(aws.ToString(j.StatusMessage), tt.message) ||
					(j.RecoveryPointArn != nil) != (tt.state == "COMPLETED") {
					t.Errorf("%s %s %v", j.State, aws.ToString(j.StatusMessage), j.RecoveryPointArn)
				}
			}
		})
	}
}

// A rule that keeps for ever breaks a maximum; points made before the lock stay.
func TestLockKnowsForEverAndBefore(t *testing.T) {
	sim := small(t, "        tables: [{name: orders}]\n        vaults: [{name: near, lock: {max_retention_days: 100, since: 2d}}]\n",
		planOf("5d", `{name: daily, vault: near, schedule: "cron(0 5 ? * * *)", start_window_minutes: 60}`))
	c, _ := connectOne(t, sim)
	var states []string
	for _, j := range jobs(t, c) {
		states = append(states, string(j.State))
	}
	if got := strings.Join(states, " "); got != "COMPLETED COMPLETED COMPLETED FAILED FAILED" {
		t.Error(got)
	}
	for _, p := range vaultPoints(t, c, "near") {
		if p.CalculatedLifecycle != nil && p.CalculatedLifecycle.DeleteAt != nil {
			t.Errorf("%v has an end", p.CreationDate)
		}
	}
}

// Where start windows overlap, the rule that keeps longer backs up.
func TestOverlapKeepsTheLonger(t *testing.T) {
	sim := small(t, oneTable, planOf("7d",
		`{name: hourly, vault: near, schedule: "cron(0 * ? * * *)", start_window_minutes: 60, lifecycle: {delete_after_days: 7}}`,
		`{name: half-daily, vault: near, schedule: "cron(0 0/12 ? * * *)", lifecycle: {delete_after_days: 35}}`))
	c, _ := connectOne(t, sim)
	perDay := map[string]map[string]int{"hourly": {}, "half-daily": {}}
	for _, p := range vaultPoints(t, c, "near") {
		perDay[*p.CreatedBy.BackupRuleName][p.CreationDate.Format(time.DateOnly)]++
	}
	// AWS's own example: the 8-hour windows of the longer rule leave 4 of 12 hours.
	if h, d := perDay["hourly"]["2026-06-27"], perDay["half-daily"]["2026-06-27"]; h != 8 || d != 2 {
		t.Errorf("%d hourly and %d half-daily on one day, want 8 and 2", h, d)
	}
}

// Two plans want the same table at once: the second waits until the first is done,
// and expires where its window is over by then.
func TestOneJobPerTableAtATime(t *testing.T) {
	plans := planOf("3d", daily("")) + strings.Replace(strings.SplitN(planOf("3d", daily("")), "\n", 2)[1], "name: plan", "name: other", 1)
	c, _ := connectOne(t, small(t, oneTable, plans))
	byDay := map[string][]types.BackupJob{}
	for _, j := range jobs(t, c) {
		byDay[j.CreationDate.Format(time.DateOnly)] = append(byDay[j.CreationDate.Format(time.DateOnly)], j)
	}
	for day, two := range byDay {
		if len(two) != 2 {
			t.Fatalf("%s: %d jobs", day, len(two))
		}
		a, b := two[0], two[1]
		if a.InitiationDate.After(*b.InitiationDate) {
			a, b = b, a
		}
		if a.CompletionDate.After(*b.InitiationDate) {
			t.Errorf("%s: one ran until %v, the other from %v", day, a.CompletionDate, b.InitiationDate)
		}
	}
}

// Whoever asks for too many at once: what cannot start within its window expires.
func TestJobsExpire(t *testing.T) {
	sim := small(t, oneTable)
	c, _ := connectOne(t, sim)
	for range 12 {
		if _, err := c.bk.StartBackupJob(ctx, &backup.StartBackupJobInput{BackupVaultName: aws.String("near"), StartWindowMinutes: aws.Int64(60),
			ResourceArn: aws.String("arn:aws:dynamodb:eu-west-1:111111111111:table/orders"), IamRoleArn: aws.String("arn:aws:iam::111111111111:role/r")}); err != nil {
			t.Fatal(err)
		}
	}
	sim.Clock.Advance(3 * time.Hour)
	states := map[types.BackupJobState]int{}
	for _, j := range jobs(t, c) {
		states[j.State]++
		if j.State == types.BackupJobStateExpired && (j.RecoveryPointArn != nil || !strings.Contains(*j.StatusMessage, "running job for the same resource")) {
			t.Errorf("%+v", j)
		}
	}
	if states["COMPLETED"] < 3 || states["EXPIRED"] < 3 || states["COMPLETED"]+states["EXPIRED"] != 12 || len(vaultPoints(t, c, "near")) != states["COMPLETED"] {
		t.Errorf("%v, %d points", states, len(vaultPoints(t, c, "near")))
	}
}

// Without advanced backup: ARNs of DynamoDB, no cold storage, no copies; the points
// show in DynamoDB too.
func TestWithoutAdvancedBackup(t *testing.T) {
	rule := daily(`, copies: [{vault: "arn:aws:backup:us-east-1:111111111111:backup-vault:far"}]`)
	rule = strings.Replace(rule, "delete_after_days: 10", "cold_after_days: 1, delete_after_days: 200", 1)
	for _, advanced := range []bool{true, false} {
		c, far := connectOne(t, small(t, fmt.Sprintf("        advanced: %v\n", advanced)+oneTable, planOf("5d", rule)))
		p := vaultPoints(t, c, "near")[0]
		if got := strings.HasPrefix(*p.RecoveryPointArn, "arn:aws:backup:eu-west-1:111111111111:recovery-point:"); got != advanced {
			t.Errorf("advanced %v: %s", advanced, *p.RecoveryPointArn)
		}
		d, err := c.bk.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{BackupVaultName: aws.String("near"), RecoveryPointArn: p.RecoveryPointArn})
		if err != nil || (d.StorageClass == types.StorageClassCold) != advanced || (p.CalculatedLifecycle.MoveToColdStorageAt != nil) != advanced {
			t.Errorf("advanced %v: %v, %v, %v", advanced, d.StorageClass, p.CalculatedLifecycle.MoveToColdStorageAt, err)
		}
		if copies := vaultPoints(t, far, "far"); (len(copies) > 0) != advanced {
			t.Errorf("advanced %v: %d copies", advanced, len(copies))
		}
		pages, err := allTableBackups(c, "ALL")
		if err != nil || (len(slices.Concat(pages...)) == 0) != advanced {
			t.Errorf("advanced %v: DynamoDB lists %v, %v", advanced, pages, err)
		}
	}
}

// Copies keep their source's creation date and inherit what their action leaves out.
func TestCopies(t *testing.T) {
	for _, tt := range []struct {
		action string
		days   int // until deletion; 0: the copy fails
	}{
		{``, 10},
		{`, lifecycle: {delete_after_days: 30}`, 30},
		{`, lifecycle: {delete_after_days: -1}`, 10},
		{`narrow`, 10},
		{`narrow, lifecycle: {delete_after_days: 21}`, 0},
		{`missing`, 0},
	} {
		vault, lifecycle, _ := strings.Cut(tt.action, ",")
		if vault == "" {
			vault = "far"
		}
		if lifecycle != "" {
			lifecycle = "," + lifecycle
		}
		c, far := connectOne(t, small(t, oneTable, planOf("2d", daily(`, copies: [{vault: "arn:aws:backup:us-east-1:111111111111:backup-vault:`+vault+`"`+lifecycle+`}]`))))
		out, err := c.bk.ListCopyJobs(ctx, &backup.ListCopyJobsInput{})
		if err != nil || len(out.CopyJobs) != 2 {
			t.Fatalf("%q: %+v, %v", tt.action, out, err)
		}
		j := out.CopyJobs[0]
		if tt.days == 0 {
			if j.State != types.CopyJobStateFailed || j.DestinationRecoveryPointArn != nil {
				t.Errorf("%q: %s", tt.action, j.State)
			}
			continue
		}
		source, copied := vaultPoints(t, c, "near")[0], vaultPoints(t, far, vault)[0]
		if j.State != types.CopyJobStateCompleted || *j.SourceRecoveryPointArn != *source.RecoveryPointArn || *j.DestinationRecoveryPointArn != *copied.RecoveryPointArn {
			t.Errorf("%q: %+v", tt.action, j)
		}
		if !copied.CreationDate.Equal(*source.CreationDate) || *copied.ResourceArn != *source.ResourceArn || *copied.SourceBackupVaultArn != *source.BackupVaultArn ||
			!copied.CalculatedLifecycle.DeleteAt.Equal(source.CreationDate.AddDate(0, 0, tt.days)) {
			t.Errorf("%q: %+v", tt.action, copied)
		}
	}
}

// Points of an advanced table go straight into the air-gapped vault.
func TestAirGappedTarget(t *testing.T) {
	region := "        tables: [{name: orders}]\n        vaults: [{name: near}, {name: gap, air_gapped: true, lock: {min_retention_days: 7, max_retention_days: 30}}]\n"
	for _, advanced := range []bool{true, false} {
		c, _ := connectOne(t, small(t, fmt.Sprintf("        advanced: %v\n", advanced)+region, planOf("3d", daily(", air_gapped_vault: gap"))))
		near, gap := len(vaultPoints(t, c, "near")), len(vaultPoints(t, c, "gap"))
		if advanced && (near != 0 || gap != 3) || !advanced && (near != 3 || gap != 0) {
			t.Errorf("advanced %v: %d points in the vault, %d air-gapped", advanced, near, gap)
		}
	}
}

// Points name the version of the plan that made them, with its lifecycle.
func TestVersions(t *testing.T) {
	sim := small(t, oneTable, planOf("4d", daily("")))
	c, _ := connectOne(t, sim)
	plans, err := c.bk.ListBackupPlans(ctx, &backup.ListBackupPlansInput{})
	if err != nil {
		t.Fatal(err)
	}
	old := plans.BackupPlansList[0]
	updated, err := c.bk.UpdateBackupPlan(ctx, &backup.UpdateBackupPlanInput{BackupPlanId: old.BackupPlanId, BackupPlan: &types.BackupPlanInput{
		BackupPlanName: aws.String("plan"), Rules: []types.BackupRuleInput{{RuleName: aws.String("daily"), TargetBackupVaultName: aws.String("near"),
			ScheduleExpression: aws.String("cron(0 20 ? * * *)"), StartWindowMinutes: aws.Int64(60), Lifecycle: &types.Lifecycle{DeleteAfterDays: aws.Int64(50)}}}}})
	if err != nil || *updated.VersionId == *old.VersionId {
		t.Fatalf("%+v, %v", updated, err)
	}
	sim.Clock.Advance(48 * time.Hour)
	byVersion := map[string][]int{}
	for _, p := range vaultPoints(t, c, "near") {
		byVersion[*p.CreatedBy.BackupPlanVersion] = append(byVersion[*p.CreatedBy.BackupPlanVersion], int(*p.Lifecycle.DeleteAfterDays))
	}
	if fmt.Sprint(byVersion[*old.VersionId]) != "[10 10 10 10]" || fmt.Sprint(byVersion[*updated.VersionId]) != "[50 50]" {
		t.Errorf("%v", byVersion)
	}
	first, err := c.bk.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: old.BackupPlanId, VersionId: old.VersionId})
	if err != nil || *first.BackupPlan.Rules[0].Lifecycle.DeleteAfterDays != 10 {
		t.Errorf("%+v, %v", first, err)
	}
	current, err := c.bk.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: old.BackupPlanId, MaxScheduledRunsPreview: 3})
	if err != nil || len(current.ScheduledRunsPreview) != 3 || !current.ScheduledRunsPreview[0].ExecutionTime.Equal(time.Date(2026, 7, 2, 20, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", current, err)
	}
}

// Selections: opt-in, tags, restore-test tables; a deleted selection stops its runs.
func TestSelectionsMakeJobs(t *testing.T) {
	for _, tt := range []struct {
		name, settings, tables, selection string
		jobs                              int
	}{
		{"by tag", "", `{name: orders, tags: {backup: daily}}, {name: other}`, `{name: s, tags: [{key: backup, value: daily}]}`, 3},
		{"by tag, not opted in", "        opt_in: false\n", `{name: orders, tags: {backup: daily}}`, `{name: s, tags: [{key: backup, value: daily}]}`, 0},
		{"by type, not opted in", "        opt_in: false\n", `{name: orders}`, `{name: s, resources: ["arn:aws:dynamodb:*:*:table/*"]}`, 3},
		{"restore-test tag", "", `{name: orders, tags: {backup: daily, awsbackup-restore-test: x}}`, `{name: s, tags: [{key: backup, value: daily}]}`, 0},
		{"two selections, one job", "", `{name: orders}`, `{name: s, resources: [table/orders]}, {name: t, resources: ["*"]}`, 3},
		{"deleted a day ago", "", `{name: orders}`, `{name: s, resources: [table/orders], deleted: 1d}`, 2},
		{"younger than the plan", "", `{name: orders, created: 12h}`, `{name: s, resources: [table/orders]}`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := strings.Replace(planOf("3d", daily("")), "{name: s, resources: [table/orders]}", tt.selection, 1)
			c, _ := connectOne(t, small(t, tt.settings+"        tables: ["+tt.tables+"]\n        vaults: [{name: near}]\n", plan))
			if got := len(jobs(t, c)); got != tt.jobs {
				t.Errorf("%d jobs, want %d", got, tt.jobs)
			}
		})
	}
}

func TestStartAndStopBackupJob(t *testing.T) {
	sim := small(t, oneTable)
	c, _ := connectOne(t, sim)
	in := &backup.StartBackupJobInput{BackupVaultName: aws.String("near"), ResourceArn: aws.String("arn:aws:dynamodb:eu-west-1:111111111111:table/orders"),
		IamRoleArn: aws.String("arn:aws:iam::111111111111:role/r"), IdempotencyToken: aws.String("once")}
	one, err := c.bk.StartBackupJob(ctx, in)
	if err != nil || one.RecoveryPointArn == nil {
		t.Fatalf("%+v, %v", one, err)
	}
	again, err := c.bk.StartBackupJob(ctx, in)
	if err != nil || *again.BackupJobId != *one.BackupJobId || len(jobs(t, c)) != 1 {
		t.Errorf("the same token again: %+v, %v", again, err)
	}
	in.IdempotencyToken = aws.String("twice")
	two, err := c.bk.StartBackupJob(ctx, in)
	if err != nil || *two.BackupJobId == *one.BackupJobId {
		t.Fatalf("%+v, %v", two, err)
	}
	if _, err := c.bk.StopBackupJob(ctx, &backup.StopBackupJobInput{BackupJobId: two.BackupJobId}); err != nil {
		t.Error(err)
	}
	sim.Clock.Advance(time.Hour)
	states := map[string]types.BackupJobState{}
	for _, j := range jobs(t, c) {
		states[*j.BackupJobId] = j.State
	}
	if states[*one.BackupJobId] != "COMPLETED" || states[*two.BackupJobId] != "ABORTED" {
		t.Error(states)
	}
	if points := vaultPoints(t, c, "near"); len(points) != 1 || *points[0].RecoveryPointArn != *one.RecoveryPointArn {
		t.Errorf("%d points", len(points))
	}
	_, err = c.bk.StopBackupJob(ctx, &backup.StopBackupJobInput{BackupJobId: one.BackupJobId})
	wantCode(t, err, "InvalidRequestException")
}
