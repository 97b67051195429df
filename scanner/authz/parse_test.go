package authz_test

import (
	"strings"
	"testing"

	"holdfast/scanner/authz"
)

func TestParseRefusesWhatAWSDoesNotKnow(t *testing.T) {
	const statement = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	for _, test := range []struct{ text, want string }{
		{``, "unexpected EOF"},
		{`[]`, "it is a list where an object belongs"},
		{`{}`, "it has no Statement"},
		{`{"Statement":[` + statement + `]} x`, "something follows"},
		{`{"Statement":[` + statement + `],"Statement":[]}`, `"Statement" stands twice`},
		{`{"Version":"2012-10-18","Statement":[]}`, `the Version "2012-10-18" is not known`},
		{`{"statement":[]}`, `"statement" is no element of a policy`},
		{`{"Statement":"x"}`, "the Statement is a string"},
		{`{"Statement":[{"Action":"*","Resource":"*"}]}`, "statement 1: it has no Effect"},
		{`{"Statement":[` + statement + `,{"Effect":"allow","Action":"*","Resource":"*"}]}`, `statement 2: Effect: it is "allow" where Allow or Deny belongs`},
		{`{"Statement":{"Effect":"Deny","Resource":"*"}}`, "one of Action and NotAction"},
		{`{"Statement":{"Effect":"Deny","Action":"*"}}`, "neither Resource nor NotResource"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","NotResource":"*"}}`, "both Resource and NotResource"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}}`, "it has a Principal, which no identity policy has"},
		{`{"Statement":{"Effect":"Deny","Action":["*",1],"Resource":"*"}}`, "Action: its list has a number"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":{"a":"b"}}}`, "Resource: it is an object"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Conditions":{}}}`, "Conditions: this is no element of a statement"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":[]}}`, "Condition: it is a list"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":"true"}}}`, "Condition: Bool: it is a string"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":null}}}}`, "it has null where a value belongs"},
	} {
		_, err := authz.Parse(authz.Identity, []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %q", test.text, err, test.want)
		}
	}
	for _, test := range []struct{ text, want string }{
		{`{"Statement":{"Effect":"Deny","Action":"*"}}`, "one of Principal and NotPrincipal"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Principal":"111122223333"}}`, "a single string may only be *"},
		{`{"Statement":{"Effect":"Deny","Action":"*","Principal":{"IAM":"*"}}}`, `"IAM" is no kind of principal`},
	} {
		_, err := authz.Parse(authz.ResourcePolicy, []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %q", test.text, err, test.want)
		}
	}
}

func TestParseNamesWhatDeservesALook(t *testing.T) {
	for _, test := range []struct {
		kind       authz.Kind
		text, want string
	}{
		{authz.Identity, `"Resource":"arn:aws:dynamodb:us-east-1:123456789:table/*/backup/*","Action":"dynamodb:DeleteBackup"`,
			"statement 1: Resource arn:aws:dynamodb:us-east-1:123456789:table/*/backup/*: its account has 9 digits where account ids have 12, so it matches nothing"},
		{authz.Identity, `"Resource":"*","Action":"DeleteBackup"`, "it names no service, so it covers nothing"},
		{authz.Identity, `"Resource":"*","Action":"*:DeleteBackup"`, "AWS allows no wildcard in the service"},
		{authz.Identity, `"Resource":"table/Orders","Action":"*"`, "it is no ARN, so it matches nothing"},
		{authz.Identity, `"Resource":"arn:aws:backup:*:*:backup-v*:x","Action":"*"`, "a wildcard in the resource type"},
		{authz.Identity, `"Resource":"arn:aws:*:*:*:*","Action":"*"`, "a wildcard in the service of its ARN"},
		{authz.Identity, `"Resource":"arn:aws:iam::${aws:PrincipalAccount}:role/x","Action":"*"`, "a variable before the fifth colon"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"StringEqual":{"a:b":"c"}}`, "unknown operator StringEqual"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"stringequals":{"a:b":"c"}}`, "is not spelled as AWS spells it"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"ForAnyValues:StringEquals":{"a:b":"c"}}`, "unknown operator ForAnyValues:StringEquals"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"NullIfExists":{"a:b":"true"}}`, "unknown operator NullIfExists"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"NumericEquals":{"a:b":"1e3"}}`, "1e3 cannot be read as NumericEquals reads values"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*"}}`, "fewer than six fields"},
		{authz.Identity, `"Resource":"*","Action":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"x"}}`, "ForAllValues is true of a request without the key"},
		{authz.RCP, `"Resource":"*","Action":"backup:*","Principal":"*"`, "resource control policies do not bind this service"},
		{authz.ResourcePolicy, `"Action":"backup:Delete*","Resource":"*","Principal":"*"`, "vault access policies do not support wildcards in actions"},
		{authz.ResourcePolicy, `"Action":"*","Resource":"*","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/a"}`, "AWS does not support it with Allow"},
		{authz.ResourcePolicy, `"Action":"*","Resource":"*","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"}`, "it names nobody"},
	} {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + test.text + `}]}`
		d, err := authz.Parse(test.kind, []byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var oddities []string
		for _, o := range d.Oddities {
			oddities = append(oddities, o.String())
		}
		if got := strings.Join(oddities, "\n"); !strings.Contains(got, test.want) {
			t.Errorf("%s: got oddities %q, want one with %q", text, got, test.want)
		}
	}
}

func TestSoundPoliciesHaveNoOddities(t *testing.T) {
	for _, text := range []string{
		`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":["iam:*"],"NotResource":["arn:aws:dynamodb:*:111122223333:table/${aws:PrincipalTag/team}-*","arn:aws:backup:us-east-1:*"],
			"Condition":{"Bool":{"aws:SecureTransport":false},"NumericLessThan":{"aws:MultiFactorAuthAge":300},"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/x"]}}}}`,
		`{"Id":"x","Statement":[{"Effect":"Deny","Action":"backup:*","Resource":"arn:aws:backup:*:*:*"}]}`,
	} {
		d, err := authz.Parse(authz.Identity, []byte(text))
		if err != nil || len(d.Oddities) > 0 {
			t.Errorf("%s: got %v, %v", text, d, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/iam-edge-cases.jsonl.gz"} {
		for _, v := range readVectors(f, file) {
			for _, text := range v.IdentityPolicies {
				f.Add(byte(authz.Identity), []byte(text))
			}
			if len(v.ResourcePolicy) > 4 {
				f.Add(byte(authz.ResourcePolicy), []byte(v.ResourcePolicy))
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, text []byte) {
		d, err := authz.Parse(authz.Kind(kind%4), text)
		if (d == nil) != (err != nil) {
			t.Fatalf("got both or neither of %v and %v", d, err)
		}
		if err != nil {
			return
		}
		layer := authz.Layer{Policies: []authz.Policy{{Name: "fuzzed", Document: d}}}
		request := authz.Request{
			Principal: &authz.Principal{ARN: "arn:aws:iam::111122223333:user/alice", Identity: layer, SCPs: []authz.Layer{layer}},
			Action:    "backup:DeleteRecoveryPoint",
			Resource:  &authz.Resource{ARN: "arn:aws:backup:us-east-1:111122223333:recovery-point:x", Account: "111122223333", Policy: &layer},
			Context:   authz.NewContext(map[string]authz.Value{"aws:PrincipalArn": authz.One("arn:aws:iam::111122223333:user/alice"), "aws:CalledVia": authz.Set("a", "b")}),
		}
		if got, x := request.Decide(), request.Explain(); got != x.Decision {
			t.Fatalf("decided %v, explained %v", got, x.Decision)
		}
	})
}
