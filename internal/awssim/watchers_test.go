package awssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	evtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
)

func TestEventRules(t *testing.T) {
	api := eventbridge.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	rules, err := api.ListRules(ctx, &eventbridge.ListRulesInput{NamePrefix: aws.String("failures")})
	if err != nil || len(rules.Rules) != 1 || *rules.Rules[0].Arn != "arn:aws:events:eu-west-1:111111111111:rule/failures" ||
		*rules.Rules[0].EventPattern != `{"source":["aws.backup"],"detail-type":["Backup Job State Change"],"detail":{"state":["FAILED"]}}` {
		t.Errorf("%+v, %v", rules, err)
	}
	targets, err := api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("failures")})
	if err != nil || len(targets.Targets) != 3 || *targets.Targets[0].Arn != alarmsArn || targets.Targets[1].DeadLetterConfig == nil || targets.Targets[2].InputTransformer == nil {
		t.Errorf("%+v, %v", targets, err)
	}
	for _, bus := range []string{"security", "arn:aws:events:eu-west-1:111111111111:event-bus/security"} {
		rules, err := api.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: &bus})
		if err != nil || len(rules.Rules) != 2 || *rules.Rules[0].Arn != "arn:aws:events:eu-west-1:111111111111:rule/security/elsewhere" {
			t.Errorf("%+v, %v", rules, err)
		}
	}
	_, err = api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("elsewhere")})
	wantType[*evtypes.ResourceNotFoundException](t, "a rule of another bus", err)
	_, err = api.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: aws.String("nothing")})
	wantType[*evtypes.ResourceNotFoundException](t, "no bus", err)
	_, err = api.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("x"), EventPattern: aws.String("{")})
	wantType[*evtypes.InvalidEventPatternException](t, "PutRule", err)
}

func TestTopics(t *testing.T) {
	s := serve(t, everything(t))
	api := sns.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	out, err := api.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(alarmsArn)})
	if err != nil || out.Attributes["Owner"] != "111111111111" || out.Attributes["SubscriptionsConfirmed"] != "2" || out.Attributes["SubscriptionsPending"] != "1" ||
		out.Attributes["SubscriptionsDeleted"] != "1" || out.Attributes["KmsMasterKeyId"] != "alias/aws/sns" || !strings.Contains(out.Attributes["Policy"], "AWS:SourceOwner") {
		t.Errorf("%+v, %v", out, err)
	}
	list, err := api.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(alarmsArn)})
	pending := 0
	for _, sub := range list.Subscriptions {
		if *sub.SubscriptionArn == "PendingConfirmation" && *sub.Endpoint == "b@example.com" {
			pending++
		}
	}
	if err != nil || len(list.Subscriptions) != 3 || pending != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = api.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(alarmsArn + "-none")})
	wantType[*snstypes.NotFoundException](t, "no topic", err)
	_, err = api.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String("arn:aws:sns:us-east-1:111111111111:alarms")})
	wantType[*snstypes.InvalidParameterException](t, "another Region's topic", err)
}

// A trail of all Regions is seen in each, one of the organization in each account.
func TestTrailsAndTheirShadows(t *testing.T) {
	s := serve(t, everything(t))
	trails := func(key, region string, shadows bool) string {
		out, err := cloudtrail.NewFromConfig(connect(s, key, region).Config).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: &shadows})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(names(out.TrailList, func(t cttypes.Trail) string { return *t.Name + "@" + *t.HomeRegion }), " ")
	}
	for _, tt := range []struct {
		key, region string
		shadows     bool
		want        string
	}{
		{"AKIAONE", "eu-west-1", true, "advanced@eu-west-1 main@eu-west-1 picky@eu-west-1"},
		{"AKIAONE", "us-east-1", true, "main@eu-west-1"},
		{"AKIAONE", "us-east-1", false, ""},
		{"AKIATWO", "eu-west-1", true, "main@eu-west-1"},
		{"AKIASIX", "eu-west-1", true, ""}, // in no organization
	} {
		if got := trails(tt.key, tt.region, tt.shadows); got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
	api := cloudtrail.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	status, err := api.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("picky")})
	if err != nil || *status.IsLogging || status.StopLoggingTime == nil || *status.LatestDeliveryError != "NoSuchBucket" || status.LatestDeliveryTime != nil {
		t.Errorf("%+v, %v", status, err)
	}
	selectors, err := api.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String("picky")})
	if err != nil || len(selectors.EventSelectors) != 1 || *selectors.EventSelectors[0].IncludeManagementEvents || selectors.EventSelectors[0].ReadWriteType != "WriteOnly" {
		t.Errorf("%+v, %v", selectors, err)
	}
	_, err = api.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("nothing")})
	wantType[*cttypes.TrailNotFoundException](t, "no trail", err)
	_, err = cloudtrail.NewFromConfig(connect(s, "AKIAONE", "us-east-1").Config).GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
	wantType[*cttypes.TrailNotFoundException](t, "a name of another Region", err)
}

