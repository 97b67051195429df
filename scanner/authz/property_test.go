package authz_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/scanner/authz"
)

// Worlds are drawn from few words, so that what is drawn meets.
var (
	someActions = []string{"backup:DeleteRecoveryPoint", "backup:Delete*", "backup:*", "*", "dynamodb:*", "backup:Update*", "*:*"}
	someNames   = []string{"a", "b", "ab", "aab", "x", "prod-1"}
	someRegions = []string{"us-east-1", "eu-west-1"}
	somePlaces  = []string{
		"*", "arn:aws:backup:*:*:recovery-point:*", "arn:aws:backup:*:*:recovery-point:a*", "arn:aws:backup:*:*:recovery-point:*b",
		"arn:aws:backup:*:*:recovery-point:ab", "arn:aws:backup:us-east-1:*:recovery-point:*", "arn:aws:backup:us-*:111122223333:recovery-point:?",
		"arn:aws:backup:*:recovery-point:a*", "arn:aws:backup:*:*:backup-vault:*", "arn:aws:backup:*:*:recovery-p*:*",
		"arn:aws:backup:*:123456789:recovery-point:*", "arn:aws:backup:*:*:recovery-point:${aws:PrincipalTag/team}*",
		"arn:aws:backup:*:*:recovery-point:${aws:SourceIdentity}", "arn:aws:backup:*:*:recovery-point:${aws:PrincipalTag/none}",
	}
	// someConditions are keys with operators that make sense of them, and a few that do not.
	someConditions = []struct {
		key       string
		operators []string
		values    []string
		set       bool
	}{
		{"aws:SourceIp", []string{"IpAddress", "NotIpAddress", "IpAddressIfExists", "Null", "StringLike"}, []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "true", "false"}, false},
		{"aws:CurrentTime", []string{"DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals"}, []string{"2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "1780000000"}, false},
		{"aws:EpochTime", []string{"DateLessThanEquals", "NumericGreaterThan"}, []string{"1770000000", "1780000000"}, false},
		{"aws:MultiFactorAuthPresent", []string{"Bool", "BoolIfExists", "Null", "StringEquals"}, []string{"true", "false"}, false},
		{"aws:MultiFactorAuthAge", []string{"NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals", "NumericLessThanIfExists", "StringEquals"}, []string{"300", "300.5", "3600", "x"}, false},
		{"aws:PrincipalTag/team", []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLikeIfExists", "StringEqualsIgnoreCase"}, []string{"ops", "Ops", "o*", "${aws:SourceIdentity}", "*"}, false},
		{"aws:ResourceTag/env", []string{"StringEquals", "StringNotEquals", "StringNotLike", "StringEqualsIfExists", "Null"}, []string{"prod", "p*", "dev", "${aws:PrincipalTag/team}", "true", "false"}, false},
		{"aws:SourceVpce", []string{"StringEquals", "StringNotEquals", "StringNotEqualsIfExists"}, []string{"vpce-1", "vpce-2"}, false},
		{"aws:SourceIdentity", []string{"StringEquals", "StringLike", "StringNotLike", "Null"}, []string{"ops", "o*", "true", "false"}, false},
		{"aws:CalledVia", []string{"ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAllValues:StringNotLike", "ForAnyValue:StringNotEquals", "ForAnyValue:StringEqualsIfExists", "StringEquals", "StringNotLike", "Null"}, []string{"backup.amazonaws.com", "b*", "ec2.amazonaws.com", "true", "false"}, true},
		{"aws:PrincipalArn", []string{"ArnLike", "ArnNotLike", "StringLike", "ArnNotEquals"}, []string{"arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:user/alice", "arn:aws:iam::*:role/Dev", "arn:aws:iam::*", "arn:aws:iam::*:root"}, false},
		{"aws:SourceArn", []string{"ArnLike", "ArnNotLike"}, []string{"arn:aws:backup:*:*:*", "arn:aws:ec2:*:*:instance/i-1", "arn:aws:*"}, false},
		{"aws:RequestedRegion", []string{"StringEquals", "StringNotEquals", "StringNotLike"}, []string{"us-east-1", "eu-*", "eu-west-1"}, false},
		{"aws:SecureTransport", []string{"Bool"}, []string{"true", "false"}, false},
		{"aws:PrincipalTag/blob", []string{"BinaryEquals", "NumericLessThan", "DateLessThan"}, []string{"AAAA", "QUJD", "5", "2026-01-01T00:00:00Z"}, false},
		{"aws:Misspelt", []string{"StringEquals", "StringNotEquals"}, []string{"x"}, false},
		{"aws:UserAgent", []string{"StringEqual", "stringlike", "StringLike"}, []string{"cli*", "x"}, false},
	}
	somePrincipals = []string{
		`"*"`, `{"AWS":"111122223333"}`, `{"AWS":"444455556666"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, `{"AWS":"arn:aws:iam::111122223333:role/Dev"}`,
		`{"AWS":"arn:aws:sts::111122223333:assumed-role/Dev/s1"}`, `{"AWS":"arn:aws:iam::111122223333:role/old/Dev"}`,
		`{"AWS":["arn:aws:sts::111122223333:assumed-role/dev/S1","arn:aws:iam::111122223333:root"]}`, `{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/alice"]}`,
	}
)

// A setting is what a world is about. The words above are of the first one.
type setting struct {
	action, format string
	words          *strings.Replacer
}

var settings = []setting{
	{"backup:DeleteRecoveryPoint", anyPoint, strings.NewReplacer()},
	{"kms:ScheduleKeyDeletion", "arn:aws:kms:${Region}:111122223333:key/${KeyId}",
		strings.NewReplacer("backup:DeleteRecoveryPoint", "kms:ScheduleKeyDeletion", "backup:Delete*", "kms:Schedule*", "backup:", "kms:", "recovery-point:", "key/")},
	{"dynamodb:DeleteTable", "arn:aws:dynamodb:${Region}:111122223333:table/${TableName}",
		strings.NewReplacer("backup:DeleteRecoveryPoint", "dynamodb:DeleteTable", "dynamodb:", "backup:", "backup:", "dynamodb:", "recovery-point:", "table/")},
	{"sts:AssumeRole", "arn:aws:iam::111122223333:role/${RolePath}",
		strings.NewReplacer("backup:DeleteRecoveryPoint", "sts:AssumeRole", "backup:Delete*", "sts:Assume*", "arn:aws:backup:*:*:", "arn:aws:iam::*:", "arn:aws:backup:us-east-1:*:", "arn:aws:iam::111122223333:",
			"arn:aws:backup:us-*:", "arn:aws:iam::", "arn:aws:backup:*:r", "arn:aws:iam::*:r", "backup:", "sts:", "recovery-point:", "role/")},
}

func drawStatement(t *rapid.T, in setting, kind authz.Kind, effect string) string {
	one := func(name string, of []string) string { return rapid.SampledFrom(of).Draw(t, name) }
	s := map[string]any{"Effect": effect}
	s[one("action", []string{"Action", "Action", "Action", "NotAction"})] = rapid.SliceOfN(rapid.SampledFrom(someActions), 1, 2).Draw(t, "actions")
	s[one("resource", []string{"Resource", "Resource", "NotResource"})] = rapid.SliceOfN(rapid.SampledFrom(somePlaces), 1, 2).Draw(t, "resources")
	if kind == authz.ResourcePolicy {
		s[one("principal", []string{"Principal", "Principal", "Principal", "NotPrincipal"})] = json.RawMessage(one("principals", somePrincipals))
	}
	if kind == authz.RCP {
		s["Principal"] = "*"
	}
	conditions := map[string]map[string][]string{}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		c := rapid.SampledFrom(someConditions).Draw(t, "key")
		operator := one("operator", c.operators)
		if conditions[operator] == nil {
			conditions[operator] = map[string][]string{}
		}
		conditions[operator][c.key] = rapid.SliceOfN(rapid.SampledFrom(c.values), 1, 2).Draw(t, "values")
	}
	s["Condition"] = conditions
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return in.words.Replace(string(text))
}

func drawLayer(t *rapid.T, in setting, kind authz.Kind, base ...string) authz.Layer {
	var l authz.Layer
	statements := slices.Clone(base)
	for range rapid.IntRange(0, 2).Draw(t, "statements") {
		statements = append(statements, drawStatement(t, in, kind, rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "effect")))
	}
	for i, s := range statements {
		l.Policies = append(l.Policies, parsed(t, kind, string(rune('a'+i)), s))
	}
	if rapid.IntRange(0, 19).Draw(t, "unread") == 0 {
		l.Unread = []string{"a policy: access denied"}
	}
	return l
}

func parsed(t *rapid.T, kind authz.Kind, name, statement string) authz.Policy {
	d, err := authz.Parse(kind, []byte(`{"Version":"2012-10-17","Statement":[`+statement+`]}`))
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return authz.Policy{Name: name, Document: d}
}

func drawQuestion(t *rapid.T) *authz.Question {
	q, _ := drawWorld(t)
	return q
}

func drawWorld(t *rapid.T) (*authz.Question, setting) {
	in := settings[rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "setting")]
	everything := func() []string {
		if rapid.Bool().Draw(t, "everything") {
			return []string{allowAll}
		}
		return nil
	}
	p := &authz.Principal{Identity: drawLayer(t, in, authz.Identity, everything()...)}
	p.Type = rapid.SampledFrom([]authz.PrincipalType{authz.User, authz.User, authz.Role, authz.AssumedRole, authz.FederatedUser, authz.Root}).Draw(t, "type")
	p.ARN = map[authz.PrincipalType]string{
		authz.User: "arn:aws:iam::111122223333:user/alice", authz.Role: "arn:aws:iam::111122223333:role/Dev",
		authz.AssumedRole: "arn:aws:sts::111122223333:assumed-role/Dev/s1", authz.FederatedUser: "arn:aws:sts::111122223333:federated-user/alice",
		authz.Root: "arn:aws:iam::111122223333:root",
	}[p.Type]
	if p.Type == authz.AssumedRole {
		p.Behind = "arn:aws:iam::111122223333:role/Dev"
	}
	switch rapid.IntRange(0, 2).Draw(t, "tags") {
	case 0:
		p.Tags = map[string]string{}
	case 1:
		p.Tags = map[string]string{"team": "ops"}
	}
	p.SessionTags = p.Type != authz.User && rapid.Bool().Draw(t, "session tags")
	optional := func(name string, kind authz.Kind, base ...string) *authz.Layer {
		if rapid.IntRange(0, 2).Draw(t, name) > 0 {
			return nil
		}
		l := drawLayer(t, in, kind, base...)
		return &l
	}
	if p.Type == authz.User || p.Type == authz.Role || p.Type == authz.AssumedRole {
		p.Boundary = optional("boundary", authz.Identity, everything()...)
	}
	if p.Type == authz.AssumedRole || p.Type == authz.FederatedUser {
		p.Session = optional("session", authz.Identity, everything()...)
	}
	for range rapid.IntRange(0, 2).Draw(t, "levels") {
		p.SCPs = append(p.SCPs, drawLayer(t, in, authz.SCP, allowAll))
	}
	owner := rapid.SampledFrom([]string{account, account, account, foreign}).Draw(t, "owner")
	r := &authz.Resource{ARN: strings.ReplaceAll(in.format, account, owner), Account: owner, Policy: optional("policy", authz.ResourcePolicy)}
	if r.Policy == nil && rapid.Bool().Draw(t, "account may decide") {
		l := drawLayer(t, in, authz.ResourcePolicy, `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"`+in.action+`","Resource":"*"}`)
		r.Policy = &l
	}
	if rapid.Bool().Draw(t, "resource tags") {
		r.Tags = map[string]string{"env": "prod"}
	}
	if rapid.IntRange(0, 3).Draw(t, "rcps") == 0 {
		r.RCPs = []authz.Layer{drawLayer(t, in, authz.RCP)}
	}
	return &authz.Question{Principal: p, Action: in.action, Resource: r}, in
}

