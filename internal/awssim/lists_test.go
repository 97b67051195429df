package awssim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	evtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
)

const (
	vaultKey  = "0a1b2c3d-0000-4000-8000-000000000001"
	alarmsArn = "arn:aws:sns:eu-west-1:111111111111:alarms"
)

// details are the ARNs of one page of GetAccountAuthorizationDetails.
func details(p *iam.GetAccountAuthorizationDetailsOutput) []string {
	return slices.Concat(names(p.UserDetailList, func(u iamtypes.UserDetail) string { return *u.Arn }),
		names(p.GroupDetailList, func(g iamtypes.GroupDetail) string { return *g.Arn }),
		names(p.RoleDetailList, func(r iamtypes.RoleDetail) string { return *r.Arn }),
		names(p.Policies, func(p iamtypes.ManagedPolicyDetail) string { return *p.Arn }))
}

// accessLists are the lists of IAM and KMS.
func accessLists(c clients) map[string]func() ([][]string, error) {
	i, k := iam.NewFromConfig(c.Config), kms.NewFromConfig(c.Config)
	own := aws.String("arn:aws:iam::111111111111:policy/own")
	return map[string]func() ([][]string, error){
		"GetAccountAuthorizationDetails": func() ([][]string, error) {
			return collect(iam.NewGetAccountAuthorizationDetailsPaginator(i, &iam.GetAccountAuthorizationDetailsInput{}), details)
		},
		"ListUsers": func() ([][]string, error) {
			return collect(iam.NewListUsersPaginator(i, &iam.ListUsersInput{}), func(p *iam.ListUsersOutput) []string {
				return names(p.Users, func(u iamtypes.User) string { return *u.Arn })
			})
		},
		"ListRoles": func() ([][]string, error) {
			return collect(iam.NewListRolesPaginator(i, &iam.ListRolesInput{}), func(p *iam.ListRolesOutput) []string {
				return names(p.Roles, func(u iamtypes.Role) string { return *u.Arn })
			})
		},
		"ListGroups": func() ([][]string, error) {
			return collect(iam.NewListGroupsPaginator(i, &iam.ListGroupsInput{}), func(p *iam.ListGroupsOutput) []string {
				return names(p.Groups, func(u iamtypes.Group) string { return *u.Arn })
			})
		},
		"ListPolicies": func() ([][]string, error) {
			return collect(iam.NewListPoliciesPaginator(i, &iam.ListPoliciesInput{}), func(p *iam.ListPoliciesOutput) []string {
				return names(p.Policies, func(u iamtypes.Policy) string { return *u.Arn })
			})
		},
		"ListPolicyVersions": func() ([][]string, error) {
			return collect(iam.NewListPolicyVersionsPaginator(i, &iam.ListPolicyVersionsInput{PolicyArn: own}), func(p *iam.ListPolicyVersionsOutput) []string {
				return names(p.Versions, func(v iamtypes.PolicyVersion) string { return *v.VersionId })
			})
		},
		"ListUserPolicies": func() ([][]string, error) {
			return collect(iam.NewListUserPoliciesPaginator(i, &iam.ListUserPoliciesInput{UserName: aws.String("bob+co")}), func(p *iam.ListUserPoliciesOutput) []string { return p.PolicyNames })
		},
		"ListAttachedRolePolicies": func() ([][]string, error) {
			return collect(iam.NewListAttachedRolePoliciesPaginator(i, &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("Backup")}), func(p *iam.ListAttachedRolePoliciesOutput) []string {
				return names(p.AttachedPolicies, func(v iamtypes.AttachedPolicy) string { return *v.PolicyArn })
			})
		},
		"ListGroupsForUser": func() ([][]string, error) {
			return collect(iam.NewListGroupsForUserPaginator(i, &iam.ListGroupsForUserInput{UserName: aws.String("alice")}), func(p *iam.ListGroupsForUserOutput) []string {
				return names(p.Groups, func(u iamtypes.Group) string { return *u.Arn })
			})
		},
		"ListUserTags": func() ([][]string, error) {
			return collect(iam.NewListUserTagsPaginator(i, &iam.ListUserTagsInput{UserName: aws.String("alice")}), func(p *iam.ListUserTagsOutput) []string {
				return names(p.Tags, func(t iamtypes.Tag) string { return *t.Key + "=" + *t.Value })
			})
		},
		"ListKeys": func() ([][]string, error) {
			return collect(kms.NewListKeysPaginator(k, &kms.ListKeysInput{}), func(p *kms.ListKeysOutput) []string {
				return names(p.Keys, func(k kmstypes.KeyListEntry) string { return *k.KeyArn })
			})
		},
		"ListAliases": func() ([][]string, error) {
			return collect(kms.NewListAliasesPaginator(k, &kms.ListAliasesInput{}), func(p *kms.ListAliasesOutput) []string {
				return names(p.Aliases, func(a kmstypes.AliasListEntry) string { return *a.AliasName + " " + *a.TargetKeyId })
			})
		},
		"ListGrants": func() ([][]string, error) {
			return collect(kms.NewListGrantsPaginator(k, &kms.ListGrantsInput{KeyId: aws.String(vaultKey)}), func(p *kms.ListGrantsOutput) []string {
				return names(p.Grants, func(g kmstypes.GrantListEntry) string { return *g.GrantId + " " + *g.GranteePrincipal })
			})
		},
		"ListResourceTags": func() ([][]string, error) {
			return collect(kms.NewListResourceTagsPaginator(k, &kms.ListResourceTagsInput{KeyId: aws.String(vaultKey)}), func(p *kms.ListResourceTagsOutput) []string {
				return names(p.Tags, func(t kmstypes.Tag) string { return *t.TagKey })
			})
		},
	}
}

