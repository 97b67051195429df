package awssim_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"holdfast/internal/awssim"
)

// large is an account of 2,500 tables with 400 daily points each.
const large = `
clock: 2026-06-30T12:00:00Z
accounts:
  - id: "111111111111"
    access_keys: [{id: AKIAONE}]
    regions:
      - name: eu-west-1
        tables: [{name: orders, count: 2500, tags: {backup: daily}, pitr: {}}]
        vaults: [{name: near}]
        plans:
          - name: plan
            created: 400d
            rules: [{name: daily, vault: near, schedule: "cron(0 5 ? * * *)", start_window_minutes: 60, lifecycle: {cold_after_days: 31, delete_after_days: 500}}]
            selections: [{name: s, tags: [{key: backup, value: daily}]}]
`

// A million recovery points: how long they take to make, and how much memory.
func BenchmarkLoadAMillionPoints(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		sim := load(b, []byte(large))
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		runtime.KeepAlive(sim)
	}
}

// request asks the handler without a network.
func request(sim *awssim.Simulator, method, path, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAONE/20260630/eu-west-1/x/aws4_request, Signature=0")
	if target != "" {
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+target)
	}
	w := httptest.NewRecorder()
	sim.ServeHTTP(w, r)
	return w
}

func BenchmarkRequests(b *testing.B) {
	sim := load(b, []byte(large))
	for _, bb := range []struct{ name, method, path, target, body string }{
		{"DescribeTable", "POST", "/", "DescribeTable", `{"TableName":"orders-1234"}`},
		{"DescribeContinuousBackups", "POST", "/", "DescribeContinuousBackups", `{"TableName":"orders-1234"}`},
		{"ListTables", "POST", "/", "ListTables", `{}`},
		{"ListBackups", "POST", "/", "ListBackups", `{"BackupType":"ALL"}`},
		{"ListRecoveryPointsByBackupVault", "GET", "/backup-vaults/near/recovery-points?maxResults=1000", "", ""},
		{"ListBackupJobs", "GET", "/backup-jobs?maxResults=1000", "", ""},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				if w := request(sim, bb.method, bb.path, bb.target, bb.body); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// The whole vault page by page: the last page costs as much as the first.
func BenchmarkAMillionPointsInPages(b *testing.B) {
	sim := load(b, []byte(large))
	for b.Loop() {
		points, token := 0, ""
		for {
			w := request(sim, "GET", "/backup-vaults/near/recovery-points?maxResults=1000&nextToken="+url.QueryEscape(token), "", "")
			body := w.Body.String()
			points += strings.Count(body, `"RecoveryPointArn"`)
			_, rest, more := strings.Cut(body, `"NextToken":"`)
			if !more {
				break
			}
			token, _, _ = strings.Cut(rest, `"`)
		}
		if points != 2500*400 {
			b.Fatalf("%d points", points)
		}
	}
}
