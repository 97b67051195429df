package collect_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"holdfast/scanner/collect"
	"holdfast/scanner/snapshot"
)

// serverTime is the clock of the fake, far from ours.
var serverTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A fake answers the wire protocols with whatever a test wants: handlers by
// operation ("DescribeTable"), or for AWS Backup by method and path ("GET /backup-vaults").
// What has no handler gets {}, or its like in XML or CBOR: an empty list.
type fake struct {
	mu       sync.Mutex
	handlers map[string]http.HandlerFunc
	asked    map[string]int
	agents   map[string]bool
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.Method + " " + r.URL.Path
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		name = target[strings.LastIndex(target, ".")+1:]
	}
	empty := answer("{}")
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(peek(r))
		if name = form.Get("Action"); name == "GetCallerIdentity" {
			name = "POST /"
		}
		empty = xmlAnswer(name, "")
	}
	if _, operation, ok := strings.Cut(r.URL.Path, "/operation/"); ok {
		name = operation
		empty = cborAnswer(map[string]any{})
	}
	f.mu.Lock()
	f.asked[name]++
	f.agents[r.Header.Get("User-Agent")] = true
	h := f.handlers[name]
	f.mu.Unlock()
	w.Header().Set("Date", serverTime.Format(http.TimeFormat))
	w.Header().Set("X-Amzn-Requestid", "request-1")
	if h == nil {
		h = empty
	}
	h(w, r)
}

// xmlAnswer is what IAM and SNS answer.
func xmlAnswer(operation, result string) http.HandlerFunc {
	return reply(200, "text/xml", fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", operation, result))
}

func xmlFailure(status int, code string) http.HandlerFunc {
	return reply(status, "text/xml", fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>the message</Message></Error></ErrorResponse>", code))
}

// cborAnswer is what CloudWatch answers; of texts, lists and maps.
func cborAnswer(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.Write(encodeCBOR(v))
	}
}

func encodeCBOR(v any) []byte {
	switch v := v.(type) {
	case string:
		return append(binary.BigEndian.AppendUint16([]byte{0x79}, uint16(len(v))), v...)
	case []any:
		out := binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(v)))
		for _, item := range v {
			out = append(out, encodeCBOR(item)...)
		}
		return out
	case map[string]any:
		out := binary.BigEndian.AppendUint16([]byte{0xb9}, uint16(len(v)))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(append(out, encodeCBOR(k)...), encodeCBOR(v[k])...)
		}
		return out
	}
	panic(fmt.Sprintf("no CBOR for %T", v))
}

func (f *fake) count(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[name]
}

func answer(body string) http.HandlerFunc { return reply(200, "application/x-amz-json-1.0", body) }

func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func failure(status int, code string) http.HandlerFunc {
	return reply(status, "application/x-amz-json-1.0", fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"the message"}`, code))
}

// inTurn uses one handler after the other; the last stays.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[0]
		if len(handlers) > 1 {
			handlers = handlers[1:]
		}
		mu.Unlock()
		h(w, r)
	}
}

// byTable answers with body where TABLE stands for the table that is asked about.
func byTable(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ TableName, ResourceArn string }
		json.NewDecoder(r.Body).Decode(&in)
		_, name, _ := strings.Cut(in.ResourceArn, ":table/")
		answer(strings.ReplaceAll(body, "TABLE", in.TableName+name))(w, r)
	}
}

const (
	region  = "eu-west-1"
	account = "111122223333"
)

// newFake is an account with the tables A and B.
func newFake(t *testing.T) (*fake, *collect.Account, *collect.Options) {
	t.Helper()
	t.Setenv("AWS_CA_BUNDLE", "")
	f := &fake{asked: map[string]int{}, agents: map[string]bool{}, handlers: map[string]http.HandlerFunc{
		"ListTables":                answer(`{"TableNames":["A","B"]}`),
		"DescribeTable":             byTable(`{"Table":{"TableArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/TABLE","TableName":"TABLE","TableStatus":"ACTIVE","DeletionProtectionEnabled":false}}`),
		"DescribeContinuousBackups": byTable(`{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":35}}}`),
		"GetResourcePolicy":         failure(400, "PolicyNotFoundException"),
		"DescribeEffectivePolicy":   failure(400, "EffectivePolicyNotFoundException"),
		"GetResources":              answer(`{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","Tags":[{"Key":"z","Value":"1"},{"Key":"a","Value":"2"}]}]}`),
	}}
	srv := httptest.NewServer(f)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	options := &collect.Options{
		NoLimits: true, MaxAttempts: 3, BackoffBase: time.Millisecond, AttemptTimeout: time.Second, CallTimeout: 5 * time.Second, Version: "test",
	}
	cfg := aws.Config{Region: region, BaseEndpoint: aws.String(srv.URL), Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")}
	return f, remake(cfg, options), options
}

