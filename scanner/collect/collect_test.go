package collect_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

func TestShardOfTables(t *testing.T) {
	_, a, _ := newFake(t)
	s := collected(t, a, region)
	if s.gaps != nil {
		t.Errorf("gaps: %v", s.gaps)
	}
	off, days := false, 35
	want := &snapshot.Table{
		TableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/A", TableName: "A", TableStatus: "ACTIVE", DeletionProtectionEnabled: &off,
		ContinuousBackupsDescription: &snapshot.ContinuousBackups{ContinuousBackupsStatus: "ENABLED",
			PointInTimeRecoveryDescription: &snapshot.PointInTimeRecovery{PointInTimeRecoveryStatus: "ENABLED", RecoveryPeriodInDays: &days}},
		Tags: []snapshot.Tag{{Key: "a", Value: "2"}, {Key: "z", Value: "1"}},
	}
	if diff := cmp.Diff(want, s.table("A")); diff != "" {
		t.Errorf("table A (-want +got):\n%s", diff)
	}
	wantHeader := &snapshot.Header{
		Format: snapshot.Format, Tool: "holdfast test", Partition: "aws", Account: account, Region: region,
		Caller: "arn:aws:iam::111122223333:user/u", CollectedAt: serverTime, Collectors: []string{"backup", "cloudtrail", "cloudwatch", "dynamodb", "events", "kms", "logs", "sns"},
	}
	if diff := cmp.Diff(wantHeader, s.header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	c := s.call("dynamodb:DescribeTable TableName=A")
	if c == nil || c.Time != serverTime || c.RequestId != "request-1" || c.Attempts != 1 || c.Error != "" {
		t.Errorf("call %+v", c)
	}
	if c := s.call("dynamodb:GetResourcePolicy ResourceArn=" + want.TableArn); c == nil || c.Error != "PolicyNotFoundException" {
		t.Errorf("an answer that means none keeps its code: %+v", c)
	}
}

func hang(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(time.Second):
	}
}

func reset(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func cut(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "500")
	w.Write([]byte(`{"ContinuousBackupsDescription":{"Continuous`))
}

// Whatever a proxy, an emulator or AWS itself answers, it is a gap with the right
// reason, and everything else stays.
func TestAnswersThatAreNone(t *testing.T) {
	const html = "<html><body>403 Forbidden</body></html>"
	const xml = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		reason  snapshot.Reason
		code    string
		tries   int
	}{
		"403 json":         {failure(403, "AccessDeniedException"), snapshot.Denied, "AccessDeniedException", 0}, // the SDK may try once more, since the clocks differ
		"400 json denied":  {failure(400, "AccessDeniedException"), snapshot.Denied, "AccessDeniedException", 0},
		"403 xml as html":  {reply(403, "text/html", xml), snapshot.Denied, "", 1},
		"403 html":         {reply(403, "text/html", html), snapshot.Denied, "", 1},
		"401 empty":        {reply(401, "", ""), snapshot.Denied, "", 1},
		"opt-in":           {failure(403, "OptInRequired"), snapshot.Denied, "OptInRequired", 1},
		"404 html":         {reply(404, "text/html", html), snapshot.Unreadable, "", 1},
		"500 html":         {reply(500, "text/html", html), snapshot.Unreadable, "", 3},
		"200 html":         {reply(200, "text/html", html), snapshot.Unreadable, "", 1},
		"200 wrong json":   {answer(`{"ContinuousBackupsDescription":[]}`), snapshot.Unreadable, "", 1},
		"200 nothing":      {answer(`{}`), snapshot.Unreadable, "", 1},
		"500 json":         {failure(500, "InternalServerError"), snapshot.Failed, "InternalServerError", 3},
		"400 validation":   {failure(400, "ValidationException"), snapshot.Failed, "ValidationException", 1},
		"throttled":        {failure(400, "ThrottlingException"), snapshot.Throttled, "ThrottlingException", 3},
		"429 without code": {reply(429, "text/plain", "slow down"), snapshot.Throttled, "", 3},
		"504 html":         {reply(504, "text/html", html), snapshot.Timeout, "", 3},
		"hangs":            {hang, snapshot.Timeout, "", 3},
		"reset":            {reset, snapshot.Timeout, "", 3},
		"cut body":         {cut, snapshot.Timeout, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			f, a, options := newFake(t)
			options.AttemptTimeout = 50 * time.Millisecond
			if name != "hangs" {
				options.AttemptTimeout = 5 * time.Second
			}
			a = again(a, options, f, t)
			good := f.handlers["DescribeContinuousBackups"]
			f.handlers["DescribeContinuousBackups"] = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("X-Broken") == "" && strings.Contains(peek(r), `"B"`) {
					c.handler(w, r)
					return
				}
				good(w, r)
			}
			s := collected(t, a, region)
			if len(s.gaps) != 1 || s.gaps[0].ID() != "dynamodb:DescribeContinuousBackups TableName=B" {
				t.Fatalf("gaps: %+v", s.gaps)
			}
			if g := s.gaps[0]; g.Reason != c.reason || g.Code != c.code || g.Message == "" {
				t.Errorf("gap %+v, want reason %s and code %q", g, c.reason, c.code)
			}
			if strings.Contains(s.gaps[0].Message, "127.0.0.1") || strings.Contains(s.gaps[0].Message, "request-1") {
				t.Errorf("message differs from run to run: %q", s.gaps[0].Message)
			}
			call := s.call("dynamodb:DescribeContinuousBackups TableName=B")
			if call == nil || call.Error == "" || c.tries > 0 && call.Attempts != c.tries {
				t.Errorf("call %+v, want an error after %d tries", call, c.tries)
			}
			if b := s.table("B"); b == nil || b.ContinuousBackupsDescription != nil || b.TableStatus != "ACTIVE" {
				t.Errorf("table B: %+v", b)
			}
			if a := s.table("A"); a == nil || a.ContinuousBackupsDescription == nil {
				t.Errorf("table A: %+v", a)
			}
		})
	}
}

