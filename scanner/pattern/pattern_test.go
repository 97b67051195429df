package pattern_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"holdfast/scanner/pattern"
)

// failed is a backup job that failed, as AWS's guide shows the event.
var failed = pattern.Object{
	"version": "0", "id": pattern.Present, "detail-type": "Backup Job State Change", "source": "aws.backup", "account": "111122223333",
	"region": "eu-west-1", "time": pattern.Present, "resources": []any{},
	"detail": pattern.Object{
		"state": "FAILED", "resourceType": "DynamoDB", "backupVaultName": "Main", "bytesTransferred": "0", "size": float64(7), "percentDone": float64(0),
		"statusMessage": pattern.Present, "completionDate": pattern.Absent, "retried": false, "parent": nil,
		"tags": []any{"prod", "gold"},
	},
}

func TestEvent(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{`{"source": ["aws.backup"]}`, "yes"},
		{`{"source": ["aws.ec2", "aws.backup"]}`, "yes"},
		{`{"source": ["aws.ec2"]}`, "no"},
		{`{"source": ["aws.backup"], "detail": {"state": ["FAILED", "EXPIRED", "ABORTED"]}}`, "yes"},
		{`{"source": ["aws.backup"], "detail": {"state": ["COMPLETED"]}}`, "no"},
		{`{"source": ["aws.backup"], "detail-type": ["Copy Job State Change"]}`, "no"},
		{`{"detail": {"status": ["FAILED"]}}`, "maybe"}, // nothing is known of such a field
		{`{"detail": {"completionDate": ["x"]}}`, "no"},
		{`{"detail": {"statusMessage": ["x"]}}`, "maybe"},
		{`{"detail": {"state": {"deeper": ["FAILED"]}}}`, "no"},
		{`{"detail": ["FAILED"]}`, "no"},
		{`{"resources": ["arn:x"]}`, "no"}, // the list is there and empty
		{`{"detail": {"tags": ["gold"]}}`, "yes"},
		{`{"detail": {"tags": ["silver"]}}`, "no"},

		{`{"source": [{"prefix": "aws."}]}`, "yes"},
		{`{"source": [{"prefix": "AWS."}]}`, "no"},
		{`{"source": [{"prefix": {"equals-ignore-case": "AWS."}}]}`, "yes"},
		{`{"detail-type": [{"suffix": "State Change"}]}`, "yes"},
		{`{"detail-type": [{"suffix": {"equals-ignore-case": "state change"}}]}`, "yes"},
		{`{"detail": {"state": [{"equals-ignore-case": "failed"}]}}`, "yes"},
		{`{"detail": {"state": [{"wildcard": "F*D"}]}}`, "yes"},
		{`{"detail": {"state": [{"wildcard": "F*E"}]}}`, "no"},
		{`{"detail": {"state": [{"wildcard": "F\\*D"}]}}`, "maybe"},
		{`{"detail": {"state": [{"prefix": 5}]}}`, "maybe"},
		{`{"detail": {"size": [{"prefix": "7"}]}}`, "no"},

		{`{"detail": {"state": [{"anything-but": "COMPLETED"}]}}`, "yes"},
		{`{"detail": {"state": [{"anything-but": ["COMPLETED", "FAILED"]}]}}`, "no"},
		{`{"detail": {"state": [{"anything-but": {"prefix": "COM"}}]}}`, "yes"},
		{`{"detail": {"state": [{"anything-but": {"prefix": ["COM", "FAIL"]}}]}}`, "no"},
		{`{"detail": {"state": [{"anything-but": {"suffix": "ED"}}]}}`, "no"},
		{`{"detail": {"state": [{"anything-but": {"equals-ignore-case": ["failed"]}}]}}`, "no"},
		{`{"detail": {"state": [{"anything-but": {"wildcard": "*X*"}}]}}`, "yes"},
		{`{"detail": {"state": [{"anything-but": {"novel": "x"}}]}}`, "maybe"},
		{`{"detail": {"statusMessage": [{"anything-but": ["x"]}]}}`, "maybe"},
		{`{"detail": {"completionDate": [{"anything-but": ["x"]}]}}`, "no"},

		{`{"detail": {"completionDate": [{"exists": false}]}}`, "yes"},
		{`{"detail": {"completionDate": [{"exists": true}]}}`, "no"},
		{`{"detail": {"statusMessage": [{"exists": true}]}}`, "yes"},
		{`{"detail": {"statusMessage": [{"exists": false}]}}`, "no"},
		{`{"detail": {"novel": [{"exists": true}]}}`, "maybe"},
		{`{"detail": {"state": [{"exists": "yes"}]}}`, "maybe"},

		{`{"detail": {"size": [{"numeric": [">", 0, "<=", 7]}]}}`, "yes"},
		{`{"detail": {"size": [{"numeric": ["<", 7]}]}}`, "no"},
		{`{"detail": {"size": [{"numeric": ["=", 7]}]}}`, "yes"},
		{`{"detail": {"size": [{"numeric": [">=", 8]}]}}`, "no"},
		{`{"detail": {"size": [{"numeric": ["~", 8]}]}}`, "maybe"},
		{`{"detail": {"size": [{"numeric": [">"]}]}}`, "maybe"},
		{`{"detail": {"state": [{"numeric": [">", 0]}]}}`, "no"},
		{`{"detail": {"size": [7]}}`, "maybe"}, // compared as written
		{`{"detail": {"size": [8]}}`, "no"},
		{`{"detail": {"retried": [false]}}`, "yes"},
		{`{"detail": {"parent": [null]}}`, "yes"},
		{`{"detail": {"state": [null]}}`, "no"},
		{`{"account": [{"cidr": "10.0.0.0/24"}]}`, "maybe"},
		{`{"source": [{"novel": "x"}]}`, "maybe"},
		{`{"source": [{"prefix": "aws", "suffix": "x"}]}`, "maybe"},

		{`{"$or": [{"source": ["aws.ec2"]}, {"detail": {"state": ["FAILED"]}}]}`, "yes"},
		{`{"$or": [{"source": ["aws.ec2"]}, {"detail": {"state": ["EXPIRED"]}}]}`, "no"},
		{`{"source": ["aws.backup"], "detail": {"$or": [{"state": ["FAILED"]}, {"novel": ["x"]}]}}`, "yes"},
		{`{"$or": "x"}`, "maybe"},

		{``, "maybe"}, {`{}`, "maybe"}, {`[]`, "maybe"}, {`{"source": "aws.backup"}`, "maybe"}, {`{"source": []}`, "no"}, {`nonsense`, "maybe"},
	} {
		if got := pattern.Event([]byte(c.pattern), failed).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.pattern, got, c.want)
		}
	}
}

