package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// collectIAM reads all of IAM in one sweep: users, groups, roles and policies come
// mixed, page by page.
func collectIAM(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	var g errgroup.Group
	g.Go(func() error { sweepIAM(ctx, target, rec, client); return nil })
	g.Go(func() error { accountSummary(ctx, rec, client); return nil })
	g.Wait()
	return rec.err(ctx)
}

func sweepIAM(ctx context.Context, target Target, rec *Recorder, client *sdk.Client) {
	s := &sweep{Recorder: rec, attached: map[string]bool{}}
	list(ctx, rec, ask("iam:GetAccountAuthorizationDetails"),
		func(ctx context.Context, marker *string) (*sdk.GetAccountAuthorizationDetailsOutput, error) {
			return client.GetAccountAuthorizationDetails(ctx, &sdk.GetAccountAuthorizationDetailsInput{
				Filter: []types.EntityType{
					types.EntityTypeUser, types.EntityTypeRole, types.EntityTypeGroup,
					types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy,
				},
				MaxItems: target.page(1000), Marker: marker,
			})
		},
		func(out *sdk.GetAccountAuthorizationDetailsOutput) (*string, int, error) {
			n, err := s.page(out)
			if !out.IsTruncated {
				return nil, n, err
			}
			if aws.ToString(out.Marker) == "" {
				return nil, 0, unreadableError{"AWS says that there is more, but not where"}
			}
			return out.Marker, n, err
		})
	s.rest()
}

// A sweep is what was seen of IAM so far. AWS has a good thousand managed policies
// of its own; those that nothing uses are left out.
type sweep struct {
	*Recorder
	attached map[string]bool       // ARNs of policies that something has attached, or as a boundary
	unused   []*snapshot.IAMPolicy // AWS's own, so far attached to nothing
}

func (s *sweep) page(out *sdk.GetAccountAuthorizationDetailsOutput) (int, error) {
	for _, u := range out.UserDetailList {
		if u.Arn == nil {
			return 0, unreadableError{"a user has no Arn"}
		}
		s.Add(snapshot.Row{IAMUser: s.user(u)})
	}
	for _, g := range out.GroupDetailList {
		if g.Arn == nil {
			return 0, unreadableError{"a group has no Arn"}
		}
		s.Add(snapshot.Row{IAMGroup: s.group(g)})
	}
	for _, r := range out.RoleDetailList {
		if r.Arn == nil {
			return 0, unreadableError{"a role has no Arn"}
		}
		s.Add(snapshot.Row{IAMRole: s.role(r)})
	}
	for _, p := range out.Policies {
		if p.Arn == nil {
			return 0, unreadableError{"a policy has no Arn"}
		}
		row := iamPolicy(p)
		if strings.Contains(row.Arn, ":iam::aws:policy/") && aws.ToInt64(row.AttachmentCount) == 0 && aws.ToInt64(row.PermissionsBoundaryUsageCount) == 0 {
			s.unused = append(s.unused, row)
			continue
		}
		s.Add(snapshot.Row{IAMPolicy: row})
	}
	return len(out.UserDetailList) + len(out.GroupDetailList) + len(out.RoleDetailList) + len(out.Policies), nil
}

// rest adds the policies of AWS that are used after all: its counts lag behind.
func (s *sweep) rest() {
	for _, row := range s.unused {
		if s.attached[row.Arn] {
			s.Add(snapshot.Row{IAMPolicy: row})
		}
	}
}

func (s *sweep) user(u types.UserDetail) *snapshot.IAMUser {
	return &snapshot.IAMUser{
		Arn: aws.ToString(u.Arn), UserName: aws.ToString(u.UserName), UserId: aws.ToString(u.UserId), Path: aws.ToString(u.Path),
		CreateDate: utc(u.CreateDate), GroupList: sorted(u.GroupList), UserPolicyList: inline(u.UserPolicyList),
		AttachedManagedPolicies: s.attachments(u.AttachedManagedPolicies), PermissionsBoundaryArn: s.boundary(u.PermissionsBoundary),
		Tags: iamTags(u.Tags),
	}
}

func (s *sweep) group(g types.GroupDetail) *snapshot.IAMGroup {
	return &snapshot.IAMGroup{
		Arn: aws.ToString(g.Arn), GroupName: aws.ToString(g.GroupName), GroupId: aws.ToString(g.GroupId), Path: aws.ToString(g.Path),
		CreateDate: utc(g.CreateDate), GroupPolicyList: inline(g.GroupPolicyList),
		AttachedManagedPolicies: s.attachments(g.AttachedManagedPolicies),
	}
}

