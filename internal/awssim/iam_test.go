package awssim_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"holdfast/internal/awssim"
)

// whole reads all pages of GetAccountAuthorizationDetails into one.
func whole(t *testing.T, api *iam.Client, filter ...types.EntityType) iam.GetAccountAuthorizationDetailsOutput {
	t.Helper()
	var all iam.GetAccountAuthorizationDetailsOutput
	_, err := collect(iam.NewGetAccountAuthorizationDetailsPaginator(api, &iam.GetAccountAuthorizationDetailsInput{Filter: filter}), func(p *iam.GetAccountAuthorizationDetailsOutput) []string {
		all.UserDetailList = append(all.UserDetailList, p.UserDetailList...)
		all.GroupDetailList = append(all.GroupDetailList, p.GroupDetailList...)
		all.RoleDetailList = append(all.RoleDetailList, p.RoleDetailList...)
		all.Policies = append(all.Policies, p.Policies...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func find[T any](t *testing.T, list []T, is func(T) bool) T {
	t.Helper()
	i := slices.IndexFunc(list, is)
	if i < 0 {
		t.Fatalf("not found in %+v", list)
	}
	return list[i]
}

// Documents come encoded by RFC 3986: a space is %20, and a plus is no space.
func TestIAMDocumentsAreURLEncoded(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 2
	all := whole(t, iam.NewFromConfig(connect(serve(t, sim), "AKIAONE", "eu-west-1").Config))
	bob := find(t, all.UserDetailList, func(u types.UserDetail) bool { return *u.UserName == "bob+co" })
	raw := *bob.UserPolicyList[0].PolicyDocument
	if !strings.HasPrefix(raw, "%7B%22Version%22%3A%222012-10-17%22") || strings.ContainsAny(raw, "+ {\"/") {
		t.Errorf("got %s", raw)
	}
	document, err := url.PathUnescape(raw)
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct{ Sid, Resource string }
	}
	if err := json.Unmarshal([]byte(document), &policy); err != nil || policy.Version != "2012-10-17" ||
		policy.Statement[0].Sid != "Ümläut+%20 /~" || policy.Statement[0].Resource != "arn:aws:dynamodb:*:123456789:table/*/backup/*" {
		t.Errorf("%+v, %v", policy, err)
	}
	for _, encoded := range []string{
		*find(t, all.RoleDetailList, func(r types.RoleDetail) bool { return *r.RoleName == "Backup" }).AssumeRolePolicyDocument,
		*find(t, all.Policies, func(p types.ManagedPolicyDetail) bool { return *p.PolicyName == "AdministratorAccess" }).PolicyVersionList[0].Document,
	} {
		if document, err := url.QueryUnescape(encoded); !strings.HasPrefix(encoded, "%7B") || err != nil || !json.Valid([]byte(document)) {
			t.Errorf("%s: %v", encoded, err)
		}
	}
}

func TestAccountAuthorizationDetails(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIAONE", "eu-west-1")
	all := whole(t, iam.NewFromConfig(c.Config))
	alice := find(t, all.UserDetailList, func(u types.UserDetail) bool { return *u.UserName == "alice" })
	if !slices.Equal(alice.GroupList, []string{"admins", "testers"}) || *alice.PermissionsBoundary.PermissionsBoundaryArn != "arn:aws:iam::111111111111:policy/limit" ||
		len(alice.AttachedManagedPolicies) != 2 || len(alice.Tags) != 3 || *alice.Tags[1].Value != "a b/c & <d>" {
		t.Errorf("%+v", alice)
	}
	role := find(t, all.RoleDetailList, func(r types.RoleDetail) bool { return *r.RoleName == "Backup" })
	if *role.Arn != "arn:aws:iam::111111111111:role/service-role/Backup" || *role.RoleLastUsed.Region != "eu-west-1" || role.RoleLastUsed.LastUsedDate == nil ||
		*role.PermissionsBoundary.PermissionsBoundaryArn != "arn:aws:iam::aws:policy/PowerUserAccess" {
		t.Errorf("%+v", role)
	}
	own := find(t, all.Policies, func(p types.ManagedPolicyDetail) bool { return *p.PolicyName == "own" })
	var standard []string
	for _, v := range own.PolicyVersionList {
		if v.IsDefaultVersion {
			standard = append(standard, *v.VersionId)
		}
	}
	if len(own.PolicyVersionList) != 3 || !slices.Equal(standard, []string{"v2"}) || *own.DefaultVersionId != "v2" || *own.AttachmentCount != 1 {
		t.Errorf("%+v", own)
	}
	// who has an access key or can be assumed exists without being described
	find(t, all.UserDetailList, func(u types.UserDetail) bool { return *u.UserName == "tester" })
	find(t, all.RoleDetailList, func(u types.RoleDetail) bool { return *u.RoleName == "Guarded" })
}

func TestAuthorizationFilters(t *testing.T) {
	api := iam.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	count := func(filter ...types.EntityType) [4]int {
		a := whole(t, api, filter...)
		return [4]int{len(a.UserDetailList), len(a.GroupDetailList), len(a.RoleDetailList), len(a.Policies)}
	}
	for _, tt := range []struct {
		filter []types.EntityType
		want   [4]int
	}{
		{nil, [4]int{3, 2, 3, 7}},
		{[]types.EntityType{"User"}, [4]int{3, 0, 0, 0}},
		{[]types.EntityType{"Role", "Group"}, [4]int{0, 2, 3, 0}},
		{[]types.EntityType{"LocalManagedPolicy"}, [4]int{0, 0, 0, 2}},
		{[]types.EntityType{"AWSManagedPolicy"}, [4]int{0, 0, 0, 5}},
	} {
		if got := count(tt.filter...); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.filter, got, tt.want)
		}
	}
}

// Pages hold all kinds of entities in one order: a client that takes the first
// page's roles for all roles is found out.
func TestAuthorizationPagesAreMixed(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 3
	api := iam.NewFromConfig(connect(serve(t, sim), "AKIAONE", "eu-west-1").Config)
	pages := map[string][]int{}
	n := 0
	_, err := collect(iam.NewGetAccountAuthorizationDetailsPaginator(api, &iam.GetAccountAuthorizationDetailsInput{}), func(p *iam.GetAccountAuthorizationDetailsOutput) []string {
		for kind, count := range map[string]int{"user": len(p.UserDetailList), "group": len(p.GroupDetailList), "role": len(p.RoleDetailList), "policy": len(p.Policies)} {
			if count > 0 {
				pages[kind] = append(pages[kind], n)
			}
		}
		if n++; p.IsTruncated != (p.Marker != nil) {
			t.Errorf("page %d: IsTruncated %v, Marker %v", n, p.IsTruncated, p.Marker)
		}
		return nil
	})
	if err != nil || n != 5 || len(pages["user"]) < 2 || len(pages["role"]) < 2 || len(pages["policy"]) < 2 {
		t.Errorf("%d pages, %v, %v", n, pages, err)
	}
}

func TestAccountSummaryAndAlias(t *testing.T) {
	api := iam.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	summary, err := api.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil || summary.SummaryMap["AccountMFAEnabled"] != 0 || summary.SummaryMap["Users"] != 3 || summary.SummaryMap["VersionsPerPolicyQuota"] != 5 {
		t.Errorf("%+v, %v", summary, err)
	}
	aliases, err := api.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
	if err != nil || !slices.Equal(aliases.AccountAliases, []string{"one-alias"}) {
		t.Errorf("%+v, %v", aliases, err)
	}
}

// IAM is one for all Regions; its requests count in the home Region.
func TestIAMIsGlobal(t *testing.T) {
	sim := everything(t)
	s := serve(t, sim)
	for _, region := range []string{"eu-west-1", "us-east-1", "mars-north-1"} {
		api := iam.NewFromConfig(connect(s, "AKIAONE", region).Config)
		if _, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("from-" + region)}); err != nil {
			t.Error(err)
		}
	}
	if n := sim.CallsOf(awssim.Key{Account: "111111111111", Region: "us-east-1", Operation: "iam:CreateUser"}); n != 3 {
		t.Errorf("counted %d calls", n)
	}
	users, err := iam.NewFromConfig(connect(s, "AKIATWO", "eu-west-1").Config).ListUsers(ctx, &iam.ListUsersInput{})
	if err != nil || len(users.Users) != 1 || *users.Users[0].UserName != "holdfast" {
		t.Errorf("%+v, %v", users, err)
	}
}

