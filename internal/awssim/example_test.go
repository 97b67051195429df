package awssim_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/internal/awssim"
)

// A scan of the demo's organization, one API call long.
func Example() {
	sim, err := awssim.Load(awssim.Demo)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := awssim.Start(sim)
	defer server.Close()
	sim.Clock.Advance(24 * time.Hour) // tomorrow's run happens

	client := backup.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(server.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAHOLDFASTDEMO0001", "any", ""),
	})
	vaults, err := client.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range vaults.BackupVaultList {
		fmt.Println(*v.BackupVaultName, v.NumberOfRecoveryPoints)
	}
	// Output:
	// Default 0
	// dynamodb-backup-vault 365
	// gold-copies 366
}
