package evaluate_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

func accountOf(id string) *facts.Subject {
	return &facts.Subject{Kind: facts.KindAccount, ARN: facts.AccountARN("aws", id), Account: id, Region: "global", Name: id, AccountOf: &facts.Account{}}
}

// entries are the verdicts on what is accepted, "<rule> <what>", of account.
func entries(t *testing.T, p *evaluate.Policy, s evaluate.Settings, subjects ...*facts.Subject) map[string]*finding.Finding {
	t.Helper()
	list, err := findings(p, s, append([]*facts.Subject{accountOf(account)}, subjects...)...)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*finding.Finding{}
	for i, f := range list {
		if what, ok := strings.CutPrefix(f.ARN, facts.AccountARN("aws", account)+"/"); ok {
			found[f.Rule+" "+what] = f
		}
		if i > 0 && finding.Compare(list[i-1], f) >= 0 {
			t.Errorf("%s on %s comes after %s on %s", f.Rule, f.ARN, list[i-1].Rule, list[i-1].ARN)
		}
	}
	return found
}

const accepting = `
waivers:
  - {rule: table.pitr, resource: "arn:aws:dynamodb:*:111122223333:table/Legacy*", reason: old, owner: ann, approver: bob, expires: 2026-12-31}
  - {rule: table.pitr, resource: "arn:aws:dynamodb:*:111122223333:table/Gone", reason: old, owner: ann, approver: bob, expires: 2026-12-31}
  - {rule: table.pitr, resource: "arn:aws:dynamodb:*:111122223333:table/Orders", reason: old, owner: ann, approver: bob, expires: 2026-11-21}
  - {rule: table.pitr, resource: "arn:aws:dynamodb:us-east-1:111122223333:table/Far", reason: old, owner: ann, approver: bob, expires: 2026-12-31}
  - {rule: table.pitr, resource: "arn:aws:dynamodb:*:999999999999:table/X", reason: old, owner: ann, approver: bob, expires: 2026-12-31}
expected_gaps:
  - {what: "dynamodb:*", reason: closed, expires: 2026-11-22}
  - {what: "backup:*", account: "111122223333", reason: closed, expires: 2026-11-20}
  - {what: "kms:*", account: "999999999999", reason: closed, expires: 2026-11-20}
`

func TestEachAcceptedRiskIsJudged(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	settings := evaluate.Settings{Config: configured(t, accepting)}
	found := entries(t, policy, settings, table("Legacy1", "DISABLED"), table("Orders", "DISABLED"))
	const waiver, expired, unmatched, gap = "waiver table.pitr on arn:aws:dynamodb:", "account.waiver_expired ", "account.waiver_unmatched ", "account.expected_gap_expired expected_gap "
	want := map[string]finding.Status{
		expired + waiver + "*:111122223333:table/Legacy*": finding.Pass, unmatched + waiver + "*:111122223333:table/Legacy*": finding.Pass,
		expired + waiver + "*:111122223333:table/Gone": finding.Pass, unmatched + waiver + "*:111122223333:table/Gone": finding.Fail,
		expired + waiver + "*:111122223333:table/Orders": finding.Fail, unmatched + waiver + "*:111122223333:table/Orders": finding.NotApplicable,
		expired + waiver + "us-east-1:111122223333:table/Far": finding.Pass, unmatched + waiver + "us-east-1:111122223333:table/Far": finding.NotApplicable,
		gap + "dynamodb:* on *": finding.Pass, gap + "backup:* on * of 111122223333": finding.Fail,
	}
	statuses(t, found, want)
	if len(found) != len(want) {
		t.Errorf("got %d findings, want %d", len(found), len(want))
	}
	f := found[expired+waiver+"*:111122223333:table/Orders"]
	if f.Severity != finding.High || f.Account != account || f.Subject != facts.KindAccount || string(f.Actual) != `"2026-11-21"` ||
		f.Message != "has a waiver of table.pitr on arn:aws:dynamodb:*:111122223333:table/Orders that expired on 2026-11-21, and waives nothing any more" {
		t.Errorf("got %+v", f)
	}
	if f := found[unmatched+waiver+"*:111122223333:table/Gone"]; f.Severity != finding.Low {
		t.Errorf("got %+v", f)
	}
}

