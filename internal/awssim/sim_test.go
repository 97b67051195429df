package awssim_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"holdfast/internal/awssim"
)

const (
	workshop  = "AKIAHOLDFASTDEMO0001"
	payments  = "AKIAHOLDFASTDEMO0002"
	analytics = "AKIAHOLDFASTDEMO0003"
)

// clients are real SDK clients of one account and Region.
type clients struct {
	aws.Config
	ddb *dynamodb.Client
	bk  *backup.Client
	sts *sts.Client
}

func load(t testing.TB, yaml []byte) *awssim.Simulator {
	t.Helper()
	sim, err := awssim.Load(yaml)
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func serve(t testing.TB, sim *awssim.Simulator) *awssim.Server {
	t.Helper()
	t.Setenv("AWS_CA_BUNDLE", "")
	s := awssim.Start(sim)
	t.Cleanup(s.Close)
	return s
}

func connect(s *awssim.Server, key, region string) clients {
	return connectAs(s, credentials.NewStaticCredentialsProvider(key, "secret", ""), region)
}

func connectAs(s *awssim.Server, who aws.CredentialsProvider, region string) clients {
	cfg := aws.Config{Region: region, BaseEndpoint: aws.String(s.URL), Credentials: who, RetryMaxAttempts: 1}
	return clients{Config: cfg, ddb: dynamodb.NewFromConfig(cfg), bk: backup.NewFromConfig(cfg), sts: sts.NewFromConfig(cfg)}
}

var ctx = context.Background()
