package facts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"holdfast/internal/golden"
	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// rich is a Region in which every fact has something to say.
func rich() []any {
	zebra := orders()
	zebra.TableArn, zebra.TableName, zebra.Tags = tableARN(dublin, "Zebra"), "Zebra", nil
	byOptIn := byTag("backup", "daily")
	byOptIn.SelectionId, byOptIn.SelectionName = "sel-2", "Tagged"
	ambiguous := everything() // proven for Orders by a point, open for Zebra
	ambiguous.Resources, ambiguous.SelectionId, ambiguous.BackupPlanId = nil, "sel-3", "plan-2"
	ambiguous.Conditions = &snapshot.Conditions{StringNotEquals: []snapshot.ConditionParameter{{ConditionKey: "aws:ResourceTag/stage", ConditionValue: "test"}}}
	other := daily(copyTo(rule("Weekly", "cron(0 12 ? * SUN *)", 91), keep(400)), rule("Early", "cron(30 5 ? * * *)", 30))
	other.BackupPlanArn, other.BackupPlanId, other.BackupPlanName = strings.Replace(other.BackupPlanArn, "plan-1", "plan-2", 1), "plan-2", "Second"
	proof := point(tableARN(dublin, "Orders"), 60*time.Hour)
	proof.CreatedBy.BackupPlanId, proof.CreatedBy.BackupRuleId = "plan-2", "id-Weekly"
	second := mainVault()
	second.BackupVaultArn, second.BackupVaultName, second.Locked = vaultARN(dublin, "Side"), "Side", p(false)
	side := point(tableARN(dublin, "Zebra"), 5*time.Hour)
	side.BackupVaultArn, side.BackupVaultName = second.BackupVaultArn, "Side"
	earlier := point(tableARN(dublin, "Orders"), 130*day)
	first := daily()
	older := *first
	first.Versions = []snapshot.PlanVersion{{VersionId: "v0", CreationDate: ago(50 * day)}, {VersionId: "v1", CreationDate: ago(3 * day)}}
	older.Current, older.VersionId = false, "v0"
	return []any{
		settings(true, true), vaultKey(), orders(), zebra, mainVault(), second, &snapshot.LegalHold{LegalHoldArn: "h1", LegalHoldId: "h1", Status: "ACTIVE"},
		backupRule(), callsRule(), topic("Alerts"), topic("Alarms"), trail(), alarm(), filter(),
		first, &older, other, byOptIn, ambiguous,
		point(tableARN(dublin, "Orders"), 13*time.Hour), proof, earlier, side, point(gone, 20*day),
		ownBackup(tableARN(dublin, "Orders"), "1", "USER", "id-2", 50*time.Hour), ownBackup(gone, "2", "USER", "id-9", 40*day),
		&snapshot.BackupJob{ResourceArn: tableARN(dublin, "Orders"), BackupJobId: "j1", State: "RUNNING", CreationDate: ago(time.Hour)},
		&snapshot.BackupJob{ResourceArn: tableARN(dublin, "Zebra"), BackupJobId: "j2", State: "FAILED", CreationDate: ago(time.Hour)},
		&snapshot.BackupJob{ResourceArn: tableARN(dublin, "Orders"), BackupJobId: "j3", State: "FAILED", CreationDate: ago(38 * time.Hour),
			CreatedBy: &snapshot.RecoveryPointCreator{BackupPlanId: "plan-1", BackupRuleId: "id-Daily"}},
		&snapshot.CopyJob{ResourceArn: tableARN(dublin, "Orders"), CopyJobId: "c1", State: "FAILED", CreationDate: ago(59 * time.Hour),
			SourceRecoveryPointArn: proof.RecoveryPointArn, DestinationBackupVaultArn: vaultARN(ohio, "Far")},
	}
}