// deleted is what a trail writes of a call that deletes a recovery point.
var deleted = pattern.Object{
	"eventName": "DeleteRecoveryPoint", "eventSource": "backup.amazonaws.com", "eventType": "AwsApiCall", "awsRegion": "eu-west-1",
	"errorCode": pattern.Absent, "readOnly": false, "managementEvent": true, "userIdentity": pattern.Present,
	"requestParameters": pattern.Present, "count": float64(3), "nothing": nil,
}

func TestFilter(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{``, "yes"},
		{`{ $.eventName = DeleteRecoveryPoint }`, "yes"},
		{`{ $.eventName = "DeleteRecoveryPoint" }`, "yes"},
		{`{$.eventName=DeleteRecoveryPoint}`, "yes"},
		{`{ $.eventName = "Delete*" }`, "yes"},
		{`{ $.eventName = *RecoveryPoint }`, "yes"},
		{`{ $.eventName = deleterecoverypoint }`, "no"},
		{`{ ($.eventName = DeleteBackup) || ($.eventName = DeleteRecoveryPoint) }`, "yes"},
		{`{ ($.eventSource = backup.amazonaws.com) && (($.eventName = DeleteRecoveryPoint) || ($.eventName = DeleteBackupVault)) }`, "yes"},
		{`{ ($.eventSource = dynamodb.amazonaws.com) && ($.eventName = DeleteRecoveryPoint) }`, "no"},
		{`{ $.eventName = DeleteRecoveryPoint && $.errorCode NOT EXISTS }`, "yes"},
		{`{ $.eventName = DeleteRecoveryPoint && $.errorCode EXISTS }`, "no"},
		{`{ $.errorCode = "*UnauthorizedOperation" || $.errorCode = "AccessDenied*" }`, "no"},
		{`{ $.eventName = DeleteRecoveryPoint && $.userIdentity.sessionContext.attributes.mfaAuthenticated != "true" }`, "maybe"},
		{`{ $.eventName != DeleteRecoveryPoint }`, "no"},
		{`{ $.eventName != ConsoleLogin }`, "yes"},
		{`{ $.errorCode != AccessDenied }`, "maybe"},
		{`{ $.eventName = %^Delete% }`, "maybe"},
		{`{ $.resources[0].ARN = "x" && $.eventName = ConsoleLogin }`, "no"},
		{`{ $.resources[0].ARN = "x" }`, "maybe"},
		{`{ $.readOnly IS FALSE }`, "yes"}, {`{ $.readOnly IS TRUE }`, "no"}, {`{ $.nothing IS NULL }`, "yes"}, {`{ $.eventName IS NULL }`, "no"},
		{`{ $.novel IS NULL }`, "maybe"}, {`{ $.readOnly IS ODD }`, "maybe"}, {`{ $.readOnly = false }`, "maybe"},
		{`{ $.count > 2 }`, "yes"}, {`{ $.count >= 4 }`, "no"}, {`{ $.count = 3 }`, "yes"}, {`{ $.count != 3 }`, "no"}, {`{ $.count < 3.5 }`, "yes"}, {`{ $.count <= 3 }`, "yes"},
		{`{ $.count = three }`, "maybe"}, {`{ $.eventName > 3 }`, "no"},
		{`{ $.eventName = DeleteRecoveryPoint`, "maybe"}, {`{ $.eventName }`, "maybe"}, {`{ eventName = x }`, "maybe"}, {`{ ($.eventName = x }`, "maybe"},
		{`{ $.eventName = "x }`, "maybe"}, {`{ $.eventName ~ x }`, "maybe"}, {`{ $.eventName = x $.a = b }`, "maybe"}, {`{ ! }`, "maybe"}, {`{}`, "maybe"},
		{`{ $.eventName NOT THERE }`, "maybe"},

		{`DeleteRecoveryPoint`, "yes"}, {`"DeleteRecoveryPoint"`, "yes"}, {`DeleteBackup`, "no"}, {`"backup.amazonaws.com" DeleteRecoveryPoint`, "yes"},
		{`DeleteRecoveryPoint ConsoleLogin`, "no"}, {`?DeleteBackup ?DeleteRecoveryPoint`, "yes"}, {`?DeleteBackup ?ConsoleLogin`, "no"},
		{`DeleteRecoveryPoint -AccessDenied`, "maybe"}, {`-DeleteRecoveryPoint`, "no"}, {`%Delete.*%`, "maybe"}, {`"open`, "maybe"},
		{`[ip, user, time, request, status_code = 4*, size]`, "no"},
	} {
		if got := pattern.Filter(c.pattern, deleted).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.pattern, got, c.want)
		}
	}
}

