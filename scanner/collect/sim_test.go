package collect_test

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// A world is a simulated organization, with what it was asked.
type world struct {
	sim *awssim.Simulator
	srv *awssim.Server

	mu    sync.Mutex
	asked map[string]int
}

func newWorld(t *testing.T, scenario []byte) *world {
	t.Helper()
	t.Setenv("AWS_CA_BUNDLE", "")
	sim, err := awssim.Load(scenario)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{sim: sim, asked: map[string]int{}}
	if sim.Faults == nil {
		sim.Faults = &awssim.Faults{}
	}
	sim.Record = func(e awssim.Exchange) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked[e.Operation]++
	}
	w.srv = awssim.Start(sim)
	t.Cleanup(w.srv.Close)
	return w
}

func (w *world) account(change func(*collect.Options)) *collect.Account {
	o := collect.Options{NoLimits: true, MaxAttempts: 4, BackoffBase: time.Millisecond, Version: "test"}
	if change != nil {
		change(&o)
	}
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(w.srv.URL), Credentials: credentials.NewStaticCredentialsProvider(ourKey, "secret", "")}
	return remake(cfg, &o)
}

const ourKey = "AKIACOLLECT0000001"

// shards are all that the scenario's first account has.
var shards = []string{snapshot.OrganizationShard, snapshot.Global, "us-east-1", "eu-west-1"}

func everything(t *testing.T, a *collect.Account) map[string]shard {
	t.Helper()
	return these(t, a, shards)
}

