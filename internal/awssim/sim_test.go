package awssim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

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
	client := &http.Client{Transport: wholeRequests{http.DefaultTransport.(*http.Transport).Clone()}}
	cfg := aws.Config{Region: region, BaseEndpoint: aws.String(s.URL), Credentials: who, RetryMaxAttempts: 1, HTTPClient: client}
	return clients{Config: cfg, ddb: dynamodb.NewFromConfig(cfg), bk: backup.NewFromConfig(cfg), sts: sts.NewFromConfig(cfg)}
}

// wholeRequests sends bodies that the SDK cannot close. It closes a request's body
// as soon as the answer begins, and a server as near as this one can be quicker
// than the transport's own close: that then counts as a failed write, and takes
// the connection away under the answer.
type wholeRequests struct{ *http.Transport }

func (w wholeRequests) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return w.Transport.RoundTrip(r)
}

var ctx = context.Background()

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Errorf("got %v, want %s", err, code)
	} else if api.ErrorCode() != code {
		t.Errorf("got %s (%s), want %s", api.ErrorCode(), api.ErrorMessage(), code)
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
