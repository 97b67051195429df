package awssim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An EventRuleScenario is an EventBridge rule.
type EventRuleScenario struct {
	Name        string           `yaml:"name"`
	Bus         string           `yaml:"bus"`   // empty: default
	State       string           `yaml:"state"` // empty: ENABLED
	Pattern     Document         `yaml:"pattern"`
	Schedule    string           `yaml:"schedule"`
	Description string           `yaml:"description"`
	ManagedBy   string           `yaml:"managed_by"`
	Targets     []TargetScenario `yaml:"targets"`
}

// A TargetScenario is what a rule calls.
type TargetScenario struct {
	ID          string   `yaml:"id"`
	Arn         string   `yaml:"arn"` // or "topic/Name" for one of the Region's topics
	Role        string   `yaml:"role"`
	Input       string   `yaml:"input"`
	Transformer Document `yaml:"input_transformer"`
	DeadLetter  string   `yaml:"dead_letter"` // ARN of a queue
}

// A TopicScenario is an SNS topic.
type TopicScenario struct {
	Name          string                 `yaml:"name"`
	Policy        Document               `yaml:"policy"` // empty: the owner alone publishes
	Key           string                 `yaml:"key"`
	Subscriptions []SubscriptionScenario `yaml:"subscriptions"`
	Deleted       int                    `yaml:"deleted_subscriptions"`
}

// A SubscriptionScenario is who gets a topic's messages.
type SubscriptionScenario struct {
	Protocol string `yaml:"protocol"`
	Endpoint string `yaml:"endpoint"`
	Pending  bool   `yaml:"pending"` // not confirmed yet
}

// A TrailScenario is a CloudTrail trail whose home is this Region.
type TrailScenario struct {
	Name              string   `yaml:"name"`
	MultiRegion       bool     `yaml:"multi_region"`
	Organization      bool     `yaml:"organization"` // of all member accounts
	NoGlobalEvents    bool     `yaml:"no_global_events"`
	Validation        bool     `yaml:"log_file_validation"`
	Bucket            string   `yaml:"bucket"` // empty: "trail-logs"
	Key               string   `yaml:"key"`
	Topic             string   `yaml:"topic"`     // name or ARN
	LogGroup          string   `yaml:"log_group"` // name or ARN
	Stopped           *When    `yaml:"stopped"`   // absent: it is logging
	Started           *When    `yaml:"started"`   // absent: 800 days ago
	DeliveryError     string   `yaml:"delivery_error"`
	LogsError         string   `yaml:"logs_delivery_error"`
	Selectors         Document `yaml:"event_selectors"`          // list; absent: all management events
	AdvancedSelectors Document `yaml:"advanced_event_selectors"` // list
}

// A TrailEventScenario is a call that CloudTrail remembers.
type TrailEventScenario struct {
	Name      string                  `yaml:"name"`   // "DeleteRecoveryPoint"
	Source    string                  `yaml:"source"` // "backup.amazonaws.com"
	At        *When                   `yaml:"at"`
	User      string                  `yaml:"user"`
	ReadOnly  bool                    `yaml:"read_only"`
	ErrorCode string                  `yaml:"error_code"`
	Resources []EventResourceScenario `yaml:"resources"`
}

