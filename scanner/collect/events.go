package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"holdfast/scanner/snapshot"
)

// defaultBus is where events of AWS services and of CloudTrail arrive.
const defaultBus = "default"

// collectEvents reads the rules that may tell of trouble with backups. Rules by
// the hour and rules about other services are not kept.
func collectEvents(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	var rules []*snapshot.EventRule
	list(ctx, rec, ask("events:ListRules", "EventBusName", defaultBus),
		func(ctx context.Context, token *string) (*sdk.ListRulesOutput, error) {
			return client.ListRules(ctx, &sdk.ListRulesInput{EventBusName: aws.String(defaultBus), Limit: target.page(100), NextToken: token})
		},
		func(out *sdk.ListRulesOutput) (*string, int, error) {
			for _, r := range out.Rules {
				if r.Arn == nil || r.Name == nil {
					return nil, 0, unreadableError{"a rule has no Arn or Name"}
				}
				if pattern := aws.ToString(r.EventPattern); pattern != "" && mayTell(pattern) {
					rules = append(rules, eventRule(r))
				}
			}
			return out.NextToken, len(out.Rules), nil
		})
	each(ctx, target.workers, rules, func(ctx context.Context, row *snapshot.EventRule) {
		if ruleTargets(ctx, target, rec, client, row) != none {
			rec.Add(snapshot.Row{EventRule: row})
		}
	})
	return rec.err(ctx)
}

func eventRule(r types.Rule) *snapshot.EventRule {
	return &snapshot.EventRule{
		Arn: aws.ToString(r.Arn), Name: aws.ToString(r.Name), EventBusName: aws.ToString(r.EventBusName), State: string(r.State),
		ManagedBy: aws.ToString(r.ManagedBy), EventPattern: readable(aws.ToString(r.EventPattern)),
	}
}

// ruleTargets adds the targets of a rule; none where the rule is gone meanwhile.
func ruleTargets(ctx context.Context, target Target, rec *Recorder, client *sdk.Client, row *snapshot.EventRule) answer {
	got := list(ctx, rec, ask("events:ListTargetsByRule", "Rule", row.Name).orNone("ResourceNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListTargetsByRuleOutput, error) {
			return client.ListTargetsByRule(ctx, &sdk.ListTargetsByRuleInput{
				Rule: &row.Name, EventBusName: aws.String(defaultBus), Limit: target.page(100), NextToken: token,
			})
		},
		func(out *sdk.ListTargetsByRuleOutput) (*string, int, error) {
			for _, t := range out.Targets {
				row.Targets = append(row.Targets, eventTarget(t))
			}
			return out.NextToken, len(out.Targets), nil
		})
	slices.SortFunc(row.Targets, func(a, b snapshot.EventTarget) int { return strings.Compare(a.Id, b.Id) })
	return got
}

func eventTarget(t types.Target) snapshot.EventTarget {
	row := snapshot.EventTarget{
		Id: aws.ToString(t.Id), Arn: aws.ToString(t.Arn), RoleArn: aws.ToString(t.RoleArn),
		InputTransformed: t.Input != nil || t.InputPath != nil || t.InputTransformer != nil,
	}
	if t.DeadLetterConfig != nil {
		row.DeadLetterArn = aws.ToString(t.DeadLetterConfig.Arn)
	}
	return row
}
