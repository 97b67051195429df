package awssim_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestAssumedRolesSeeTheirAccount(t *testing.T) {
	sim := everything(t)
	s := serve(t, sim)
	c := connect(s, "AKIAONE", "us-east-1")
	me, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *me.Account != "111111111111" || *me.Arn != "arn:aws:iam::111111111111:user/tester" {
		t.Fatalf("%+v, %v", me, err)
	}
	role := stscreds.NewAssumeRoleProvider(c.sts, "arn:aws:iam::222222222222:role/path/Scanner", func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = "scan", time.Hour
	})
	two := connectAs(s, aws.NewCredentialsCache(role), "eu-west-1")
	me, err = two.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *me.Account != "222222222222" || *me.Arn != "arn:aws:sts::222222222222:assumed-role/Scanner/scan" {
		t.Fatalf("%+v, %v", me, err)
	}
	vaults, err := two.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	if err != nil || len(vaults.BackupVaultList) != 1 || *vaults.BackupVaultList[0].BackupVaultName != "theirs" {
		t.Errorf("%+v, %v", vaults, err)
	}

	// The session ends by the simulator's clock; each protocol says so.
	sim.Clock.Advance(59 * time.Minute)
	if _, err := two.ddb.ListTables(ctx, &dynamodb.ListTablesInput{}); err != nil {
		t.Errorf("after 59 minutes: %v", err)
	}
	sim.Clock.Advance(time.Minute)
	_, err = two.ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	wantCode(t, err, "ExpiredTokenException")
	_, err = two.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	wantCode(t, err, "ExpiredTokenException")
	_, err = two.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	wantCode(t, err, "ExpiredToken")
}

func TestWhoMayAssume(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIATWO", "us-east-1")
	for _, tt := range []struct {
		role, externalID, code string
	}{
		{"arn:aws:iam::111111111111:role/Open", "", ""},
		{"arn:aws:iam::111111111111:role/Guarded", "secret", ""},
		{"arn:aws:iam::111111111111:role/Guarded", "guess", "AccessDenied"},
		{"arn:aws:iam::111111111111:role/Guarded", "", "AccessDenied"},
		{"arn:aws:iam::111111111111:role/Missing", "", "AccessDenied"},
		{"arn:aws:iam::999999999999:role/Open", "", "AccessDenied"},
		{"arn:aws-cn:iam::111111111111:role/Open", "", "AccessDenied"},
		{"arn:aws:iam::111111111111:user/Open", "", "ValidationError"},
	} {
		in := &sts.AssumeRoleInput{RoleArn: &tt.role, RoleSessionName: aws.String("s")}
		if tt.externalID != "" {
			in.ExternalId = &tt.externalID
		}
		out, err := c.sts.AssumeRole(ctx, in)
		if tt.code != "" {
			wantCode(t, err, tt.code)
		} else if err != nil || out.Credentials.Expiration.Before(time.Now()) {
			t.Errorf("%s: %+v, %v", tt.role, out, err)
		}
	}
}
