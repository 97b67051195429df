"""The calls of exercise.py about who would notice: EventBridge, SNS, CloudTrail, CloudWatch."""
import json
from datetime import datetime, timezone

TOPIC = "arn:aws:sns:eu-west-1:111111111111:"
PATTERN = json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED"]}})
SELECTOR = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": ["kms.amazonaws.com"]}


def watchers(client):
    rules(client("events"))
    topics(client("sns"))
    trails(client("cloudtrail"), client("cloudtrail", region="us-east-1"))
    alarms(client("cloudwatch"))
    groups(client("logs"))


def rules(events):
    events("put_rule", Name="made", EventPattern=PATTERN, Description="d")
    events("put_rule", Name="hourly", ScheduleExpression="rate(1 hour)", State="DISABLED")
    events("put_rule", "ValidationException", Name="neither")
    events("put_rule", "InvalidEventPatternException", Name="bad", EventPattern="{")
    events("put_rule", "ResourceNotFoundException", Name="made", EventPattern=PATTERN, EventBusName="nothing")
    events("describe_rule", Name="made")
    events("describe_rule", "ResourceNotFoundException", Name="nothing")
    events("put_targets", Rule="made", Targets=[
        {"Id": "1", "Arn": TOPIC + "alarms", "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111111111111:q"},
         "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}, "InputPath": "$.detail"},
        {"Id": "2", "Arn": "arn:aws:lambda:eu-west-1:111111111111:function:f", "RoleArn": "arn:aws:iam::111111111111:role/Backup"}])
    events("list_targets_by_rule", Rule="made")
    events("list_targets_by_rule", "ResourceNotFoundException", Rule="nothing")
    events("list_event_buses")
    for bus in ("default", "security"):
        for each in events("list_rules", EventBusName=bus)["Rules"]:
            events("list_targets_by_rule", Rule=each["Name"], EventBusName=bus)


def topics(sns):
    made = {"TopicArn": sns("create_topic", Name="made", Attributes={"KmsMasterKeyId": "alias/aws/sns"})["TopicArn"]}
    sns("set_topic_attributes", **made, AttributeName="Policy", AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": []}))
    sns("subscribe", **made, Protocol="email", Endpoint="a@example.com")
    sns("subscribe", **made, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:111111111111:q", ReturnSubscriptionArn=True)
    for each in sns("list_topics")["Topics"]:
        sns("get_topic_attributes", TopicArn=each["TopicArn"])
        sns("list_subscriptions_by_topic", TopicArn=each["TopicArn"])
    sns("get_topic_attributes", "NotFound", TopicArn=TOPIC + "nothing")
    sns("list_subscriptions_by_topic", "NotFound", TopicArn=TOPIC + "nothing")
    sns("get_topic_attributes", "InvalidParameter", TopicArn="nothing")


def trails(cloudtrail, elsewhere):
    made = {"Name": "made", "S3BucketName": "logs"}
    cloudtrail("create_trail", **made, IsMultiRegionTrail=True, EnableLogFileValidation=True, SnsTopicName="alarms",
               CloudWatchLogsLogGroupArn="arn:aws:logs:eu-west-1:111111111111:log-group:trail:*",
               CloudWatchLogsRoleArn="arn:aws:iam::111111111111:role/CloudTrailToLogs")
    cloudtrail("create_trail", "TrailAlreadyExistsException", **made)
    cloudtrail("create_trail", "InvalidTrailNameException", Name="x", S3BucketName="logs")
    cloudtrail("create_trail", "InvalidS3BucketNameException", Name="made2")
    cloudtrail("get_trail_status", Name="made")
    cloudtrail("start_logging", Name="made")
    cloudtrail("put_event_selectors", TrailName="made", EventSelectors=[SELECTOR])
    cloudtrail("put_event_selectors", TrailName="made", AdvancedEventSelectors=[
        {"Name": "n", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}])
    cloudtrail("put_event_selectors", "InvalidEventSelectorsException", TrailName="made")
    elsewhere("start_logging", "InvalidHomeRegionException", Name="arn:aws:cloudtrail:eu-west-1:111111111111:trail/made")
    cloudtrail("list_trails")
    for each in cloudtrail("describe_trails")["trailList"]:
        cloudtrail("get_trail_status", Name=each["TrailARN"])
        cloudtrail("get_event_selectors", TrailName=each["TrailARN"])
    elsewhere("describe_trails", includeShadowTrails=True)
    cloudtrail("stop_logging", Name="made")
    cloudtrail("get_trail_status", Name="made")
    for operation, name in (("get_trail_status", "Name"), ("get_event_selectors", "TrailName"), ("start_logging", "Name"), ("stop_logging", "Name")):
        cloudtrail(operation, "TrailNotFoundException", **{name: "nothing"})
    cloudtrail("lookup_events", LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DeleteRecoveryPoint"}],
               StartTime=datetime(2026, 11, 1, tzinfo=timezone.utc))
    cloudtrail("lookup_events")
    cloudtrail("lookup_events", "InvalidNextTokenException", NextToken="forged")


def alarms(cloudwatch):
    cloudwatch("put_metric_alarm", AlarmName="made", Namespace="AWS/Backup", MetricName="NumberOfBackupJobsFailed", Statistic="Sum", Period=300,
               EvaluationPeriods=1, Threshold=0.5, ComparisonOperator="GreaterThanThreshold", AlarmActions=[TOPIC + "alarms"], TreatMissingData="notBreaching")
    cloudwatch("describe_alarms", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    cloudwatch("describe_alarms", AlarmNames=["made"])
    cloudwatch("describe_alarms", "InvalidNextToken", NextToken="forged")


def groups(logs):
    logs("create_log_group", logGroupName="made")
    logs("create_log_group", "ResourceAlreadyExistsException", logGroupName="made")
    logs("put_metric_filter", logGroupName="made", filterName="deletes", filterPattern="{ $.eventName = DeleteBackup }", metricTransformations=[
        {"metricName": "Deletes", "metricNamespace": "Trail", "metricValue": "1"}])
    logs("put_metric_filter", "ResourceNotFoundException", logGroupName="nothing", filterName="x", filterPattern="", metricTransformations=[
        {"metricName": "Deletes", "metricNamespace": "Trail", "metricValue": "1"}])
    logs("describe_log_groups")
    logs("describe_metric_filters", logGroupName="made")
    logs("describe_metric_filters")
    logs("describe_metric_filters", "ResourceNotFoundException", logGroupName="nothing")
    logs("describe_metric_filters", "InvalidParameterException", limit=51)
