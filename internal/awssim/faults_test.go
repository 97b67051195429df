package awssim_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"holdfast/internal/awssim"
)

// What the SDK makes of each kind of fault, in three protocols.
func TestFaultsAsTheSDKSeesThem(t *testing.T) {
	code := func(code string) func(error) bool {
		return func(err error) bool {
			var api smithy.APIError
			return errors.As(err, &api) && api.ErrorCode() == code
		}
	}
	status := func(want int) func(error) bool {
		return func(err error) bool {
			var r *smithyhttp.ResponseError
			return errors.As(err, &r) && r.HTTPStatusCode() == want
		}
	}
	unreadable := func(err error) bool {
		var d *smithy.DeserializationError
		return errors.As(err, &d) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	both := func(a, b func(error) bool) func(error) bool { return func(err error) bool { return a(err) && b(err) } }
	closed := func(err error) bool {
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	}
	cut := func(err error) bool { return closed(err) || unreadable(err) }
	tests := []struct {
		kind             string
		ddb, backup, sts func(error) bool
	}{
		{"throttle", code("ThrottlingException"), both(code("ThrottlingException"), status(429)), code("Throttling")},
		{"denied-json", both(code("AccessDeniedException"), status(400)), both(code("AccessDeniedException"), status(403)), both(code("AccessDenied"), status(403))},
		{"denied-xml", status(403), status(403), code("AccessDenied")},
		{"denied-html", status(403), status(403), status(403)},
		{"error-500", both(code("InternalServerError"), status(500)), both(code("InternalFailure"), status(500)), status(500)},
		{"error-500-html", status(500), status(500), status(500)},
		{"error-503", status(503), both(code("ServiceUnavailableException"), status(503)), status(503)},
		{"error-503-html", status(503), status(503), status(503)},
		{"cut", cut, cut, cut},
		{"reset", closed, closed, closed},
		{"malformed", unreadable, unreadable, unreadable},
		{"expired", code("ExpiredTokenException"), both(code("ExpiredTokenException"), status(403)), code("ExpiredToken")},
	}
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	for _, tt := range tests {
		sim.Faults.Clear()
		sim.Faults.Add(awssim.Fault{Kind: tt.kind})
		_, err := c.ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
		if err == nil || !tt.ddb(err) {
			t.Errorf("%s: DynamoDB: %v", tt.kind, err)
		}
		_, err = c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
		if err == nil || !tt.backup(err) {
			t.Errorf("%s: Backup: %v", tt.kind, err)
		}
		_, err = c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err == nil || !tt.sts(err) {
			t.Errorf("%s: STS: %v", tt.kind, err)
		}
	}
	tested := map[string]bool{"slow": true, "repeat-token": true, "empty-page": true, "unknown-enum": true, "missing-field": true} // below
	for _, tt := range tests {
		tested[tt.kind] = true
	}
	for kind := range awssim.FaultKinds {
		if !tested[kind] {
			t.Errorf("no test of %s", kind)
		}
	}
}

func TestFaultsEditAnswers(t *testing.T) {
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	sim.Faults.Add(
		awssim.Fault{Kind: "unknown-enum", Operation: "dynamodb:DescribeTable", Field: "Table.TableStatus"},
		awssim.Fault{Kind: "missing-field", Operation: "dynamodb:DescribeContinuousBackups", Field: "ContinuousBackupsDescription.PointInTimeRecoveryDescription"},
		awssim.Fault{Kind: "unknown-enum", Operation: "backup:ListRecoveryPointsByBackupVault", Field: "RecoveryPoints.Status", Value: "HIDDEN"},
	)
	table, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("alpha")})
	if err != nil || table.Table.TableStatus != "HOLDFAST_UNHEARD_OF" || *table.Table.TableName != "alpha" {
		t.Errorf("%+v, %v", table, err)
	}
	pitr, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("alpha")})
	if err != nil || pitr.ContinuousBackupsDescription.PointInTimeRecoveryDescription != nil || pitr.ContinuousBackupsDescription.ContinuousBackupsStatus != "ENABLED" {
		t.Errorf("%+v, %v", pitr, err)
	}
	for _, p := range vaultPoints(t, c, "daily") {
		if p.Status != "HIDDEN" || p.CreationDate.Year() != 2026 {
			t.Errorf("%s, %v", p.Status, p.CreationDate)
		}
	}
}

