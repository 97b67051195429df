package facts

import (
	"slices"
	"strings"

	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// trails are the trails that any Region shows, each once: as its home Region does,
// which alone was asked for its state and what it records. Sorted by ARN.
func (a *account) trails() []*snapshot.Trail {
	var all []*snapshot.Trail
	for _, s := range a.shards {
		for _, t := range s.watch.trails {
			i, found := slices.BinarySearchFunc(all, t.TrailARN, func(x *snapshot.Trail, arn string) int { return strings.Compare(x.TrailARN, arn) })
			switch {
			case !found:
				all = slices.Insert(all, i, t)
			case all[i].Status == nil:
				all[i] = t
			}
		}
	}
	return all
}

func trailFact(t *snapshot.Trail) TrailRecorder {
	f := TrailRecorder{
		TrailARN: t.TrailARN, HomeRegion: t.HomeRegion, IsMultiRegionTrail: t.IsMultiRegionTrail, IsOrganizationTrail: t.IsOrganizationTrail,
		S3BucketName: t.S3BucketName,
	}
	if t.Status != nil {
		f.IsLogging, f.LatestDeliveryError = t.Status.IsLogging, t.Status.LatestDeliveryError
	}
	records := pattern.Yes
	for _, c := range watchedCalls {
		records = min(records, selects(t, c.logged("", "")))
	}
	f.Records = answerWord(records)
	return f
}

// records says whether a trail writes down a call in a Region.
func records(t *snapshot.Trail, region string, call pattern.Object) pattern.Answer {
	return min(reaches(t, region), isOn(t), selects(t, call))
}

func reaches(t *snapshot.Trail, region string) pattern.Answer {
	switch {
	case t.HomeRegion == region, t.IsMultiRegionTrail != nil && *t.IsMultiRegionTrail:
		return pattern.Yes
	case t.IsMultiRegionTrail == nil || t.HomeRegion == "":
		return pattern.Maybe
	}
	return pattern.No
}

// isOn says whether a trail is logging, and can deliver what it logs.
func isOn(t *snapshot.Trail) pattern.Answer {
	switch {
	case t.Status == nil || t.Status.IsLogging == nil:
		return pattern.Maybe
	case !*t.Status.IsLogging || t.Status.LatestDeliveryError != "":
		return pattern.No
	}
	return pattern.Yes
}

// selects says whether a trail's selectors take a call in: one is enough.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
func selects(t *snapshot.Trail, call pattern.Object) pattern.Answer {
	basic, advanced := decodeList[basicSelector](t.EventSelectors), decodeList[advancedSelector](t.AdvancedEventSelectors)
	if len(basic)+len(advanced) == 0 {
		return pattern.Maybe
	}
	is := pattern.No
	for _, s := range basic {
		is = max(is, s.takes(call))
	}
	for _, s := range advanced {
		is = max(is, s.takes(call))
	}
	return is
}

type basicSelector struct {
	ReadWriteType                 string
	IncludeManagementEvents       *bool
	ExcludeManagementEventSources []string
}

func (s basicSelector) takes(call pattern.Object) pattern.Answer {
	source, _ := call["eventSource"].(string)
	switch {
	case s.IncludeManagementEvents != nil && !*s.IncludeManagementEvents, s.ReadWriteType == "ReadOnly", slices.Contains(s.ExcludeManagementEventSources, source):
		return pattern.No
	case s.IncludeManagementEvents == nil, s.ReadWriteType != "All" && s.ReadWriteType != "WriteOnly":
		return pattern.Maybe
	}
	return pattern.Yes
}

type advancedSelector struct {
	FieldSelectors []fieldSelector
}

type fieldSelector struct {
	Field                                                               string
	Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith []string
}

// takes: all fields must fit.
func (s advancedSelector) takes(call pattern.Object) pattern.Answer {
	is := pattern.Yes
	for _, f := range s.FieldSelectors {
		is = min(is, f.fits(call))
	}
	if len(s.FieldSelectors) == 0 {
		return pattern.Maybe
	}
	return is
}

// fits: one of the positive texts, and none of the negative ones.
func (f fieldSelector) fits(call pattern.Object) pattern.Answer {
	var value string
	switch v := call[f.Field].(type) {
	case string:
		value = v
	case bool:
		value = map[bool]string{true: "true", false: "false"}[v]
	default:
		return pattern.Maybe
	}
	some := func(texts []string, is func(value, text string) bool) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return is(value, text) })
	}
	equal := func(value, text string) bool { return value == text }
	positive := len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) == 0 || some(f.Equals, equal) || some(f.StartsWith, strings.HasPrefix) || some(f.EndsWith, strings.HasSuffix)
	negative := some(f.NotEquals, equal) || some(f.NotStartsWith, strings.HasPrefix) || some(f.NotEndsWith, strings.HasSuffix)
	if positive && !negative {
		return pattern.Yes
	}
	return pattern.No
}
