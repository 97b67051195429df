package facts

import (
	"slices"
	"strings"

	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// byAlarms adds the alarms on what a trail writes to a log group: a metric filter
// counts the calls, an alarm watches the count, a topic is told. They live in the
// trail's home Region.
func (a *account) byAlarms(t *telling, trail *snapshot.Trail, recorded pattern.Answer, call pattern.Object) {
	group, ok := parseARN(trail.CloudWatchLogsLogGroupArn)
	if !ok || recorded == pattern.No {
		return
	}
	home := a.regions[group.region]
	if group.account != a.id || home == nil {
		t.add(recorded, pattern.Maybe, "trail "+trail.Name+": its log group is another account's or Region's, whose filters were not read")
		return
	}
	if trail.Status != nil && trail.Status.LatestCloudWatchLogsDeliveryError != "" {
		t.add(recorded, pattern.No, "trail "+trail.Name+": it cannot write to its log group")
		return
	}
	name := strings.TrimSuffix(strings.TrimPrefix(group.resource, "log-group:"), ":*")
	for _, f := range home.watch.filters {
		if f.LogGroupName != name {
			continue
		}
		matches := min(recorded, pattern.Filter(f.FilterPattern, call))
		if matches == pattern.No {
			continue
		}
		live, why := home.filterLives(f, t)
		t.add(matches, live, "metric filter "+f.FilterName+": "+why)
	}
}

// filterLives says whether what a filter counts reaches somebody.
func (s *shard) filterLives(f *snapshot.MetricFilter, t *telling) (live pattern.Answer, why string) {
	why = "no alarm watches its metric"
	for _, m := range f.MetricTransformations {
		for _, alarm := range s.watch.alarms {
			if !slices.Contains(alarm.Metrics, snapshot.AlarmMetric{Namespace: m.MetricNamespace, MetricName: m.MetricName}) {
				continue
			}
			reaches, because := s.alarmLives(alarm, m, t)
			if live == pattern.No || reaches > live {
				live, why = max(live, reaches), "alarm "+alarm.AlarmName+": "+because
			}
		}
	}
	return live, why
}

func (s *shard) alarmLives(alarm *snapshot.MetricAlarm, m snapshot.MetricTransformation, t *telling) (live pattern.Answer, why string) {
	if alarm.ActionsEnabled != nil && !*alarm.ActionsEnabled {
		return pattern.No, "its actions are disabled"
	}
	why = "it tells nobody"
	for _, action := range alarm.AlarmActions {
		reaches, because := pattern.Maybe, "what its action "+action+" does was not looked at"
		if a, ok := parseARN(action); ok && a.service == "sns" {
			reaches, because = s.topicLives(action, publisher{service: alarmService, source: alarm.AlarmArn}, t)
		}
		if live == pattern.No || reaches > live {
			live, why = max(live, reaches), because
		}
	}
	if live == pattern.Yes && (alarm.ActionsEnabled == nil || !ringsAtOnce(alarm, m)) {
		return pattern.Maybe, "whether one call is enough for it is not known"
	}
	return live, why
}

// ringsAtOnce says whether one call in a period is enough for the alarm.
func ringsAtOnce(alarm *snapshot.MetricAlarm, m snapshot.MetricTransformation) bool {
	if len(alarm.Metrics) != 1 || m.MetricValue != "1" || alarm.Threshold == nil || alarm.EvaluationPeriods == nil || *alarm.EvaluationPeriods != 1 {
		return false
	}
	switch alarm.ComparisonOperator {
	case "GreaterThanThreshold":
		return *alarm.Threshold >= 0 && *alarm.Threshold < 1
	case "GreaterThanOrEqualToThreshold":
		return *alarm.Threshold > 0 && *alarm.Threshold <= 1
	}
	return false
}
