package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"holdfast/scanner/snapshot"
)

// collectLogs reads the metric filters of the log groups that trails write to. A
// group of another account or Region belongs to that one's shard: AWS takes a
// name here, and a group of that name may exist in this account too.
func collectLogs(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	groups := rec.named.of("logs", func(a arn.ARN) bool { return a.AccountID == target.Account && a.Region == target.Region })
	each(ctx, target.workers, groups, func(ctx context.Context, group arn.ARN) {
		name := strings.TrimSuffix(strings.TrimPrefix(group.Resource, "log-group:"), ":*")
		metricFilters(ctx, target, rec, client, name)
	})
	return rec.err(ctx)
}

func metricFilters(ctx context.Context, target Target, rec *Recorder, client *sdk.Client, group string) {
	list(ctx, rec, ask("logs:DescribeMetricFilters", "logGroupName", group).orNone("ResourceNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.DescribeMetricFiltersOutput, error) {
			return client.DescribeMetricFilters(ctx, &sdk.DescribeMetricFiltersInput{LogGroupName: &group, Limit: target.page(50), NextToken: token})
		},
		func(out *sdk.DescribeMetricFiltersOutput) (*string, int, error) {
			for _, f := range out.MetricFilters {
				rec.Add(snapshot.Row{MetricFilter: metricFilter(group, f)})
			}
			return out.NextToken, len(out.MetricFilters), nil
		})
}

func metricFilter(group string, f types.MetricFilter) *snapshot.MetricFilter {
	row := &snapshot.MetricFilter{LogGroupName: group, FilterName: aws.ToString(f.FilterName), FilterPattern: aws.ToString(f.FilterPattern)}
	for _, t := range f.MetricTransformations {
		row.MetricTransformations = append(row.MetricTransformations, snapshot.MetricTransformation{
			MetricNamespace: aws.ToString(t.MetricNamespace), MetricName: aws.ToString(t.MetricName), MetricValue: aws.ToString(t.MetricValue),
		})
	}
	slices.SortFunc(row.MetricTransformations, func(a, b snapshot.MetricTransformation) int {
		return strings.Compare(a.MetricNamespace+"\x00"+a.MetricName, b.MetricNamespace+"\x00"+b.MetricName)
	})
	return row
}