func (s *sweep) role(r types.RoleDetail) *snapshot.IAMRole {
	row := &snapshot.IAMRole{
		Arn: aws.ToString(r.Arn), RoleName: aws.ToString(r.RoleName), RoleId: aws.ToString(r.RoleId), Path: aws.ToString(r.Path),
		CreateDate: utc(r.CreateDate), AssumeRolePolicyDocument: decodedDocument(r.AssumeRolePolicyDocument),
		RolePolicyList: inline(r.RolePolicyList), AttachedManagedPolicies: s.attachments(r.AttachedManagedPolicies),
		PermissionsBoundaryArn: s.boundary(r.PermissionsBoundary), Tags: iamTags(r.Tags),
	}
	if used := r.RoleLastUsed; used != nil && (used.LastUsedDate != nil || used.Region != nil) {
		row.RoleLastUsed = &snapshot.RoleLastUsed{LastUsedDate: utc(used.LastUsedDate), Region: aws.ToString(used.Region)}
	}
	for _, profile := range r.InstanceProfileList {
		row.InstanceProfiles = append(row.InstanceProfiles, aws.ToString(profile.Arn))
	}
	slices.Sort(row.InstanceProfiles)
	return row
}

func (s *sweep) attachments(in []types.AttachedPolicy) []snapshot.AttachedPolicy {
	var out []snapshot.AttachedPolicy
	for _, p := range in {
		s.attached[aws.ToString(p.PolicyArn)] = true
		out = append(out, snapshot.AttachedPolicy{PolicyName: aws.ToString(p.PolicyName), PolicyArn: aws.ToString(p.PolicyArn)})
	}
	slices.SortFunc(out, func(a, b snapshot.AttachedPolicy) int { return strings.Compare(a.PolicyArn, b.PolicyArn) })
	return out
}

func (s *sweep) boundary(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	s.attached[aws.ToString(b.PermissionsBoundaryArn)] = true
	return aws.ToString(b.PermissionsBoundaryArn)
}

func inline(in []types.PolicyDetail) []snapshot.PolicyDetail {
	var out []snapshot.PolicyDetail
	for _, p := range in {
		out = append(out, snapshot.PolicyDetail{PolicyName: aws.ToString(p.PolicyName), PolicyDocument: decodedDocument(p.PolicyDocument)})
	}
	slices.SortFunc(out, func(a, b snapshot.PolicyDetail) int { return strings.Compare(a.PolicyName, b.PolicyName) })
	return out
}

func iamPolicy(p types.ManagedPolicyDetail) *snapshot.IAMPolicy {
	row := &snapshot.IAMPolicy{
		Arn: aws.ToString(p.Arn), PolicyName: aws.ToString(p.PolicyName), PolicyId: aws.ToString(p.PolicyId), Path: aws.ToString(p.Path),
		DefaultVersionId: aws.ToString(p.DefaultVersionId), AttachmentCount: wide(p.AttachmentCount),
		PermissionsBoundaryUsageCount: wide(p.PermissionsBoundaryUsageCount), CreateDate: utc(p.CreateDate), UpdateDate: utc(p.UpdateDate),
	}
	for _, v := range p.PolicyVersionList {
		row.PolicyVersionList = append(row.PolicyVersionList, snapshot.IAMPolicyVersion{
			VersionId: aws.ToString(v.VersionId), IsDefaultVersion: v.IsDefaultVersion, CreateDate: utc(v.CreateDate),
			PolicyDocument: decodedDocument(v.Document),
		})
	}
	slices.SortFunc(row.PolicyVersionList, func(a, b snapshot.IAMPolicyVersion) int { return strings.Compare(a.VersionId, b.VersionId) })
	return row
}

func iamTags(in []types.Tag) []snapshot.Tag {
	var out []snapshot.Tag
	for _, tag := range in {
		out = append(out, snapshot.Tag{Key: aws.ToString(tag.Key), Value: aws.ToString(tag.Value)})
	}
	return sortTags(out)
}

func accountSummary(ctx context.Context, rec *Recorder, client *sdk.Client) {
	row := &snapshot.AccountSummary{}
	out, got := get(ctx, rec, ask("iam:GetAccountSummary"),
		func(ctx context.Context) (*sdk.GetAccountSummaryOutput, error) {
			return client.GetAccountSummary(ctx, &sdk.GetAccountSummaryInput{})
		},
		func(out *sdk.GetAccountSummaryOutput) (any, error) { return items{len(out.SummaryMap)}, nil })
	if got == given {
		row.SummaryMap = map[string]int64{}
		for name, n := range out.SummaryMap {
			row.SummaryMap[name] = int64(n)
		}
	}
	aliases := list(ctx, rec, ask("iam:ListAccountAliases"),
		func(ctx context.Context, marker *string) (*sdk.ListAccountAliasesOutput, error) {
			return client.ListAccountAliases(ctx, &sdk.ListAccountAliasesInput{Marker: marker})
		},
		func(out *sdk.ListAccountAliasesOutput) (*string, int, error) {
			row.AccountAliases = append(row.AccountAliases, out.AccountAliases...)
			if !out.IsTruncated {
				return nil, len(out.AccountAliases), nil
			}
			return out.Marker, len(out.AccountAliases), nil
		})
	if got == given || aliases == given {
		rec.Add(snapshot.Row{AccountSummary: row})
	}
}
