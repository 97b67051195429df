package collect

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// noOrganization is AWS's answer to an account that is in none.
const noOrganization = "AWSOrganizationsNotInUseException"

// backupPolicy is the type of policy that makes backup plans in accounts.
const backupPolicy = string(types.PolicyTypeBackupPolicy)

// An organization collects AWS Organizations, whose pages hold 20. AWS may send
// empty pages that are not the last.
type organization struct {
	Target
	*Recorder
	client *sdk.Client

	mu       sync.Mutex
	accounts map[string]*snapshot.OrganizationAccount
}

// maxPage is the largest page that AWS Organizations takes.
const maxPage = 20

func newOrganization(target Target, rec *Recorder) *organization {
	return &organization{
		Target: target, Recorder: rec, client: sdk.NewFromConfig(target.Config), accounts: map[string]*snapshot.OrganizationAccount{},
	}
}

// collectOrganization asks first for the organization itself, which every member
// may; the rest only the management account and delegated administrators see.
func collectOrganization(ctx context.Context, target Target, rec *Recorder) error {
	o := newOrganization(target, rec)
	row, got := o.itself(ctx)
	if got == none {
		return rec.err(ctx)
	}
	if got == given {
		o.Add(snapshot.Row{Organization: row})
	}
	var g errgroup.Group
	step := func(f func(context.Context)) {
		g.Go(func() error { f(ctx); return nil })
	}
	step(o.allAccounts)
	step(o.tree)
	for _, t := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy, types.PolicyTypeBackupPolicy} {
		step(func(ctx context.Context) { o.policies(ctx, t) })
	}
	step(o.delegatedAdministrators)
	step(o.policyErrors)
	g.Wait()
	for _, account := range o.accounts {
		o.Add(snapshot.Row{OrganizationAccount: account})
	}
	return rec.err(ctx)
}

// ask is a question to the organization: a refusal is a gap only where the whole
// organization is to be read.
func (o *organization) ask(operation string, pairs ...string) question {
	q := ask(operation, pairs...)
	q.optional = !o.organization
	return q
}

func (o *organization) itself(ctx context.Context) (*snapshot.Organization, answer) {
	out, got := get(ctx, o.Recorder, o.ask("organizations:DescribeOrganization").orNone(noOrganization),
		func(ctx context.Context) (*sdk.DescribeOrganizationOutput, error) {
			return o.client.DescribeOrganization(ctx, &sdk.DescribeOrganizationInput{})
		},
		func(out *sdk.DescribeOrganizationOutput) (any, error) {
			if out.Organization == nil || out.Organization.Id == nil {
				return nil, unreadableError{"the answer has no Organization"}
			}
			return fields{"Id": *out.Organization.Id, "MasterAccountId": out.Organization.MasterAccountId}, nil
		})
	if got != given {
		return nil, got
	}
	return &snapshot.Organization{
		Id: aws.ToString(out.Organization.Id), Arn: aws.ToString(out.Organization.Arn), FeatureSet: string(out.Organization.FeatureSet),
		MasterAccountId: aws.ToString(out.Organization.MasterAccountId), MasterAccountArn: aws.ToString(out.Organization.MasterAccountArn),
	}, given
}

// ManagementAccount is the id of the organization's management account, which sees
// all of it; "" where there is no organization, or AWS does not say: the
// organization's shard will say why.
func (a *Account) ManagementAccount(ctx context.Context) string {
	b := &snapshot.Builder{}
	defer b.Close()
	target, rec := a.target(snapshot.OrganizationShard, b)
	if row, got := newOrganization(target, rec).itself(ctx); got == given {
		return row.MasterAccountId
	}
	return ""
}

