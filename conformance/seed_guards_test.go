package conformance_test

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"holdfast/internal/awssim"
)

// Who may do what: IAM, the organization, keys.

// tagged are tags as a service writes them, sorted by key.
func tagged[T any](tags map[string]string, make func(key, value *string) T) []T {
	var keys []string
	for key := range tags {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var out []T
	for _, key := range keys {
		out = append(out, make(aws.String(key), aws.String(tags[key])))
	}
	return out
}

func iamTag(key, value *string) iamtypes.Tag { return iamtypes.Tag{Key: key, Value: value} }

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s seeder) iam(ctx context.Context, in awssim.IAMScenario) error {
	client := iam.NewFromConfig(s.config)
	var errs []error
	did := func(_ any, err error) { errs = append(errs, err) }
	if in.Alias != "" {
		did(client.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: &in.Alias}))
	}
	for _, p := range in.Policies {
		did(client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &p.Name, Path: orNil(p.Path), PolicyDocument: text(p.Document)}))
		for _, version := range p.Versions {
			did(client.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: s.policy(p.Name, in), PolicyDocument: text(version), SetAsDefault: true}))
		}
	}
	for _, g := range in.Groups {
		did(client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &g.Name, Path: orNil(g.Path)}))
		for _, name := range g.Attached {
			did(client.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: &g.Name, PolicyArn: s.policy(name, in)}))
		}
	}
	for _, u := range in.Users {
		did(client.CreateUser(ctx, &iam.CreateUserInput{UserName: &u.Name, Path: orNil(u.Path), PermissionsBoundary: s.policy(u.Boundary, in), Tags: tagged(u.Tags, iamTag)}))
		for _, group := range u.Groups {
			did(client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &u.Name, GroupName: &group}))
		}
		for _, name := range u.Attached {
			did(client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &u.Name, PolicyArn: s.policy(name, in)}))
		}
		for name, document := range u.Inline {
			did(client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &u.Name, PolicyName: &name, PolicyDocument: text(document)}))
		}
	}
	for _, r := range in.Roles {
		did(client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &r.Name, Path: orNil(r.Path), AssumeRolePolicyDocument: text(r.Trust),
			PermissionsBoundary: s.policy(r.Boundary, in), Tags: tagged(r.Tags, iamTag)}))
		for _, name := range r.Attached {
			did(client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &r.Name, PolicyArn: s.policy(name, in)}))
		}
		for name, document := range r.Inline {
			did(client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &r.Name, PolicyName: &name, PolicyDocument: text(document)}))
		}
	}
	return errors.Join(errs...)
}

func text(d awssim.Document) *string { return aws.String(string(d)) }

// policy is the ARN of a managed policy of the fixture: AWS's, or the account's own.
func (s seeder) policy(name string, in awssim.IAMScenario) *string {
	if rest, ok := strings.CutPrefix(name, "aws/"); ok {
		return aws.String("arn:aws:iam::aws:policy/" + rest)
	}
	for _, p := range in.Policies {
		if p.Name == name {
			path := p.Path
			if path == "" {
				path = "/"
			}
			return aws.String("arn:aws:iam::" + s.account + ":policy" + path + name)
		}
	}
	return nil
}

// key makes a key, and remembers its ARN by its alias.
func (s seeder) key(ctx context.Context, in awssim.KMSKeyScenario) error {
	client := kms.NewFromConfig(s.config)
	spec := &kms.CreateKeyInput{Description: &in.Description, Tags: tagged(in.Tags, func(k, v *string) kmstypes.Tag { return kmstypes.Tag{TagKey: k, TagValue: v} })}
	if in.Policy != "" {
		spec.Policy = text(in.Policy)
	}
	out, err := client.CreateKey(ctx, spec)
	if err != nil {
		return err
	}
	id := *out.KeyMetadata.KeyId
	s.names[id] = "<" + in.Aliases[0] + ">"
	s.keys[in.Aliases[0]] = *out.KeyMetadata.Arn
	_, err = client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: &in.Aliases[0], TargetKeyId: &id})
	switch in.State {
	case "Disabled":
		_, more := client.DisableKey(ctx, &kms.DisableKeyInput{KeyId: &id})
		err = errors.Join(err, more)
	case "PendingDeletion":
		_, more := client.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: &id, PendingWindowInDays: aws.Int32(9)})
		err = errors.Join(err, more)
	}
	return err
}

