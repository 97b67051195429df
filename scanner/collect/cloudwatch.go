package collect

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"holdfast/scanner/snapshot"
)

// collectCloudWatch reads the alarms that may tell of trouble with backups; an
// account may have thousands of others.
func collectCloudWatch(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	list(ctx, rec, ask("cloudwatch:DescribeAlarms", "AlarmTypes", string(types.AlarmTypeMetricAlarm)),
		func(ctx context.Context, token *string) (*sdk.DescribeAlarmsOutput, error) {
			return client.DescribeAlarms(ctx, &sdk.DescribeAlarmsInput{
				AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, MaxRecords: target.page(100), NextToken: token,
			})
		},
		func(out *sdk.DescribeAlarmsOutput) (*string, int, error) {
			for _, a := range out.MetricAlarms {
				if a.AlarmArn == nil {
					return nil, 0, unreadableError{"an alarm has no AlarmArn"}
				}
				if row := metricAlarm(a); len(row.AlarmActions) > 0 && watchesBackups(row.Metrics) {
					rec.Add(snapshot.Row{MetricAlarm: row})
				}
			}
			return out.NextToken, len(out.MetricAlarms), nil
		})
	return rec.err(ctx)
}

// watchesBackups says whether one of the metrics may be about backups or critical
// calls: those of AWS Backup, of event rules, and whatever the account counts itself.
func watchesBackups(metrics []snapshot.AlarmMetric) bool {
	for _, m := range metrics {
		if m.Namespace == "AWS/Backup" || m.Namespace == "AWS/Events" || !strings.HasPrefix(m.Namespace, "AWS/") {
			return true
		}
	}
	return false
}

func metricAlarm(a types.MetricAlarm) *snapshot.MetricAlarm {
	row := &snapshot.MetricAlarm{
		AlarmArn: aws.ToString(a.AlarmArn), AlarmName: aws.ToString(a.AlarmName), ActionsEnabled: a.ActionsEnabled,
		AlarmActions: sorted(a.AlarmActions), StateValue: string(a.StateValue), ComparisonOperator: string(a.ComparisonOperator),
		Threshold: a.Threshold, Period: wide(a.Period), EvaluationPeriods: wide(a.EvaluationPeriods),
		TreatMissingData: aws.ToString(a.TreatMissingData),
	}
	if a.MetricName != nil {
		row.Metrics = append(row.Metrics, snapshot.AlarmMetric{Namespace: aws.ToString(a.Namespace), MetricName: *a.MetricName})
	}
	for _, q := range a.Metrics { // metric math: the expressions have no metric of their own
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			row.Metrics = append(row.Metrics, snapshot.AlarmMetric{
				Namespace: aws.ToString(q.MetricStat.Metric.Namespace), MetricName: aws.ToString(q.MetricStat.Metric.MetricName),
			})
		}
	}
	return row
}
