package collect_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/smithy-go/logging"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// The SDK warns on standard error of answers that break off; those are gaps.
func TestTheSDKPrintsNothing(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "")
	cfg, err := collect.Load(context.Background(), collect.Options{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, silent := cfg.Logger.(logging.Nop); !silent {
		t.Errorf("the SDK logs to %T", cfg.Logger)
	}
}

// A scan of thousands of accounts in one process has no connections left over
// from those that are done.
func TestNoConnectionIsLeftOpen(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": ourKey, "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CA_BUNDLE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	sim, err := awssim.Load(scenario)
	if err != nil {
		t.Fatal(err)
	}
	var open, opened atomic.Int64
	srv := httptest.NewUnstartedServer(sim)
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
			opened.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	srv.Start()
	defer srv.Close()
	for _, role := range []string{"", "arn:aws:iam::111122223333:role/Holdfast"} {
		account, err := collect.Open(context.Background(), collect.Options{EndpointURL: srv.URL, RoleARN: role, NoLimits: true})
		if err != nil {
			t.Fatal(err)
		}
		err = account.Collect(context.Background(), []string{snapshot.Global, "eu-west-1", "us-east-1"}, collect.Collectors(),
			func(string, collect.Result, *snapshot.Builder) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if opened.Load() == 0 {
		t.Fatal("no connection was ever opened")
	}
	for deadline := time.Now().Add(5 * time.Second); open.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d connections are still open", open.Load(), opened.Load())
		}
	}
}
