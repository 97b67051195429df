package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/scanner/snapshot"
)

// compared are the services that the seeder makes things in, and the kinds of rows
// that come from them. The simulator and moto are not compared in others.
var (
	compared = []string{"account", "backup", "cloudtrail", "cloudwatch", "dynamodb", "events", "iam", "kms", "logs", "organizations", "sns", "sts", "tag"}
	kinds    = []string{"caller", "account_region", "account_summary", "iam_user", "iam_group", "iam_role", "iam_policy",
		"organization", "organization_root", "organizational_unit", "organization_account", "organization_policy", "delegated_administrator",
		"effective_policy", "effective_policy_error", "kms_key", "topic", "event_rule", "trail", "metric_alarm", "metric_filter", "global_settings", "region_settings", "backup_vault", "backup_plan", "backup_selection",
		"restore_testing_plan", "restore_testing_selection", "legal_hold", "table", "table_backup", "protected_resource",
		"backup_job", "copy_job", "restore_job", "recovery_point"}
)

// A divergence is a difference that is known: field, as in differences, and why
// it is moto's. One that is gone is a failure, so that the list stays true.
type divergence struct{ field, why string }

var divergences = []divergence{
	{`/account_region/`, "does not answer account:ListRegions"},
	{`/global_settings/`, "does not answer DescribeGlobalSettings"},
	{`/region_settings/`, "does not answer DescribeRegionSettings"},
	{`/backup_selection/`, "cannot make selections, nor list them"},
	{`/backup_plan/.*: \.ScheduledRunsPreview\[`, "ignores MaxScheduledRunsPreview"},
	{`/backup_plan/.*: \.Rules\[\d\]\.ScheduleExpressionTimezone: absent ≠ Etc/UTC$`, "writes the default zone into the rule, the simulator leaves it out"},
	{`/backup_plan/.*: \.Versions\[`, "does not answer ListBackupPlanVersions"},
	{`/backup_vault/.*: \.VaultType: BACKUP_VAULT ≠ absent$`, "has vaults of one type only"},
	{`/backup_vault/.*: \.VaultState: AVAILABLE ≠ absent$`, "has vaults of one state only"},
	{`/backup_vault/.*: \.EncryptionKeyArn: .* ≠ absent$`, "has no aws/backup key"},
	{`/table/.*: \.TableId: <id> ≠ absent$`, "does not say TableId"},
	{`/table_backup/.*: \.TableId: <id> ≠ absent$`, "does not say TableId"},
	{`/table_backup/.*: \.BackupSizeBytes: 0 ≠ 123$`, "has one size for all backups"},
	{`/backup_vault/.*: \.EncryptionKeyType: CUSTOMER_MANAGED_KMS_KEY ≠ absent$`, "does not say EncryptionKeyType"},
	{`/kms_key/.*key/<id>: `, "has no aws/backup key"},
	{`/kms_key/.*: \.MultiRegion: false ≠ absent$`, "does not say that a key is of one Region"},
	{`/metric_alarm/`, "does not speak the protocol that the SDK has for CloudWatch"},
	{`/topic/.*: \.SubscriptionsConfirmed: 1 ≠ 0$`, "does not count subscriptions"},
	{`/trail/.*everything: \.EventSelectors`, "has no selectors where none were set; AWS says its default"},
	{`/trail/.*everything: \.Status\.LatestCloudWatchLogsDeliveryTime: <time> ≠ absent$`, "delivers nothing to log groups"},
	{`/account_summary/: \.SummaryMap\.AccountMFAEnabled: 1 ≠ 0$`, "has a root without MFA"},
	{`/account_summary/: \.SummaryMap\.Users: 3 ≠ 2$`, "has no user behind the access key"},
	{`/iam_user/.*user/holdfast: `, "has no user behind the access key"},
	{`/iam_user/.*alice: \.PermissionsBoundaryArn: .* ≠ absent$`, "drops a user's boundary"},
	{`/iam_policy/arn:aws:iam::aws:policy/.*: \.(PolicyVersionList|DefaultVersionId)`, "has AWS's whole documents, where the simulator leaves out other services"},
	{`/organization_account/123456789012: \.JoinedMethod: INVITED ≠ CREATED$`, "has a management account that was created"},
	{`/organization_policy/p-(RCP)?FullAWSAccess: \.Arn: arn:aws:organizations::aws:`, "has AWS's own policies in the account"},
	{`/organization_root/<root>: \.PolicyTypes\[1\].*: .* ≠ absent$`, "does not enable service control policies with all features"},
	{`/iam_policy/.*: \.(PolicyName|PolicyId): .* ≠ absent$`, "does not name managed policies but by their ARN"},
	{`/iam_policy/.*: \.PermissionsBoundaryUsageCount: \d ≠ absent$`, "does not count boundaries"},
}