func TestTriesAgainUntilAnswered(t *testing.T) {
	f, a, options := newFake(t)
	options.MaxAttempts = 6
	a = again(a, options, f, t)
	f.handlers["ListTables"] = inTurn(failure(400, "ThrottlingException"), reply(503, "text/html", "x"), cut, reset, answer(`{"TableNames":["A"]}`))
	s := collected(t, a, region)
	if s.gaps != nil || s.table("A") == nil {
		t.Errorf("gaps %v, table %v", s.gaps, s.table("A"))
	}
	if c := s.call("dynamodb:ListTables"); c.Attempts != 5 {
		t.Errorf("call %+v", c)
	}
}

// Two pages came; the third did not. The two stay, and the gap says that there is more.
func TestListKeepsThePagesBeforeAGap(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["ListTables"] = inTurn(answer(`{"TableNames":["A"],"LastEvaluatedTableName":"A"}`),
		answer(`{"TableNames":["B"],"LastEvaluatedTableName":"B"}`), failure(400, "AccessDeniedException"))
	s := collected(t, a, region)
	if s.gapIDs() != "dynamodb:ListTables" || s.table("A") == nil || s.table("B") == nil {
		t.Errorf("gaps %q, tables %v %v", s.gapIDs(), s.table("A"), s.table("B"))
	}
}

func TestRepeatedPageIsUnreadable(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["ListTables"] = inTurn(answer(`{"TableNames":["A"],"LastEvaluatedTableName":"A"}`), answer(`{"TableNames":["B"],"LastEvaluatedTableName":"A"}`))
	s := collected(t, a, region)
	if len(s.gaps) != 1 || s.gaps[0].Reason != snapshot.Unreadable || f.count("ListTables") != 2 {
		t.Errorf("gaps %v after %d pages", s.gaps, f.count("ListTables"))
	}
}