// gapOf is the gap that would stand where a row is.
func gapOf(v any) snapshot.Gap {
	switch v := v.(type) {
	case *snapshot.Table:
		return gap("dynamodb:DescribeTable", "TableName", v.TableName)
	case *snapshot.CopyJob:
		return gap("backup:ListCopyJobs", "ByResourceType", "DynamoDB")
	case *snapshot.BackupPlan:
		if !v.Current {
			return gap("backup:GetBackupPlan", "BackupPlanId", v.BackupPlanId, "VersionId", v.VersionId)
		}
		return gap("backup:GetBackupPlan", "BackupPlanId", v.BackupPlanId)
	case *snapshot.BackupSelection:
		return gap("backup:GetBackupSelection", "BackupPlanId", v.BackupPlanId, "SelectionId", v.SelectionId)
	case *snapshot.EventRule:
		return gap("events:ListRules", "EventBusName", "default")
	case *snapshot.Topic:
		return gap("sns:GetTopicAttributes", "TopicArn", v.TopicArn)
	case *snapshot.Trail:
		return gap("cloudtrail:DescribeTrails", "includeShadowTrails", "true")
	case *snapshot.MetricAlarm:
		return gap("cloudwatch:DescribeAlarms", "AlarmTypes", "MetricAlarm")
	case *snapshot.MetricFilter:
		return gap("logs:DescribeMetricFilters", "logGroupName", v.LogGroupName)
	case *snapshot.LegalHold:
		return gap("backup:GetLegalHold", "LegalHoldId", v.LegalHoldId)
	case *snapshot.KMSKey:
		return gap("kms:DescribeKey", "KeyId", v.Arn)
	case *snapshot.BackupVault:
		return gap("backup:ListBackupVaults")
	case *snapshot.RegionSettings:
		return gap("backup:DescribeRegionSettings")
	case *snapshot.TableBackup:
		return gap("dynamodb:ListBackups", "BackupType", "ALL")
	case *snapshot.BackupJob:
		return gap("backup:ListBackupJobs", "ByResourceType", "DynamoDB")
	case *snapshot.RecoveryPoint:
		return gap("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", v.BackupVaultName, "ByResourceType", "DynamoDB")
	}
	panic(fmt.Sprintf("no gap for %T", v))
}

// Whatever changes when an answer is missing is hidden: each fact that says
// something else than with the answer, and each subject that is gone.
func TestWhatAGapChangesItHides(t *testing.T) {
	world := rich()
	for i, missing := range world {
		for _, problem := range unhidden(t, world, slices.Concat(world[:i], world[i+1:], []any{gapOf(missing)})) {
			t.Errorf("%s: %s", gapOf(missing).ID(), problem)
		}
	}
}

func TestWhatAGapChangesItHidesInAnyRegion(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var world []any
		for _, row := range rich() {
			if rapid.IntRange(0, 4).Draw(r, "keep") > 0 {
				world = append(world, row)
			}
		}
		if rapid.Bool().Draw(r, "opted out") {
			world = append(slices.DeleteFunc(world, func(v any) bool { _, is := v.(*snapshot.RegionSettings); return is }),
				settings(rapid.Bool().Draw(r, "opt in"), rapid.Bool().Draw(r, "advanced")))
		}
		if len(world) == 0 {
			return
		}
		i := rapid.IntRange(0, len(world)-1).Draw(r, "missing")
		if problems := unhidden(t, world, slices.Concat(world[:i], world[i+1:], []any{gapOf(world[i])})); len(problems) > 0 {
			r.Fatalf("%s: %s", gapOf(world[i]).ID(), strings.Join(problems, "\n"))
		}
	})
}

// unhidden compares what is derived with all answers and with a hole, and returns
// each difference that nothing hides.
func unhidden(t *testing.T, whole, holed []any) (problems []string) {
	t.Helper()
	full, left := derive(t, shard(t, dublin, whole...)), derive(t, shard(t, dublin, holed...))
	byARN := map[string]*facts.Subject{}
	for _, s := range left {
		if !s.Unlisted {
			byARN[s.Kind+s.ARN] = s
		}
	}
	problem := func(s *facts.Subject, format string, args ...any) {
		problems = append(problems, s.Kind+" "+s.ARN+": "+fmt.Sprintf(format, args...))
	}
	for _, s := range full {
		now := byARN[s.Kind+s.ARN]
		if now == nil && !s.Unlisted && !unlisted(left, s.Kind) {
			problem(s, "is gone without a word")
		}
		if now == nil || s.Unlisted {
			continue
		}
		delete(byARN, s.Kind+s.ARN)
		before, after := leaves(t, s), leaves(t, now)
		for path := range before {
			if !reflect.DeepEqual(before[path], after[path]) && !hides(now, path) {
				problem(s, "%s was %v, is %v, and is not hidden", path, before[path], after[path])
			}
		}
		for path := range after {
			if _, there := before[path]; !there && !hides(now, path) {
				problem(s, "%s is new, and is not hidden", path)
			}
		}
	}
	for _, s := range byARN {
		if len(s.Gaps) == 0 {
			problem(s, "is new, without a gap")
		}
	}
	return problems
}