// Nothing follows from what was not read, or could not be listed.
func TestAWaiverIsUnmatchedOnlyIfAllWasSeen(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	one := func(yaml string) evaluate.Settings {
		return evaluate.Settings{Config: configured(t, "waivers:\n  - "+yaml)}
	}
	gone := `{rule: "*", resource: "arn:aws:dynamodb:*:111122223333:table/Gone", reason: r, owner: a, approver: b, expires: 2026-12-31}`
	unlisted := &facts.Subject{
		Kind: facts.KindTable, ARN: "arn:aws:backup:eu-west-1:111122223333:region", Account: account, Region: region, Name: region, Unlisted: true,
		Gaps: []facts.Hidden{{Path: "", Call: "dynamodb:ListTables", Reason: "denied"}},
	}
	partial := one(gone)
	partial.Partial = true
	off := one(`{rule: table.pitr, resource: "*Orders", reason: r, owner: a, approver: b, expires: 2026-12-31}`)
	off.Config = configured(t, "rules: {table.pitr: off}\nwaivers:\n  - {rule: table.pitr, resource: '*Orders', reason: r, owner: a, approver: b, expires: 2026-12-31}")
	selected := one(`{rule: table.pitr, resource: "*Orders", reason: r, owner: a, approver: b, expires: 2026-12-31}`)
	selected.Select = func(id string) bool { return strings.HasPrefix(id, "account.") }
	for name, test := range map[string]struct {
		settings evaluate.Settings
		subjects []*facts.Subject
		want     finding.Status
	}{
		"all was seen":               {one(gone), []*facts.Subject{table("Orders", "ENABLED")}, finding.Fail},
		"tables could not be listed": {one(gone), []*facts.Subject{unlisted}, finding.Unknown},
		"some tables were not read":  {partial, []*facts.Subject{table("Orders", "ENABLED")}, finding.NotApplicable},
		"its rule is off":            {off, []*facts.Subject{table("Orders", "ENABLED")}, finding.Fail},
		"its rule was not asked now": {selected, []*facts.Subject{table("Orders", "ENABLED")}, finding.Pass},
		"it is about another entry":  {one(`{rule: "account.waiver_*", resource: "*/waiver *", reason: r, owner: a, approver: b, expires: 2026-12-31}`), nil, finding.Pass},
	} {
		found := entries(t, policy, test.settings, test.subjects...)
		seen := 0
		for key, f := range found {
			if strings.HasPrefix(key, "account.waiver_unmatched") {
				seen++
				if f.Status != test.want {
					t.Errorf("%s: %s is %s (%s), want %s", name, key, f.Status, f.Message, test.want)
				}
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d findings", name, seen)
		}
	}
}

// A waiver that names no account stands on the first one, and is held against all.
func TestAWaiverWithoutAccountIsJudgedOnce(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	elsewhere := table("Legacy", "DISABLED")
	elsewhere.Account = "444455556666"
	elsewhere.ARN = strings.Replace(elsewhere.ARN, account, elsewhere.Account, 1)
	settings := evaluate.Settings{
		Config:   configured(t, "waivers:\n  - {rule: table.pitr, resource: 'arn:*:table/Legacy', reason: r, owner: a, approver: b, expires: 2026-12-31}"),
		Accounts: []string{account, elsewhere.Account},
		Others:   func(string) iter.Seq2[*facts.Subject, error] { return all([]*facts.Subject{elsewhere}) },
	}
	const key = "account.waiver_unmatched waiver table.pitr on arn:*:table/Legacy"
	statuses(t, entries(t, policy, settings, table("Orders", "ENABLED")), map[string]finding.Status{key: finding.Pass})
	settings.Others = func(string) iter.Seq2[*facts.Subject, error] { return all(nil) }
	statuses(t, entries(t, policy, settings, table("Orders", "ENABLED")), map[string]finding.Status{key: finding.Fail})
	list, err := findings(policy, settings, accountOf(elsewhere.Account), elsewhere)
	if err != nil || len(list) != 1 {
		t.Errorf("the second account has %d findings (%v), want the table's alone", len(list), err)
	}
}

func TestTwoEntriesThatSayTheSameAreTwo(t *testing.T) {
	policy := load(t, map[string]string{"pitr": head() + pitrSides})
	entry := "\n  - {rule: table.pitr, resource: 'arn:*:table/Legacy', reason: r, owner: a, approver: b, expires: 2026-12-31}"
	found := entries(t, policy, evaluate.Settings{Config: configured(t, "waivers:"+entry+entry), Now: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)})
	statuses(t, found, map[string]finding.Status{
		"account.waiver_expired waiver table.pitr on arn:*:table/Legacy":     finding.Fail,
		"account.waiver_expired waiver table.pitr on arn:*:table/Legacy (2)": finding.Fail,
	})
}
