package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"holdfast/scanner/snapshot"
)

// policies reads the policies of one type: the list has neither their text nor
// where they are attached.
func (o *organization) policies(ctx context.Context, t types.PolicyType) {
	var rows []*snapshot.OrganizationPolicy
	// Not every part of AWS has every type of policy.
	q := o.ask("organizations:ListPolicies", "Filter", string(t)).orNone("UnsupportedAPIEndpointException")
	list(ctx, o.Recorder, q,
		func(ctx context.Context, token *string) (*sdk.ListPoliciesOutput, error) {
			return o.client.ListPolicies(ctx, &sdk.ListPoliciesInput{Filter: t, MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListPoliciesOutput) (*string, int, error) {
			for _, p := range out.Policies {
				if p.Id == nil {
					return nil, 0, unreadableError{"a policy has no Id"}
				}
				rows = append(rows, &snapshot.OrganizationPolicy{
					Id: *p.Id, Arn: aws.ToString(p.Arn), Name: aws.ToString(p.Name), Type: string(p.Type), AwsManaged: p.AwsManaged,
				})
			}
			return out.NextToken, len(out.Policies), nil
		})
	each(ctx, o.workers, rows, func(ctx context.Context, row *snapshot.OrganizationPolicy) {
		if o.content(ctx, row) == none {
			return // deleted since the list was made
		}
		o.targets(ctx, row)
		o.Add(snapshot.Row{OrganizationPolicy: row})
	})
}

func (o *organization) content(ctx context.Context, row *snapshot.OrganizationPolicy) answer {
	out, got := get(ctx, o.Recorder, o.ask("organizations:DescribePolicy", "PolicyId", row.Id).orNone("PolicyNotFoundException"),
		func(ctx context.Context) (*sdk.DescribePolicyOutput, error) {
			return o.client.DescribePolicy(ctx, &sdk.DescribePolicyInput{PolicyId: &row.Id})
		},
		func(out *sdk.DescribePolicyOutput) (any, error) {
			if out.Policy == nil || out.Policy.Content == nil {
				return nil, unreadableError{"the answer has no Content"}
			}
			return nil, nil
		})
	if got == given {
		row.Content = readable(*out.Policy.Content)
	}
	return got
}

func (o *organization) targets(ctx context.Context, row *snapshot.OrganizationPolicy) {
	list(ctx, o.Recorder, o.ask("organizations:ListTargetsForPolicy", "PolicyId", row.Id).orNone("PolicyNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListTargetsForPolicyOutput, error) {
			return o.client.ListTargetsForPolicy(ctx, &sdk.ListTargetsForPolicyInput{PolicyId: &row.Id, MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListTargetsForPolicyOutput) (*string, int, error) {
			for _, t := range out.Targets {
				row.Targets = append(row.Targets, snapshot.PolicyTarget{
					TargetId: aws.ToString(t.TargetId), Type: string(t.Type), Arn: aws.ToString(t.Arn), Name: aws.ToString(t.Name),
				})
			}
			return out.NextToken, len(out.Targets), nil
		})
	slices.SortFunc(row.Targets, func(a, b snapshot.PolicyTarget) int { return strings.Compare(a.TargetId, b.TargetId) })
}

func (o *organization) delegatedAdministrators(ctx context.Context) {
	list(ctx, o.Recorder, o.ask("organizations:ListDelegatedAdministrators"),
		func(ctx context.Context, token *string) (*sdk.ListDelegatedAdministratorsOutput, error) {
			return o.client.ListDelegatedAdministrators(ctx, &sdk.ListDelegatedAdministratorsInput{MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListDelegatedAdministratorsOutput) (*string, int, error) {
			for _, a := range out.DelegatedAdministrators {
				if a.Id == nil {
					return nil, 0, unreadableError{"a delegated administrator has no Id"}
				}
				o.Add(snapshot.Row{DelegatedAdministrator: &snapshot.DelegatedAdministrator{
					Id: *a.Id, Arn: aws.ToString(a.Arn), Name: aws.ToString(a.Name), State: string(a.State), Status: string(a.Status),
					DelegationEnabledDate: utc(a.DelegationEnabledDate),
				}})
			}
			return out.NextToken, len(out.DelegatedAdministrators), nil
		})
}

// policyErrors reads why backup policies do not work, in the accounts where that
// is so: to ask about each account would be a call each.
func (o *organization) policyErrors(ctx context.Context) {
	var ids []string
	q := o.ask("organizations:ListAccountsWithInvalidEffectivePolicy", "PolicyType", backupPolicy)
	list(ctx, o.Recorder, q.orNone("EffectivePolicyNotFoundException", "UnsupportedAPIEndpointException"),
		func(ctx context.Context, token *string) (*sdk.ListAccountsWithInvalidEffectivePolicyOutput, error) {
			return o.client.ListAccountsWithInvalidEffectivePolicy(ctx, &sdk.ListAccountsWithInvalidEffectivePolicyInput{
				PolicyType: types.EffectivePolicyTypeBackupPolicy, MaxResults: o.page(maxPage), NextToken: token,
			})
		},
		func(out *sdk.ListAccountsWithInvalidEffectivePolicyOutput) (*string, int, error) {
			for _, a := range out.Accounts {
				ids = append(ids, aws.ToString(a.Id))
			}
			return out.NextToken, len(out.Accounts), nil
		})
	each(ctx, o.workers, ids, o.policyErrorsOf)
}

func (o *organization) policyErrorsOf(ctx context.Context, account string) {
	q := o.ask("organizations:ListEffectivePolicyValidationErrors", "AccountId", account, "PolicyType", backupPolicy)
	list(ctx, o.Recorder, q.orNone("EffectivePolicyNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListEffectivePolicyValidationErrorsOutput, error) {
			return o.client.ListEffectivePolicyValidationErrors(ctx, &sdk.ListEffectivePolicyValidationErrorsInput{
				AccountId: &account, PolicyType: types.EffectivePolicyTypeBackupPolicy, MaxResults: o.page(maxPage), NextToken: token,
			})
		},
		func(out *sdk.ListEffectivePolicyValidationErrorsOutput) (*string, int, error) {
			for _, e := range out.EffectivePolicyValidationErrors {
				o.Add(snapshot.Row{EffectivePolicyError: &snapshot.EffectivePolicyError{
					AccountId: account, PolicyType: backupPolicy, ErrorCode: aws.ToString(e.ErrorCode), ErrorMessage: aws.ToString(e.ErrorMessage),
					PathToError: aws.ToString(e.PathToError), ContributingPolicies: sorted(e.ContributingPolicies),
				}})
			}
			return out.NextToken, len(out.EffectivePolicyValidationErrors), nil
		})
}
