package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarmtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"holdfast/internal/awssim"
)

// Who would notice: topics, rules, trails, alarms.

func (s seeder) watchers(ctx context.Context, in awssim.RegionScenario) error {
	var errs []error
	for _, t := range in.Topics {
		errs = append(errs, s.topic(ctx, t))
	}
	for _, r := range in.EventRules {
		errs = append(errs, s.rule(ctx, r))
	}
	for _, g := range in.LogGroups {
		errs = append(errs, s.logGroup(ctx, g))
	}
	for _, t := range in.Trails {
		errs = append(errs, s.trail(ctx, t))
	}
	for _, a := range in.Alarms {
		s.alarm(ctx, a)
	}
	return errors.Join(errs...)
}

// arn completes "topic/Name".
func (s seeder) arn(short string) string {
	if name, ok := strings.CutPrefix(short, "topic/"); ok {
		return "arn:aws:sns:" + region + ":" + s.account + ":" + name
	}
	return short
}

func (s seeder) topic(ctx context.Context, in awssim.TopicScenario) error {
	client := sns.NewFromConfig(s.config)
	spec := &sns.CreateTopicInput{Name: &in.Name}
	if in.Key != "" {
		spec.Attributes = map[string]string{"KmsMasterKeyId": in.Key}
	}
	out, err := client.CreateTopic(ctx, spec)
	if err != nil {
		return err
	}
	if in.Policy != "" {
		_, err = client.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{TopicArn: out.TopicArn, AttributeName: aws.String("Policy"), AttributeValue: text(in.Policy)})
	}
	for _, sub := range in.Subscriptions {
		_, more := client.Subscribe(ctx, &sns.SubscribeInput{TopicArn: out.TopicArn, Protocol: &sub.Protocol, Endpoint: &sub.Endpoint})
		err = errors.Join(err, more)
	}
	return err
}

func (s seeder) rule(ctx context.Context, in awssim.EventRuleScenario) error {
	client := eventbridge.NewFromConfig(s.config)
	_, err := client.PutRule(ctx, &eventbridge.PutRuleInput{Name: &in.Name, EventPattern: orNil(string(in.Pattern)), ScheduleExpression: orNil(in.Schedule),
		State: eventtypes.RuleState(in.State)})
	if err != nil || len(in.Targets) == 0 {
		return err
	}
	var targets []eventtypes.Target
	for _, t := range in.Targets {
		target := eventtypes.Target{Id: &t.ID, Arn: aws.String(s.arn(t.Arn))}
		if t.DeadLetter != "" {
			target.DeadLetterConfig = &eventtypes.DeadLetterConfig{Arn: &t.DeadLetter}
		}
		targets = append(targets, target)
	}
	_, err = client.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &in.Name, Targets: targets})
	return err
}

func (s seeder) logGroup(ctx context.Context, in awssim.LogGroupScenario) error {
	client := cloudwatchlogs.NewFromConfig(s.config)
	_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &in.Name})
	for _, f := range in.Filters {
		var metrics []logtypes.MetricTransformation
		for _, m := range f.Metrics {
			metrics = append(metrics, logtypes.MetricTransformation{MetricName: &m.Name, MetricNamespace: &m.Namespace, MetricValue: &m.Value})
		}
		_, more := client.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
			LogGroupName: &in.Name, FilterName: &f.Name, FilterPattern: &f.Pattern, MetricTransformations: metrics})
		err = errors.Join(err, more)
	}
	return err
}

func (s seeder) trail(ctx context.Context, in awssim.TrailScenario) error {
	client := cloudtrail.NewFromConfig(s.config)
	spec := &cloudtrail.CreateTrailInput{Name: &in.Name, S3BucketName: &in.Bucket, IsMultiRegionTrail: &in.MultiRegion,
		EnableLogFileValidation: &in.Validation, SnsTopicName: orNil(in.Topic)}
	if in.LogGroup != "" {
		spec.CloudWatchLogsLogGroupArn = aws.String("arn:aws:logs:" + region + ":" + s.account + ":log-group:" + in.LogGroup + ":*")
		spec.CloudWatchLogsRoleArn = aws.String("arn:aws:iam::" + s.account + ":role/CloudTrailToLogs")
	}
	if _, err := client.CreateTrail(ctx, spec); err != nil {
		return err
	}
	var err error
	if in.Stopped == nil {
		_, err = client.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: &in.Name})
	}
	selectors := &cloudtrail.PutEventSelectorsInput{TrailName: &in.Name}
	if in.Selectors != "" {
		err = errors.Join(err, json.Unmarshal([]byte(in.Selectors), &selectors.EventSelectors))
	}
	if in.AdvancedSelectors != "" {
		err = errors.Join(err, json.Unmarshal([]byte(in.AdvancedSelectors), &selectors.AdvancedEventSelectors))
	}
	if in.Selectors+in.AdvancedSelectors != "" {
		_, more := client.PutEventSelectors(ctx, selectors)
		err = errors.Join(err, more)
	}
	return err
}

// alarm is refused where the endpoint does not speak the SDK's protocol.
func (s seeder) alarm(ctx context.Context, in awssim.AlarmScenario) {
	var actions []string
	for _, a := range in.Actions {
		actions = append(actions, s.arn(a))
	}
	if _, err := cloudwatch.NewFromConfig(s.config).PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: &in.Name, Namespace: &in.Namespace, MetricName: &in.Metric, Statistic: alarmtypes.StatisticSum, Period: aws.Int32(300),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(in.Threshold), ComparisonOperator: alarmtypes.ComparisonOperatorGreaterThanThreshold,
		ActionsEnabled: aws.Bool(!in.Silent), AlarmActions: actions, TreatMissingData: orNil(in.MissingData),
	}); err != nil {
		s.refused["PutMetricAlarm"] = true
	}
}