// An EventResourceScenario is what an event was about.
type EventResourceScenario struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`
}

// An AlarmScenario is a CloudWatch alarm: over one metric, over Metrics, or with
// Rule over other alarms.
type AlarmScenario struct {
	Name        string           `yaml:"name"`
	Namespace   string           `yaml:"namespace"`
	Metric      string           `yaml:"metric"`
	Metrics     []MetricScenario `yaml:"metrics"`
	Rule        string           `yaml:"rule"`
	Statistic   string           `yaml:"statistic"`  // empty: Sum
	Comparison  string           `yaml:"comparison"` // empty: GreaterThanThreshold
	Threshold   float64          `yaml:"threshold"`
	Period      int              `yaml:"period"`             // seconds; 0: 300
	Periods     int              `yaml:"evaluation_periods"` // 0: 1
	MissingData string           `yaml:"treat_missing_data"`
	State       string           `yaml:"state"`   // empty: OK
	Actions     []string         `yaml:"actions"` // ARNs, or "topic/Name"
	Silent      bool             `yaml:"actions_disabled"`
}

// A MetricScenario names a metric.
type MetricScenario struct {
	Namespace string `yaml:"namespace"`
	Name      string `yaml:"name"`
	Value     string `yaml:"value"` // what a filter counts; empty: "1"
}

// A LogGroupScenario is a log group with its metric filters.
type LogGroupScenario struct {
	Name      string           `yaml:"name"`
	Retention int              `yaml:"retention_days"` // 0: for ever
	Key       string           `yaml:"key"`
	Filters   []FilterScenario `yaml:"metric_filters"`
}

// A FilterScenario is a metric filter.
type FilterScenario struct {
	Name    string           `yaml:"name"`
	Pattern string           `yaml:"pattern"`
	Metrics []MetricScenario `yaml:"metrics"`
}

// short completes "topic/Name" to an ARN of this Region.
func (r *region) short(arn string) string {
	if name, ok := strings.CutPrefix(arn, "topic/"); ok {
		return r.arn("sns", name)
	}
	return arn
}

// orArn completes a bare name to an ARN of this Region.
func (r *region) orArn(name, service, prefix string) string {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return name
	}
	return r.arn(service, prefix+name)
}

func (b *builder) eventRule(r *region, in EventRuleScenario) error {
	if in.Name == "" || in.Pattern == "" && in.Schedule == "" {
		return fmt.Errorf("event rule %q: it needs a name, and a pattern or a schedule", in.Name)
	}
	if bus := or(in.Bus, defaultBus); bus != defaultBus {
		r.watch().buses = insertOnce(r.watch().buses, bus)
	}
	e := r.addRule(in.Bus, in.Name)
	e.state, e.pattern, e.schedule, e.description, e.managedBy = or(in.State, "ENABLED"), string(in.Pattern), in.Schedule, in.Description, in.ManagedBy
	for i, t := range in.Targets {
		target := eventTarget{Id: or(t.ID, fmt.Sprintf("target%d", i+1)), Arn: r.short(t.Arn), Input: t.Input, InputTransformer: json.RawMessage(t.Transformer)}
		if t.Role != "" {
			target.RoleArn = r.roleArn(t.Role)
		}
		if t.Transformer == "" {
			target.InputTransformer = nil
		}
		if t.DeadLetter != "" {
			target.DeadLetterConfig = encodeJSON(obj{"Arn": t.DeadLetter})
		}
		e.putTarget(target)
	}
	return nil
}

func (b *builder) topic(r *region, in TopicScenario) error {
	if in.Name == "" {
		return fmt.Errorf("topic: it has no name")
	}
	t := r.addTopic(in.Name)
	t.policy, t.key, t.deleted = string(in.Policy), in.Key, in.Deleted
	for _, s := range in.Subscriptions {
		t.subscribe(s.Protocol, s.Endpoint, s.Pending)
	}
	return nil
}

func (b *builder) trail(r *region, in TrailScenario) error {
	if in.Name == "" || slices.ContainsFunc(r.watched().trails, func(t *trail) bool { return t.name == in.Name }) {
		return fmt.Errorf("trail %q: it has no name, or is there twice", in.Name)
	}
	t := r.addTrail(in.Name)
	t.multiRegion, t.organization, t.globalEvents, t.checked = in.MultiRegion, in.Organization, !in.NoGlobalEvents, in.Validation
	t.bucket, t.key, t.topic, t.logGroup = or(in.Bucket, "trail-logs"), in.Key, r.orArn(in.Topic, "sns", ""), r.orArn(in.LogGroup, "logs", "log-group:")
	t.started, t.stopped = in.Started.before(b.clock, b.oldest()), in.Stopped.before(b.clock, time.Time{})
	t.deliveryError, t.logsError = in.DeliveryError, in.LogsError
	if t.logGroup != "" && !strings.HasSuffix(t.logGroup, ":*") {
		t.logGroup += ":*"
	}
	t.logging = t.stopped.IsZero()
	for _, s := range []struct {
		from Document
		to   *json.RawMessage
	}{{in.Selectors, &t.selectors}, {in.AdvancedSelectors, &t.advanced}} {
		if s.from == "" {
			continue
		}
		if !strings.HasPrefix(string(s.from), "[") {
			return fmt.Errorf("trail %s: selectors are a list", in.Name)
		}
		*s.to = json.RawMessage(s.from)
	}
	return nil
}

func (b *builder) trailEvent(r *region, in TrailEventScenario) error {
	if in.Name == "" || in.Source == "" || in.At == nil {
		return fmt.Errorf("trail event %q: it needs name, source and at", in.Name)
	}
	w := r.watch()
	e := trailEvent{name: in.Name, source: in.Source, at: in.At.before(b.clock, b.clock).Truncate(time.Second), user: in.User, readOnly: in.ReadOnly,
		errorCode: in.ErrorCode, region: r.name, account: r.account.id}
	e.principal = "arn:" + r.account.partition + ":iam::" + r.account.id + ":user/" + in.User
	e.id = uuid(hash("event", r.account.id, r.name, in.Name, fmt.Sprint(len(w.events))))
	for _, res := range in.Resources {
		e.resources = append(e.resources, eventResource{res.Type, res.Name})
	}
	w.events = append(w.events, e)
	slices.SortFunc(w.events, func(x, y trailEvent) int { return strings.Compare(x.key(), y.key()) })
	return nil
}

func (b *builder) alarm(r *region, in AlarmScenario) error {
	if in.Name == "" || in.Metric == "" && len(in.Metrics) == 0 && in.Rule == "" {
		return fmt.Errorf("alarm %q: it needs a name, and a metric, metrics or a rule", in.Name)
	}
	threshold, enabled := decimal(in.Threshold), flag(!in.Silent)
	settings := alarmSettings{AlarmName: in.Name, MetricName: in.Metric, Namespace: in.Namespace, Statistic: in.Statistic, ComparisonOperator: in.Comparison,
		TreatMissingData: in.MissingData, Threshold: &threshold, Period: number(in.Period), EvaluationPeriods: number(in.Periods), ActionsEnabled: &enabled}
	for _, action := range in.Actions {
		settings.AlarmActions = append(settings.AlarmActions, r.short(action))
	}
	a := r.addAlarm(settings, b.clock.AddDate(0, 0, -30))
	a.state, a.rule = or(in.State, "OK"), in.Rule
	for _, m := range in.Metrics {
		a.metrics = append(a.metrics, alarmMetric{m.Namespace, m.Name})
	}
	return nil
}

func (b *builder) logGroup(r *region, in LogGroupScenario) error {
	g := r.addLogGroup(in.Name, b.oldest())
	if g == nil || in.Name == "" {
		return fmt.Errorf("log group %q: it has no name, or is there twice", in.Name)
	}
	g.retention, g.key = in.Retention, in.Key
	for _, f := range in.Filters {
		filter := metricFilter{name: f.Name, pattern: f.Pattern, created: g.created}
		for _, m := range f.Metrics {
			filter.transformations = append(filter.transformations, transformation{m.Name, m.Namespace, or(m.Value, "1")})
		}
		g.put(filter)
	}
	return nil
}
