package awssim_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	evtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

const emptyPolicy = `{"Version":"2012-10-17","Statement":[]}`

// askIdentities calls what the lists of IAM leave.
func askIdentities(t *testing.T, c clients, must func(any, error)) {
	api, s := iam.NewFromConfig(c.Config), aws.String
	must(api.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))
	must(api.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))
	must(api.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: s("g")}))
	must(api.CreateUser(ctx, &iam.CreateUserInput{UserName: s("u"), Path: s("/x/"), Tags: []iamtypes.Tag{{Key: s("k"), Value: s("v")}}}))
	must(api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: s("r"), AssumeRolePolicyDocument: s(emptyPolicy), Description: s("d")}))
	made, err := api.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: s("p"), PolicyDocument: s(emptyPolicy)})
	must(made, err)
	if err != nil {
		t.Fatal(err)
	}
	arn := made.Policy.Arn
	must(api.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: s(emptyPolicy), SetAsDefault: true}))
	must(api.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: s("v2")}))
	must(api.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: s("v1")}))
	must(api.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: s("v2")}))
	must(api.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: s("u"), GroupName: s("g")}))
	must(api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: s("u"), PolicyName: s("i"), PolicyDocument: s(emptyPolicy)}))
	must(api.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: s("g"), PolicyName: s("i"), PolicyDocument: s(emptyPolicy)}))
	must(api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: s("r"), PolicyName: s("i"), PolicyDocument: s(emptyPolicy)}))
	must(api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: s("r"), PolicyName: s("i")}))
	must(api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: s("u"), PolicyArn: arn}))
	must(api.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: s("g"), PolicyArn: arn}))
	must(api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: s("r"), PolicyArn: arn}))
	must(api.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: s("r"), PermissionsBoundary: arn}))
	must(api.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: s("u"), PermissionsBoundary: arn}))
	must(api.GetRole(ctx, &iam.GetRoleInput{RoleName: s("r")}))
	must(api.GetUser(ctx, &iam.GetUserInput{UserName: s("u")}))
	must(api.GetGroup(ctx, &iam.GetGroupInput{GroupName: s("g")}))
	must(api.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn}))
	must(api.TagRole(ctx, &iam.TagRoleInput{RoleName: s("r"), Tags: []iamtypes.Tag{{Key: s("k"), Value: s("v")}}}))
	must(api.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: s("r")}))
	must(api.UntagRole(ctx, &iam.UntagRoleInput{RoleName: s("r"), TagKeys: []string{"k"}}))
	must(api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: s("r"), PolicyDocument: s(emptyPolicy)}))
	must(api.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: s("r")}))
	must(api.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: s("r")}))
	must(api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: s("r"), PolicyArn: arn}))
	must(api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: s("r"), PolicyName: s("i")}))
	must(api.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: s("r")}))
	must(api.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: s("u"), GroupName: s("g")}))
}

func askKeys(c clients, must func(any, error)) {
	api, s := kms.NewFromConfig(c.Config), aws.String
	for _, id := range []string{vaultKey, "dying", "off", "imported", "mrk-1", "mrk-2"} {
		must(api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &id}))
		must(api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &id}))
		must(api.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: &id}))
	}
	made, err := api.CreateKey(ctx, &kms.CreateKeyInput{Description: s("new"), Policy: s(emptyPolicy), Tags: []kmstypes.Tag{{TagKey: s("k"), TagValue: s("v")}}})
	must(made, err)
	id := made.KeyMetadata.KeyId
	must(api.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: s("alias/new"), TargetKeyId: id}))
	must(api.CreateGrant(ctx, &kms.CreateGrantInput{KeyId: id, GranteePrincipal: s("backup.amazonaws.com"), Operations: []kmstypes.GrantOperation{"Decrypt"}}))
	must(api.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: id}))
	must(api.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: id, Policy: s(emptyPolicy)}))
	must(api.DisableKey(ctx, &kms.DisableKeyInput{KeyId: id}))
	must(api.EnableKey(ctx, &kms.EnableKeyInput{KeyId: id}))
	must(api.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: id, PendingWindowInDays: aws.Int32(7)}))
	must(api.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: id}))
}

func askOrganization(c clients, must func(any, error)) {
	api, s := organizations.NewFromConfig(c.Config), aws.String
	must(api.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{}))
	must(api.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: s("444444444444")}))
	must(api.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: s("p-RCPFullAWSAccess")}))
	must(api.ListParents(ctx, &organizations.ListParentsInput{ChildId: s("222222222222")}))
	must(api.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: "BACKUP_POLICY"}))
	must(api.ListDelegatedServicesForAccount(ctx, &organizations.ListDelegatedServicesForAccountInput{AccountId: s("333333333333")}))
	must(api.ListAWSServiceAccessForOrganization(ctx, &organizations.ListAWSServiceAccessForOrganizationInput{}))
}

func askWatchers(c clients, must func(any, error)) {
	s := aws.String
	events := eventbridge.NewFromConfig(c.Config)
	must(events.PutRule(ctx, &eventbridge.PutRuleInput{Name: s("made"), EventPattern: s(`{"source":["aws.backup"]}`)}))
	must(events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: s("made"), Targets: []evtypes.Target{{Id: s("1"), Arn: s(alarmsArn), InputTransformer: &evtypes.InputTransformer{InputTemplate: s("x")}}}}))
	must(events.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: s("made")}))
	must(events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: s("made")}))
	topics := sns.NewFromConfig(c.Config)
	must(topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: s("made"), Attributes: map[string]string{"KmsMasterKeyId": "alias/aws/sns"}}))
	must(topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: s(alarmsArn), Protocol: s("lambda"), Endpoint: s("arn:aws:lambda:eu-west-1:111111111111:function:f")}))
	must(topics.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: s(alarmsArn)}))
	trails := cloudtrail.NewFromConfig(c.Config)
	must(trails.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{}))
	for _, name := range []string{"main", "picky", "advanced"} {
		must(trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &name}))
		must(trails.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &name}))
	}
	must(cloudwatch.NewFromConfig(c.Config).PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{AlarmName: s("made"), MetricName: s("m"), Namespace: s("n"), Threshold: aws.Float64(1.5),
		ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: aws.Int32(2), Period: aws.Int32(60), AlarmActions: []string{alarmsArn}}))
	logs := cloudwatchlogs.NewFromConfig(c.Config)
	must(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: s("made")}))
	must(logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{LogGroupName: s("made"), FilterName: s("f"), FilterPattern: s("x"),
		MetricTransformations: []logtypes.MetricTransformation{{MetricName: s("m"), MetricNamespace: s("n"), MetricValue: s("1")}}}))
}