// unanswered are the questions that moto has no answer to; its answer is an HTML
// page, with HTTP 404 or 500.
var unanswered = []string{
	"account:ListRegions",
	"backup:DescribeGlobalSettings",
	"backup:DescribeRegionSettings",
	"backup:GetBackupVaultAccessPolicy",
	"backup:GetBackupVaultNotifications",
	"backup:ListBackupJobs",
	"backup:ListBackupPlanVersions",
	"backup:ListBackupSelections",
	"backup:ListCopyJobs",
	"backup:ListLegalHolds",
	"backup:ListProtectedResources",
	"backup:ListRecoveryPointsByBackupVault",
	"backup:ListRestoreJobs",
	"backup:ListRestoreTestingPlans",
	"cloudtrail:LookupEvents",
	"cloudwatch:DescribeAlarms",
	"organizations:DescribeEffectivePolicy",
	"organizations:ListAccountsWithInvalidEffectivePolicy",
}

const bothAccounts = "accounts: ['123456789012', '222222222222']\n"

// TestMotoSeesTheSame seeds the simulator and moto with the same calls, and reads
// both with the product's collectors.
func TestMotoSeesTheSame(t *testing.T) {
	conformance(t)
	peer := startMoto(t)
	credentials(t, "AKIACONFORMANCE00001", "secret")
	sim, ourNames := seededSimulator(t)
	peer.bucket(t, "trail-logs")
	theirNames, _ := seed(t, peer.url, "CreateBackupSelection", "PutMetricAlarm")

	ours, theirs := scanAll(t, sim.URL), scanAll(t, peer.url)
	if gaps := of(ours.gaps, compared); len(gaps) > 0 {
		t.Errorf("the simulator leaves gaps: %+v", gaps)
	}
	checkGaps(t, of(theirs.gaps, compared))
	ourRows := alike(t, ours.rows, ourNames)
	checkKinds(t, ourRows)
	checkDifferences(t, differences(ourRows, alike(t, theirs.rows, theirNames)))
	if checkNoFlip(t, ours.verdicts, theirs.verdicts) == 0 {
		t.Error("nothing became unknown: the comparison proves nothing")
	}
	checkEvaluate(t, theirs)
	if t.Failed() {
		return
	}
	t.Logf("%d rows, %d of moto's answers missing, %d divergences, %d verdicts, none turned",
		len(ourRows), len(theirs.gaps), len(divergences), len(ours.verdicts))
}

// unmade are the kinds that the seeder does not make anything of.
var unmade = []string{"restore_testing_plan", "restore_testing_selection", "legal_hold", "protected_resource", "backup_job", "copy_job", "restore_job",
	"recovery_point", "effective_policy", "effective_policy_error"}

// checkKinds holds that there is something to compare.
func checkKinds(t *testing.T, rows map[string]any) {
	t.Helper()
	met := map[string]bool{}
	for name := range rows {
		met[strings.Split(name, "/")[2]] = true
	}
	for _, kind := range kinds {
		if met[kind] == slices.Contains(unmade, kind) {
			t.Errorf("rows of %s: %v, and the list of what is not made says otherwise", kind, met[kind])
		}
	}
}

// alike are the rows that are compared, by their names, with the fixture's names in
// place of ids. What a list holds is sorted: ids came before names.
func alike(t *testing.T, rows map[string]any, named names) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		parts := strings.SplitN(name, "/", 4)
		if !slices.Contains(kinds, parts[2]) {
			continue
		}
		row, _ := plain(rows[name], named).(map[string]any)
		out[unique(out, strings.Join([]string{named.in(parts[0]), parts[1], parts[2], nameOf(row)}, "/"))] = row
	}
	return out
}

func plain(value any, named names) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			if slices.Contains(random, key) {
				item = "<id>"
			}
			out[key] = plain(item, named)
		}
		return out
	case []any:
		var out []any
		for _, item := range v {
			out = append(out, plain(item, named))
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		return out
	case string:
		v = identifier.ReplaceAllString(named.in(v), "<id>")
		if timestamp.MatchString(v) {
			v = "<time>"
		}
		return v
	}
	return value
}

func scanAll(t *testing.T, url string) scan {
	t.Helper()
	s := newScans(t, url, bothAccounts)
	s.job.AWS.PageSize = 7
	s.job.AWS.RoleARN = "arn:aws:iam::{account}:role/Holdfast"
	return s.scan(t)
}