func TestTableThatVanishedLeavesNoRowAndNoGap(t *testing.T) {
	for name, described := range map[string]http.HandlerFunc{
		"before describe":  failure(400, "ResourceNotFoundException"),
		"between the two ": nil, // answered once
	} {
		t.Run(name, func(t *testing.T) {
			f, a, _ := newFake(t)
			f.handlers["ListTables"] = answer(`{"TableNames":["A"]}`)
			if described == nil {
				described = inTurn(f.handlers["DescribeTable"], failure(400, "ResourceNotFoundException"))
			}
			f.handlers["DescribeTable"] = described
			f.handlers["DescribeContinuousBackups"] = failure(400, "TableNotFoundException")
			s := collected(t, a, region)
			if s.gaps != nil || s.table("A") != nil {
				t.Errorf("gaps %v, table %v", s.gaps, s.table("A"))
			}
			if c := s.call("dynamodb:DescribeTable TableName=A"); c == nil {
				t.Error("no call is left of it")
			}
		})
	}
	// But a table that is there, and whose backups are not, is not forgotten.
	f, a, _ := newFake(t)
	f.handlers["DescribeContinuousBackups"] = failure(400, "TableNotFoundException")
	s := collected(t, a, region)
	if len(s.gaps) != 2 || s.table("A") == nil {
		t.Errorf("gaps %v, table %v", s.gaps, s.table("A"))
	}
}