// drawRequest draws a request that the question may be about.
func drawRequest(t *rapid.T, q *authz.Question) *authz.Request {
	region := rapid.SampledFrom(someRegions).Draw(t, "region")
	r := *q.Resource
	r.ARN = strings.ReplaceAll(r.ARN, "${Region}", region)
	values := map[string]authz.Value{}
	for _, c := range someConditions {
		if rapid.IntRange(0, 2).Draw(t, "absent") == 0 {
			continue
		}
		plain := func(name string) string {
			text := rapid.SampledFrom(append(slices.Clone(c.values), "x", "10.1.9.9", "10.9.9.9", "2027-01-01T00:00:00Z", "99", "arn:aws:ec2:us-east-1:1:instance/i-1", "dev", "operator")).Draw(t, name)
			text, _, _ = strings.Cut(text, "/8")
			return strings.NewReplacer("*", "q", "${aws:SourceIdentity}", "ops", "${aws:PrincipalTag/team}", "ops").Replace(text)
		}
		if c.set {
			values[c.key] = authz.Set(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return plain("element") }), 0, 2).Draw(t, "elements")...)
		} else {
			values[c.key] = authz.One(plain("value"))
		}
	}
	if date, ok := values["aws:CurrentTime"]; ok {
		if at, err := time.Parse(time.RFC3339, date.Texts()[0]); err == nil {
			values["aws:EpochTime"] = authz.One(fmt.Sprint(at.Unix()))
		} else {
			delete(values, "aws:CurrentTime")
			delete(values, "aws:EpochTime")
		}
	}
	if values["aws:SourceIp"].Present() {
		delete(values, "aws:SourceVpce") // a request comes through an endpoint or it does not
	}
	known := authz.KnownContext(q.Principal, &r, q.Action, region)
	for _, key := range known.Keys() {
		values[key] = known.Get(key)
	}
	if open := strings.Index(r.ARN, "${"); open >= 0 {
		r.ARN = r.ARN[:open] + rapid.SampledFrom(someNames).Draw(t, "name")
	}
	return &authz.Request{Principal: q.Principal, Action: q.Action, Resource: &r, Context: authz.NewContext(values)}
}