// watchLists are the lists of what would notice.
func watchLists(c clients) map[string]func() ([][]string, error) {
	topics, trails := sns.NewFromConfig(c.Config), cloudtrail.NewFromConfig(c.Config)
	alarms, logs, events := cloudwatch.NewFromConfig(c.Config), cloudwatchlogs.NewFromConfig(c.Config), eventbridge.NewFromConfig(c.Config)
	return map[string]func() ([][]string, error){
		"ListRules": func() ([][]string, error) {
			return byToken(func(token *string) ([]string, *string, error) {
				out, err := events.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return names(out.Rules, func(r evtypes.Rule) string { return *r.Arn }), out.NextToken, nil
			})
		},
		"ListTargetsByRule": func() ([][]string, error) {
			return byToken(func(token *string) ([]string, *string, error) {
				out, err := events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String("failures"), NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return names(out.Targets, func(t evtypes.Target) string { return *t.Id + *t.Arn }), out.NextToken, nil
			})
		},
		"ListEventBuses": func() ([][]string, error) {
			return byToken(func(token *string) ([]string, *string, error) {
				out, err := events.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return names(out.EventBuses, func(b evtypes.EventBus) string { return *b.Arn }), out.NextToken, nil
			})
		},
		"ListTopics": func() ([][]string, error) {
			return collect(sns.NewListTopicsPaginator(topics, &sns.ListTopicsInput{}), func(p *sns.ListTopicsOutput) []string {
				return names(p.Topics, func(t snstypes.Topic) string { return *t.TopicArn })
			})
		},
		"ListSubscriptionsByTopic": func() ([][]string, error) {
			return collect(sns.NewListSubscriptionsByTopicPaginator(topics, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(alarmsArn)}), func(p *sns.ListSubscriptionsByTopicOutput) []string {
				return names(p.Subscriptions, func(s snstypes.Subscription) string { return *s.SubscriptionArn + *s.Endpoint })
			})
		},
		"ListTrails": func() ([][]string, error) {
			return collect(cloudtrail.NewListTrailsPaginator(trails, &cloudtrail.ListTrailsInput{}), func(p *cloudtrail.ListTrailsOutput) []string {
				return names(p.Trails, func(t cttypes.TrailInfo) string { return *t.TrailARN })
			})
		},
		"LookupEvents": func() ([][]string, error) {
			return collect(cloudtrail.NewLookupEventsPaginator(trails, &cloudtrail.LookupEventsInput{}), func(p *cloudtrail.LookupEventsOutput) []string {
				return names(p.Events, func(e cttypes.Event) string { return *e.EventId + *e.EventName + e.EventTime.String() })
			})
		},
		"DescribeAlarms": func() ([][]string, error) {
			both := []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}
			pages, err := collect(cloudwatch.NewDescribeAlarmsPaginator(alarms, &cloudwatch.DescribeAlarmsInput{AlarmTypes: both}), func(p *cloudwatch.DescribeAlarmsOutput) []string {
				return slices.Sorted(slices.Values(slices.Concat(names(p.MetricAlarms, func(a cwtypes.MetricAlarm) string { return *a.AlarmName }),
					names(p.CompositeAlarms, func(a cwtypes.CompositeAlarm) string { return *a.AlarmName }))))
			})
			return pages, err
		},
		"DescribeLogGroups": func() ([][]string, error) {
			return collect(cloudwatchlogs.NewDescribeLogGroupsPaginator(logs, &cloudwatchlogs.DescribeLogGroupsInput{}), func(p *cloudwatchlogs.DescribeLogGroupsOutput) []string {
				return names(p.LogGroups, func(g logtypes.LogGroup) string { return *g.LogGroupArn })
			})
		},
		"DescribeMetricFilters": func() ([][]string, error) {
			return collect(cloudwatchlogs.NewDescribeMetricFiltersPaginator(logs, &cloudwatchlogs.DescribeMetricFiltersInput{}), func(p *cloudwatchlogs.DescribeMetricFiltersOutput) []string {
				return names(p.MetricFilters, func(f logtypes.MetricFilter) string { return *f.LogGroupName + *f.FilterName })
			})
		},
	}
}