// these are some of the shards.
func these(t *testing.T, a *collect.Account, regions []string) map[string]shard {
	t.Helper()
	var mu sync.Mutex
	all := map[string]shard{}
	err := a.Collect(context.Background(), regions, collect.Collectors(),
		func(region string, _ collect.Result, b *snapshot.Builder) error {
			mu.Lock()
			defer mu.Unlock()
			all[region] = parse(t, b)
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// rows is the rows of all shards, which must not depend on how they were asked for.
func rows(all map[string]shard) map[string][]snapshot.Row {
	out := map[string][]snapshot.Row{}
	for region, s := range all {
		out[region] = s.rows
	}
	return out
}

func TestCollectorsNameTheActionsThatTheyCall(t *testing.T) {
	w := newWorld(t, scenario)
	first := everything(t, w.account(nil))
	w.sim.Faults.Add(awssim.Fault{Kind: "denied-json", Operation: "tag:GetResources"})
	everything(t, w.account(func(o *collect.Options) { o.LookupEvents = true }))
	var named []string
	collectors := collect.Collectors()
	for _, c := range collectors {
		if !slices.IsSorted(c.Actions) || c.Name == "" || c.Doc == "" {
			t.Errorf("collector %q lacks a name, a line of doc, or the order of its actions", c.Name)
		}
		named = append(named, c.Actions...)
	}
	if !slices.IsSortedFunc(collectors, func(a, b collect.Collector) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("collectors are not sorted")
	}
	for _, action := range named {
		if w.asked[action] == 0 {
			t.Errorf("%s is named, but was not called", action)
		}
	}
	for action := range w.asked {
		if !slices.Contains(named, action) {
			t.Errorf("%s was called, but is not named", action)
		}
	}
	for region, s := range first {
		for _, g := range s.gaps {
			t.Errorf("%s: gap %+v", region, g)
		}
		for _, c := range s.calls {
			if !slices.Contains(named, c.Operation) {
				t.Errorf("call of %s: not an action", c.Operation)
			}
		}
	}
}

func TestPageSizeDoesNotMatter(t *testing.T) {
	want := everything(t, newWorld(t, scenario).account(nil))
	if n := len(want["us-east-1"].rows); n < 380 {
		t.Fatalf("%d rows in us-east-1: the scenario is too small to prove anything", n)
	}
	w := newWorld(t, scenario)
	w.sim.PageSize = 1
	if diff := cmp.Diff(rows(want), rows(everything(t, w.account(nil)))); diff != "" {
		t.Errorf("pages of 1, cut by AWS (-want +got):\n%s", diff)
	}
	small := newWorld(t, scenario).account(func(o *collect.Options) { o.PageSize = 7 })
	if diff := cmp.Diff(rows(want), rows(everything(t, small))); diff != "" {
		t.Errorf("pages of 7, as asked (-want +got):\n%s", diff)
	}
}

// Refuse one action, and exactly its questions are gaps; the rows that come from
// elsewhere are as they were.
func TestEachActionDeniedIsAGapAndNothingElse(t *testing.T) {
	w := newWorld(t, scenario)
	asked := func(o *collect.Options) { o.MaxAttempts, o.LookupEvents, o.Organization = 2, true, true }
	whole := everything(t, w.account(asked))
	for _, kind := range []string{"denied-json", "denied-xml", "error-500-html"} {
		for _, c := range collect.Collectors() {
			for _, action := range c.Actions {
				if action == "tag:GetResources" || action == "dynamodb:ListTagsOfResource" {
					continue // each stands in for the other
				}
				if kind != "denied-json" && !slices.Contains(oneOfEachProtocol, action) {
					continue
				}
				t.Run(kind+"/"+action, func(t *testing.T) {
					w.sim.Faults.Clear()
					w.sim.Faults.Add(awssim.Fault{Kind: kind, Operation: action})
					want := snapshot.Denied
					if kind == "error-500-html" {
						want = snapshot.Unreadable
					}
					regions := []string{c.Shard}
					if c.Shard == "" {
						regions = []string{"eu-west-1"} // where the scenario has one of everything
					}
					gaps := 0
					for region, s := range these(t, w.account(asked), regions) {
						for _, g := range s.gaps {
							if gaps++; g.Operation != action || g.Reason != want {
								t.Errorf("%s: gap %+v", region, g)
							}
						}
						compareRows(t, region, action, whole[region], s)
					}
					if gaps == 0 {
						t.Error("no gap")
					}
				})
			}
		}
	}
}

var oneOfEachProtocol = []string{
	"account:ListRegions", "backup:GetBackupPlan", "dynamodb:ListTables", "kms:DescribeKey", "iam:GetAccountSummary", "cloudwatch:DescribeAlarms",
}

// hidden are the kinds of rows that are lost, or poorer, without an action.
var hidden = map[string][]string{
	"account:ListRegions":                    {"AccountRegion"},
	"backup:DescribeGlobalSettings":          {"GlobalSettings"},
	"backup:DescribeRecoveryPoint":           {"RecoveryPoint"},
	"backup:DescribeRegionSettings":          {"RegionSettings"},
	"backup:GetBackupPlan":                   {"BackupPlan"},
	"backup:GetBackupSelection":              {"BackupSelection"},
	"backup:GetBackupVaultAccessPolicy":      {"BackupVault"},
	"backup:GetBackupVaultNotifications":     {"BackupVault", "Topic"},
	"backup:GetLegalHold":                    {"LegalHold"},
	"backup:GetRestoreTestingPlan":           {"RestoreTestingPlan"},
	"backup:GetRestoreTestingSelection":      {"RestoreTestingSelection"},
	"backup:ListBackupJobs":                  {"BackupJob"},
	"backup:ListBackupPlanVersions":          {"BackupPlan"},
	"backup:ListBackupPlans":                 {"BackupPlan", "BackupSelection"},
	"backup:ListBackupSelections":            {"BackupSelection"},
	"backup:ListBackupVaults":                {"BackupVault", "RecoveryPoint", "BackupPlan", "KMSKey", "Topic"}, // old versions are named by points
	"backup:ListCopyJobs":                    {"CopyJob"},
	"backup:ListLegalHolds":                  {"LegalHold"},
	"backup:ListProtectedResources":          {"ProtectedResource"},
	"backup:ListRecoveryPointsByBackupVault": {"RecoveryPoint", "BackupPlan", "KMSKey"},
	"backup:ListRestoreJobs":                 {"RestoreJob"},
	"backup:ListRestoreTestingPlans":         {"RestoreTestingPlan", "RestoreTestingSelection"},
	"backup:ListRestoreTestingSelections":    {"RestoreTestingSelection"},
	"cloudtrail:DescribeTrails":              {"Trail", "MetricFilter", "Topic"},
	"cloudtrail:GetEventSelectors":           {"Trail"},
	"cloudtrail:GetTrailStatus":              {"Trail"},
	"cloudtrail:LookupEvents":                {"TrailEvent"},
	"cloudwatch:DescribeAlarms":              {"MetricAlarm", "Topic"},
	"dynamodb:DescribeContinuousBackups":     {"Table"},
	"dynamodb:DescribeTable":                 {"Table", "KMSKey"},
	"dynamodb:GetResourcePolicy":             {"Table"},
	"dynamodb:ListBackups":                   {"TableBackup"},
	"dynamodb:ListTables":                    {"Table", "KMSKey"},
	"events:ListRules":                       {"EventRule", "Topic"},
	"events:ListTargetsByRule":               {"EventRule", "Topic"},
	"iam:GetAccountAuthorizationDetails":     {"IAMUser", "IAMGroup", "IAMRole", "IAMPolicy"},
	"iam:GetAccountSummary":                  {"AccountSummary"},
	"iam:ListAccountAliases":                 {"AccountSummary"},
	"kms:DescribeKey":                        {"KMSKey"},
	"kms:GetKeyPolicy":                       {"KMSKey"},
	"logs:DescribeMetricFilters":             {"MetricFilter"},
	"sns:GetTopicAttributes":                 {"Topic"},
	"sns:ListSubscriptionsByTopic":           {"Topic"},

	"organizations:DescribeEffectivePolicy":                {"EffectivePolicy"},
	"organizations:DescribeOrganization":                   {"Organization"},
	"organizations:DescribePolicy":                         {"OrganizationPolicy"},
	"organizations:ListAccounts":                           {}, // the tree has them too
	"organizations:ListAccountsForParent":                  {"OrganizationAccount"},
	"organizations:ListAccountsWithInvalidEffectivePolicy": {"EffectivePolicyError"},
	"organizations:ListDelegatedAdministrators":            {"DelegatedAdministrator"},
	"organizations:ListEffectivePolicyValidationErrors":    {"EffectivePolicyError"},
	"organizations:ListOrganizationalUnitsForParent":       {"OrganizationalUnit", "OrganizationAccount"},
	"organizations:ListPolicies":                           {"OrganizationPolicy"},
	"organizations:ListRoots":                              {"OrganizationRoot", "OrganizationalUnit", "OrganizationAccount"},
	"organizations:ListTargetsForPolicy":                   {"OrganizationPolicy"},
}

func compareRows(t *testing.T, region, action string, whole, denied shard) {
	t.Helper()
	without := func(s shard) (left []snapshot.Row) {
		for _, row := range s.rows {
			if !slices.Contains(hidden[action], kindOf(row)) {
				left = append(left, row)
			}
		}
		return left
	}
	if diff := cmp.Diff(without(whole), without(denied)); diff != "" {
		t.Errorf("%s: rows that do not come from %s changed (-want +got):\n%s", region, action, diff)
	}
	tables := func(s shard) (names []string) {
		for _, row := range s.rows {
			if row.Table != nil {
				names = append(names, row.Table.TableArn)
			}
		}
		return names
	}
	if action != "dynamodb:ListTables" && !slices.Equal(tables(whole), tables(denied)) {
		t.Errorf("%s: tables are %v, were %v", region, tables(denied), tables(whole))
	}
}

// kindOf is the name of the one field that is set.
func kindOf(row snapshot.Row) string {
	text := fmt.Sprintf("%+v", row)
	for field := range strings.FieldsSeq(strings.Trim(text, "{}")) {
		if name, value, ok := strings.Cut(field, ":"); ok && strings.HasPrefix(value, "0x") {
			return name
		}
	}
	return ""
}

func TestFaultsThatPassLeaveNoTrace(t *testing.T) {
	want := rows(everything(t, newWorld(t, scenario).account(nil)))
	for _, kind := range []string{"throttle", "error-500", "error-503-html", "cut", "reset"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, scenario)
			w.sim.Faults.Add(awssim.Fault{Kind: kind, Probability: 0.2, Seed: 7, From: 1, To: -1})
			all := everything(t, w.account(func(o *collect.Options) { o.MaxAttempts = 20 }))
			if diff := cmp.Diff(want, rows(all)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			tries, calls := 0, 0
			for _, s := range all {
				if len(s.gaps) > 0 {
					t.Errorf("gaps %v", s.gaps)
				}
				for _, c := range s.calls {
					calls, tries = calls+1, tries+c.Attempts
				}
			}
			if tries <= calls {
				t.Errorf("%d tries for %d calls: nothing went wrong", tries, calls)
			}
		})
	}
}

func TestFaultsThatStayAreGaps(t *testing.T) {
	for kind, reason := range map[string]snapshot.Reason{
		"throttle": snapshot.Throttled, "malformed": snapshot.Unreadable, "repeat-token": snapshot.Unreadable, "empty-page": snapshot.Unreadable,
		"reset": snapshot.Timeout, "cut": snapshot.Timeout, "expired": snapshot.Denied, "denied-html": snapshot.Denied,
	} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, scenario)
			w.sim.PageSize = 50
			w.sim.Faults.Add(awssim.Fault{Kind: kind, Operation: "backup:ListRecoveryPointsByBackupVault", Region: "us-east-1", From: 3, To: -1})
			s := everything(t, w.account(nil))["us-east-1"]
			if len(s.gaps) == 0 {
				t.Fatal("no gap")
			}
			for _, g := range s.gaps {
				if g.Reason != reason {
					t.Errorf("gap %+v, want %s", g, reason)
				}
			}
		})
	}
}