// leaves are the facts of a subject by path; an array is one leaf.
func leaves(t *testing.T, s *facts.Subject) map[string]any {
	t.Helper()
	text, err := json.Marshal(s.Facts())
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if m, ok := v.(map[string]any); ok {
			for k, child := range m {
				walk(strings.TrimPrefix(path+"."+k, "."), child)
			}
			return
		}
		all[path] = v
	}
	walk("", tree)
	return all
}

// parameters are those that the collectors ask with.
func parameters(operation string) []string {
	switch operation {
	case "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups":
		return []string{"TableName", "Orders"}
	case "dynamodb:ListTagsOfResource", "dynamodb:GetResourcePolicy":
		return []string{"ResourceArn", tableARN(dublin, "Orders")}
	case "backup:GetBackupPlan":
		return []string{"BackupPlanId", "plan-3"}
	case "backup:ListBackupSelections", "backup:GetBackupSelection":
		return []string{"BackupPlanId", "plan-1"}
	case "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic":
		return []string{"TopicArn", topicARN("Alerts")}
	case "kms:DescribeKey", "kms:GetKeyPolicy":
		return []string{"KeyId", "arn:aws:kms:eu-west-1:111122223333:key/k-1"}
	case "backup:ListRecoveryPointsByBackupVault", "backup:GetBackupVaultAccessPolicy", "backup:GetBackupVaultNotifications", "backup:DescribeRecoveryPoint":
		return []string{"BackupVaultName", "Main"}
	}
	return nil
}

// asked are the operations that the collectors name, read from their source: the
// package itself would link all of AWS's SDK into these tests.
func asked(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../collect/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var operations []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range operationName.FindAllSubmatch(source, -1) {
			operations = append(operations, string(match[1]))
		}
	}
	slices.Sort(operations)
	operations = slices.Compact(operations)
	if len(operations) < 55 {
		t.Fatalf("the collectors ask %d operations; is their source still in ../collect?", len(operations))
	}
	return operations
}

var operationName = regexp.MustCompile(`"((?:account|backup|cloudtrail|cloudwatch|dynamodb|events|iam|kms|logs|organizations|sns|tag):[A-Z][A-Za-z]+)"`)

// The golden file is the table of what each operation's gap hides in a rich
// Region. "everything" must be none of them: the collectors' operations are known.
func TestWhatEachOperationHides(t *testing.T) {
	var out bytes.Buffer
	for _, operation := range append(asked(t), "backup:Unheard") {
		fmt.Fprintln(&out, operation, strings.Join(parameters(operation), "="))
		all := derive(t, shard(t, dublin, append(rich(), gap(operation, parameters(operation)...))...))
		lines := 0
		for _, s := range all {
			if len(s.Gaps) == 0 {
				continue
			}
			var paths []string
			for _, g := range s.Gaps {
				paths = append(paths, fmt.Sprintf("%q", g.Path))
			}
			if s.Unlisted {
				paths = []string{"unlisted"}
			}
			fmt.Fprintf(&out, "    %s %s: %s\n", s.Kind, s.Name, strings.Join(paths, " "))
			lines++
		}
		if lines == len(all) && operation != "backup:Unheard" && operation != "account:ListRegions" {
			t.Errorf("%s is not known", operation)
		}
		fmt.Fprintln(&out)
	}
	golden.Check(t, "testdata/gaps.txt", out.Bytes())
}

func TestAnUnknownOperationHidesEverything(t *testing.T) {
	all := inDublin(t, append(rich()[1:], gap("backup:Unheard", "TableName", "Orders"))...)
	for _, s := range all {
		if !hides(s, "any") {
			t.Errorf("%s %s has gaps %+v", s.Kind, s.ARN, s.Gaps)
		}
	}
	for _, kind := range facts.Kinds() { // the account and the Region themselves are known
		if unlisted(all, kind) == slices.Contains([]string{facts.KindAccount, facts.KindRegion}, kind) {
			t.Errorf("%s is unlisted: %v", kind, unlisted(all, kind))
		}
	}
}

