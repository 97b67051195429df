package selection_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// A reading settles all that AWS leaves open and all that was not read, so that a
// selection covers a table or does not. It is written from AWS's pages and shares
// no code with the package.
type reading struct {
	inside        bool // an asterisk matches anywhere
	typedByPart   bool // a pattern that only hints at the resource type names it
	untagged      bool // negated operators hold where the tag is missing
	blanks        bool // an asterisk in a tag's value stands for blanks too
	bareKey       int  // keys of Conditions without prefix: 0 never hold, 1 always, 2 as if with it
	prefixedKey   bool // keys of ListOfTags with prefix match as if without it
	oddType       bool // entries of ListOfTags with another type hold
	conditionsAll bool // Conditions alone select from everything
	emptyAll      bool // an empty selection selects everything
	optedIn       bool
	tags          map[string]string
}

func (how reading) covers(s snapshot.BackupSelection, arn, name string) bool {
	bring := false
	for _, p := range s.Resources {
		bring = bring || how.matches(p, arn) && (how.typed(p) || how.optedIn)
	}
	for _, c := range s.ListOfTags {
		bring = bring || how.listed(c) && how.optedIn
	}
	conditions := s.Conditions
	if conditions == nil {
		conditions = &snapshot.Conditions{}
	}
	some := len(conditions.StringEquals)+len(conditions.StringLike)+len(conditions.StringNotEquals)+len(conditions.StringNotLike) > 0
	if len(s.Resources)+len(s.ListOfTags) == 0 {
		bring = how.optedIn && (some && how.conditionsAll || !some && how.emptyAll)
	}
	for _, p := range s.NotResources {
		bring = bring && !how.matches(p, arn)
	}
	equal := func(pattern, value string) bool { return pattern == value }
	for _, c := range conditions.StringEquals {
		bring = bring && how.holds(c, equal, false)
	}
	for _, c := range conditions.StringNotEquals {
		bring = bring && how.holds(c, equal, true)
	}
	for _, c := range conditions.StringLike {
		bring = bring && how.holds(c, how.like, false)
	}
	for _, c := range conditions.StringNotLike {
		bring = bring && how.holds(c, how.like, true)
	}
	_, test := how.tags["awsbackup-restore-test"]
	return bring && !test && !strings.HasPrefix(name, "awsbackup-restore-test")
}

func (how reading) matches(pattern, arn string) bool {
	if !how.inside && !regexp.MustCompile(`^([^*]*|arn:[^:*]*:[^:*]*:[^:]*:[^:]*:[^*]*)\**$`).MatchString(pattern) {
		return false
	}
	return regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `\S*`) + `$`).MatchString(arn)
}

func (how reading) typed(pattern string) bool {
	switch {
	case regexp.MustCompile(`^([^:]*:){5}table/`).MatchString(pattern):
		return true
	case regexp.MustCompile(`^([^:]*:){5}\*`).MatchString(pattern), !strings.Contains(pattern, "tab"):
		return false
	}
	return how.typedByPart
}

func (how reading) listed(c snapshot.Condition) bool {
	if !strings.EqualFold(c.ConditionType, "StringEquals") {
		return how.oddType
	}
	key := c.ConditionKey
	if how.prefixedKey {
		key = strings.TrimPrefix(key, "aws:ResourceTag/")
	}
	value, ok := how.tags[key]
	return ok && value == c.ConditionValue
}

func (how reading) holds(c snapshot.ConditionParameter, compare func(pattern, value string) bool, negated bool) bool {
	key, prefixed := strings.CutPrefix(c.ConditionKey, "aws:ResourceTag/")
	if !prefixed && how.bareKey < 2 {
		return how.bareKey == 1
	}
	value, ok := how.tags[key]
	if !ok {
		return negated && how.untagged
	}
	return compare(c.ConditionValue, value) != negated
}

func (how reading) like(pattern, value string) bool {
	any := `\S*`
	if how.blanks || pattern == "*" {
		any = `(?s:.*)`
	}
	return regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, any) + `$`).MatchString(value)
}