func TestEstimateIsALowerBound(t *testing.T) {
	w := newWorld(t, scenario)
	a := w.account(nil)
	for region, s := range everything(t, a) {
		if region == snapshot.Global || region == snapshot.OrganizationShard {
			continue
		}
		e, err := a.Estimate(context.Background(), region)
		if err != nil || e.Gaps != nil {
			t.Fatal(e.Gaps, err)
		}
		if e.Tables == 0 || e.Plans == 0 || e.Calls > len(s.calls) || e.Calls < len(s.calls)/3 {
			t.Errorf("%s: estimate %+v, the scan made %d calls", region, e, len(s.calls))
		}
	}
	empty := newWorld(t, estate(0, false)).account(nil)
	if e, err := empty.Estimate(context.Background(), "us-west-2"); err != nil || e.Calls != len(collected(t, empty, "us-west-2").calls) {
		t.Errorf("an empty Region: estimate %+v, %v", e, err)
	}
	w.sim.Faults.Add(awssim.Fault{Kind: "denied-json", Operation: "backup:ListBackupPlans"})
	if e, err := a.Estimate(context.Background(), "us-east-1"); err != nil || len(e.Gaps) != 1 || e.Gaps[0].Operation != "backup:ListBackupPlans" {
		t.Errorf("estimate %+v, %v", e, err)
	}
}

