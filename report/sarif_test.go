package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/report"
	"holdfast/scanner/finding"
)

// The parts of a SARIF file that GitHub reads.
type sarifLog struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []sarifRun
}

type sarifRun struct {
	Tool              struct{ Driver sarifDriver }
	Results           []sarifResult
	AutomationDetails *struct{ ID string }
	Invocations       []struct {
		ExecutionSuccessful        *bool
		ToolExecutionNotifications []struct {
			Level   string
			Message struct{ Text string }
		}
	}
}

type sarifDriver struct {
	Name, SemanticVersion string
	Rules                 []struct {
		ID, Name                                string
		ShortDescription, FullDescription, Help struct{ Text, Markdown string }
		DefaultConfiguration                    struct{ Level string }
		Properties                              map[string]any
	}
}

type sarifResult struct {
	RuleID    string
	RuleIndex *int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
		}
	}
	Kind                string
	Taxa                []struct{ ID string }
	Suppressions        []struct{ Status, Justification string }
	PartialFingerprints map[string]string
	RelatedLocations    []struct {
		ID               int
		PhysicalLocation struct{ Region struct{ StartLine int } }
	}
}

func (r sarifResult) line() int { return r.Locations[0].PhysicalLocation.Region.StartLine }

func readSARIF(t testing.TB, doc []byte) sarifRun {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(doc, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 {
		t.Fatalf("version %q, schema %q, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	return log.Runs[0]
}

// GitHub opens an alert for every result: only what fails and is not accepted
// may be one, and each cause once.
func TestSARIFHoldsActiveCausesOnly(t *testing.T) {
	in := sampleInput()
	run := readSARIF(t, write(t, "sarif", in))
	var got []string
	for _, r := range run.Results {
		first, _, _ := strings.Cut(r.Message.Text, "\n")
		got = append(got, r.RuleID+" | "+first)
	}
	want := []string{
		"table.key_usable | Table Orders: its key is PendingDeletion.",
		"plan_rule.daily | Plan rule nightly: leaves gaps of up to 48 h.",
		"table.pitr_enabled | Table Orders: point-in-time recovery is DISABLED.",
		"table.pitr_enabled | Table Ledger: point-in-time recovery is DISABLED.",
		"table.deletion_protection | Table Orders: deletion protection is off.",
		"backup.orphaned | Backup Old: 2 backups are left of a deleted table.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("results\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	causes := 0
	for _, n := range in.Summary.Causes {
		causes += n
	}
	if len(run.Results) != causes {
		t.Errorf("%d results for %d causes", len(run.Results), causes)
	}
}

func TestSARIFIsWhatGitHubNeeds(t *testing.T) {
	in := sampleInput()
	var inventory bytes.Buffer
	if _, err := report.WriteInventory(&inventory, in); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(inventory.String(), "\n")
	run := readSARIF(t, write(t, "sarif", in))
	if run.Tool.Driver.Name != "Holdfast" || run.Tool.Driver.SemanticVersion != "0.1.0" {
		t.Errorf("driver is %q %q", run.Tool.Driver.Name, run.Tool.Driver.SemanticVersion)
	}
	levels := map[finding.Severity][2]string{
		finding.Critical: {"error", "9.5"}, finding.High: {"error", "8.0"}, finding.Medium: {"warning", "5.5"}, finding.Low: {"note", "2.0"},
	}
	for i, rule := range run.Tool.Driver.Rules {
		want := levels[sampleRules[i].Severity]
		if rule.ID != sampleRules[i].ID || rule.DefaultConfiguration.Level != want[0] || rule.Properties["security-severity"] != want[1] {
			t.Errorf("rule %s has level %q and security-severity %v, want %q", rule.ID, rule.DefaultConfiguration.Level, rule.Properties["security-severity"], want)
		}
		if tags := fmt.Sprint(rule.Properties["tags"]); !strings.Contains(tags, "security") || rule.Properties["precision"] == nil {
			t.Errorf("rule %s has properties %v", rule.ID, rule.Properties)
		}
		for _, text := range []string{rule.ShortDescription.Text, rule.FullDescription.Text, rule.Help.Text, rule.Help.Markdown} {
			if text == "" || strings.Contains(text, "Orders") || strings.Contains(text, prod) {
				t.Errorf("rule %s: empty text, or one of an account: %q", rule.ID, text)
			}
		}
	}
	for _, r := range run.Results {
		if r.RuleIndex == nil || run.Tool.Driver.Rules[*r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s has rule index %v", r.RuleID, r.RuleIndex)
		}
		if len(r.Locations) != 1 {
			t.Fatalf("%s has %d locations", r.RuleID, len(r.Locations))
		}
		at := r.Locations[0].PhysicalLocation
		text := lines[at.Region.StartLine-1]
		if at.ArtifactLocation.URI != "inventory.jsonl" || at.Region.EndLine != at.Region.StartLine ||
			at.Region.StartColumn != 1 || at.Region.EndColumn != len(text)+1 {
			t.Errorf("%s points at %+v, the line has %d columns", r.RuleID, at, len(text))
		}
		_, rest, _ := strings.Cut(r.Message.Text, "\nARN: ")
		arn, _, _ := strings.Cut(rest, "\n")
		if !strings.Contains(text, `"`+arn+`"`) {
			t.Errorf("%s is about %s but points at %s", r.RuleID, arn, text)
		}
		if r.PartialFingerprints["primaryLocationLineHash"] == "" {
			t.Errorf("%s has no fingerprint", r.RuleID)
		}
	}
}

func TestSARIFSaysThatTheScanIsIncomplete(t *testing.T) {
	in := sampleInput()
	inv := readSARIF(t, write(t, "sarif", in)).Invocations[0]
	if inv.ExecutionSuccessful == nil || *inv.ExecutionSuccessful {
		t.Errorf("an incomplete scan reads as successful: alerts would close")
	}
	var texts []string
	for _, n := range inv.ToolExecutionNotifications {
		texts = append(texts, n.Level+" "+n.Message.Text)
	}
	all := strings.Join(texts, "\n")
	for _, part := range []string{"error dynamodb:DescribeContinuousBackups: denied", "missing permission: dynamodb:DescribeContinuousBackups",
		"error backup:ListCopyJobs: throttled", "note As expected: kms:DescribeKey"} {
		if !strings.Contains(all, part) {
			t.Errorf("notifications lack %q:\n%s", part, all)
		}
	}

	in.Summary.Complete, in.Summary.Unknown = true, 0
	inv = readSARIF(t, write(t, "sarif", in)).Invocations[0]
	if inv.ExecutionSuccessful == nil || !*inv.ExecutionSuccessful {
		t.Errorf("a complete scan reads as failed: the upload would be refused")
	}
	for _, n := range inv.ToolExecutionNotifications {
		if n.Level == "error" {
			t.Errorf("a complete scan has an error notification: %s", n.Message.Text)
		}
	}
}

func TestSARIFCategory(t *testing.T) {
	five := []string{"a", "b", "c", "d", "e"}
	tests := []struct {
		name              string
		accounts, regions []string
		chosen            *string
		want              string // "": no automationDetails
	}{
		{"one account", []string{prod}, []string{dublin}, nil, "holdfast/live/111122223333/eu-west-1/"},
		{"order does not matter", []string{audit, prod}, []string{virginia, dublin}, nil, "holdfast/live/111122223333+444455556666/eu-west-1+us-east-1/"},
		{"many are hashed", five, []string{dublin}, nil, "holdfast/live/5-accounts-dbbc47f2/eu-west-1/"},
		{"none", nil, nil, nil, "holdfast/live/no-accounts/no-regions/"},
		{"chosen", []string{prod}, []string{dublin}, ptr("nightly"), "nightly/"},
		{"chosen with slash", []string{prod}, []string{dublin}, ptr("nightly/"), "nightly/"},
		{"chosen empty leaves it to the action", []string{prod}, []string{dublin}, ptr(""), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := sampleInput()
			in.Header.Accounts, in.Header.Regions, in.Options.SARIFCategory = test.accounts, test.regions, test.chosen
			got := ""
			if details := readSARIF(t, write(t, "sarif", in)).AutomationDetails; details != nil {
				got = details.ID
			}
			if got != test.want {
				t.Errorf("category is %q, want %q", got, test.want)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestSARIFAnchor(t *testing.T) {
	good := map[string]string{
		"":                           "inventory.jsonl",
		"infra/live/inventory.jsonl": "infra/live/inventory.jsonl",
		"with space/a:b#c.jsonl":     "with%20space/a%3Ab%23c.jsonl",
	}
	for anchor, want := range good {
		in := sampleInput()
		in.Options.SARIFAnchor = anchor
		run := readSARIF(t, write(t, "sarif", in))
		if got := run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != want {
			t.Errorf("anchor %q gives URI %q, want %q", anchor, got, want)
		}
	}
	for _, anchor := range []string{"/etc/inventory.jsonl", "../x.jsonl", "a//b", "./a", "a/..", ".", `a\b`, "a/"} {
		in := sampleInput()
		in.Options.SARIFAnchor = anchor
		format, _ := report.Lookup("sarif")
		if err := format.Write(&bytes.Buffer{}, in); err == nil || !strings.Contains(err.Error(), "anchor") {
			t.Errorf("anchor %q is taken: GitHub would refuse the upload (%v)", anchor, err)
		}
	}
}

// manyFindings are n failures on n tables, one in ten of them critical, the
// worst last.
func manyFindings(n int) []finding.Finding {
	var all []finding.Finding
	for i := range n {
		name := fmt.Sprintf("table-%06d", i)
		severity := finding.Medium
		if i%10 == 9 {
			severity = finding.Critical
		}
		all = append(all, with(fail("table.pitr_enabled", tableARN(prod, dublin, name), name, severity, "point-in-time recovery is DISABLED"),
			func(f *finding.Finding) {
				f.Expected, f.Actual = raw("ENABLED"), raw("DISABLED")
				f.Evidence = []finding.Evidence{{Path: "pitr", Value: raw(map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}),
					Calls: []string{"dynamodb:DescribeContinuousBackups TableName=" + name}}}
			}))
	}
	return all
}

func TestSARIFKeepsTheWorstOfTooMany(t *testing.T) {
	const n = 25_010
	in := inputOf(manyFindings(n))
	run := readSARIF(t, write(t, "sarif", in))
	if len(run.Results) != 25_000 {
		t.Fatalf("%d results, GitHub takes 25,000", len(run.Results))
	}
	critical := 0
	for i, r := range run.Results {
		if r.Level == "error" {
			if critical++; i != critical-1 {
				t.Fatalf("result %d is critical and stands behind a lesser one", i)
			}
		}
	}
	if critical != n/10 {
		t.Errorf("%d critical results, want all %d", critical, n/10)
	}
	for i := critical; i+1 < len(run.Results); i++ {
		if run.Results[i].line() >= run.Results[i+1].line() {
			t.Fatalf("results of one severity are not in the order of the findings at %d", i)
		}
	}
	said := fmt.Sprint(run.Invocations[0].ToolExecutionNotifications)
	if !strings.Contains(said, "10 results are left out") {
		t.Errorf("nothing says that 10 results are left out: %s", said)
	}
}

func TestSARIFRefusesUnlistedRule(t *testing.T) {
	in := sampleInput()
	in.Header.Rules = in.Header.Rules[:1]
	format, _ := report.Lookup("sarif")
	if err := format.Write(&bytes.Buffer{}, in); err == nil || !strings.Contains(err.Error(), "not in the findings' header") {
		t.Errorf("a result without its rule was written: %v", err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	inputs := map[string]*report.Input{
		"sample":  sampleInput(),
		"empty":   inputOf(nil),
		"hostile": hostileInput(),
		"bare":    {Findings: stream[finding.Finding](nil)},
		"full":    full(sampleInput()),
		"code":    full(withCode(t, twoTables(), map[string]string{"shop.tf": shopCode, "modules/audit/main.tf": auditCode, "broken.tf": "{"})),
		"nasty":   full(hostileInput()),
	}
	for name, in := range inputs {
		t.Run(name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, "sarif", in)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	folder := os.Getenv("HOLDFAST_SCHEMAS")
	if folder == "" {
		t.Skip("HOLDFAST_SCHEMAS names no folder with sarif-schema-2.1.0.json: SARIF is not validated")
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(filepath.Join(folder, "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