// A collector that did not run leaves no gap of its own: what it would have read
// is not known all the same.
func TestACollectorThatDidNotRun(t *testing.T) {
	for collector, kinds := range map[string][]string{
		"dynamodb": {facts.KindTable, facts.KindBackup}, "backup": {facts.KindPlanRule, facts.KindVault, facts.KindBackup},
	} {
		h := header(dublin)
		h.Collectors = slices.DeleteFunc(h.Collectors, func(c string) bool { return c == collector })
		all := derive(t, shard(t, dublin, h))
		for _, kind := range kinds {
			if !unlisted(all, kind) {
				t.Errorf("without %s: %s is not unlisted", collector, kind)
			}
		}
		if collector == "backup" {
			table := only(t, derive(t, shard(t, dublin, h, orders())), facts.KindTable)
			for _, path := range []string{"coverage.covered", "protections", "points", "recovery.usable_points", "recovery.failed_jobs", "advanced_backup"} {
				if !hides(table, path) {
					t.Errorf("without backup: %s is not hidden", path)
				}
			}
			if hides(table, "pitr") {
				t.Error("without backup: pitr is hidden")
			}
		}
	}
}

// An old version of a plan that could not be read hides what it was to do; its
// current one hides what it covers.
func TestOldVersionsOfPlans(t *testing.T) {
	for plan, hidden := range map[string]bool{"plan-1": true, "plan-2": false} {
		for _, g := range []snapshot.Gap{
			gap("backup:GetBackupPlan", "BackupPlanId", plan, "VersionId", "v0"), gap("backup:ListBackupPlanVersions", "BackupPlanId", plan),
		} {
			rows := append(second(rule("Weekly", "cron(0 12 ? * SUN *)", 91))[:1], orders(), daily(), everything(), mainVault(), g)
			s := named(t, inDublin(t, rows...), facts.KindTable, "Orders")
			if hides(s, "runs.missing") != hidden || hides(s, "calendar") != hidden || hides(s, "coverage") || hides(s, "protections") {
				t.Errorf("%s: gaps are %+v", g.ID(), s.Gaps)
			}
		}
	}
	all := inDublin(t, orders(), mainVault(), gap("backup:GetBackupPlan", "BackupPlanId", "plan-1"))
	if s := only(t, all, facts.KindTable); !hides(s, "coverage") || !unlisted(all, facts.KindPlanRule) || !unlisted(all, facts.KindVault) {
		t.Errorf("gaps are %+v", s.Gaps)
	}
}

// A copy's vault in another Region hides what may lie there.
func TestGapsOfAnotherRegionsVault(t *testing.T) {
	plan := daily(copyTo(rule("Daily", "", 366), nil))
	here := shard(t, dublin, settings(true, true), orders(), plan, everything(), mainVault())
	for operation, hidden := range map[string]bool{"backup:ListRecoveryPointsByBackupVault": true, "backup:ListBackupVaults": true, "backup:ListBackupJobs": false} {
		s := only(t, derive(t, here, shard(t, ohio, settings(true, true), gap(operation))), facts.KindTable)
		if hides(s, "recovery.newest_point_age_hours") != hidden {
			t.Errorf("%s: gaps are %+v", operation, s.Gaps)
		}
	}
	near := shard(t, dublin, settings(true, true), orders(), daily(), everything(), mainVault())
	if s := only(t, derive(t, near, shard(t, ohio, settings(true, true), gap("backup:ListBackupVaults"))), facts.KindTable); len(s.Gaps) != 0 {
		t.Errorf("without a copy there: gaps are %+v", s.Gaps)
	}
}

func TestHiddenBy(t *testing.T) {
	if diff := cmp.Diff([]facts.HiddenPath{{Kind: facts.KindTable, Path: "pitr"}}, facts.HiddenBy("dynamodb:DescribeContinuousBackups")); diff != "" {
		t.Error(diff)
	}
	if got := facts.HiddenBy("dynamodb:GetResourcePolicy"); len(got) != 0 {
		t.Errorf("a policy hides %+v", got)
	}
	kinds := map[string]bool{}
	for _, h := range facts.HiddenBy("backup:Unheard") {
		kinds[h.Kind] = h.Path == "" && h.Unlisted
	}
	for _, kind := range facts.Kinds() {
		if !kinds[kind] {
			t.Errorf("an unknown operation does not hide every %s", kind)
		}
	}
}
