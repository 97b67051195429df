package collect

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// madeUp names things that do not exist, to ask about where no list gives one.
func (p *probe) madeUp() {
	const name = "holdfast-preflight"
	p.rule, p.root, p.policy = name, "r-0000", "p-00000000"
	p.trail = fmt.Sprintf("arn:%s:cloudtrail:%s:%s:trail/%s", p.Partition, p.Region, p.Account, name)
	p.topic = fmt.Sprintf("arn:%s:sns:%s:%s:%s", p.Partition, p.Region, p.Account, name)
}

// guards are the actions on what guards and watches backups that need nothing.
func (p *probe) guards() map[string]func(context.Context) error {
	users := iam.NewFromConfig(p.Config)
	trails := cloudtrail.NewFromConfig(p.Config)
	org := organizations.NewFromConfig(p.Config)
	return map[string]func(context.Context) error{
		"iam:GetAccountAuthorizationDetails": func(ctx context.Context) error {
			_, err := users.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{MaxItems: p.page(1000)})
			return err
		},
		"iam:GetAccountSummary": func(ctx context.Context) error {
			_, err := users.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
			return err
		},
		"iam:ListAccountAliases": func(ctx context.Context) error {
			_, err := users.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
			return err
		},
		"cloudtrail:DescribeTrails": func(ctx context.Context) error {
			out, err := trails.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
			if err == nil && len(out.TrailList) > 0 {
				p.trail = aws.ToString(out.TrailList[0].TrailARN)
			}
			return err
		},
		"cloudtrail:LookupEvents": func(ctx context.Context) error {
			_, err := trails.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
				LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("DeleteRecoveryPoint")}},
				MaxResults:       p.page(50),
			})
			return err
		},
		"cloudwatch:DescribeAlarms": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(p.Config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{MaxRecords: p.page(100)})
			return err
		},
		"events:ListRules": func(ctx context.Context) error {
			out, err := eventbridge.NewFromConfig(p.Config).ListRules(ctx, &eventbridge.ListRulesInput{Limit: p.page(100)})
			if err == nil && len(out.Rules) > 0 {
				p.rule = aws.ToString(out.Rules[0].Name)
			}
			return err
		},
		"logs:DescribeMetricFilters": func(ctx context.Context) error {
			_, err := cloudwatchlogs.NewFromConfig(p.Config).DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{Limit: p.page(50)})
			return err
		},
		"organizations:DescribeEffectivePolicy": func(ctx context.Context) error {
			_, err := org.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: orgtypes.EffectivePolicyTypeBackupPolicy})
			return err
		},
		"organizations:DescribeOrganization": func(ctx context.Context) error {
			_, err := org.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
			return err
		},
		"organizations:ListAccounts": func(ctx context.Context) error {
			_, err := org.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: p.page(maxPage)})
			return err
		},
		"organizations:ListAccountsWithInvalidEffectivePolicy": func(ctx context.Context) error {
			_, err := org.ListAccountsWithInvalidEffectivePolicy(ctx, &organizations.ListAccountsWithInvalidEffectivePolicyInput{
				PolicyType: orgtypes.EffectivePolicyTypeBackupPolicy, MaxResults: p.page(maxPage),
			})
			return err
		},
		"organizations:ListDelegatedAdministrators": func(ctx context.Context) error {
			_, err := org.ListDelegatedAdministrators(ctx, &organizations.ListDelegatedAdministratorsInput{MaxResults: p.page(maxPage)})
			return err
		},
		"organizations:ListEffectivePolicyValidationErrors": func(ctx context.Context) error {
			_, err := org.ListEffectivePolicyValidationErrors(ctx, &organizations.ListEffectivePolicyValidationErrorsInput{
				AccountId: &p.Account, PolicyType: orgtypes.EffectivePolicyTypeBackupPolicy, MaxResults: p.page(maxPage),
			})
			return err
		},
		"organizations:ListPolicies": func(ctx context.Context) error {
			out, err := org.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: orgtypes.PolicyTypeServiceControlPolicy, MaxResults: p.page(maxPage)})
			if err == nil && len(out.Policies) > 0 {
				p.policy = aws.ToString(out.Policies[0].Id)
			}
			return err
		},
		"organizations:ListRoots": func(ctx context.Context) error {
			out, err := org.ListRoots(ctx, &organizations.ListRootsInput{MaxResults: p.page(maxPage)})
			if err == nil && len(out.Roots) > 0 {
				p.root = aws.ToString(out.Roots[0].Id)
			}
			return err
		},
	}
}

// guardThings are the actions about one of those things, and about the key of the
// first vault.
func (p *probe) guardThings() map[string]func(context.Context) error {
	keys := kms.NewFromConfig(p.Config)
	trails := cloudtrail.NewFromConfig(p.Config)
	org := organizations.NewFromConfig(p.Config)
	topics := sns.NewFromConfig(p.Config)
	return map[string]func(context.Context) error{
		"cloudtrail:GetEventSelectors": func(ctx context.Context) error {
			_, err := trails.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &p.trail})
			return err
		},
		"cloudtrail:GetTrailStatus": func(ctx context.Context) error {
			_, err := trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &p.trail})
			return err
		},
		"events:ListTargetsByRule": func(ctx context.Context) error {
			_, err := eventbridge.NewFromConfig(p.Config).ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &p.rule, Limit: p.page(100)})
			return err
		},
		"kms:DescribeKey": about(p.key, func(ctx context.Context) error {
			_, err := keys.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &p.key})
			return err
		}),
		"kms:GetKeyPolicy": about(p.key, func(ctx context.Context) error {
			_, err := keys.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &p.key, PolicyName: aws.String("default")})
			return err
		}),
		"organizations:DescribePolicy": func(ctx context.Context) error {
			_, err := org.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &p.policy})
			return err
		},
		"organizations:ListAccountsForParent": func(ctx context.Context) error {
			_, err := org.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &p.root, MaxResults: p.page(maxPage)})
			return err
		},
		"organizations:ListOrganizationalUnitsForParent": func(ctx context.Context) error {
			_, err := org.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &p.root, MaxResults: p.page(maxPage)})
			return err
		},
		"organizations:ListTargetsForPolicy": func(ctx context.Context) error {
			_, err := org.ListTargetsForPolicy(ctx, &organizations.ListTargetsForPolicyInput{PolicyId: &p.policy, MaxResults: p.page(maxPage)})
			return err
		},
		"sns:GetTopicAttributes": func(ctx context.Context) error {
			_, err := topics.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &p.topic})
			return err
		},
		"sns:ListSubscriptionsByTopic": func(ctx context.Context) error {
			_, err := topics.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: &p.topic})
			return err
		},
	}
}
