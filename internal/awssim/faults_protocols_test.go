package awssim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"holdfast/internal/awssim"
)

// Faults change answers in XML and CBOR as they do in JSON.
func TestFaultsEditEveryProtocol(t *testing.T) {
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	sim.Faults.Add(
		awssim.Fault{Kind: "missing-field", Operation: "iam:GetAccountAuthorizationDetails", Field: "RoleDetailList.AssumeRolePolicyDocument"},
		awssim.Fault{Kind: "unknown-enum", Operation: "cloudwatch:DescribeAlarms", Field: "MetricAlarms.StateValue", Value: "CALM"},
		awssim.Fault{Kind: "unknown-enum", Operation: "kms:DescribeKey", Field: "KeyMetadata.KeyState", Value: "Melted"},
		awssim.Fault{Kind: "throttle", Operation: "organizations:ListRoots"},
	)
	details, err := iam.NewFromConfig(c.Config).GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{})
	if err != nil || len(details.RoleDetailList) != 3 || len(details.UserDetailList) != 3 {
		t.Fatalf("%+v, %v", details, err)
	}
	for _, r := range details.RoleDetailList {
		if r.AssumeRolePolicyDocument != nil || r.Arn == nil {
			t.Errorf("%+v", r)
		}
	}
	alarms, err := cloudwatch.NewFromConfig(c.Config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(alarms.MetricAlarms) != 2 || alarms.MetricAlarms[0].StateValue != "CALM" || alarms.MetricAlarms[0].AlarmArn == nil {
		t.Errorf("%+v, %v", alarms, err)
	}
	key, err := kms.NewFromConfig(c.Config).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(vaultKey)})
	if err != nil || key.KeyMetadata.KeyState != "Melted" {
		t.Errorf("%+v, %v", key, err)
	}
	_, err = organizations.NewFromConfig(c.Config).ListRoots(ctx, &organizations.ListRootsInput{})
	wantCode(t, err, "ThrottlingException")
	for _, op := range []string{"iam:GetAccountAuthorizationDetails", "cloudwatch:DescribeAlarms", "kms:DescribeKey", "organizations:ListRoots"} {
		if sim.Calls()[op] != 1 {
			t.Errorf("%s: %d calls", op, sim.Calls()[op])
		}
	}
}

// A page that is empty, or whose token leads nowhere, in every way of paging.
func TestPagingFaultsEveryProtocol(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 2
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	all := accessLists(c)
	for k, v := range watchLists(c) {
		all[k] = v
	}
	for name, list := range all {
		sim.Faults.Clear()
		want, err := list()
		if err != nil || len(want) < 2 {
			continue
		}
		sim.Faults.Add(awssim.Fault{Kind: "empty-page", From: 1})
		got, err := list()
		if err != nil || len(got) != len(want)+1 || len(got[0]) != 0 || strings.Join(got[1], " ") != strings.Join(want[0], " ") {
			t.Errorf("%s: an empty page first: %v, %v; want %v", name, got, err, want)
		}
	}
	sim.Faults.Clear()
	sim.Faults.Add(awssim.Fault{Kind: "repeat-token"})
	api := iam.NewFromConfig(c.Config)
	first, err := api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: nil})
	if err != nil || first.Marker == nil || !first.IsTruncated {
		t.Fatal(err)
	}
	again, err := api.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Marker: first.Marker})
	if err != nil || again.Marker == nil || *again.Marker != *first.Marker {
		t.Errorf("%v, %v", again, err)
	}
}

// CloudWatch answers in the protocols of older clients too, errors as well.
func TestCloudWatchOfOlderClients(t *testing.T) {
	s := serve(t, everything(t))
	ask := func(contentType, target, body string) string {
		r, err := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAONE/20261122/eu-west-1/monitoring/aws4_request, Signature=0")
		r.Header.Set("Content-Type", contentType)
		if target != "" {
			r.Header.Set("X-Amz-Target", target)
		}
		out, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Body.Close()
		answer, err := io.ReadAll(out.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	form, json := "application/x-www-form-urlencoded; charset=utf-8", "application/x-amz-json-1.0"
	for _, tt := range []struct{ contentType, target, body, want string }{
		{form, "", "Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=jobs&MaxRecords=5", "<AlarmName>jobs</AlarmName>"},
		{form, "", "Action=DescribeAlarms&Version=2010-08-01&NextToken=x", "<Code>InvalidNextToken</Code>"},
		{json, "GraniteServiceVersion20100801.DescribeAlarms", `{"AlarmNames":["jobs"]}`, `"AlarmName":"jobs"`},
		{json, "GraniteServiceVersion20100801.DescribeAlarms", `{"NextToken":"x"}`, `"__type":"`},
	} {
		if got := ask(tt.contentType, tt.target, tt.body); !strings.Contains(got, tt.want) || strings.Contains(got, "both") {
			t.Errorf("%s: %s", tt.body, got)
		}
	}
}