// Which requests are hit.
func TestFaultsHitWhatTheySay(t *testing.T) {
	sim := everything(t)
	s := serve(t, sim)
	one, two := connect(s, "AKIAONE", "eu-west-1"), connect(s, "AKIATWO", "eu-west-1")
	hits := func(f awssim.Fault, c clients, n int) string {
		sim.Faults.Clear()
		f.Kind = "throttle"
		sim.Faults.Add(f)
		var out strings.Builder
		for range n {
			_, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("alpha")})
			if err == nil {
				out.WriteString(".")
			} else {
				out.WriteString("x")
			}
		}
		return out.String()
	}
	for _, tt := range []struct {
		fault awssim.Fault
		c     clients
		want  string
	}{
		{awssim.Fault{}, one, "xxxxx"},
		{awssim.Fault{From: 2}, one, ".x..."},
		{awssim.Fault{From: 2, To: 3}, one, ".xx.."},
		{awssim.Fault{From: 3, To: -1}, one, "..xxx"},
		{awssim.Fault{Operation: "dynamodb:DescribeTable", Account: "111111111111", Region: "eu-west-1"}, one, "xxxxx"},
		{awssim.Fault{Operation: "dynamodb:*"}, one, "xxxxx"},
		{awssim.Fault{Operation: "dynamodb:Describe"}, one, "....."},
		{awssim.Fault{Operation: "backup:*"}, one, "....."},
		{awssim.Fault{Account: "111111111111"}, two, "....."},
		{awssim.Fault{Region: "us-east-1"}, one, "....."},
		{awssim.Fault{Contains: "alpha"}, one, "xxxxx"},
		{awssim.Fault{Contains: "beta"}, one, "....."},
	} {
		if got := hits(tt.fault, tt.c, 5); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.fault, got, tt.want)
		}
	}
	some := awssim.Fault{Probability: 0.5, Seed: 7}
	first := hits(some, one, 40)
	if n := strings.Count(first, "x"); n < 8 || n > 32 || first != hits(some, one, 40) {
		t.Errorf("half of them, the same ones each time: %s, then %s", first, hits(some, one, 40))
	}
	if sim.Throttled()["dynamodb:DescribeTable"] < 20 {
		t.Errorf("%v", sim.Throttled())
	}
}

// An empty page in between is legal and loses nothing.
func TestEmptyPages(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 2
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	for _, from := range []int{1, 2} {
		sim.Faults.Clear()
		for _, op := range []string{"dynamodb:ListTables", "dynamodb:ListBackups", "backup:ListBackupVaults", "tag:GetResources"} {
			sim.Faults.Add(awssim.Fault{Kind: "empty-page", Operation: op, From: from})
		}
		all := lists(t, c)
		for name, want := range map[string]int{"ListTables": 5, "ListBackups": 6, "ListBackupVaults": 7} {
			pages, err := all[name]()
			empty, total := 0, 0
			for i, p := range pages {
				total += len(p)
				if len(p) == 0 && i == from-1 {
					empty++
				}
			}
			if err != nil || empty != 1 || total != want {
				t.Errorf("%s, page %d empty: %v, %v; want %d items", name, from, pages, err, want)
			}
		}
	}
}

// A list whose token never changes has no end for whoever does not look.
func TestRepeatedTokens(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 2
	sim.Faults.Add(awssim.Fault{Kind: "repeat-token", Operation: "*"})
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	in := &backup.ListBackupVaultsInput{}
	var tokens []string
	for range 4 {
		out, err := c.bk.ListBackupVaults(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		in.NextToken = out.NextToken
		tokens = append(tokens, aws.ToString(out.NextToken))
	}
	if tokens[0] == "" || tokens[1] != tokens[0] || tokens[3] != tokens[0] {
		t.Errorf("%v", tokens)
	}
	out, err := c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{TableName: aws.String("beta"), BackupType: ddbtypes.BackupTypeFilterAll})
	if err != nil || out.LastEvaluatedBackupArn == nil {
		t.Errorf("a list that fits on one page: %+v, %v", out, err)
	}
}