var (
	keys     = rapid.SampledFrom([]string{"backup", "stage", "awsbackup-restore-test"})
	values   = rapid.SampledFrom([]string{"daily", "prod", "the daily", ""})
	likes    = rapid.SampledFrom([]string{"*", "d*", "*ly", "the*", "prod", "t*y", ""})
	patterns = rapid.SampledFrom([]string{
		"*", theTable, allTables, "Orders", "arn:aws:dynamodb:*", "arn:aws:ec2:*", "arn:aws:dynamodb:*:*:table/*ers",
		"arn:aws:dynamodb:*:*:*", "arn:aws:dynamodb:*:*:tab*", "arn:aws:dynamodb:*:*:table/Ord*", "*:table/Orders", "*Orders",
		"arn:*:dynamodb:*:*:table/*", "arn:aws:dynamodb:us-east-1:*:table/*", "arn:aws:dynamodb:*:table/*",
	})
	keyed = rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"aws:ResourceTag/", "aws:ResourceTag/", "aws:ResourceTag/", ""}).Draw(t, "prefix") + keys.Draw(t, "key")
	})
	listedTags = rapid.Custom(func(t *rapid.T) snapshot.Condition {
		return snapshot.Condition{
			ConditionType:  rapid.SampledFrom([]string{"STRINGEQUALS", "StringEquals", "STRINGEQUALS", "STRINGLIKE"}).Draw(t, "type"),
			ConditionKey:   rapid.SampledFrom([]string{"", "", "", "aws:ResourceTag/"}).Draw(t, "prefix") + keys.Draw(t, "key"),
			ConditionValue: values.Draw(t, "value"),
		}
	})
	selections = rapid.Custom(func(t *rapid.T) snapshot.BackupSelection {
		entries := func(name string, values *rapid.Generator[string]) []snapshot.ConditionParameter {
			return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) snapshot.ConditionParameter {
				return snapshot.ConditionParameter{ConditionKey: keyed.Draw(t, "key"), ConditionValue: values.Draw(t, "value")}
			}), 0, 1).Draw(t, name)
		}
		s := snapshot.BackupSelection{
			Resources:    rapid.SliceOfN(patterns, 0, 2).Draw(t, "Resources"),
			NotResources: rapid.SliceOfN(patterns, 0, 1).Draw(t, "NotResources"),
			ListOfTags:   rapid.SliceOfN(listedTags, 0, 2).Draw(t, "ListOfTags"),
		}
		if rapid.Bool().Draw(t, "Conditions") {
			s.Conditions = &snapshot.Conditions{
				StringEquals: entries("StringEquals", values), StringNotEquals: entries("StringNotEquals", values),
				StringLike: entries("StringLike", likes), StringNotLike: entries("StringNotLike", likes),
			}
		}
		return s
	})
	tables = rapid.Custom(func(t *rapid.T) selection.Resource {
		r := table(rapid.SampledFrom([]string{"Orders", "Customers", "awsbackup-restore-test-1"}).Draw(t, "name"))
		for key, value := range rapid.MapOfN(keys, values, 0, 2).Draw(t, "tags") {
			r.Tags = append(r.Tags, snapshot.Tag{Key: key, Value: value})
		}
		r.TagsRead = rapid.IntRange(0, 3).Draw(t, "tags read") > 0
		return r
	})
	regions = rapid.SampledFrom([]selection.Region{optedIn, notIn, unread})
)

// drawReading draws a reading that agrees with what was read.
func drawReading(t *rapid.T, r selection.Resource, region selection.Region) reading {
	how := reading{tags: map[string]string{}, bareKey: rapid.IntRange(0, 2).Draw(t, "bare key")}
	for _, open := range []*bool{&how.inside, &how.typedByPart, &how.untagged, &how.blanks, &how.prefixedKey, &how.oddType, &how.conditionsAll, &how.emptyAll, &how.optedIn} {
		*open = rapid.Bool().Draw(t, "open")
	}
	if region.OptedIn != nil {
		how.optedIn = *region.OptedIn
	}
	for _, tag := range r.Tags {
		how.tags[tag.Key] = tag.Value
	}
	if !r.TagsRead {
		how.tags = rapid.MapOfN(keys, values, 0, 3).Draw(t, "unread tags")
	}
	return how
}

func TestVerdictHoldsUnderEveryReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r, region := selections.Draw(t, "selection"), tables.Draw(t, "table"), regions.Draw(t, "region")
		m := selection.Compile(s).Match(r, region)
		if (m.Verdict == selection.Ambiguous) != (len(m.Ambiguities) > 0) {
			t.Fatalf("verdict %s with ambiguities %q", m.Verdict, m.Ambiguities)
		}
		if m.Verdict == selection.Ambiguous {
			return
		}
		for range 20 {
			how := drawReading(t, r, region)
			if covers := how.covers(s, r.ARN, r.Name); covers != (m.Verdict == selection.Yes) {
				t.Fatalf("verdict %s, but covered is %v under %+v", m.Verdict, covers, how)
			}
			how.optedIn = true
			if m.Verdict == selection.OptedOut && !how.covers(s, r.ARN, r.Name) {
				t.Fatalf("opted out, but not covered with opt-in under %+v", how)
			}
		}
	})
}

// The other way round: where all readings agree on what is not disputed, there is
// nothing ambiguous.
func TestVerdictIsDefiniteWhereNothingIsOpen(t *testing.T) {
	plain := rapid.SampledFrom([]string{"*", theTable, allTables, "Orders", "arn:aws:dynamodb:*", "arn:aws:ec2:*", "arn:aws:dynamodb:*:*:table/Ord*"})
	rapid.Check(t, func(t *rapid.T) {
		s := snapshot.BackupSelection{
			Resources:    rapid.SliceOfN(plain, 1, 2).Draw(t, "Resources"),
			NotResources: rapid.SliceOfN(plain, 0, 1).Draw(t, "NotResources"),
			ListOfTags:   listed(keys.Draw(t, "key"), values.Draw(t, "value")),
			Conditions:   &snapshot.Conditions{StringEquals: parameters(keys.Draw(t, "key"), values.Draw(t, "value"))},
		}
		if rapid.Bool().Draw(t, "no conditions") {
			s.Conditions = nil
		}
		r := tables.Draw(t, "table")
		r.TagsRead = true
		region := rapid.SampledFrom([]selection.Region{optedIn, notIn}).Draw(t, "region")
		m := selection.Compile(s).Match(r, region)
		if m.Verdict == selection.Ambiguous {
			t.Fatalf("ambiguous: %q", m.Ambiguities)
		}
		if covers := drawReading(t, r, region).covers(s, r.ARN, r.Name); covers != (m.Verdict == selection.Yes) {
			t.Fatalf("verdict %s, but covered is %v", m.Verdict, covers)
		}
	})
}

func TestMoreNotResourcesNeverCoverMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r, region := selections.Draw(t, "selection"), tables.Draw(t, "table"), regions.Draw(t, "region")
		before := selection.Compile(s).Match(r, region).Verdict
		s.NotResources = append(slices.Clone(s.NotResources), patterns.Draw(t, "more"))
		after := selection.Compile(s).Match(r, region).Verdict
		if rank(after) > rank(before) {
			t.Fatalf("%s became %s", before, after)
		}
	})
}

func TestMoreResourcesNeverCoverLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r, region := selections.Draw(t, "selection"), tables.Draw(t, "table"), regions.Draw(t, "region")
		if len(s.Resources)+len(s.ListOfTags) == 0 {
			return // a first entry narrows "everything"
		}
		before := selection.Compile(s).Match(r, region).Verdict
		s.Resources = append(slices.Clone(s.Resources), patterns.Draw(t, "more"))
		after := selection.Compile(s).Match(r, region).Verdict
		if rank(after) < rank(before) {
			t.Fatalf("%s became %s", before, after)
		}
	})
}

// rank orders verdicts by how covered a table is.
func rank(v selection.Verdict) int {
	switch v {
	case selection.Yes:
		return 2
	case selection.Ambiguous:
		return 1
	}
	return 0
}
