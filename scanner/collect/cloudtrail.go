package collect

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"holdfast/scanner/snapshot"
)

// collectCloudTrail reads the trails that a Region has, shadows too: without them
// a member account would not see the organization's trail. Only in a trail's home
// Region is it asked what it records, so a trail of all Regions costs two calls
// for the account.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
func collectCloudTrail(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	out, got := get(ctx, rec, ask("cloudtrail:DescribeTrails", "includeShadowTrails", "true"),
		func(ctx context.Context) (*sdk.DescribeTrailsOutput, error) {
			return client.DescribeTrails(ctx, &sdk.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)})
		},
		func(out *sdk.DescribeTrailsOutput) (any, error) {
			for _, t := range out.TrailList {
				if t.TrailARN == nil {
					return nil, unreadableError{"a trail has no TrailARN"}
				}
			}
			return items{len(out.TrailList)}, nil
		})
	if got == given {
		each(ctx, target.workers, out.TrailList, func(ctx context.Context, t types.Trail) {
			row := trail(t)
			if row.HomeRegion == target.Region {
				row.Status = trailStatus(ctx, rec, client, row.TrailARN)
				eventSelectors(ctx, rec, client, row)
			}
			rec.Add(snapshot.Row{Trail: row})
		})
	}
	if target.lookupEvents {
		since := rec.Now().Add(-lookBack)
		each(ctx, target.workers, criticalNames(), func(ctx context.Context, name string) {
			lookUp(ctx, target, rec, client, name, since)
		})
	}
	return rec.err(ctx)
}

func trail(t types.Trail) *snapshot.Trail {
	return &snapshot.Trail{
		TrailARN: aws.ToString(t.TrailARN), Name: aws.ToString(t.Name), HomeRegion: aws.ToString(t.HomeRegion),
		IsMultiRegionTrail: t.IsMultiRegionTrail, IsOrganizationTrail: t.IsOrganizationTrail,
		IncludeGlobalServiceEvents: t.IncludeGlobalServiceEvents, LogFileValidationEnabled: t.LogFileValidationEnabled,
		S3BucketName: aws.ToString(t.S3BucketName), KmsKeyId: aws.ToString(t.KmsKeyId), SnsTopicARN: aws.ToString(t.SnsTopicARN),
		CloudWatchLogsLogGroupArn: aws.ToString(t.CloudWatchLogsLogGroupArn),
	}
}

func trailStatus(ctx context.Context, rec *Recorder, client *sdk.Client, name string) *snapshot.TrailStatus {
	s, got := get(ctx, rec, ask("cloudtrail:GetTrailStatus", "Name", name).orNone("TrailNotFoundException"),
		func(ctx context.Context) (*sdk.GetTrailStatusOutput, error) {
			return client.GetTrailStatus(ctx, &sdk.GetTrailStatusInput{Name: &name})
		},
		func(s *sdk.GetTrailStatusOutput) (any, error) { return fields{"IsLogging": s.IsLogging}, nil })
	if got != given {
		return nil
	}
	return &snapshot.TrailStatus{
		IsLogging: s.IsLogging, LatestDeliveryTime: utc(s.LatestDeliveryTime), LatestDeliveryError: aws.ToString(s.LatestDeliveryError),
		LatestCloudWatchLogsDeliveryTime:  utc(s.LatestCloudWatchLogsDeliveryTime),
		LatestCloudWatchLogsDeliveryError: aws.ToString(s.LatestCloudWatchLogsDeliveryError),
		StartLoggingTime:                  utc(s.StartLoggingTime), StopLoggingTime: utc(s.StopLoggingTime),
	}
}

func eventSelectors(ctx context.Context, rec *Recorder, client *sdk.Client, row *snapshot.Trail) {
	out, got := get(ctx, rec, ask("cloudtrail:GetEventSelectors", "TrailName", row.TrailARN).orNone("TrailNotFoundException"),
		func(ctx context.Context) (*sdk.GetEventSelectorsOutput, error) {
			return client.GetEventSelectors(ctx, &sdk.GetEventSelectorsInput{TrailName: &row.TrailARN})
		},
		func(out *sdk.GetEventSelectorsOutput) (any, error) {
			return items{len(out.EventSelectors) + len(out.AdvancedEventSelectors)}, nil
		})
	if got == given {
		row.EventSelectors, row.AdvancedEventSelectors = basicSelectors(out.EventSelectors), advancedSelectors(out.AdvancedEventSelectors)
	}
}

