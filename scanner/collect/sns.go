package collect

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"holdfast/scanner/snapshot"
)

// collectSNS asks about the topics that vaults, rules, alarms and trails of the
// shard name, each in its own Region.
func collectSNS(ctx context.Context, target Target, rec *Recorder) error {
	// A subscription's ARN has the topic's and an id behind it.
	topics := rec.named.of("sns", func(a arn.ARN) bool { return !strings.Contains(a.Resource, ":") })
	each(ctx, target.workers, topics, func(ctx context.Context, topic arn.ARN) {
		client := sdk.NewFromConfig(target.in(topic.Region).Config)
		if row := topicAttributes(ctx, rec, client, topic.String()); row != nil {
			subscriptions(ctx, rec, client, row)
			rec.Add(snapshot.Row{Topic: row})
		}
	})
	return rec.err(ctx)
}

// topicAttributes returns nil where the topic does not exist.
func topicAttributes(ctx context.Context, rec *Recorder, client *sdk.Client, topic string) *snapshot.Topic {
	row := &snapshot.Topic{TopicArn: topic}
	out, got := get(ctx, rec, ask("sns:GetTopicAttributes", "TopicArn", topic).orNone("NotFound", "NotFoundException"),
		func(ctx context.Context) (*sdk.GetTopicAttributesOutput, error) {
			return client.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: &topic})
		},
		func(out *sdk.GetTopicAttributesOutput) (any, error) {
			if len(out.Attributes) == 0 {
				return nil, unreadableError{"the answer has no Attributes"}
			}
			return fields{"SubscriptionsConfirmed": out.Attributes["SubscriptionsConfirmed"]}, nil
		})
	switch got {
	case none:
		return nil
	case given:
		row.Owner, row.KmsMasterKeyId = out.Attributes["Owner"], out.Attributes["KmsMasterKeyId"]
		row.Policy = policyDocument(aws.String(out.Attributes["Policy"]))
		row.SubscriptionsConfirmed = count(out.Attributes["SubscriptionsConfirmed"])
		row.SubscriptionsPending = count(out.Attributes["SubscriptionsPending"])
		row.SubscriptionsDeleted = count(out.Attributes["SubscriptionsDeleted"])
	}
	return row
}

// count is a number that SNS sends as text; nil where it is none.
func count(text string) *int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

func subscriptions(ctx context.Context, rec *Recorder, client *sdk.Client, row *snapshot.Topic) {
	list(ctx, rec, ask("sns:ListSubscriptionsByTopic", "TopicArn", row.TopicArn).orNone("NotFound", "NotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListSubscriptionsByTopicOutput, error) {
			return client.ListSubscriptionsByTopic(ctx, &sdk.ListSubscriptionsByTopicInput{TopicArn: &row.TopicArn, NextToken: token})
		},
		func(out *sdk.ListSubscriptionsByTopicOutput) (*string, int, error) {
			for _, s := range out.Subscriptions {
				row.Subscriptions = append(row.Subscriptions, subscription(s))
			}
			return out.NextToken, len(out.Subscriptions), nil
		})
	slices.SortFunc(row.Subscriptions, func(a, b snapshot.Subscription) int {
		return strings.Compare(a.SubscriptionArn+" "+a.Protocol+" "+a.Endpoint, b.SubscriptionArn+" "+b.Protocol+" "+b.Endpoint)
	})
}

func subscription(s types.Subscription) snapshot.Subscription {
	row := snapshot.Subscription{SubscriptionArn: aws.ToString(s.SubscriptionArn), Protocol: aws.ToString(s.Protocol), Owner: aws.ToString(s.Owner)}
	if endpoint := aws.ToString(s.Endpoint); arn.IsARN(endpoint) {
		row.Endpoint = endpoint
	}
	return row
}
