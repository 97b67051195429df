package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CloudTrail over awsJson1_1. It records nothing: events are the scenario's.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
var cloudTrail = service{name: "cloudtrail", protocol: awsJSON11, errorText: "message", operations: index("cloudtrail", append(trailWrites(),
	operation{name: "DescribeTrails", handle: describeTrails},
	operation{name: "ListTrails", handle: listTrails},
	operation{name: "GetTrailStatus", handle: getTrailStatus},
	operation{name: "GetEventSelectors", handle: getEventSelectors},
	operation{name: "LookupEvents", handle: lookupEvents},
)...)}

// A trail stands in its home Region, and is seen in others.
type trail struct {
	home                                             *region
	name, arn                                        string
	multiRegion, organization, globalEvents, checked bool
	bucket, key, topic, logGroup                     string
	logging                                          bool
	started, stopped                                 time.Time
	deliveryError, logsError                         string
	selectors, advanced                              json.RawMessage
}

// trailsOf are the trails that a Region shows, with the shadows of those of other
// Regions and of the organization. Shadows come by their ARN.
func (c *call) trailsOf(r *region, shadows bool) []*trail {
	var out []*trail
	add := func(a *account, only func(*trail) bool) {
		for _, name := range a.regionNames {
			for _, t := range a.regions[name].watched().trails {
				if t.home == r || shadows && only(t) {
					out = append(out, t)
				}
			}
		}
	}
	add(r.account, func(t *trail) bool { return t.multiRegion })
	d := c.sim.directory
	if d != nil && d.members[r.account.id] != nil && d.management != r.account.id && c.sim.accounts[d.management] != nil {
		add(c.sim.accounts[d.management], func(t *trail) bool { return t.organization && (t.multiRegion || t.home.name == r.name) })
	}
	slices.SortFunc(out, func(x, y *trail) int { return strings.Compare(x.arn, y.arn) })
	return out
}

func (t *trail) row() obj {
	out := obj{"Name": t.name, "TrailARN": t.arn, "HomeRegion": t.home.name, "S3BucketName": t.bucket, "IncludeGlobalServiceEvents": t.globalEvents,
		"IsMultiRegionTrail": t.multiRegion, "IsOrganizationTrail": t.organization, "LogFileValidationEnabled": t.checked,
		"HasCustomEventSelectors": t.selectors != nil || t.advanced != nil, "HasInsightSelectors": false}
	out.set("KmsKeyId", t.key)
	out.set("CloudWatchLogsLogGroupArn", t.logGroup)
	if t.logGroup != "" {
		out["CloudWatchLogsRoleArn"] = t.home.roleArn("CloudTrailToLogs")
	}
	out.set("SnsTopicARN", t.topic)
	return out
}

func trailNotFound(name string) *apiError {
	return fail(http.StatusBadRequest, "TrailNotFoundException", "Unknown trail: %s", name)
}

func describeTrails(c *call) (any, error) {
	in := struct {
		TrailNameList       []string
		IncludeShadowTrails *bool
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	shadows := in.IncludeShadowTrails == nil || *in.IncludeShadowTrails
	rows := []obj{}
	for _, t := range c.trailsOf(c.region, shadows || len(in.TrailNameList) > 0) {
		if len(in.TrailNameList) == 0 || slices.Contains(in.TrailNameList, t.arn) || slices.Contains(in.TrailNameList, t.name) && t.home == c.region {
			rows = append(rows, t.row())
		}
	}
	return obj{"trailList": rows}, nil
}

// listTrails shows the trails of all Regions.
func listTrails(c *call) (any, error) {
	in := struct{ NextToken string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.pagerFor(0, 100, in.NextToken)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidNextTokenException", "Invalid NextToken")
	}
	var all []*trail
	for _, name := range c.region.account.regionNames {
		for _, t := range c.trailsOf(c.region.account.regions[name], true) {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(x, y *trail) int { return strings.Compare(x.arn, y.arn) })
	all, token := page(p, all, func(t *trail) string { return t.arn }, nil)
	rows := []obj{}
	for _, t := range all {
		rows = append(rows, obj{"TrailARN": t.arn, "Name": t.name, "HomeRegion": t.home.name})
	}
	return listOf("Trails", rows, token), nil
}

// trail finds a trail by name, in its home Region, or by ARN.
func (c *call) trail(name string) (*trail, error) {
	for _, t := range c.trailsOf(c.region, true) {
		if t.arn == name || t.name == name && t.home == c.region {
			return t, nil
		}
	}
	return nil, trailNotFound(name)
}

func getTrailStatus(c *call) (any, error) {
	in := struct{ Name string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.trail(in.Name)
	if err != nil {
		return nil, err
	}
	out := obj{"IsLogging": t.logging}
	out.set("StartLoggingTime", epochOf(t.started))
	out.set("StopLoggingTime", epochOf(t.stopped))
	last := t.stopped
	if t.logging {
		last = c.now.Add(-5 * time.Minute)
	}
	if t.deliveryError == "" {
		out.set("LatestDeliveryTime", epochOf(last))
	}
	if t.logGroup != "" && t.logsError == "" {
		out.set("LatestCloudWatchLogsDeliveryTime", epochOf(last))
	}
	out.set("LatestDeliveryError", t.deliveryError)
	out.set("LatestCloudWatchLogsDeliveryError", t.logsError)
	return out, nil
}

func getEventSelectors(c *call) (any, error) {
	in := struct{ TrailName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.trail(in.TrailName)
	if err != nil {
		return nil, err
	}
	out := obj{"TrailARN": t.arn}
	switch {
	case t.advanced != nil:
		out["AdvancedEventSelectors"] = t.advanced
	case t.selectors != nil:
		out["EventSelectors"] = t.selectors
	default:
		out["EventSelectors"] = []obj{{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []obj{}, "ExcludeManagementEventSources": []string{}}}
	}
	return out, nil
}
