package awssim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CloudWatch over smithy-rpc-v2-cbor, which SDKs of today speak, and over awsJson
// and awsQuery for the others. It measures nothing: alarms have the state that
// they were given.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
var (
	cloudWatch      = service{name: "cloudwatch", protocol: rpcCBOR, errorText: "message", operations: alarmOperations}
	cloudWatchJSON  = service{name: "cloudwatch", protocol: awsJSON10, errorText: "message", operations: alarmOperations}
	cloudWatchQuery = service{name: "cloudwatch", protocol: awsQuery, namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/", operations: alarmOperations}
	alarmOperations = index("cloudwatch",
		operation{name: "DescribeAlarms", handle: describeAlarms},
		operation{name: "PutMetricAlarm", writes: true, handle: putMetricAlarm},
	)
)

// An alarm watches one metric, several, or with a rule other alarms.
type alarm struct {
	alarmSettings
	arn     string
	state   string // OK, ALARM, INSUFFICIENT_DATA
	rule    string // of a composite alarm
	updated time.Time
	metrics []alarmMetric // of an alarm over several
}

type alarmSettings struct {
	AlarmName, AlarmDescription, MetricName, Namespace, Statistic string
	ComparisonOperator, TreatMissingData                          string
	Threshold                                                     *decimal
	Period, EvaluationPeriods                                     number
	ActionsEnabled                                                *flag
	AlarmActions, OKActions, InsufficientDataActions              []string
}

type alarmMetric struct{ namespace, name string }

type alarmsRequest struct {
	AlarmNames, AlarmTypes                               []string
	AlarmNamePrefix, StateValue, ActionPrefix, NextToken string
	MaxRecords                                           number
}

func (r *region) addAlarm(settings alarmSettings, at time.Time) *alarm {
	a := &alarm{alarmSettings: settings, arn: r.arn("cloudwatch", "alarm:"+settings.AlarmName), state: "INSUFFICIENT_DATA", updated: at}
	w := r.watch()
	w.alarms = slices.DeleteFunc(w.alarms, func(x *alarm) bool { return x.AlarmName == a.AlarmName })
	w.alarms = append(w.alarms, a)
	slices.SortFunc(w.alarms, func(x, y *alarm) int { return strings.Compare(x.AlarmName, y.AlarmName) })
	return a
}

// describeAlarms shows metric alarms, and composite alarms where they are asked for.
func describeAlarms(c *call) (any, error) {
	var in alarmsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	c.labels = append(c.labels, slices.Concat(in.AlarmNames, in.AlarmTypes, []string{in.AlarmNamePrefix, in.StateValue, in.ActionPrefix})...)
	p, err := c.pagerFor(int(in.MaxRecords), 100, in.NextToken)
	if err != nil && in.MaxRecords > 100 {
		return nil, fail(http.StatusBadRequest, "ValidationError", "MaxRecords must be at most 100")
	}
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidNextToken", "Invalid NextToken")
	}
	rows, token := page(p, c.region.watched().alarms, func(a *alarm) string { return a.AlarmName }, func(a *alarm) bool { return in.asksFor(a) })
	metric, composite := []obj{}, []obj{}
	for _, a := range rows {
		if a.rule == "" {
			metric = append(metric, a.row())
		} else {
			composite = append(composite, a.row())
		}
	}
	out := listOf("MetricAlarms", metric, token)
	out["CompositeAlarms"] = composite
	return out, nil
}

func (in alarmsRequest) asksFor(a *alarm) bool {
	kind := "MetricAlarm"
	if a.rule != "" {
		kind = "CompositeAlarm"
	}
	switch {
	case len(in.AlarmTypes) == 0 && a.rule != "", len(in.AlarmTypes) > 0 && !slices.Contains(in.AlarmTypes, kind),
		len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, a.AlarmName),
		!strings.HasPrefix(a.AlarmName, in.AlarmNamePrefix),
		in.StateValue != "" && in.StateValue != a.state:
		return false
	}
	return in.ActionPrefix == "" || slices.ContainsFunc(a.AlarmActions, func(arn string) bool { return strings.HasPrefix(arn, in.ActionPrefix) })
}

func (a *alarm) row() obj {
	out := obj{"AlarmName": a.AlarmName, "AlarmArn": a.arn, "ActionsEnabled": a.ActionsEnabled == nil || bool(*a.ActionsEnabled),
		"OKActions": texts(a.OKActions), "AlarmActions": texts(a.AlarmActions), "InsufficientDataActions": texts(a.InsufficientDataActions),
		"StateValue": a.state, "StateReason": "As the scenario has it", "StateUpdatedTimestamp": epochOf(a.updated),
		"AlarmConfigurationUpdatedTimestamp": epochOf(a.updated)}
	out.set("AlarmDescription", a.AlarmDescription)
	if a.rule != "" {
		out["AlarmRule"] = a.rule
		return out
	}
	maps.Copy(out, obj{"EvaluationPeriods": max(int(a.EvaluationPeriods), 1), "Dimensions": []obj{},
		"ComparisonOperator": or(a.ComparisonOperator, "GreaterThanThreshold"), "Threshold": float64(a.threshold())})
	out.set("TreatMissingData", a.TreatMissingData)
	if len(a.metrics) > 0 {
		out["Metrics"] = a.metricRows()
		delete(out, "Dimensions")
		return out
	}
	maps.Copy(out, obj{"MetricName": a.MetricName, "Namespace": a.Namespace, "Statistic": or(a.Statistic, "Sum"), "Period": a.period()})
	return out
}

func (a *alarm) threshold() decimal {
	if a.Threshold == nil {
		return 0
	}
	return *a.Threshold
}

func (a *alarm) period() int {
	if a.Period == 0 {
		return 300
	}
	return int(a.Period)
}

func (a *alarm) metricRows() []obj {
	rows := []obj{{"Id": "e1", "Expression": "SUM(METRICS())", "ReturnData": true}}
	for i, m := range a.metrics {
		rows = append(rows, obj{"Id": "m" + string(rune('1'+i)), "ReturnData": false,
			"MetricStat": obj{"Metric": obj{"Namespace": m.namespace, "MetricName": m.name, "Dimensions": []obj{}}, "Period": a.period(), "Stat": "Sum"}})
	}
	return rows
}

func putMetricAlarm(c *call) (any, error) {
	var in alarmSettings
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.AlarmName == "" || in.MetricName == "" {
		return nil, fail(http.StatusBadRequest, "MissingParameter", "AlarmName and MetricName are required")
	}
	c.region.addAlarm(in, c.now)
	return nil, nil
}