var engineNow = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func newEngine() *authz.Engine { return &authz.Engine{Now: engineNow, Regions: someRegions} }

// No request contradicts an answer.
func TestNoRequestContradictsAnAnswer(t *testing.T) {
	verdicts, requests := map[string]map[authz.Verdict]int{}, 0
	rapid.Check(t, contradict(verdicts, &requests))
	t.Logf("%v, held against %d requests", verdicts, requests)
}

func contradict(verdicts map[string]map[authz.Verdict]int, requests *int) func(t *rapid.T) {
	return func(t *rapid.T) {
		q := drawQuestion(t)
		engine := newEngine()
		a := engine.Ask(q)
		if verdicts[q.Action] == nil {
			verdicts[q.Action] = map[authz.Verdict]int{}
		}
		verdicts[q.Action][a.Verdict]++
		if a.Verdict == authz.When || a.Verdict == authz.Always {
			if got := a.Witness.Decide(); got != (authz.Decision{Outcome: authz.Allowed, Sure: true}) {
				t.Fatalf("%s; the witness %+v is %+v", show(a), a.Witness, got)
			}
			if a.Witness.Principal == q.Principal && !engine.Covered(q, a.Witness) {
				t.Fatalf("%s; the witness %+v is none that the question is about", show(a), a.Witness)
			}
		}
		for range 30 {
			r := drawRequest(t, q)
			if !engine.Covered(q, r) {
				continue
			}
			*requests++
			got := r.Decide()
			if x := r.Explain(); x.Decision != got || got.Sure != (len(x.Doubts) == 0) {
				t.Fatalf("decided %+v, explained %+v", got, x)
			}
			allowed := got.Outcome == authz.Allowed && got.Sure
			switch {
			case a.Verdict == authz.Never && (got.Outcome == authz.Allowed || !got.Sure), a.Verdict == authz.Always && !allowed:
				t.Fatalf("%s; but %s %v is %+v: %+v", show(a), r.Resource.ARN, r.Context, got, r.Explain())
			case a.Verdict == authz.When:
				inside := slices.ContainsFunc(a.Cubes, func(c authz.Cube) bool { return c.Has(r) })
				if inside && !allowed || a.Complete && allowed && !inside {
					t.Fatalf("%s (complete: %v); but %s %v is %+v: %+v", show(a), a.Complete, r.Resource.ARN, r.Context, got, r.Explain())
				}
			}
		}
	}
}

