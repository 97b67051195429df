package snapshot

import (
	"encoding/json"
	"time"
)

// Who would notice: trails, rules, alarms, and the topics that they tell.

// An EventRule is a rule of the default event bus whose pattern may match events
// of AWS Backup or a call that endangers backups (ListRules, ListTargetsByRule).
// Other rules are not kept.
type EventRule struct {
	Arn          string
	Name         string `json:",omitempty"`
	EventBusName string `json:",omitempty"`
	State        string `json:",omitempty"` // ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
	ManagedBy    string `json:",omitempty"` // the AWS service that made it
	EventPattern PolicyDocument
	Targets      []EventTarget `json:",omitempty"` // sorted by Id; absent also where not answered
}

// An EventTarget is what a rule calls.
type EventTarget struct {
	Id               string
	Arn              string
	RoleArn          string `json:",omitempty"`
	DeadLetterArn    string `json:",omitempty"`
	InputTransformed bool   `json:",omitempty"` // the target sees a text, a part or a constant instead of the event
}

// A Topic is an SNS topic that a vault, rule, alarm or trail of the shard names
// (GetTopicAttributes, ListSubscriptionsByTopic). A topic that is named and has
// neither row nor gap does not exist.
type Topic struct {
	TopicArn               string
	Owner                  string          `json:",omitempty"` // 12 digits
	Policy                 *PolicyDocument `json:",omitempty"`
	KmsMasterKeyId         string          `json:",omitempty"`
	SubscriptionsConfirmed *int64          `json:",omitempty"`
	SubscriptionsPending   *int64          `json:",omitempty"`
	SubscriptionsDeleted   *int64          `json:",omitempty"`
	Subscriptions          []Subscription  `json:",omitempty"` // sorted; absent also where not answered
}

// A Subscription is who gets a topic's messages. Endpoints are kept where they
// are ARNs: addresses of people, and URLs, which may hold a secret, are not.
type Subscription struct {
	SubscriptionArn string // or PendingConfirmation, Deleted
	Protocol        string `json:",omitempty"` // email, https, lambda, sqs …
	Endpoint        string `json:",omitempty"`
	Owner           string `json:",omitempty"`
}

// A Trail is a CloudTrail trail as one Region shows it (DescribeTrails). Status
// and selectors are asked for in its home Region alone; elsewhere, and in member
// accounts, the row is the shadow of a trail of all Regions or of the organization.
type Trail struct {
	TrailARN                   string
	Name                       string          `json:",omitempty"`
	HomeRegion                 string          `json:",omitempty"`
	IsMultiRegionTrail         *bool           `json:",omitempty"`
	IsOrganizationTrail        *bool           `json:",omitempty"`
	IncludeGlobalServiceEvents *bool           `json:",omitempty"`
	LogFileValidationEnabled   *bool           `json:",omitempty"`
	S3BucketName               string          `json:",omitempty"`
	KmsKeyId                   string          `json:",omitempty"`
	SnsTopicARN                string          `json:",omitempty"`
	CloudWatchLogsLogGroupArn  string          `json:",omitempty"`
	Status                     *TrailStatus    `json:",omitempty"` // absent: a shadow, or a gap
	EventSelectors             json.RawMessage `json:",omitempty"` // basic ones, as AWS sends them
	AdvancedEventSelectors     json.RawMessage `json:",omitempty"`
}

// TrailStatus is GetTrailStatus.
type TrailStatus struct {
	IsLogging                         *bool      `json:",omitempty"`
	LatestDeliveryTime                *time.Time `json:",omitempty"`
	LatestDeliveryError               string     `json:",omitempty"`
	LatestCloudWatchLogsDeliveryTime  *time.Time `json:",omitempty"`
	LatestCloudWatchLogsDeliveryError string     `json:",omitempty"`
	StartLoggingTime                  *time.Time `json:",omitempty"`
	StopLoggingTime                   *time.Time `json:",omitempty"`
}

// A TrailEvent is one call of the last 30 days that endangers backups
// (LookupEvents), asked for only on request.
type TrailEvent struct {
	EventTime    *time.Time `json:",omitempty"`
	EventId      string
	EventSource  string          `json:",omitempty"` // "backup.amazonaws.com"
	EventName    string          `json:",omitempty"`
	Username     string          `json:",omitempty"`
	PrincipalArn string          `json:",omitempty"` // userIdentity.arn of the event
	ErrorCode    string          `json:",omitempty"` // absent: the call was done
	Resources    []EventResource `json:",omitempty"`
}

// An EventResource is what an event was about.
type EventResource struct {
	ResourceType string `json:",omitempty"`
	ResourceName string `json:",omitempty"`
}

// A MetricAlarm is a CloudWatch alarm that does something and watches AWS/Backup,
// AWS/Events or a metric of the account's own (DescribeAlarms). Other alarms are
// not kept.
type MetricAlarm struct {
	AlarmArn           string
	AlarmName          string        `json:",omitempty"`
	ActionsEnabled     *bool         `json:",omitempty"`
	AlarmActions       []string      `json:",omitempty"` // ARNs
	StateValue         string        `json:",omitempty"` // OK, ALARM, INSUFFICIENT_DATA
	Metrics            []AlarmMetric `json:",omitempty"`
	ComparisonOperator string        `json:",omitempty"`
	Threshold          *float64      `json:",omitempty"`
	Period             *int64        `json:",omitempty"` // seconds
	EvaluationPeriods  *int64        `json:",omitempty"`
	TreatMissingData   string        `json:",omitempty"`
}

// An AlarmMetric is one metric that an alarm watches.
type AlarmMetric struct {
	Namespace  string
	MetricName string
}

// A MetricFilter counts lines of a log group that a trail of the shard writes to
// (DescribeMetricFilters).
type MetricFilter struct {
	LogGroupName          string
	FilterName            string
	FilterPattern         string                 `json:",omitempty"`
	MetricTransformations []MetricTransformation `json:",omitempty"`
}

// A MetricTransformation names the metric that a filter feeds.
type MetricTransformation struct {
	MetricNamespace string
	MetricName      string
	MetricValue     string `json:",omitempty"`
}