// byToken reads a list for which the SDK has no paginator.
func byToken(next func(token *string) (page []string, following *string, err error)) (pages [][]string, err error) {
	var token *string
	for {
		page, following, err := next(token)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
		if token = following; token == nil {
			return pages, nil
		}
	}
}

// organizationLists have pages that can be empty, with a token all the same.
func organizationLists(c clients, root string) map[string]func() ([][]string, error) {
	o := organizations.NewFromConfig(c.Config)
	accountID := func(a orgtypes.Account) string { return *a.Id + " " + string(a.State) }
	policyName := func(p orgtypes.PolicySummary) string { return *p.Name }
	policies := func(filter orgtypes.PolicyType) func() ([][]string, error) {
		return func() ([][]string, error) {
			return collect(organizations.NewListPoliciesPaginator(o, &organizations.ListPoliciesInput{Filter: filter}), func(p *organizations.ListPoliciesOutput) []string {
				return names(p.Policies, policyName)
			})
		}
	}
	return map[string]func() ([][]string, error){
		"ListAccounts": func() ([][]string, error) {
			return collect(organizations.NewListAccountsPaginator(o, &organizations.ListAccountsInput{}), func(p *organizations.ListAccountsOutput) []string { return names(p.Accounts, accountID) })
		},
		"ListRoots": func() ([][]string, error) {
			return collect(organizations.NewListRootsPaginator(o, &organizations.ListRootsInput{}), func(p *organizations.ListRootsOutput) []string {
				return names(p.Roots, func(r orgtypes.Root) string { return *r.Id })
			})
		},
		"ListAccountsForParent": func() ([][]string, error) {
			return collect(organizations.NewListAccountsForParentPaginator(o, &organizations.ListAccountsForParentInput{ParentId: &root}), func(p *organizations.ListAccountsForParentOutput) []string {
				return names(p.Accounts, accountID)
			})
		},
		"ListOrganizationalUnitsForParent": func() ([][]string, error) {
			return collect(organizations.NewListOrganizationalUnitsForParentPaginator(o, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &root}), func(p *organizations.ListOrganizationalUnitsForParentOutput) []string {
				return names(p.OrganizationalUnits, func(u orgtypes.OrganizationalUnit) string { return *u.Name })
			})
		},
		"ListChildren": func() ([][]string, error) {
			return collect(organizations.NewListChildrenPaginator(o, &organizations.ListChildrenInput{ParentId: &root, ChildType: "ORGANIZATIONAL_UNIT"}), func(p *organizations.ListChildrenOutput) []string {
				return names(p.Children, func(x orgtypes.Child) string { return *x.Id })
			})
		},
		"ListPolicies SCP":    policies(orgtypes.PolicyTypeServiceControlPolicy),
		"ListPolicies RCP":    policies(orgtypes.PolicyTypeResourceControlPolicy),
		"ListPolicies backup": policies(orgtypes.PolicyTypeBackupPolicy),
		"ListTargetsForPolicy": func() ([][]string, error) {
			return collect(organizations.NewListTargetsForPolicyPaginator(o, &organizations.ListTargetsForPolicyInput{PolicyId: aws.String("p-FullAWSAccess")}), func(p *organizations.ListTargetsForPolicyOutput) []string {
				return names(p.Targets, func(t orgtypes.PolicyTargetSummary) string { return *t.TargetId + string(t.Type) })
			})
		},
		"ListPoliciesForTarget": func() ([][]string, error) {
			return collect(organizations.NewListPoliciesForTargetPaginator(o, &organizations.ListPoliciesForTargetInput{TargetId: aws.String("333333333333"), Filter: "SERVICE_CONTROL_POLICY"}), func(p *organizations.ListPoliciesForTargetOutput) []string {
				return names(p.Policies, policyName)
			})
		},
		"ListDelegatedAdministrators": func() ([][]string, error) {
			return collect(organizations.NewListDelegatedAdministratorsPaginator(o, &organizations.ListDelegatedAdministratorsInput{}), func(p *organizations.ListDelegatedAdministratorsOutput) []string {
				return names(p.DelegatedAdministrators, func(d orgtypes.DelegatedAdministrator) string { return *d.Id })
			})
		},
		"ListAccountsWithInvalidEffectivePolicy": func() ([][]string, error) {
			in := &organizations.ListAccountsWithInvalidEffectivePolicyInput{PolicyType: "BACKUP_POLICY"}
			return collect(organizations.NewListAccountsWithInvalidEffectivePolicyPaginator(o, in), func(p *organizations.ListAccountsWithInvalidEffectivePolicyOutput) []string {
				return names(p.Accounts, accountID)
			})
		},
		"ListEffectivePolicyValidationErrors": func() ([][]string, error) {
			in := &organizations.ListEffectivePolicyValidationErrorsInput{AccountId: aws.String("222222222222"), PolicyType: "BACKUP_POLICY"}
			return collect(organizations.NewListEffectivePolicyValidationErrorsPaginator(o, in), func(p *organizations.ListEffectivePolicyValidationErrorsOutput) []string {
				return names(p.EffectivePolicyValidationErrors, func(e orgtypes.EffectivePolicyValidationError) string { return *e.ErrorCode })
			})
		},
	}
}

