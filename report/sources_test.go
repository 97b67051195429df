package report_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast/report"
	"holdfast/scanner/finding"
	"holdfast/scanner/source"
)

const shopCode = `# The shop's tables.

resource "aws_dynamodb_table" "shop" {
  for_each = toset(["Carts", "Orders"])
  name     = each.key

  point_in_time_recovery {
    enabled = false
  }
}

module "audit" {
  source = "./modules/audit"
  name   = "Ledger"
}

resource "aws_backup_plan" "main" {
  name = "shop"
  rule {
    rule_name         = "nightly"
    target_vault_name = "main"
    schedule          = "cron(0 5 */2 * ? *)"
  }
}
`

const auditCode = `variable "name" {}
resource "aws_dynamodb_table" "this" {
	name = var.name
}
`

// withCode is an input whose findings point into the files.
func withCode(t *testing.T, in *report.Input, files map[string]string) *report.Input {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	in.Sources = &report.Sources{Definitions: map[string]source.Definition{}, Text: tree.Text, Prefix: "infra", Files: tree.Files, Skipped: tree.Skipped}
	find := func(arn string, r source.Resource) {
		if d, ok := tree.Find(r); ok {
			in.Sources.Definitions[arn] = d
		}
	}
	for _, name := range []string{"Orders", "Carts", "Users", "Ledger"} {
		account, region := prod, dublin
		if name == "Ledger" {
			account, region = audit, virginia
		}
		arn := tableARN(account, region, name)
		find(arn, source.Resource{Kind: source.KindTable, ARN: arn, Account: account, Region: region, Name: name})
	}
	find(nightly, source.Resource{Kind: source.KindPlan, Account: prod, Region: dublin, Name: "shop", Part: "nightly"})
	return in
}

// twoTables is the sample, where Carts lacks point-in-time recovery too.
func twoTables() *report.Input {
	findings := sampleFindings()
	for i := range findings {
		if f := &findings[i]; f.Rule == "table.pitr_enabled" && f.Name == "Carts" {
			f.Status, f.Message = finding.Fail, "point-in-time recovery is DISABLED"
		}
	}
	return inputOf(findings)
}

func (r sarifResult) at() string {
	p := r.Locations[0].PhysicalLocation
	return fmt.Sprintf("%s:%d:%d", p.ArtifactLocation.URI, p.Region.StartLine, p.Region.StartColumn)
}

