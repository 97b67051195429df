package scanner_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"holdfast/config"
	"holdfast/internal/awssim"
	"holdfast/scanner"
	"holdfast/scanner/run"
	"holdfast/scanner/snapshot"
)

// An organizationDesk answers for AWS Organizations, and passes all else on to the
// simulator.
type organizationDesk struct {
	answers map[string]string // by operation; a code of letters alone is an error

	mu    sync.Mutex
	asked map[string]int
}

func (o *organizationDesk) before(t *testing.T, w *world) string {
	t.Helper()
	target, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	o.asked = map[string]int{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "AWSOrganizationsV20161128.")
		if !ok {
			proxy.ServeHTTP(rw, r)
			return
		}
		o.mu.Lock()
		o.asked[operation]++
		o.mu.Unlock()
		body, ok := o.answers[operation]
		if !ok {
			body = "{}"
		}
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if !strings.HasPrefix(body, "{") {
			rw.WriteHeader(http.StatusBadRequest)
			body = fmt.Sprintf(`{"__type":%q,"message":"no"}`, body)
		}
		io.WriteString(rw, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (o *organizationDesk) count(operation string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[operation]
}

// demo is a scan of the demo's first two accounts.
func demoJob(t *testing.T, desk *organizationDesk) scanner.Job {
	t.Helper()
	asUser(t, "AKIAHOLDFASTDEMO0001")
	w := newWorld(t, awssim.Demo)
	job := w.job(shipped(t), t.TempDir())
	job.AWS.EndpointURL = desk.before(t, w)
	job.AWS.RoleARN = "arn:aws:iam::" + scanner.AccountPlaceholder + ":role/Holdfast"
	var err error
	if job.Config, err = config.Parse("holdfast.yaml", []byte(`accounts: ["111122223333", "222233334444"]`)); err != nil {
		t.Fatal(err)
	}
	return job
}

func organizationShard(t *testing.T, kept *run.Run) (header *snapshot.Header, rows []snapshot.Row) {
	t.Helper()
	for row, err := range kept.ReadShard("", snapshot.OrganizationShard) {
		switch {
		case err != nil:
			t.Fatal(err)
		case row.Header != nil:
			header = row.Header
		case row.Call == nil && row.End == nil:
			rows = append(rows, row)
		}
	}
	return header, rows
}

// The organization is read once, by the account that sees all of it, and not again
// when a run is resumed.
func TestOrganizationIsReadOnceByItsManagementAccount(t *testing.T) {
	desk := &organizationDesk{answers: map[string]string{
		"DescribeOrganization":    `{"Organization":{"Id":"o-1","MasterAccountId":"222233334444"}}`,
		"DescribeEffectivePolicy": "EffectivePolicyNotFoundException",
	}}
	job := demoJob(t, desk)
	kept, err := scanner.Collect(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := organizationShard(t, kept)
	if header.Account != "222233334444" || len(rows) != 1 || rows[0].Organization == nil {
		t.Errorf("header %+v, rows %+v", header, rows)
	}
	shards, err := kept.Shards()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shards {
		if s.Account == "" || s.Region == snapshot.OrganizationShard {
			t.Errorf("the organization passes for an account: %+v", s)
		}
	}
	if desk.count("ListRoots") != 1 || desk.count("DescribeEffectivePolicy") != 2 {
		t.Errorf("asked %v", desk.asked)
	}
	job.Resume = true
	if _, err := scanner.Collect(context.Background(), job); err != nil {
		t.Fatal(err)
	}
	if desk.count("ListRoots") != 1 {
		t.Errorf("the resumed run asked for the roots again")
	}
}

// Where the organization refuses everything, the scan says so, is as complete as
// before, and finds the same.
func TestARefusedOrganizationChangesNoVerdict(t *testing.T) {
	digest := func(desk *organizationDesk) (string, []snapshot.Row) {
		job := demoJob(t, desk)
		v, err := scan(context.Background(), job)
		if err != nil {
			t.Fatal(err)
		}
		if !v.summary.Complete {
			t.Error("the scan is not complete")
		}
		kept, err := run.Resume(job.Out, "", false)
		if err != nil {
			t.Fatal(err)
		}
		_, rows := organizationShard(t, kept)
		return v.summary.Digest, rows
	}
	given, rows := digest(&organizationDesk{answers: map[string]string{
		"DescribeOrganization": "AWSOrganizationsNotInUseException", "DescribeEffectivePolicy": "AWSOrganizationsNotInUseException",
	}})
	if len(rows) > 0 {
		t.Errorf("no organization leaves %+v", rows)
	}
	const denied = "AccessDeniedException"
	refused, rows := digest(&organizationDesk{answers: map[string]string{
		"DescribeOrganization": denied, "DescribeEffectivePolicy": denied, "ListRoots": denied, "ListAccounts": denied, "ListPolicies": denied,
		"ListDelegatedAdministrators": denied, "ListAccountsWithInvalidEffectivePolicy": denied,
	}})
	if given != refused {
		t.Errorf("digest %s, with a refused organization %s", given, refused)
	}
	for _, row := range rows {
		if row.Unread == nil || row.Unread.Reason != snapshot.Denied {
			t.Errorf("row %+v", row)
		}
	}
	if len(rows) != 8 {
		t.Errorf("%d questions are unread", len(rows))
	}
}