func TestProbeNamesWhatIsDenied(t *testing.T) {
	w := newWorld(t, scenario)
	var actions []string
	for _, c := range collect.Collectors() {
		actions = append(actions, c.Actions...)
	}
	slices.Sort(actions)
	results := w.account(nil).Probe(context.Background(), "eu-west-1")
	var probed []string
	for _, r := range results {
		probed = append(probed, r.Action)
		if r.Reason != "" || !r.Asked {
			t.Errorf("%+v, want asked and no reason", r)
		}
	}
	if diff := cmp.Diff(actions, probed); diff != "" {
		t.Errorf("probed actions are not those of the collectors (-want +got):\n%s", diff)
	}
	for _, r := range results {
		w.sim.Faults.Clear()
		w.sim.Faults.Add(awssim.Fault{Kind: "denied-json", Operation: r.Action})
		for _, got := range w.account(nil).Probe(context.Background(), "eu-west-1") {
			if want := map[bool]snapshot.Reason{true: snapshot.Denied}[got.Action == r.Action]; got.Reason != want {
				t.Errorf("with %s denied: %+v", r.Action, got)
			}
		}
	}
}

func TestProgressCountsShardsAndCalls(t *testing.T) {
	var mu sync.Mutex
	var last collect.Progress
	w := newWorld(t, scenario)
	all := everything(t, w.account(func(o *collect.Options) {
		o.Progress = func(p collect.Progress) {
			mu.Lock()
			defer mu.Unlock()
			if p.Done >= last.Done && p.Calls >= last.Calls {
				last = p
			}
		}
	}))
	calls := 0
	for _, s := range all {
		calls += len(s.calls)
	}
	if want := (collect.Progress{Shards: 4, Done: 4, Calls: calls}); last != want {
		t.Errorf("progress %+v, want %+v", last, want)
	}
}

// scenario has something for every question: a plan that was changed, a plan that
// was deleted, a legal hold, a table with a policy, and all that watches; above it
// units and policies, and below it users.
//
//go:embed testdata/scenario.yaml
var scenario []byte

// Plans are read as they are and as they were when they made the points.
func TestOldVersionsOfPlans(t *testing.T) {
	all := everything(t, newWorld(t, scenario).account(nil))
	for _, c := range all["us-east-1"].calls {
		if c.Operation == "backup:GetBackupPlan" && c.Error != "" {
			t.Errorf("us-east-1 asks about a plan of eu-west-1, which a copy names: %s", c.ID())
		}
	}
	s := all["eu-west-1"]
	got := map[string][]bool{}
	for _, row := range s.rows {
		if p := row.BackupPlan; p != nil {
			got[p.BackupPlanName] = append(got[p.BackupPlanName], p.Current)
			slices.SortFunc(got[p.BackupPlanName], func(a, b bool) int { return map[bool]int{true: 1}[a] - map[bool]int{true: 1}[b] })
		}
	}
	want := map[string][]bool{"gold": {true}, "silver": {false, true}, "gone": {false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions by plan: is it the current one (-want +got):\n%s", diff)
	}
}