// What AWS always sends and did not send now stays absent: it is neither on nor off.
func TestMissingFieldStaysAbsent(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeContinuousBackups"] = answer(`{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED"}}`)
	f.handlers["DescribeTable"] = byTable(`{"Table":{"TableName":"TABLE","TableStatus":"HUMMING"}}`)
	s := collected(t, a, region)
	row := s.table("A")
	if row == nil || row.ContinuousBackupsDescription == nil || row.ContinuousBackupsDescription.PointInTimeRecoveryDescription != nil {
		t.Errorf("row %+v", row)
	}
	// A description without its ARN is no description.
	if s.gapIDs() != "dynamodb:DescribeTable TableName=A; dynamodb:DescribeTable TableName=B" || row.TableArn == "" {
		t.Errorf("gaps %q, ARN %q", s.gapIDs(), row.TableArn)
	}
}

func TestUnknownValuesAreKept(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeTable"] = byTable(`{"Table":{"TableArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/TABLE","TableStatus":"HUMMING"}}`)
	f.handlers["DescribeContinuousBackups"] = answer(`{"ContinuousBackupsDescription":{"PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"HALF"}}}`)
	row := collected(t, a, region).table("A")
	if row.TableStatus != "HUMMING" || row.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus != "HALF" {
		t.Errorf("row %+v", row)
	}
}

func TestTagsOneByOneWhereTheBulkIsDenied(t *testing.T) {
	f, a, _ := newFake(t)
	want := collected(t, a, region).table("A").Tags
	f.handlers["GetResources"] = failure(400, "AccessDeniedException")
	f.handlers["ListTagsOfResource"] = inTurn(answer(`{"Tags":[{"Key":"z","Value":"1"}],"NextToken":"t"}`), answer(`{"Tags":[{"Key":"a","Value":"2"}]}`))
	f.handlers["ListTables"] = answer(`{"TableNames":["A"]}`)
	s := collected(t, a, region)
	if diff := cmp.Diff(want, s.table("A").Tags); diff != "" || s.gaps != nil {
		t.Errorf("tags (-want +got):\n%s\ngaps %v", diff, s.gaps)
	}
	if c := s.call("tag:GetResources ResourceTypeFilters=dynamodb:table"); c == nil || c.Error != "AccessDeniedException" {
		t.Errorf("the refusal is not on record: %+v", c)
	}
	f.handlers["ListTagsOfResource"] = failure(400, "AccessDeniedException")
	if s = collected(t, a, region); !strings.HasPrefix(s.gapIDs(), "dynamodb:ListTagsOfResource ResourceArn=") {
		t.Errorf("gaps %q", s.gapIDs())
	}
}

func TestTablesLimitAllRows(t *testing.T) {
	f, a, options := newFake(t)
	options.Tables = []string{"B*"}
	a = again(a, options, f, t)
	f.handlers["ListBackups"] = answer(`{"BackupSummaries":[{"BackupArn":"1","TableName":"A"},{"BackupArn":"2","TableName":"BB"}]}`)
	s := collected(t, a, region)
	if s.table("A") != nil || s.table("B") == nil || len(s.rows) != 3 { // B, the backup of BB, the Region's settings
		t.Errorf("rows %+v", s.rows)
	}
	if diff := cmp.Diff([]string{"B*"}, s.header.Tables); diff != "" {
		t.Errorf("header does not say so: %s", diff)
	}
}

// However many Regions there are, the connections are few.
func TestRegionsShareTheirConnections(t *testing.T) {
	f, _, options := newFake(t)
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(f)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	a := remake(aws.Config{Region: region, BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("A", "s", "")}, options)
	collected(t, a, region)
	before := opened.Load()
	for range 20 {
		collected(t, a, region)
	}
	if n := opened.Load() - before; n > 100 {
		t.Errorf("%d new connections for 20 shards", n)
	}
}

func TestCancelEndsPromptly(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeTable"] = hang
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	b := &snapshot.Builder{}
	if _, err := a.Shard(ctx, region, collect.Collectors(), b); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 900*time.Millisecond {
		t.Errorf("took %v", d)
	}
}

func TestRegions(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["POST /listRegions"] = answer(`{"Regions":[{"RegionName":"eu-west-2","RegionOptStatus":"ENABLED"},{"RegionName":"ap-east-1","RegionOptStatus":"DISABLED"},{"RegionName":"eu-west-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}]}`)
	got, gap, err := a.Regions(context.Background())
	if diff := cmp.Diff([]string{"eu-west-1", "eu-west-2"}, got); diff != "" || gap != nil || err != nil {
		t.Errorf("%s, gap %v, error %v", diff, gap, err)
	}
	f.handlers["POST /listRegions"] = reply(403, "text/html", "no")
	got, gap, err = a.Regions(context.Background())
	if diff := cmp.Diff([]string{region}, got); diff != "" || gap == nil || gap.Reason != snapshot.Denied || err != nil {
		t.Errorf("%s, gap %v, error %v", diff, gap, err)
	}
}

// Emulators and companies have certificates of their own: the SDK must be able to add them.
func TestLoadWorksWithACertificateBundle(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	os.WriteFile(bundle, []byte(certificate), 0o600)
	t.Setenv("AWS_CA_BUNDLE", bundle)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	cfg, err := collect.Load(context.Background(), collect.Options{EndpointURL: "http://127.0.0.1:1", Region: "eu-north-1"})
	if err != nil || cfg.Region != "eu-north-1" || *cfg.BaseEndpoint != "http://127.0.0.1:1" {
		t.Errorf("region %q, %v", cfg.Region, err)
	}
	for _, o := range []collect.Options{{RoleARN: "Auditor"}, {ExternalID: "x"}, {Tables: []string{"[a"}}, {RateShare: 2}, {RateShare: -1}} {
		if _, err := collect.Load(context.Background(), o); err == nil {
			t.Errorf("Load(%+v) has no error", o)
		}
	}
}

func TestOpenSaysWhoAsksAndIsKnownByItsName(t *testing.T) {
	f, _, _ := newFake(t)
	f.handlers["POST /"] = reply(200, "text/xml", `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-cn:iam::111122223333:user/u</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	srv := httptest.NewServer(f)
	defer srv.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	a, err := collect.Open(context.Background(), collect.Options{EndpointURL: srv.URL, Version: "1.2.3", NoLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := (collect.Identity{Account: account, ARN: "arn:aws-cn:iam::111122223333:user/u", Partition: "aws-cn"}); a.Identity != want {
		t.Errorf("identity %+v", a.Identity)
	}
	collected(t, a, region)
	for agent := range f.agents {
		if !strings.Contains(agent, "holdfast/1.2.3") {
			t.Errorf("User-Agent %q", agent)
		}
	}
	f.handlers["POST /"] = reply(403, "text/xml", `<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>`)
	if _, err := collect.Open(context.Background(), collect.Options{EndpointURL: srv.URL}); err == nil || !strings.Contains(err.Error(), "check the credentials") {
		t.Errorf("error %v", err)
	}
}
