package awssim_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"holdfast/internal/awssim"
)

// memberAPI asks as a role of an account that has no access key of its own.
func memberAPI(t *testing.T, s *awssim.Server, id string) *organizations.Client {
	t.Helper()
	out, err := connect(s, "AKIAONE", "eu-west-1").sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + id + ":role/R"), RoleSessionName: aws.String("s")})
	if err != nil {
		t.Fatal(err)
	}
	k := out.Credentials
	return organizations.NewFromConfig(connectAs(s, credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken), "eu-west-1").Config)
}

const fourAccounts = `
clock: 2026-06-30T12:00:00Z
organization: o-smallsmall
accounts:
  - {id: "111111111111", name: one, access_keys: [{id: AKIAONE}], empty_regions: [eu-west-1]}
  - {id: "222222222222", name: two, access_keys: [{id: AKIATWO}], empty_regions: [eu-west-1]}
  - {id: "333333333333", name: three, access_keys: [{id: AKIATHREE}], empty_regions: [eu-west-1]}
  - {id: "444444444444", name: four, access_keys: [{id: AKIAFOUR}], empty_regions: [eu-west-1]}
organization_tree:
  units: [{name: Prod, accounts: ["222222222222"]}]
  accounts: [{id: "444444444444", outside: true}]
  delegated_administrators: [{account: "333333333333", services: [backup.amazonaws.com]}]
  policies:
    - {name: plans, type: BACKUP_POLICY, targets: [Prod], content: {plans: {P: {regions: {"@@assign": [eu-west-1]}, rules: {R: {enable_continuous_backup: {"@@assign": false}}}}}}}
`

// Who may ask what: everyone in the organization who it is, and only
// administrators what is in it.
func TestWhoMayAskTheOrganization(t *testing.T) {
	s := serve(t, load(t, []byte(fourAccounts)))
	for key, want := range map[string]string{"AKIAONE": "", "AKIATWO": "AccessDeniedException", "AKIATHREE": "", "AKIAFOUR": "AWSOrganizationsNotInUseException"} {
		api := organizations.NewFromConfig(connect(s, key, "eu-west-1").Config)
		_, err := api.ListAccounts(ctx, &organizations.ListAccountsInput{})
		if want == "" && err != nil {
			t.Errorf("%s: %v", key, err)
		} else if want != "" {
			wantCode(t, err, want)
		}
		out, err := api.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		if want == "AWSOrganizationsNotInUseException" {
			wantType[*types.AWSOrganizationsNotInUseException](t, key, err)
		} else if err != nil || *out.Organization.Id != "o-smallsmall" || *out.Organization.MasterAccountId != "111111111111" {
			t.Errorf("%s: %+v, %v", key, out, err)
		}
	}
	two := organizations.NewFromConfig(connect(s, "AKIATWO", "eu-west-1").Config)
	own, err := two.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: "BACKUP_POLICY"})
	if err != nil || *own.EffectivePolicy.TargetId != "222222222222" || !strings.Contains(*own.EffectivePolicy.PolicyContent, `"enable_continuous_backup":"false"`) {
		t.Errorf("%+v, %v", own, err)
	}
	_, err = two.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: "BACKUP_POLICY", TargetId: aws.String("111111111111")})
	wantType[*types.AccessDeniedException](t, "another account's policy", err)
	one := organizations.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	_, err = one.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: "BACKUP_POLICY"})
	wantType[*types.EffectivePolicyNotFoundException](t, "no policy", err)
}

func TestOrganizationTree(t *testing.T) {
	s := serve(t, everything(t))
	api := organizations.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	var tree []string
	var walk func(parent, path string)
	walk = func(parent, path string) {
		accounts, err := api.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &parent})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range accounts.Accounts {
			tree = append(tree, fmt.Sprintf("%s/%s %s %s", path, *a.Name, a.State, a.Status))
			if !strings.HasSuffix(a.Paths[0], "/"+parent+"/"+*a.Id+"/") {
				t.Errorf("%s is not in %s", a.Paths, parent)
			}
		}
		units, err := api.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range units.OrganizationalUnits {
			if parents, err := api.ListParents(ctx, &organizations.ListParentsInput{ChildId: u.Id}); err != nil || *parents.Parents[0].Id != parent {
				t.Errorf("%+v, %v", parents, err)
			}
			walk(*u.Id, path+"/"+*u.Name)
		}
	}
	walk(rootOf(t, connect(s, "AKIAONE", "eu-west-1")), "")
	got := strings.Join(tree, ", ")
	for _, want := range []string{"/one ACTIVE ACTIVE", "/Workloads/two ACTIVE ACTIVE", "/Workloads/Prod/three ACTIVE ACTIVE", "/Closed/four SUSPENDED SUSPENDED", "/Closed/five PENDING_CLOSURE PENDING_CLOSURE"} {
		if !strings.Contains(got, want) || len(tree) != 5 {
			t.Errorf("no %s in %s", want, got)
		}
	}
	roots, err := api.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil || len(roots.Roots[0].PolicyTypes) != 3 || roots.Roots[0].PolicyTypes[0].Status != "ENABLED" {
		t.Errorf("%+v, %v", roots, err)
	}
}

// Policies are merged from the root down: assigned, appended, scalars as text.
func TestEffectivePolicy(t *testing.T) {
	s := serve(t, everything(t))
	api := organizations.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	effective := func(id string) any {
		out, err := api.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: "BACKUP_POLICY", TargetId: &id})
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal([]byte(*out.EffectivePolicy.PolicyContent), &doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	want := func(account, days string, regions ...any) any {
		return map[string]any{"plans": map[string]any{"Daily": map[string]any{
			"regions": regions,
			"rules": map[string]any{"Hourly": map[string]any{"schedule_expression": "cron(0 5/1 ? * * *)", "target_backup_vault_name": "daily",
				"lifecycle": map[string]any{"delete_after_days": days}}},
			"selections": map[string]any{"tags": map[string]any{"t": map[string]any{"iam_role_arn": "arn:aws:iam::" + account + ":role/Backup",
				"tag_key": "backup", "tag_value": []any{"daily"}}}}}}}
	}
	if got, want := effective("111111111111"), want("111111111111", "180", "eu-west-1"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if got, want := effective("333333333333"), want("333333333333", "270", "eu-west-1", "us-east-1"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestOrganizationErrors(t *testing.T) {
	s := serve(t, everything(t))
	api := organizations.NewFromConfig(connect(s, "AKIAONE", "eu-west-1").Config)
	none := aws.String("p-nothing123")
	_, err := api.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: none})
	wantType[*types.PolicyNotFoundException](t, "DescribePolicy", err)
	_, err = api.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: none, Filter: "BACKUP_POLICY"})
	wantType[*types.TargetNotFoundException](t, "ListPoliciesForTarget", err)
	_, err = api.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: none})
	wantType[*types.ParentNotFoundException](t, "ListAccountsForParent", err)
	_, err = api.ListParents(ctx, &organizations.ListParentsInput{ChildId: none})
	wantType[*types.ChildNotFoundException](t, "ListParents", err)
	_, err = api.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(21)})
	wantType[*types.InvalidInputException](t, "ListAccounts", err)
	_, err = memberAPI(t, s, "222222222222").ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		t.Errorf("a delegated administrator: %v", err)
	}
}