func (o *organization) allAccounts(ctx context.Context) {
	list(ctx, o.Recorder, o.ask("organizations:ListAccounts"),
		func(ctx context.Context, token *string) (*sdk.ListAccountsOutput, error) {
			return o.client.ListAccounts(ctx, &sdk.ListAccountsInput{MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListAccountsOutput) (*string, int, error) {
			return out.NextToken, len(out.Accounts), o.take(out.Accounts, "")
		})
}

// take keeps accounts, and their place in the tree where it is known.
func (o *organization) take(accounts []types.Account, parent string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range accounts {
		if a.Id == nil {
			return unreadableError{"an account has no Id"}
		}
		row := o.accounts[*a.Id]
		if row == nil {
			row = &snapshot.OrganizationAccount{
				Id: *a.Id, Arn: aws.ToString(a.Arn), Name: aws.ToString(a.Name), State: string(a.State), Status: string(a.Status),
				JoinedMethod: string(a.JoinedMethod), JoinedTimestamp: utc(a.JoinedTimestamp),
			}
			o.accounts[*a.Id] = row
		}
		if parent != "" {
			row.ParentId = parent
		}
	}
	return nil
}

// tree walks from the root through the units, each level side by side.
func (o *organization) tree(ctx context.Context) {
	var level []string
	list(ctx, o.Recorder, o.ask("organizations:ListRoots"),
		func(ctx context.Context, token *string) (*sdk.ListRootsOutput, error) {
			return o.client.ListRoots(ctx, &sdk.ListRootsInput{MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListRootsOutput) (*string, int, error) {
			for _, r := range out.Roots {
				if r.Id == nil {
					return nil, 0, unreadableError{"a root has no Id"}
				}
				level = append(level, *r.Id)
				o.Add(snapshot.Row{OrganizationRoot: organizationRoot(r)})
			}
			return out.NextToken, len(out.Roots), nil
		})
	for len(level) > 0 {
		var mu sync.Mutex
		var next []string
		each(ctx, o.workers, level, func(ctx context.Context, parent string) {
			o.accountsOf(ctx, parent)
			units := o.unitsOf(ctx, parent)
			mu.Lock()
			defer mu.Unlock()
			next = append(next, units...)
		})
		level = next
	}
}

func organizationRoot(r types.Root) *snapshot.OrganizationRoot {
	row := &snapshot.OrganizationRoot{Id: aws.ToString(r.Id), Arn: aws.ToString(r.Arn), Name: aws.ToString(r.Name)}
	for _, t := range r.PolicyTypes {
		row.PolicyTypes = append(row.PolicyTypes, snapshot.PolicyType{Type: string(t.Type), Status: string(t.Status)})
	}
	slices.SortFunc(row.PolicyTypes, func(a, b snapshot.PolicyType) int { return strings.Compare(a.Type, b.Type) })
	return row
}

func (o *organization) accountsOf(ctx context.Context, parent string) {
	list(ctx, o.Recorder, o.ask("organizations:ListAccountsForParent", "ParentId", parent).orNone("ParentNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListAccountsForParentOutput, error) {
			return o.client.ListAccountsForParent(ctx, &sdk.ListAccountsForParentInput{ParentId: &parent, MaxResults: o.page(maxPage), NextToken: token})
		},
		func(out *sdk.ListAccountsForParentOutput) (*string, int, error) {
			return out.NextToken, len(out.Accounts), o.take(out.Accounts, parent)
		})
}

func (o *organization) unitsOf(ctx context.Context, parent string) (units []string) {
	list(ctx, o.Recorder, o.ask("organizations:ListOrganizationalUnitsForParent", "ParentId", parent).orNone("ParentNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListOrganizationalUnitsForParentOutput, error) {
			return o.client.ListOrganizationalUnitsForParent(ctx, &sdk.ListOrganizationalUnitsForParentInput{
				ParentId: &parent, MaxResults: o.page(maxPage), NextToken: token,
			})
		},
		func(out *sdk.ListOrganizationalUnitsForParentOutput) (*string, int, error) {
			for _, u := range out.OrganizationalUnits {
				if u.Id == nil {
					return nil, 0, unreadableError{"a unit has no Id"}
				}
				units = append(units, *u.Id)
				o.Add(snapshot.Row{OrganizationalUnit: &snapshot.OrganizationalUnit{
					Id: *u.Id, Arn: aws.ToString(u.Arn), Name: aws.ToString(u.Name), ParentId: parent,
				}})
			}
			return out.NextToken, len(out.OrganizationalUnits), nil
		})
	return units
}