func rootOf(t *testing.T, c clients) string {
	t.Helper()
	out, err := organizations.NewFromConfig(c.Config).ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil || len(out.Roots) != 1 {
		t.Fatal(out, err)
	}
	return *out.Roots[0].Id
}

// The same set comes out of every list of the organization, whatever the page
// size, and some pages on the way are empty.
func TestOrganizationListsHavePagesThatCanBeEmpty(t *testing.T) {
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	whole, root, empty := map[string][]string{}, rootOf(t, c), 0
	for name, list := range organizationLists(c, root) {
		pages, err := list()
		if err != nil || len(pages) != 1 || len(pages[0]) == 0 {
			t.Fatalf("%s: %v, %v; want one page", name, pages, err)
		}
		whole[name] = pages[0]
	}
	for _, size := range []int{1, 2, 3} {
		sim.PageSize = size
		for name, list := range organizationLists(c, root) {
			pages, err := list()
			if err != nil {
				t.Fatalf("%s at %d a page: %v", name, size, err)
			}
			for _, page := range pages {
				if len(page) > size {
					t.Errorf("%s: a page of %d at %d a page", name, len(page), size)
				}
				if len(page) == 0 {
					empty++
				}
			}
			if got := slices.Concat(pages...); !slices.Equal(got, whole[name]) {
				t.Errorf("%s at %d a page:\n got %s\nwant %s", name, size, strings.Join(got, " "), strings.Join(whole[name], " "))
			}
		}
	}
	if empty == 0 {
		t.Error("no page was empty: clients that stop at an empty page go unnoticed")
	}
}