func TestLookupEvents(t *testing.T) {
	sim := everything(t)
	api := cloudtrail.NewFromConfig(connect(serve(t, sim), "AKIAONE", "eu-west-1").Config)
	look := func(key cttypes.LookupAttributeKey, value string, from time.Duration) string {
		in := &cloudtrail.LookupEventsInput{StartTime: aws.Time(sim.Clock.Now().Add(-from))}
		if key != "" {
			in.LookupAttributes = []cttypes.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}
		}
		out, err := api.LookupEvents(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(names(out.Events, func(e cttypes.Event) string { return *e.EventName + ":" + *e.Username }), " ")
	}
	const year = 365 * 24 * time.Hour
	for _, tt := range []struct {
		key   cttypes.LookupAttributeKey
		value string
		from  time.Duration
		want  string
	}{
		{"", "", year, "DeleteRecoveryPoint:alice DeleteRecoveryPoint:bob UpdateContinuousBackups:bob ListTables:bob"},
		{"", "", 60 * time.Hour, "DeleteRecoveryPoint:alice DeleteRecoveryPoint:bob"},
		{"EventSource", "dynamodb.amazonaws.com", year, "UpdateContinuousBackups:bob ListTables:bob"},
		{"EventName", "DeleteRecoveryPoint", year, "DeleteRecoveryPoint:alice DeleteRecoveryPoint:bob"},
		{"Username", "alice", year, "DeleteRecoveryPoint:alice"},
		{"ReadOnly", "true", year, "ListTables:bob"},
		{"ResourceName", "arn:x", year, "DeleteRecoveryPoint:bob"},
		{"ResourceType", "AWS::Backup::RecoveryPoint", year, "DeleteRecoveryPoint:bob"},
		{"EventName", "DeleteBackup", year, ""}, // CloudTrail forgets after 90 days
	} {
		if got := look(tt.key, tt.value, tt.from); got != tt.want {
			t.Errorf("%s=%s within %v: got %q, want %q", tt.key, tt.value, tt.from, got, tt.want)
		}
	}
	two := []cttypes.LookupAttribute{{AttributeKey: "Username", AttributeValue: aws.String("x")}, {AttributeKey: "EventName", AttributeValue: aws.String("x")}}
	_, err := api.LookupEvents(ctx, &cloudtrail.LookupEventsInput{LookupAttributes: two})
	wantType[*cttypes.InvalidLookupAttributesException](t, "two attributes", err)
	_, err = api.LookupEvents(ctx, &cloudtrail.LookupEventsInput{NextToken: aws.String("x")})
	wantType[*cttypes.InvalidNextTokenException](t, "NextToken", err)
	_, err = api.LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)})
	wantType[*cttypes.InvalidMaxResultsException](t, "MaxResults", err)
}

func TestAlarms(t *testing.T) {
	api := cloudwatch.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	out, err := api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 2 || len(out.CompositeAlarms) != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	both, jobs := out.MetricAlarms[0], out.MetricAlarms[1]
	if *jobs.Threshold != 0.5 || *jobs.Namespace != "AWS/Backup" || jobs.StateValue != "OK" || len(jobs.AlarmActions) != 1 || jobs.AlarmActions[0] != alarmsArn ||
		!*jobs.ActionsEnabled || *jobs.Period != 300 || *jobs.EvaluationPeriods != 1 || *jobs.TreatMissingData != "notBreaching" || jobs.StateUpdatedTimestamp.Format(time.DateOnly) != "2026-10-23" {
		t.Errorf("%+v", jobs)
	}
	if len(both.Metrics) != 3 || *both.Metrics[1].MetricStat.Metric.Namespace != "Trail" || both.StateValue != "ALARM" || both.MetricName != nil {
		t.Errorf("%+v", both)
	}
	out, err = api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmTypes: []cwtypes.AlarmType{"CompositeAlarm"}, ActionPrefix: nil})
	if err != nil || len(out.CompositeAlarms) != 1 || *out.CompositeAlarms[0].AlarmRule != "ALARM(jobs)" || *out.CompositeAlarms[0].ActionsEnabled {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{ActionPrefix: aws.String("arn:aws:sns"), StateValue: "OK"})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = api.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("x")})
	wantType[*cwtypes.InvalidNextToken](t, "NextToken", err)
}

func TestMetricFilters(t *testing.T) {
	api := cloudwatchlogs.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	out, err := api.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: aws.String("trail")})
	if err != nil || len(out.MetricFilters) != 2 || *out.MetricFilters[1].MetricTransformations[0].MetricValue != "2" {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = api.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{MetricName: aws.String("X"), MetricNamespace: aws.String("Other")})
	if err != nil || len(out.MetricFilters) != 1 || *out.MetricFilters[0].LogGroupName != "other" {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = api.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: aws.String("nothing")})
	wantType[*logtypes.ResourceNotFoundException](t, "no log group", err)
}