func TestSARIFPointsIntoCode(t *testing.T) {
	in := withCode(t, twoTables(), map[string]string{"shop.tf": shopCode, "modules/audit/main.tf": auditCode})
	run := readSARIF(t, write(t, "sarif", in))
	var got []string
	for _, r := range run.Results {
		first, _, _ := strings.Cut(r.Message.Text, "\n")
		at := r.at()
		if strings.HasPrefix(at, "inventory.jsonl:") {
			at = "inventory"
		}
		got = append(got, at+" "+r.RuleID+" | "+first)
	}
	want := []string{
		"infra/shop.tf:3:1 table.key_usable | Table Orders: its key is PendingDeletion.",
		"infra/shop.tf:22:5 plan_rule.daily | Plan rule nightly: leaves gaps of up to 48 h.",
		"infra/shop.tf:8:5 table.pitr_enabled | Table Carts and 1 more: point-in-time recovery is DISABLED.",
		"infra/modules/audit/main.tf:2:1 table.pitr_enabled | Table Ledger: point-in-time recovery is DISABLED.",
		"infra/shop.tf:3:1 table.deletion_protection | Table Orders: deletion protection is off.",
		"inventory backup.orphaned | Backup Old: 2 backups are left of a deleted table.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("results\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	if text := run.Results[2].Message.Text; !strings.Contains(text, "2 resources: Carts, Orders") {
		t.Errorf("one line makes two tables, but the message names %q", text)
	}
	ledger := run.Results[3]
	if len(ledger.RelatedLocations) != 1 || ledger.RelatedLocations[0].PhysicalLocation.Region.StartLine != 12 ||
		!strings.Contains(ledger.Message.Text, fmt.Sprintf("(%d)", ledger.RelatedLocations[0].ID)) {
		t.Errorf("the call of the module is not linked: %+v in %q", ledger.RelatedLocations, ledger.Message.Text)
	}
}

// Who commits the inventory gets a link from the code to the live resource.
func TestSARIFLinksToTheCommittedInventory(t *testing.T) {
	in := withCode(t, twoTables(), map[string]string{"shop.tf": shopCode, "modules/audit/main.tf": auditCode})
	in.Options.SARIFAnchor = "live/inventory.jsonl"
	for _, r := range readSARIF(t, write(t, "sarif", in)).Results {
		want := 0
		if strings.HasPrefix(r.at(), "infra/") {
			want = 1
		}
		if strings.HasPrefix(r.at(), "infra/modules/") {
			want = 2 // and the module's call
		}
		last := fmt.Sprintf("](%d)", want)
		if len(r.RelatedLocations) != want || want > 0 && (!strings.HasSuffix(r.Message.Text, last) || !strings.Contains(r.Message.Text, "[live/inventory.jsonl:")) {
			t.Errorf("%s at %s has %d related places: %s", r.RuleID, r.at(), len(r.RelatedLocations), r.Message.Text)
		}
	}
}

// Alerts are followed by their hashes: those stay when lines come in front.
func TestFingerprintsStayWhenLinesMove(t *testing.T) {
	hashes := func(code string) map[string]string {
		all := map[string]string{}
		in := withCode(t, twoTables(), map[string]string{"shop.tf": code, "modules/audit/main.tf": auditCode})
		for _, r := range readSARIF(t, write(t, "sarif", in)).Results {
			all[r.RuleID+" "+r.Message.Text] = r.PartialFingerprints["primaryLocationLineHash"]
		}
		return all
	}
	before, after := hashes(shopCode), hashes("# a comment\n\n\nlocals {\n  x = 1\n}\n\n"+shopCode)
	moved := func(all map[string]string) []string { return slices.Sorted(maps.Values(all)) }
	if !slices.Equal(moved(before), moved(after)) {
		t.Errorf("hashes change when lines move\n%v\n%v", before, after)
	}
	if changed := hashes(strings.ReplaceAll(shopCode, "cron(0 5 */2 * ? *)", "cron(0 6 */2 * ? *)")); slices.Equal(moved(before), moved(changed)) {
		t.Error("a changed line has the same hash: nothing is compared here")
	}
}

// Redacted reports name no account, so they point at no file that is named after
// one.
func TestRedactedLeavesOutFilesOfAccounts(t *testing.T) {
	in := withCode(t, twoTables(), map[string]string{"shop.tf": shopCode, "modules/audit/main.tf": auditCode})
	for arn, d := range in.Sources.Definitions {
		if strings.Contains(arn, "Ledger") {
			d.File = "accounts/" + audit + "/main.tf"
			in.Sources.Definitions[arn] = d
		}
	}
	doc := string(write(t, "sarif", report.Redacted(in)))
	if strings.Contains(doc, prod) || strings.Contains(doc, audit) {
		t.Error("an account id is printed")
	}
	for _, r := range readSARIF(t, []byte(doc)).Results {
		if code := strings.HasPrefix(r.at(), "infra/shop.tf"); code != strings.Contains(r.Message.Text, "Orders") {
			t.Errorf("%q points at %s", r.Message.Text, r.at())
		}
	}
}

// Neither does it link to the call of a module in such a file.
func TestRedactedLeavesOutCallsOfAccounts(t *testing.T) {
	call := "module \"audit\" {\n  source = \"../../modules/audit\"\n  name   = \"Ledger\"\n}\n"
	in := withCode(t, twoTables(), map[string]string{"accounts/" + audit + "/main.tf": call, "modules/audit/main.tf": auditCode})
	if doc := string(write(t, "sarif", in)); !strings.Contains(doc, "accounts/"+audit) {
		t.Fatal("the call is not linked: nothing is hidden here")
	}
	for _, f := range report.Formats() {
		if doc := string(write(t, f.Name, report.Redacted(in))); strings.Contains(doc, audit) {
			t.Errorf("%s names an account", f.Name)
		}
	}
}

func TestSkippedCodeIsSaid(t *testing.T) {
	in := withCode(t, twoTables(), map[string]string{"shop.tf": shopCode, "broken.tf": "resource {{{"})
	for _, name := range []string{"text", "markdown", "sarif"} {
		if doc := string(write(t, name, in)); !strings.Contains(strings.ReplaceAll(doc, "&#46;", "."), "broken.tf") {
			t.Errorf("%s does not say that broken.tf was not read:\n%s", name, doc)
		}
	}
}

// Whoever may name a file may choose what a report prints.
func TestHostileFileNames(t *testing.T) {
	name := "=<script>\u202e a:b|`x` \n\x1b[2J.tf"
	in := withCode(t, twoTables(), map[string]string{name: shopCode, "<script>\u202e.tf": "resource {"})
	if len(in.Sources.Definitions) == 0 || len(in.Sources.Skipped) != 1 {
		t.Fatalf("found %v, skipped %v", in.Sources.Definitions, in.Sources.Skipped)
	}
	for _, f := range report.Formats() {
		harmless(t, f.Name, write(t, f.Name, in))
	}
	if at := readSARIF(t, write(t, "sarif", in)).Results[0].at(); at != "infra/=%3Cscript%3E%E2%80%AE%20a%3Ab%7C%60x%60%20%0A%1B%5B2J.tf:3:1" {
		t.Errorf("it points at %s", at)
	}
}