func TestSlowAnswers(t *testing.T) {
	sim := everything(t)
	sim.Faults.Add(awssim.Fault{Kind: "slow", Delay: 80 * time.Millisecond, From: 1})
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	start := time.Now()
	if _, err := c.ddb.ListTables(ctx, &dynamodb.ListTablesInput{}); err != nil || time.Since(start) < 80*time.Millisecond {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

// The SDK's own retries get over faults that pass.
func TestRetriesGetOverPassingFaults(t *testing.T) {
	for kind := range awssim.FaultKinds {
		switch kind {
		case "throttle", "error-500", "error-500-html", "error-503", "error-503-html", "reset":
		default:
			continue
		}
		sim := everything(t)
		sim.Faults.Add(awssim.Fault{Kind: kind, From: 1, To: 2})
		c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
		c.Config.RetryMaxAttempts = 3
		c.Config.Retryer = func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 3, time.Millisecond })
		}
		out, err := dynamodb.NewFromConfig(c.Config).ListTables(ctx, &dynamodb.ListTablesInput{})
		if err != nil || len(out.TableNames) != 5 {
			t.Errorf("%s: %v", kind, err)
		}
		if n := sim.CallsOf(awssim.Key{Account: "111111111111", Region: "eu-west-1", Operation: "dynamodb:ListTables"}); n != 3 {
			t.Errorf("%s: %d requests, want 3", kind, n)
		}
	}
}

func TestStrictLimit(t *testing.T) {
	sim := everything(t)
	sim.Limits = &awssim.Limiter{PerSecond: map[string]int{"dynamodb:DescribeContinuousBackups": 10}}
	s := serve(t, sim)
	one, two := connect(s, "AKIAONE", "eu-west-1"), connect(s, "AKIATWO", "eu-west-1")
	ask := func(c clients) error {
		_, err := c.ddb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("alpha")})
		return err
	}
	start, refused := time.Now(), 0
	for range 15 {
		if err := ask(one); err != nil {
			wantCode(t, err, "ThrottlingException")
			refused++
		}
	}
	if time.Since(start) < 900*time.Millisecond && refused != 5 {
		t.Errorf("%d of 15 refused, want 5", refused)
	}
	if err := ask(two); err != nil {
		t.Errorf("another account: %v", err)
	}
	if sim.Throttled()["dynamodb:DescribeContinuousBackups"] != refused || sim.Calls()["dynamodb:DescribeContinuousBackups"] != 16 {
		t.Errorf("%v throttled of %v", sim.Throttled(), sim.Calls())
	}
	time.Sleep(time.Until(start.Add(1100 * time.Millisecond)))
	if err := ask(one); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// Every answer carries the simulator's clock and a request id of its own.
func TestHeadersAndRecords(t *testing.T) {
	sim := everything(t)
	var seen []awssim.Exchange
	sim.Record = func(e awssim.Exchange) { seen = append(seen, e) }
	s := serve(t, sim)
	c := connect(s, "AKIAONE", "eu-west-1")
	sim.Faults.Add(awssim.Fault{Kind: "reset", Operation: "backup:ListLegalHolds"})
	if _, err := c.ddb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("alpha")}); err != nil {
		t.Fatal(err)
	}
	connect(s, "AKIAONE", "eu-west-1").bk.ListLegalHolds(ctx, &backup.ListLegalHoldsInput{}) // on a connection of its own: a used one would be tried again
	connect(s, "AKIANOBODY", "eu-west-1").ddb.ListTables(ctx, &dynamodb.ListTablesInput{})
	if len(seen) != 3 {
		t.Fatalf("%d exchanges", len(seen))
	}
	e := seen[0]
	if e.Operation != "dynamodb:DescribeTable" || e.Account != "111111111111" || e.Region != "eu-west-1" || e.Status != 200 ||
		!strings.Contains(string(e.Request), "alpha") || !strings.Contains(string(e.Response), "TableArn") || e.Caller != "arn:aws:iam::111111111111:user/tester" {
		t.Errorf("%+v", e)
	}
	if seen[1].Fault != "reset" || seen[1].Status != 0 || seen[2].Status != 400 || seen[2].Account != "" || seen[1].RequestID == seen[0].RequestID {
		t.Errorf("%+v\n%+v", seen[1], seen[2])
	}
	resp, err := http.Get(s.URL + "/backup-vaults")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Date"); got != "Sun, 22 Nov 2026 12:00:00 GMT" || resp.Header.Get("X-Amzn-Requestid") == "" || resp.StatusCode != 403 {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}