func TestIAMErrors(t *testing.T) {
	api := iam.NewFromConfig(connect(serve(t, everything(t)), "AKIAONE", "eu-west-1").Config)
	none, document := aws.String("nothing"), aws.String(emptyPolicy)
	_, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: none})
	wantType[*types.NoSuchEntityException](t, "GetRole", err)
	_, err = api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("Backup"), PolicyArn: aws.String("arn:aws:iam::aws:policy/NoSuchPolicy")})
	wantType[*types.NoSuchEntityException](t, "AttachRolePolicy", err)
	_, err = api.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("alice")})
	wantType[*types.EntityAlreadyExistsException](t, "CreateUser", err)
	_, err = api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("Backup"), PolicyName: none, PolicyDocument: none})
	wantType[*types.MalformedPolicyDocumentException](t, "PutRolePolicy", err)
	_, err = api.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("alice")})
	wantType[*types.DeleteConflictException](t, "DeleteUser", err)
	own := aws.String("arn:aws:iam::111111111111:policy/own")
	for range 2 {
		if _, err := api.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: document}); err != nil {
			t.Error(err)
		}
	}
	_, err = api.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: document})
	wantType[*types.LimitExceededException](t, "CreatePolicyVersion", err)
	_, err = api.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"), PolicyDocument: document})
	wantCode(t, err, "AccessDenied")
	_, err = api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: none})
	wantCode(t, err, "ValidationError")
	_, err = api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1001)})
	wantCode(t, err, "ValidationError")
	_, err = api.ListServerCertificates(ctx, &iam.ListServerCertificatesInput{})
	wantCode(t, err, "UnknownOperationException")
}
