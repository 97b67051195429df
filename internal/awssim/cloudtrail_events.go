package awssim

import (
	"net/http"
	"slices"
	"time"
)

// A trailEvent is an API call that CloudTrail remembers.
type trailEvent struct {
	id, name, source, user, principal, access string
	readOnly                                  bool
	at                                        time.Time
	errorCode                                 string
	resources                                 []eventResource
	parameters                                obj // requestParameters
	region, account                           string
}

type eventResource struct{ ResourceType, ResourceName string }

const (
	lookback   = 90 * day // how long CloudTrail remembers events
	lookupPage = 50
)

// lookupEvents answers newest first. It takes one attribute, as CloudTrail does.
func lookupEvents(c *call) (any, error) {
	in := struct {
		LookupAttributes   []struct{ AttributeKey, AttributeValue string }
		StartTime, EndTime epoch
		MaxResults         int
		NextToken          string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.LookupAttributes) > 1 {
		return nil, fail(http.StatusBadRequest, "InvalidLookupAttributesException", "Only one lookup attribute can be specified.")
	}
	if in.StartTime > 0 && in.EndTime > 0 && in.StartTime > in.EndTime {
		return nil, fail(http.StatusBadRequest, "InvalidTimeRangeException", "Start time must be before end time.")
	}
	if in.MaxResults < 0 || in.MaxResults > lookupPage {
		return nil, fail(http.StatusBadRequest, "InvalidMaxResultsException", "MaxResults must be between 1 and %d.", lookupPage)
	}
	for _, a := range in.LookupAttributes {
		c.labels = append(c.labels, a.AttributeKey, a.AttributeValue)
	}
	p, err := c.pagerFor(in.MaxResults, lookupPage, in.NextToken)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidNextTokenException", "Invalid NextToken")
	}
	events, token := page(p, c.region.watched().events, trailEvent.key, func(e trailEvent) bool {
		at := epochOf(e.at)
		if c.now.Sub(e.at) > lookback || e.at.After(c.now) || in.StartTime > 0 && at < in.StartTime || in.EndTime > 0 && at > in.EndTime {
			return false
		}
		return len(in.LookupAttributes) == 0 || e.has(in.LookupAttributes[0].AttributeKey, in.LookupAttributes[0].AttributeValue)
	})
	rows := []obj{}
	for _, e := range events {
		rows = append(rows, e.row())
	}
	return listOf("Events", rows, token), nil
}

// key sorts the newest first.
func (e trailEvent) key() string { return seqKey(^uint64(e.at.UnixMilli())) + e.id }

func (e trailEvent) has(name, value string) bool {
	switch name {
	case "EventId":
		return e.id == value
	case "EventName":
		return e.name == value
	case "EventSource":
		return e.source == value
	case "Username":
		return e.user == value
	case "AccessKeyId":
		return e.access == value
	case "ReadOnly":
		return (value == "true") == e.readOnly
	case "ResourceName":
		return slices.ContainsFunc(e.resources, func(r eventResource) bool { return r.ResourceName == value })
	case "ResourceType":
		return slices.ContainsFunc(e.resources, func(r eventResource) bool { return r.ResourceType == value })
	}
	return false
}

func (e trailEvent) row() obj {
	resources := []obj{}
	for _, r := range e.resources {
		resources = append(resources, obj{"ResourceType": r.ResourceType, "ResourceName": r.ResourceName})
	}
	readOnly := "false"
	if e.readOnly {
		readOnly = "true"
	}
	record := obj{"eventVersion": "1.11", "eventID": e.id, "eventName": e.name, "eventSource": e.source, "eventTime": e.at.Format(time.RFC3339),
		"awsRegion": e.region, "recipientAccountId": e.account, "readOnly": e.readOnly, "managementEvent": true, "eventType": "AwsApiCall",
		"userIdentity": obj{"type": "IAMUser", "arn": e.principal, "accountId": e.account, "userName": e.user}}
	record.set("errorCode", e.errorCode)
	if e.parameters != nil {
		record["requestParameters"] = e.parameters
	}
	out := obj{"EventId": e.id, "EventName": e.name, "EventSource": e.source, "EventTime": epochOf(e.at), "ReadOnly": readOnly, "Resources": resources,
		"CloudTrailEvent": string(encodeJSON(record))}
	out.set("Username", e.user)
	out.set("AccessKeyId", e.access)
	return out
}