var (
	names  = rapid.SampledFrom([]string{"a", "b", "c"})
	values = rapid.SampledFrom([]string{"", "x", "xy", "Xy", "y*", "7"})
	plain  = rapid.Custom(func(t *rapid.T) any {
		return rapid.OneOf(rapid.Map(values, func(s string) any { return s }), rapid.SampledFrom([]any{float64(7), float64(8), true, false, nil, pattern.Absent, []any{"x", "xy"}, []any{}})).Draw(t, "value")
	})
	events = rapid.Custom(func(t *rapid.T) pattern.Object {
		o := pattern.Object{}
		for _, name := range []string{"a", "b", "c"} {
			o[name] = plain.Draw(t, name)
		}
		o["d"] = pattern.Object{"a": plain.Draw(t, "d.a"), "b": plain.Draw(t, "d.b"), "c": pattern.Absent, "d": pattern.Absent}
		return o
	})
)

// forget returns the event with some of its fields not known.
func forget(t *rapid.T, o pattern.Object) pattern.Object {
	less := pattern.Object{}
	for name, v := range o {
		switch inner, object := v.(pattern.Object); {
		case object && rapid.Bool().Draw(t, "look inside "+name):
			less[name] = forget(t, inner)
		case rapid.Bool().Draw(t, "keep "+name):
			less[name] = v
		case v != any(pattern.Absent) && rapid.Bool().Draw(t, "know that "+name+" is there"):
			if _, list := v.([]any); !list && !object { // a list that is there may be empty
				less[name] = pattern.Present
			}
		}
	}
	return less
}

// What is said of an event of which less is known holds when more is known.
func sound(t *rapid.T, what string, match func(pattern.Object) pattern.Answer) {
	whole := events.Draw(t, "event")
	less := forget(t, whole)
	if partly, fully := match(less), match(whole); partly != pattern.Maybe && partly != fully {
		t.Fatalf("%s is %s of %v, and %s of %v", what, partly, less, fully, whole)
	}
}

