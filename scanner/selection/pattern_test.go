package selection

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"holdfast/scanner/snapshot"
)

func FuzzGlobIsItsRegularExpression(f *testing.F) {
	f.Add("arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders")
	f.Add("*a*b", "a b")
	f.Add("ab*b", "ab")
	f.Add("*aa a*b*", "xaaa ab")
	f.Add("**", "")
	f.Add("a*a\n*", "aa\na\n")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || !utf8.ValidString(pattern) || !utf8.ValidString(text) {
			t.Skip("regular expressions read UTF-8 alone")
		}
		parts := strings.Split(pattern, "*")
		for _, blanks := range []bool{false, true} {
			star := `[^\s\v\x{85}\p{Z}]*`
			if blanks {
				star = `(?s:.*)`
			}
			want := regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, star) + `$`).MatchString(text)
			if got := glob(parts, text, blanks); got != want {
				t.Errorf("glob(%q, %q, %v) is %v, want %v", pattern, text, blanks, got, want)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	s := Compile(snapshot.BackupSelection{
		Resources:  []string{"arn:aws:ec2:*", "arn:aws:dynamodb:*:*:table/Pay*"},
		ListOfTags: []snapshot.Condition{{ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "daily"}},
		Conditions: &snapshot.Conditions{StringLike: []snapshot.ConditionParameter{{ConditionKey: "aws:ResourceTag/stage", ConditionValue: "p*"}}},
	})
	r := Resource{ARN: "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders", Name: "Orders", TagsRead: true,
		Tags: []snapshot.Tag{{Key: "backup", Value: "daily"}, {Key: "stage", Value: "prod"}}}
	in := true
	for b.Loop() {
		if s.Match(r, Region{OptedIn: &in}).Verdict != Yes {
			b.Fatal("not covered")
		}
	}
}