// seededSimulator has the fixture's accounts, empty, and then what the seeder makes.
func seededSimulator(t *testing.T) (*awssim.Server, names) {
	t.Helper()
	scenario := fixture(t)
	scenario.Tree = nil
	for i := range scenario.Accounts {
		scenario.Accounts[i].IAM = awssim.IAMScenario{}
		scenario.Accounts[i].Regions = []awssim.RegionScenario{{Name: region}}
	}
	scenario.Accounts[0].AccessKeys = []awssim.KeyScenario{{ID: "AKIACONFORMANCE00001"}}
	sim, err := awssim.New(scenario)
	if err != nil {
		t.Fatal(err)
	}
	server := awssim.Start(sim)
	t.Cleanup(server.Close)
	named, refused := seed(t, server.URL)
	if len(refused) > 0 {
		t.Fatalf("the simulator refuses %v", refused)
	}
	return server, named
}

func checkGaps(t *testing.T, gaps []snapshot.Gap) {
	t.Helper()
	met := map[string]bool{}
	for _, gap := range gaps {
		met[gap.Operation] = true
		if gap.Reason != snapshot.Unreadable {
			t.Errorf("gap %+v: an answer that is not AWS's is unreadable", gap)
		}
	}
	got := slices.Sorted(maps.Keys(met))
	if !slices.Equal(got, unanswered) {
		t.Errorf("moto does not answer\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(unanswered, "\n"))
	}
}

// checkNoFlip holds that what is left open makes verdicts unknown and does nothing
// else to them. It returns how many became unknown.
func checkNoFlip(t *testing.T, whole, partly map[string]string) (unknown int) {
	t.Helper()
	for subject, before := range whole {
		switch after, there := partly[subject]; {
		case after == before, before == "unknown":
		case after == "unknown":
			unknown++
		case there:
			t.Errorf("%s: %s, but %s when all is answered", subject, after, before)
		}
	}
	return unknown
}

// checkEvaluate holds the command line to the same: exit code 3 where something is unknown.
func checkEvaluate(t *testing.T, partly scan) {
	t.Helper()
	binary := os.Getenv("HOLDFAST_BINARY")
	if binary == "" {
		t.Fatal("HOLDFAST_BINARY is not set; conformance/run sets it")
	}
	before := partly.verdicts
	out, err := exec.Command(binary, "evaluate", partly.kept.Dir, "--fail-on", "never", "--format", "json").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("holdfast evaluate: %v, want exit code 3\n%s", err, out)
	}
	partly.verdicts = map[string]string{}
	partly.readVerdicts(t)
	if !maps.Equal(before, partly.verdicts) {
		t.Error("holdfast evaluate judges otherwise than the scan did")
	}
}

// differences are the fields that differ, as "account/region/kind/name: Field: ours ≠ theirs".
func differences(ours, theirs map[string]any) []string {
	a, b := map[string]string{}, map[string]string{}
	for name, row := range ours {
		flatten(a, name+": ", row)
	}
	for name, row := range theirs {
		flatten(b, name+": ", row)
	}
	var out []string
	for field := range a {
		if a[field] != b[field] {
			out = append(out, fmt.Sprintf("%s: %s ≠ %s", field, a[field], absent(b, field)))
		}
	}
	for field := range b {
		if _, ok := a[field]; !ok {
			out = append(out, fmt.Sprintf("%s: absent ≠ %s", field, b[field]))
		}
	}
	slices.Sort(out)
	return out
}

func absent(m map[string]string, field string) string {
	if v, ok := m[field]; ok {
		return v
	}
	return "absent"
}

// What differs from run to run.
var (
	random     = []string{"VersionId", "UserId", "GroupId", "RoleId", "PolicyId"} // fields that hold one of many forms of ids
	timestamp  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT`)
	identifier = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|\d{14}-[0-9a-f]{8}$|/\d{13,17}-[0-9a-f]{8}$`)
)

func flatten(out map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			flatten(out, path+"."+key, item)
		}
	case []any:
		for i, item := range v {
			flatten(out, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case string:
		out[path] = v
	default:
		text, _ := json.Marshal(v)
		out[path] = string(text)
	}
}

func checkDifferences(t *testing.T, found []string) {
	t.Helper()
	for _, d := range divergences {
		pattern := regexp.MustCompile(d.field)
		left := slices.DeleteFunc(slices.Clone(found), pattern.MatchString)
		if len(left) == len(found) {
			t.Errorf("%q diverges no more: take it off the list (%s)", d.field, d.why)
		}
		found = left
	}
	for _, difference := range found {
		t.Errorf("ours ≠ moto's: %s", difference)
	}
}
