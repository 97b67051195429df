package config_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/config"
	"holdfast/scanner/finding"

	"pgregory.net/rapid"
)

func TestScopeOfTakesTheFirstThatMatches(t *testing.T) {
	c := parse(t, `
scopes:
  - name: gold
    match: {tags: {Tier: [gold, "plat*"], Env: prod}}
  - name: payments
    match: {names: "pay-*", accounts: ["111122223333"], regions: ["eu-*"]}
  - name: numbered
    match: {tags: {Level: 1}}
  - name: rest
    match: {names: "*-table"}
`)
	tags := func(pairs ...string) (all []config.Tag) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, config.Tag{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	cases := []struct {
		table config.Table
		want  string
	}{
		{config.Table{Name: "pay-table", Account: "111122223333", Region: "eu-west-1", Tags: tags("Tier", "gold", "Env", "prod")}, "gold"},
		{config.Table{Name: "x", Tags: tags("Env", "prod", "Tier", "platinum")}, "gold"},
		{config.Table{Name: "x", Tags: tags("Tier", "gold")}, ""},                  // all tags are wanted
		{config.Table{Name: "x", Tags: tags("tier", "gold", "Env", "prod")}, ""},   // keys have case
		{config.Table{Name: "x", Tags: tags("Tier", "golden", "Env", "prod")}, ""}, // whole values
		{config.Table{Name: "x", Tags: tags("Tier", "silver", "Env", "gold")}, ""}, // the value of that key
		{config.Table{Name: "x", Tags: tags("Level", "1")}, "numbered"},            // AWS knows text only
		{config.Table{Name: "pay-a", Account: "111122223333", Region: "eu-west-1"}, "payments"},
		{config.Table{Name: "pay-a", Account: "444455556666", Region: "eu-west-1"}, ""},
		{config.Table{Name: "pay-a", Account: "111122223333", Region: "us-east-1"}, ""},
		{config.Table{Name: "pay-table", Account: "444455556666", Region: "eu-west-1"}, "rest"},
		{config.Table{Name: "Pay-a", Account: "111122223333", Region: "eu-west-1"}, ""},
	}
	for _, tc := range cases {
		if got := name(c.ScopeOf(tc.table)); got != tc.want {
			t.Errorf("scope of %+v is %q, want %q", tc.table, got, tc.want)
		}
		if got := c.Candidates(tc.table); len(got) != 1 || name(got[0]) != tc.want {
			t.Errorf("candidates of %+v are %v, want %q alone", tc.table, got, tc.want)
		}
	}
}

func TestCandidatesWithoutTagsAreAllThatTagsCouldMean(t *testing.T) {
	c := parse(t, `
scopes:
  - {name: gold, match: {tags: {Tier: gold}}}
  - {name: silver, match: {tags: {Tier: silver}, names: "a*"}}
  - {name: b, match: {names: "b*"}}
  - {name: bronze, match: {tags: {Tier: bronze}}}
`)
	for table, want := range map[string]string{"a": "gold silver bronze -", "b": "gold b", "c": "gold bronze -"} {
		var got []string
		for _, s := range c.Candidates(config.Table{Name: table, TagsUnread: true}) {
			if s == nil {
				got = append(got, "-")
				continue
			}
			got = append(got, s.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("candidates of %s are %v, want %s", table, got, want)
		}
	}
}

func name(s *config.Scope) string {
	if s == nil {
		return ""
	}
	return s.Name
}

const ordersARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders"

func TestWaiverMatchesWhatReportsPrint(t *testing.T) {
	orders := &finding.Finding{Rule: "table.retention", ARN: ordersARN, Account: "111122223333", Region: "eu-west-1", Status: finding.Fail}
	cases := map[string]bool{
		"rule: table.retention, resource: " + ordersARN:                                  true, // copied from the report, nothing escaped
		"rule: 'table.*', resource: '*'":                                                 true,
		"rule: [table.pitr_enabled, table.retention], resource: ['*/Other', '*/Orders']": true,
		"rule: table.retention, resource: '*:111122223333:table/*'":                      true,
		"rule: table.retention, resource: '*', account: 111122223333, region: 'eu-*'":    true,
		"rule: table.retention, resource: '*', account: '1111*'":                         true,
		"rule: table.retention, resource: " + ordersARN + "s":                            false,
		"rule: table.retention, resource: '*/orders'":                                    false,
		"rule: table.retention, resource: '*/Ord'":                                       false,
		"rule: table, resource: '*'":                                                     false,
		"rule: table.retention, resource: '*', region: eu-west":                          false,
		"rule: table.retention, resource: '*', account: 444455556666":                    false,
	}
	for text, want := range cases {
		c := parse(t, "waivers: [{"+text+", reason: r, owner: a, approver: b, expires: 2027-01-31}]\n")
		if got := c.Waivers[0].Matches(orders); got != want {
			t.Errorf("{%s} matches: %v, want %v", text, got, want)
		}
	}
}

func TestWaiverHoldsThroughItsLastDay(t *testing.T) {
	c := parse(t, "waivers: [{rule: a, resource: '*', reason: r, ticket: T, owner: o, approver: p, expires: 2027-01-31}]\n")
	w := c.Waivers[0]
	for at, want := range map[string]bool{"2027-01-31T23:59:59Z": false, "2027-02-01T00:00:00Z": true, "2027-02-01T01:00:00+02:00": false} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if w.Expired(now) != want {
			t.Errorf("expired at %s: %v, want %v", at, !want, want)
		}
		if !now.Before(w.Accepted().Expires) != want {
			t.Errorf("findings show %s as its end, but at %s expired is %v", w.Accepted().Expires, at, want)
		}
	}
	if got := w.Accepted(); got.Reason != "r" || got.Ticket != "T" || got.Owner != "o" || got.Approver != "p" {
		t.Errorf("findings show %+v", got)
	}
}

func TestExpectedGapMatches(t *testing.T) {
	gap := func(call, reason string) *finding.Finding {
		return &finding.Finding{Rule: "table.retention", ARN: ordersARN, Account: "111122223333", Region: "eu-west-1",
			Status: finding.Unknown, Gap: &finding.Gap{Call: call, Reason: reason}}
	}
	const call = "backup:GetLegalHold LegalHoldId=abc"
	cases := []struct {
		entry string
		f     *finding.Finding
		want  bool
	}{
		{"what: backup:GetLegalHold", gap(call, "denied"), true},
		{"what: 'backup:GetLegalHold LegalHoldId=abc'", gap(call, "denied"), true},
		{"what: 'backup:GetLegalHold LegalHoldId=x*'", gap(call, "denied"), false},
		{"what: 'backup:*'", gap(call, "denied"), true},
		{"what: backup:GetLegal", gap(call, "denied"), false},
		{"what: backup:GetLegalHold", gap(call, "not_asked"), true},
		{"what: backup:GetLegalHold", gap(call, "throttled"), false}, // the next scan reads it
		{"what: backup:GetLegalHold", gap(call, "timeout"), false},
		{"what: backup:GetLegalHold, answer: [timeout]", gap(call, "timeout"), true},
		{"what: backup:GetLegalHold, answer: denied", gap(call, "failed"), false},
		{"what: ambiguous", gap("", "ambiguous"), true},
		{"what: ambiguous", gap(call, "denied"), false},
		{"what: '*'", gap("", "rule_error"), false}, // a broken rule is never expected
		{"what: '*'", gap("", "undecided"), false},
		{"what: '*', rule: 'table.*', resource: '*/Orders', account: 111122223333, region: eu-west-1", gap(call, "denied"), true},
		{"what: '*', rule: 'vault.*'", gap(call, "denied"), false},
		{"what: '*', resource: '*/Other'", gap(call, "denied"), false},
		{"what: '*', account: 444455556666", gap(call, "denied"), false},
		{"what: '*', region: us-east-1", gap(call, "denied"), false},
		{"what: '*'", &finding.Finding{Status: finding.Unknown}, false},
		{"what: '*'", &finding.Finding{Status: finding.Fail, Gap: &finding.Gap{Call: call, Reason: "denied"}}, false},
	}
	for _, tc := range cases {
		c := parse(t, "expected_gaps: [{"+tc.entry+", reason: r, expires: 2027-01-31}]\n")
		if got := c.ExpectedGaps[0].Matches(tc.f); got != tc.want {
			t.Errorf("{%s} explains %+v: %v, want %v", tc.entry, tc.f.Gap, got, tc.want)
		}
	}
}

// A pattern made from a text by putting stars over parts of it matches the text.
func TestPatternsMatchWhatTheyWereMadeFrom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching(`[a-c:/]{0,4}`), 1, 6).Draw(t, "parts")
		starred := slices.Clone(parts)
		for i := range starred {
			if rapid.Bool().Draw(t, "star") {
				starred[i] = "*"
			}
		}
		f := &finding.Finding{Rule: strings.Join(parts, "")}
		w := config.Waiver{Rule: []string{strings.Join(starred, "")}, Resource: []string{"*"}}
		if !w.Matches(f) {
			t.Fatalf("%q does not match %q", w.Rule[0], f.Rule)
		}
		if w.Rule[0] += "#"; w.Matches(f) {
			t.Fatalf("%q matches %q", w.Rule[0], f.Rule)
		}
	})
}