// basicSelectors and advancedSelectors keep AWS's documents without what is not there.

func basicSelectors(in []types.EventSelector) json.RawMessage {
	type dataResource struct {
		Type   *string  `json:",omitempty"`
		Values []string `json:",omitempty"`
	}
	type selector struct {
		ReadWriteType                 string         `json:",omitempty"`
		IncludeManagementEvents       *bool          `json:",omitempty"`
		ExcludeManagementEventSources []string       `json:",omitempty"`
		DataResources                 []dataResource `json:",omitempty"`
	}
	var all []selector
	for _, s := range in {
		one := selector{string(s.ReadWriteType), s.IncludeManagementEvents, s.ExcludeManagementEventSources, nil}
		for _, r := range s.DataResources {
			one.DataResources = append(one.DataResources, dataResource{r.Type, r.Values})
		}
		all = append(all, one)
	}
	return document(all)
}

func advancedSelectors(in []types.AdvancedEventSelector) json.RawMessage {
	type field struct {
		Field                                                               *string  `json:",omitempty"`
		Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith []string `json:",omitempty"`
	}
	type selector struct {
		Name           *string `json:",omitempty"`
		FieldSelectors []field `json:",omitempty"`
	}
	var all []selector
	for _, s := range in {
		one := selector{Name: s.Name}
		for _, f := range s.FieldSelectors {
			one.FieldSelectors = append(one.FieldSelectors, field{f.Field, f.Equals, f.StartsWith, f.EndsWith, f.NotEquals, f.NotStartsWith, f.NotEndsWith})
		}
		all = append(all, one)
	}
	return document(all)
}

// lookBack is how far back calls are looked for. CloudTrail itself keeps 90 days.
const lookBack = 30 * 24 * time.Hour

// lookUp asks for the calls of one operation; CloudTrail takes one name at a time.
func lookUp(ctx context.Context, target Target, rec *Recorder, client *sdk.Client, name string, since time.Time) {
	list(ctx, rec, ask("cloudtrail:LookupEvents", "EventName", name),
		func(ctx context.Context, token *string) (*sdk.LookupEventsOutput, error) {
			return client.LookupEvents(ctx, &sdk.LookupEventsInput{
				LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: &name}},
				StartTime:        &since, MaxResults: target.page(50), NextToken: token,
			})
		},
		func(out *sdk.LookupEventsOutput) (*string, int, error) {
			for _, e := range out.Events {
				if e.EventId == nil {
					return nil, 0, unreadableError{"an event has no EventId"}
				}
				rec.Add(snapshot.Row{TrailEvent: trailEvent(e)})
			}
			return out.NextToken, len(out.Events), nil
		})
}

// trailEvent keeps who did what to what. Of the event's own text, which holds all
// parameters, the caller, the error and the backup that it was about stay.
func trailEvent(e types.Event) *snapshot.TrailEvent {
	row := event{&snapshot.TrailEvent{
		EventTime: utc(e.EventTime), EventId: aws.ToString(e.EventId), EventSource: aws.ToString(e.EventSource),
		EventName: aws.ToString(e.EventName), Username: aws.ToString(e.Username),
	}}
	for _, r := range e.Resources {
		row.Resources = append(row.Resources, snapshot.EventResource{
			ResourceType: aws.ToString(r.ResourceType), ResourceName: aws.ToString(r.ResourceName),
		})
	}
	var text struct {
		UserIdentity struct {
			Arn string `json:"arn"`
		} `json:"userIdentity"`
		ErrorCode         string `json:"errorCode"`
		RequestParameters struct {
			RecoveryPointArn string `json:"recoveryPointArn"`
			BackupArn        string `json:"backupArn"`
		} `json:"requestParameters"`
	}
	if json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &text) == nil {
		row.PrincipalArn, row.ErrorCode = text.UserIdentity.Arn, text.ErrorCode
		row.about(text.RequestParameters.RecoveryPointArn, "AWS::Backup::RecoveryPoint")
		row.about(text.RequestParameters.BackupArn, "AWS::DynamoDB::Backup")
	}
	return row.TrailEvent
}

type event struct{ *snapshot.TrailEvent }

// about adds a resource that CloudTrail names only among the parameters.
func (e event) about(arn, kind string) {
	if arn != "" && !slices.ContainsFunc(e.Resources, func(r snapshot.EventResource) bool { return r.ResourceName == arn }) {
		e.Resources = append(e.Resources, snapshot.EventResource{ResourceType: kind, ResourceName: arn})
	}
}