// organization makes the organization of the account, and remembers the ids that
// its things got.
func (s seeder) organization(ctx context.Context, in *awssim.OrganizationScenario) error {
	client := organizations.NewFromConfig(s.config)
	made, err := client.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: orgtypes.OrganizationFeatureSetAll})
	if err != nil {
		return err
	}
	roots, err := client.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return err
	}
	o := &orgSeeder{seeder: s, client: client, ids: map[string]string{"root": *roots.Roots[0].Id}}
	s.names[*made.Organization.Id], s.names[o.ids["root"]] = "<organization>", "<root>"
	for _, m := range in.Members {
		if err := o.account(ctx, m.Name); err != nil {
			return err
		}
	}
	var errs []error
	for _, kind := range in.PolicyTypes {
		_, err := client.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: aws.String(o.ids["root"]), PolicyType: orgtypes.PolicyType(kind)})
		errs = append(errs, err)
	}
	errs = append(errs, o.units(ctx, o.ids["root"], in.Units))
	for _, service := range in.Services {
		_, err := client.EnableAWSServiceAccess(ctx, &organizations.EnableAWSServiceAccessInput{ServicePrincipal: &service})
		errs = append(errs, err)
	}
	for _, d := range in.Delegated {
		_, err := client.RegisterDelegatedAdministrator(ctx, &organizations.RegisterDelegatedAdministratorInput{
			AccountId: aws.String(o.ids[d.Account]), ServicePrincipal: &d.Services[0]})
		errs = append(errs, err)
	}
	for _, p := range in.Policies {
		errs = append(errs, o.policy(ctx, p))
	}
	return errors.Join(errs...)
}

type orgSeeder struct {
	seeder
	client *organizations.Client
	ids    map[string]string // by the fixture's names
}

func (o *orgSeeder) named(name, id string) { o.ids[name], o.names[id] = id, "<"+name+">" }

func (o *orgSeeder) account(ctx context.Context, name string) error {
	out, err := o.client.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
	if err != nil {
		return err
	}
	status, err := o.client.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: out.CreateAccountStatus.Id})
	if err == nil {
		o.named(name, *status.CreateAccountStatus.AccountId)
	}
	return err
}

func (o *orgSeeder) units(ctx context.Context, parent string, in []awssim.UnitScenario) error {
	for _, u := range in {
		out, err := o.client.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: &u.Name})
		if err != nil {
			return err
		}
		id := *out.OrganizationalUnit.Id
		o.named(u.Name, id)
		for _, name := range u.Accounts {
			_, err := o.client.MoveAccount(ctx, &organizations.MoveAccountInput{
				AccountId: aws.String(o.ids[name]), SourceParentId: aws.String(o.ids["root"]), DestinationParentId: &id})
			if err != nil {
				return err
			}
		}
		if err := o.units(ctx, id, u.Units); err != nil {
			return err
		}
	}
	return nil
}

func (o *orgSeeder) policy(ctx context.Context, in awssim.OrgPolicyScenario) error {
	kind := orgtypes.PolicyType(in.Type)
	if kind == "" {
		kind = orgtypes.PolicyTypeServiceControlPolicy
	}
	out, err := o.client.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: &in.Name, Description: aws.String("of the fixture"), Type: kind, Content: text(in.Content)})
	if err != nil {
		return err
	}
	id := out.Policy.PolicySummary.Id
	o.named(in.Name, *id)
	for _, target := range in.Targets {
		if _, more := o.client.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: id, TargetId: aws.String(o.ids[target])}); more != nil {
			err = errors.Join(err, more)
		}
	}
	return err
}