func remake(cfg aws.Config, options *collect.Options) *collect.Account {
	return collect.New(cfg, collect.Identity{Account: account, ARN: "arn:aws:iam::111122223333:user/u", Partition: "aws"}, *options)
}

// A shard as a test reads it.
type shard struct {
	header *snapshot.Header
	rows   []snapshot.Row // without header, gaps, calls and end
	gaps   []snapshot.Gap
	calls  []snapshot.Call
}

func (s shard) table(name string) *snapshot.Table {
	for _, r := range s.rows {
		if r.Table != nil && r.Table.TableName == name {
			return r.Table
		}
	}
	return nil
}

func (s shard) call(id string) *snapshot.Call {
	for _, c := range s.calls {
		if c.ID() == id {
			return &c
		}
	}
	return nil
}

func (s shard) gapIDs() string {
	var ids []string
	for _, g := range s.gaps {
		ids = append(ids, g.ID())
	}
	return strings.Join(ids, "; ")
}

// collected runs all collectors of a Region and reads the shard back.
func collected(t *testing.T, a *collect.Account, region string) shard {
	t.Helper()
	b := &snapshot.Builder{}
	defer b.Close()
	result, err := a.Shard(context.Background(), region, collect.Collectors(), b)
	if err != nil {
		t.Fatal(err)
	}
	s := parse(t, b)
	if result.Gaps != len(s.gaps) {
		t.Errorf("result counts %d gaps, the shard has %d", result.Gaps, len(s.gaps))
	}
	return s
}

func parse(t *testing.T, b *snapshot.Builder) (s shard) {
	t.Helper()
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	for row, err := range snapshot.Read(&out, "shard") {
		switch {
		case err != nil:
			t.Fatal(err)
		case row.Header != nil:
			s.header = row.Header
		case row.Gap != nil:
			s.gaps = append(s.gaps, *row.Gap)
		case row.Call != nil:
			s.calls = append(s.calls, *row.Call)
		case row.End == nil:
			s.rows = append(s.rows, row)
		}
	}
	return s
}

// again makes the account anew with other options.
func again(_ *collect.Account, options *collect.Options, f *fake, t *testing.T) *collect.Account {
	return with(f, options, credentials.NewStaticCredentialsProvider("AKIA", "secret", ""), t)
}

func with(f *fake, options *collect.Options, provider aws.CredentialsProvider, t *testing.T) *collect.Account {
	srv := httptest.NewServer(f)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return remake(aws.Config{Region: region, BaseEndpoint: aws.String(srv.URL), Credentials: provider}, options)
}

// peek reads the body and leaves it for the next reader.
func peek(r *http.Request) string {
	b, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}

// certificate is a self-signed one, of nobody.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUBP5Sl8fCcSNfVV3mesBniM/JPckwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNaG9sZGZhc3QtdGVzdDAgFw0yNjExMjIxMTI4MDZaGA8yMTI2
MTAyOTExMjgwNlowGDEWMBQGA1UEAwwNaG9sZGZhc3QtdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABGmBxbS8lICM0Ra98Yhf+tKYU/xBKpPECdiwmYa6uW0O
DzJPpOaM0i/z3rT8xv6msLbV+FwKa8RFZiwWcuneFO6jUzBRMB0GA1UdDgQWBBTd
dD3j8NT9dE9bu56oeyuSFhuZjjAfBgNVHSMEGDAWgBTddD3j8NT9dE9bu56oeyuS
FhuZjjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIDwg5oHz3uyN
lyP8eqAWjr6MckeSr90fXlk+ci2T3nCzAiEAt6wvbWuxUsbHLay8naT1goZDtANn
lUmKjWPVjrgU0/A=
-----END CERTIFICATE-----
`
