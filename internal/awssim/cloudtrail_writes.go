package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func trailWrites() []operation {
	return []operation{
		{name: "CreateTrail", writes: true, handle: createTrail},
		{name: "StartLogging", writes: true, handle: startLogging},
		{name: "StopLogging", writes: true, handle: stopLogging},
		{name: "PutEventSelectors", writes: true, handle: putEventSelectors},
	}
}

func (r *region) addTrail(name string) *trail {
	t := &trail{home: r, name: name, arn: r.arn("cloudtrail", "trail/"+name)}
	w := r.watch()
	w.trails = append(w.trails, t)
	slices.SortFunc(w.trails, func(x, y *trail) int { return strings.Compare(x.name, y.name) })
	return t
}

// createTrail makes a trail that does not log yet.
func createTrail(c *call) (any, error) {
	in := struct {
		Name, S3BucketName, SnsTopicName, CloudWatchLogsLogGroupArn, KmsKeyId string
		IsMultiRegionTrail, IsOrganizationTrail, EnableLogFileValidation      bool
		IncludeGlobalServiceEvents                                            *bool
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case len(in.Name) < 3:
		return nil, fail(http.StatusBadRequest, "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters.")
	case in.S3BucketName == "":
		return nil, fail(http.StatusBadRequest, "InvalidS3BucketNameException", "Bucket name is required")
	case slices.ContainsFunc(c.region.watched().trails, func(t *trail) bool { return t.name == in.Name }):
		return nil, fail(http.StatusBadRequest, "TrailAlreadyExistsException", "Trail %s already exists", in.Name)
	}
	t := c.region.addTrail(in.Name)
	t.bucket, t.logGroup, t.key = in.S3BucketName, in.CloudWatchLogsLogGroupArn, in.KmsKeyId
	t.multiRegion, t.organization, t.checked = in.IsMultiRegionTrail, in.IsOrganizationTrail, in.EnableLogFileValidation
	t.globalEvents = in.IncludeGlobalServiceEvents == nil || *in.IncludeGlobalServiceEvents
	if in.SnsTopicName != "" {
		t.topic = c.region.short("topic/" + in.SnsTopicName[strings.LastIndexByte(in.SnsTopicName, ':')+1:])
	}
	row := t.row()
	delete(row, "HomeRegion")
	delete(row, "HasCustomEventSelectors")
	delete(row, "HasInsightSelectors")
	return row, nil
}

// ownTrail is a trail that may be changed here: one at home.
func (c *call) ownTrail(name string) (*trail, error) {
	t, err := c.trail(name)
	if err == nil && t.home != c.region {
		err = fail(http.StatusBadRequest, "InvalidHomeRegionException", "The trail's home is %s", t.home.name)
	}
	return t, err
}

func startLogging(c *call) (any, error) {
	in := struct{ Name string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	t.logging, t.started = true, c.now
	return obj{}, nil
}

func stopLogging(c *call) (any, error) {
	in := struct{ Name string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	t.logging, t.stopped = false, c.now
	return obj{}, nil
}

// putEventSelectors replaces what a trail records; one kind of selector takes the
// place of the other.
func putEventSelectors(c *call) (any, error) {
	in := struct {
		TrailName                              string
		EventSelectors, AdvancedEventSelectors json.RawMessage
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.ownTrail(in.TrailName)
	if err != nil {
		return nil, err
	}
	if (in.EventSelectors == nil) == (in.AdvancedEventSelectors == nil) {
		return nil, fail(http.StatusBadRequest, "InvalidEventSelectorsException", "Give event selectors or advanced event selectors")
	}
	t.selectors, t.advanced = in.EventSelectors, in.AdvancedEventSelectors
	out := obj{"TrailARN": t.arn}
	out.set("EventSelectors", t.selectors)
	out.set("AdvancedEventSelectors", t.advanced)
	return out, nil
}