var eventPatterns = rapid.Custom(func(t *rapid.T) string {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	matcher := rapid.Custom(func(t *rapid.T) string {
		v := quote(values.Draw(t, "value"))
		return rapid.SampledFrom([]string{
			v, v, `{"prefix":` + v + `}`, `{"suffix":` + v + `}`, `{"equals-ignore-case":` + v + `}`, `{"wildcard":` + v + `}`, `{"exists":true}`, `{"exists":false}`,
			`{"anything-but":` + v + `}`, `{"anything-but":[` + v + `,"x"]}`, `{"anything-but":{"prefix":` + v + `}}`, `{"numeric":[">",6]}`, `7`, `null`, `true`,
			`{"prefix":{"equals-ignore-case":` + v + `}}`, `{"novel":` + v + `}`,
		}).Draw(t, "matcher")
	})
	field := func() string {
		return quote(names.Draw(t, "name")) + ":[" + strings.Join(rapid.SliceOfN(matcher, 1, 2).Draw(t, "matchers"), ",") + "]"
	}
	return rapid.SampledFrom([]string{
		"{" + field() + "}", "{" + field() + `,"d":{` + field() + "}}", `{"$or":[{` + field() + "},{" + field() + "}]}", `{"d":{"$or":[{` + field() + "},{" + field() + "}]}}",
	}).Draw(t, "pattern")
})

func TestEventIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := eventPatterns.Draw(t, "pattern")
		sound(t, text, func(o pattern.Object) pattern.Answer { return pattern.Event([]byte(text), o) })
	})
}

var selectors = rapid.Custom(func(t *rapid.T) string {
	one := func() string {
		v := values.Draw(t, "value")
		if v == "" || rapid.Bool().Draw(t, "quoted") {
			v = `"` + v + `"`
		}
		return rapid.SampledFrom([]string{"$.", "$.d."}).Draw(t, "at") + names.Draw(t, "name") + " " +
			rapid.SampledFrom([]string{"= " + v, "!= " + v, "> 6", "NOT EXISTS", "EXISTS", "IS NULL", "IS TRUE", "= %x%"}).Draw(t, "operation")
	}
	shape := rapid.SampledFrom([]string{"{ _ }", "{ _ && _ }", "{ _ || _ }", "{ (_ || _) && _ }", "{ _ || (_ && _) }"}).Draw(t, "shape")
	for strings.Contains(shape, "_") {
		shape = strings.Replace(shape, "_", one(), 1)
	}
	return shape
})

func TestFilterIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := selectors.Draw(t, "selector")
		sound(t, text, func(o pattern.Object) pattern.Answer { return pattern.Filter(text, o) })
	})
}

func FuzzEvent(f *testing.F) {
	f.Add(`{"source": [{"anything-but": {"prefix": ["x"]}}], "$or": [{"a": [1]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		first := pattern.Event([]byte(text), failed)
		if again := pattern.Event([]byte(text), failed); first != again {
			t.Errorf("%s is %s, then %s", text, first, again)
		}
		if nothing := pattern.Event([]byte(text), pattern.Object{}); nothing != pattern.Maybe && nothing != first {
			t.Errorf("%s is %s of nothing, and %s of an event", text, nothing, first)
		}
	})
}

func FuzzFilter(f *testing.F) {
	f.Add(`{ ($.a = "x*") && $.b NOT EXISTS || ($.c >= 3) }`)
	f.Add(`?a ?"b c" -d`)
	f.Fuzz(func(t *testing.T, text string) {
		first := pattern.Filter(text, deleted)
		if again := pattern.Filter(text, deleted); first != again {
			t.Errorf("%s is %s, then %s", text, first, again)
		}
	})
}

func FuzzWildcard(f *testing.F) {
	f.Add("a*b*", "axb")
	f.Fuzz(func(t *testing.T, wild, text string) {
		if len(wild) > 100 || strings.Contains(wild, `\`) || !utf8.ValidString(wild) || !utf8.ValidString(text) {
			t.Skip()
		}
		matcher, _ := json.Marshal(map[string]any{"a": []any{map[string]any{"wildcard": wild}}})
		want := "no"
		if regexp.MustCompile(`(?s)^` + strings.ReplaceAll(regexp.QuoteMeta(wild), `\*`, `.*`) + `$`).MatchString(text) {
			want = "yes"
		}
		if got := pattern.Event(matcher, pattern.Object{"a": text}).String(); got != want {
			t.Errorf("%q of %q is %s, want %s", wild, text, got, want)
		}
	})
}
