package collect_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"holdfast/scanner/snapshot"
)

// A token that expires in the middle must neither take hours nor look complete.
func TestExpiredCredentials(t *testing.T) {
	f, a, options := newFake(t)
	names := `"T0"`
	for i := range 200 {
		names += `,"T` + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `"`
	}
	f.handlers["ListTables"] = answer(`{"TableNames":[` + names + `]}`)
	f.handlers["DescribeTable"] = failure(400, "ExpiredTokenException")
	f.handlers["DescribeContinuousBackups"] = failure(400, "ExpiredTokenException")
	f.handlers["GetResourcePolicy"] = failure(400, "ExpiredTokenException")
	options.Workers = 2
	a = again(a, options, f, t)
	s := collected(t, a, region)
	if n := f.count("DescribeTable") + f.count("DescribeContinuousBackups") + f.count("GetResourcePolicy"); n > 50 {
		t.Errorf("asked %d times with dead credentials", n)
	}
	gaps := 0
	for _, g := range s.gaps {
		if g.Reason != snapshot.Denied || g.Code != "ExpiredTokenException" {
			t.Fatalf("gap %+v", g)
		}
		if g.Operation == "dynamodb:DescribeContinuousBackups" {
			gaps++
		}
	}
	if gaps != 201 {
		t.Errorf("%d gaps for 201 tables", gaps)
	}
}

// renewed gives a key that is refused until it is asked again.
type renewed struct{ times atomic.Int32 }

func (r *renewed) Retrieve(context.Context) (aws.Credentials, error) {
	key := "OLD"
	if r.times.Add(1) > 1 {
		key = "NEW"
	}
	return aws.Credentials{AccessKeyID: key, SecretAccessKey: "s"}, nil
}

func TestExpiredCredentialsAreRenewed(t *testing.T) {
	f, _, options := newFake(t)
	good := f.handlers["ListTables"]
	f.handlers["ListTables"] = func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "Credential=OLD/") {
			failure(400, "ExpiredTokenException")(w, r)
			return
		}
		good(w, r)
	}
	a := with(f, options, aws.NewCredentialsCache(&renewed{}), t)
	if s := collected(t, a, region); s.gaps != nil || s.table("A") == nil {
		t.Errorf("gaps %v", s.gaps)
	}
}

func TestProviderWithoutCredentials(t *testing.T) {
	f, _, options := newFake(t)
	broken := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("the single sign-on session is over")
	})
	s := collected(t, with(f, options, aws.NewCredentialsCache(broken), t), region)
	if len(s.gaps) == 0 || len(f.asked) > 0 {
		t.Fatalf("gaps %v, asked %v", s.gaps, f.asked)
	}
	if g := s.gaps[0]; g.Reason != snapshot.Denied || !strings.Contains(g.Message, "the single sign-on session is over") {
		t.Errorf("gap %+v", g)
	}
}