// One more Deny opens nothing, and one more Allow closes nothing.
func TestMoreStatementsGoOneWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, in := drawWorld(t)
		before := newEngine().Ask(q)
		effect := rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "one more")
		more := parsed(t, authz.Identity, "more", drawStatement(t, in, authz.Identity, effect))
		p := *q.Principal
		p.Identity.Policies = append(slices.Clone(p.Identity.Policies), more)
		after := newEngine().Ask(&authz.Question{Principal: &p, Action: q.Action, Resource: q.Resource})
		if effect == "Deny" && before.Verdict == authz.Never && after.Verdict != authz.Never && p.Type != authz.Root {
			t.Fatalf("a Deny turned %s into %s", show(before), show(after))
		}
		if effect == "Allow" && before.Verdict != authz.Never && after.Verdict == authz.Never {
			t.Fatalf("an Allow turned %s into %s", show(before), show(after))
		}
	})
}

// The order of policies does not matter.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		before := newEngine().Ask(q)
		p := *q.Principal
		p.Identity.Policies = slices.Clone(p.Identity.Policies)
		slices.Reverse(p.Identity.Policies)
		p.SCPs = slices.Clone(p.SCPs)
		slices.Reverse(p.SCPs)
		if after := newEngine().Ask(&authz.Question{Principal: &p, Action: q.Action, Resource: q.Resource}); after.Verdict != before.Verdict {
			t.Fatalf("%s became %s", show(before), show(after))
		}
	})
}

