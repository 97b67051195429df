package collect_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"holdfast/internal/awssim"
	"holdfast/scanner/collect"
)

// A whole night must not be lost because the first call met a bad moment.
func TestWhoIsCallingIsAskedWithPatience(t *testing.T) {
	tests := []struct {
		name  string
		fault awssim.Fault
		role  string
		fails string // part of the error; empty: none
		asked int    // most calls of the operation
	}{
		{"cut answers", awssim.Fault{Kind: "cut", Operation: "sts:GetCallerIdentity", From: 1, To: 3}, "", "", 4},
		{"throttled", awssim.Fault{Kind: "throttle", Operation: "sts:GetCallerIdentity", From: 1, To: 3}, "", "", 4},
		{"refused by something between", awssim.Fault{Kind: "denied-html", Operation: "sts:GetCallerIdentity", From: 1, To: 3}, "", "", 4},
		{"cut answers on the way into a role", awssim.Fault{Kind: "cut", Operation: "sts:AssumeRole", From: 1, To: 3}, demoRole, "", 4},
		{"refused for good", awssim.Fault{Kind: "denied-html", Operation: "sts:GetCallerIdentity"}, "", "check the credentials", 5},
		{"the session is over", awssim.Fault{Kind: "expired", Operation: "sts:GetCallerIdentity"}, "", "check the credentials", 1},
		{"a role that refuses", awssim.Fault{Kind: "denied-json", Operation: "sts:AssumeRole"}, demoRole, "AccessDenied", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, scenario)
			w.sim.Faults.Add(test.fault)
			t.Setenv("AWS_ACCESS_KEY_ID", ourKey)
			t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
			t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
			_, err := collect.Open(context.Background(), collect.Options{
				EndpointURL: w.srv.URL, RoleARN: test.role, NoLimits: true, BackoffBase: time.Millisecond,
			})
			if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("error is %v, want %q", err, test.fails)
			}
			if n := w.asked[test.fault.Operation]; n > test.asked {
				t.Errorf("asked %d times, want at most %d", n, test.asked)
			}
		})
	}
}

const demoRole = "arn:aws:iam::111122223333:role/Holdfast"
