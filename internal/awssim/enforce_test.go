package awssim_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const enforced = `
clock: 2026-06-30T12:00:00Z
accounts:
  - id: "111111111111"
    access_keys: [{id: AKIAREADER, user: reader}, {id: AKIAMEMBER, user: member}, {id: AKIANOBODY, user: nobody}]
    iam:
      users:
        - {name: reader, inline: {p: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "Backup:list*", Resource: "*"}}}}
        - {name: member, groups: [admins], inline: {p: {Version: 2012-10-17, Statement: [{Effect: Deny, NotAction: ["backup:*", "sts:*"], Resource: nothing}]}}}
        - {name: nobody, inline: {p: {Version: 2012-10-17, Statement: [
            {Effect: Allow, Action: "backup:*", Resource: "*", Condition: {Bool: {"aws:MultiFactorAuthPresent": "true"}}}, {Effect: Allow, Action: "backup:*", Resource: "arn:x"}]}}}
      groups: [{name: admins, attached: [aws/AdministratorAccess]}]
      roles: [{name: Lister, path: /a/, inline: {p: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: ["backup:ListBackupPlans"], Resource: ["*"]}]}}}]
    empty_regions: [eu-west-1]
`

func TestEnforcedPolicies(t *testing.T) {
	sim := load(t, []byte(enforced))
	s := serve(t, sim)
	sim.EnforceIAM()
	member := connect(s, "AKIAMEMBER", "eu-west-1")
	role := connectAs(s, stscreds.NewAssumeRoleProvider(member.sts, "arn:aws:iam::111111111111:role/a/Lister"), "eu-west-1")
	for who, api := range map[string]clients{"reader": connect(s, "AKIAREADER", "eu-west-1"), "member": member, "nobody": connect(s, "AKIANOBODY", "eu-west-1"), "role": role} {
		_, err := api.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			t.Errorf("%s: GetCallerIdentity needs no permission: %v", who, err)
		}
		_, plans := api.bk.ListBackupPlans(ctx, &backup.ListBackupPlansInput{})
		_, vaults := api.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
		_, settings := api.bk.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{})
		_, tables := api.ddb.ListTables(ctx, nil)
		want := map[string][4]bool{"reader": {true, true}, "member": {true, true, true}, "role": {true}}[who]
		if got := [4]bool{plans == nil, vaults == nil, settings == nil, tables == nil}; got != want {
			t.Errorf("%s may list plans, list vaults, describe settings, list tables: %v, want %v", who, got, want)
		}
		if tables != nil {
			wantCode(t, tables, "AccessDeniedException")
		}
	}
	_, err := connect(s, "AKIAREADER", "eu-west-1").sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111111111111:role/a/Lister"), RoleSessionName: aws.String("s")})
	wantCode(t, err, "AccessDenied")
}