// What an engine remembers changes no answer.
func TestMemoryChangesNothing(t *testing.T) {
	used := newEngine()
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		if fresh, again := show(newEngine().Ask(q)), show(used.Ask(q)); fresh != again {
			t.Fatalf("a fresh engine says %s, a used one %s", fresh, again)
		}
	})
}

// NotAction is everything else.
func TestNotActionIsTheComplement(t *testing.T) {
	var others []string
	for _, o := range authz.Operations {
		if o.Action != "backup:DeleteRecoveryPoint" {
			others = append(others, `"`+o.Action+`"`)
		}
	}
	named := user(t, `{"Effect":"Allow","Action":[`+strings.Join(others, ",")+`],"Resource":"*"}`)
	rest := user(t, `{"Effect":"Allow","NotAction":"backup:deleterecoverypoint","Resource":"*"}`)
	engine := newEngine()
	for _, o := range authz.Operations {
		r := &authz.Resource{ARN: anyPoint, Account: account}
		a := engine.Ask(&authz.Question{Principal: named, Action: o.Action, Resource: r})
		b := engine.Ask(&authz.Question{Principal: rest, Action: o.Action, Resource: r})
		if a.Verdict != b.Verdict || (a.Verdict == authz.Never) != (o.Action == "backup:DeleteRecoveryPoint" || strings.HasPrefix(o.Action, "sts:")) {
			t.Errorf("%s: named %s, as the rest %s", o.Action, show(a), show(b))
		}
	}
}
