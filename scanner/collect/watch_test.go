package collect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/snapshot"
)

func topicARN(region, account, name string) string {
	return fmt.Sprintf("arn:aws:sns:%s:%s:%s", region, account, name)
}

// only is the one row that pick finds.
func only[R any](t *testing.T, s shard, pick func(snapshot.Row) *R) *R {
	t.Helper()
	var found []*R
	for _, row := range s.rows {
		if r := pick(row); r != nil {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d rows of %T, want one", len(found), found)
	}
	return found[0]
}

func TestRulesThatTellOfBackups(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["ListRules"] = inTurn(
		answer(`{"Rules":[{"Name":"hourly","Arn":"arn:hourly","ScheduleExpression":"rate(1 hour)"},{"Name":"ec2","Arn":"arn:ec2","EventPattern":"{\"source\":[\"aws.ec2\"]}"}],"NextToken":"t"}`),
		answer(`{"Rules":[{"Name":"failed","Arn":"arn:failed","State":"DISABLED","EventBusName":"default","EventPattern":"{\"source\":[\"aws.backup\"]}"}]}`))
	f.handlers["ListTargetsByRule"] = answer(`{"Targets":[{"Id":"2","Arn":"arn:aws:lambda:eu-west-1:111122223333:function:f","InputPath":"$.detail"},{"Id":"1","Arn":"arn:aws:sns:eu-west-1:111122223333:alerts","DeadLetterConfig":{"Arn":"arn:dlq"}}]}`)
	f.handlers["GetTopicAttributes"] = xmlFailure(404, "NotFound")
	s := collected(t, a, region)
	got := only(t, s, func(r snapshot.Row) *snapshot.EventRule { return r.EventRule })
	want := &snapshot.EventRule{
		Arn: "arn:failed", Name: "failed", EventBusName: "default", State: "DISABLED",
		EventPattern: snapshot.PolicyDocument{Document: json.RawMessage(`{"source":["aws.backup"]}`)},
		Targets: []snapshot.EventTarget{
			{Id: "1", Arn: topicARN(region, account, "alerts"), DeadLetterArn: "arn:dlq"},
			{Id: "2", Arn: "arn:aws:lambda:eu-west-1:111122223333:function:f", InputTransformed: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(s.gaps) > 0 {
		t.Errorf("rule (-want +got):\n%s\ngaps %v", diff, s.gaps)
	}
	if f.count("ListTargetsByRule") != 1 {
		t.Errorf("%d rules were asked for their targets", f.count("ListTargetsByRule"))
	}
	// The topic of the target does not exist: asked, no row, no gap.
	if c := s.call("sns:GetTopicAttributes TopicArn=" + topicARN(region, account, "alerts")); c == nil || c.Error != "NotFound" {
		t.Errorf("call %+v", c)
	}
	f.handlers["ListRules"] = answer(`{"Rules":[{"Name":"failed","Arn":"arn:failed","EventPattern":"{\"source\":[\"aws.backup\"]}"}]}`)
	f.handlers["ListTargetsByRule"] = failure(400, "AccessDeniedException")
	s = collected(t, a, region)
	if r := only(t, s, func(r snapshot.Row) *snapshot.EventRule { return r.EventRule }); r.Targets != nil || s.gapIDs() != "events:ListTargetsByRule Rule=failed" {
		t.Errorf("rule %+v, gaps %q", r, s.gapIDs())
	}
}

func TestTopicsThatVaultsName(t *testing.T) {
	f, a, _ := newFake(t)
	near, far := topicARN(region, account, "near"), topicARN("us-east-1", "999988887777", "far")
	f.handlers["GET /backup-vaults"] = answer(`{"BackupVaultList":[{"BackupVaultName":"V","BackupVaultArn":"arn:v"},{"BackupVaultName":"W","BackupVaultArn":"arn:w"}]}`)
	for vault, topic := range map[string]string{"V": near, "W": far} {
		f.handlers["GET /backup-vaults/"+vault+"/access-policy"] = failure(404, "ResourceNotFoundException")
		f.handlers["GET /backup-vaults/"+vault+"/notification-configuration"] = answer(fmt.Sprintf(`{"SNSTopicArn":%q,"BackupVaultEvents":["BACKUP_JOB_FAILED"]}`, topic))
	}
	f.handlers["GetTopicAttributes"] = func(w http.ResponseWriter, r *http.Request) {
		form, _ := url.ParseQuery(peek(r))
		if form.Get("TopicArn") == far {
			if !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/sns/") {
				t.Errorf("a topic of us-east-1 is asked about elsewhere: %s", r.Header.Get("Authorization"))
			}
			xmlFailure(403, "AuthorizationError")(w, r)
			return
		}
		entry := func(k, v string) string { return "<entry><key>" + k + "</key><value>" + v + "</value></entry>" }
		xmlAnswer("GetTopicAttributes", "<Attributes>"+entry("Owner", account)+entry("Policy", "{&quot;Statement&quot;:[]}")+
			entry("SubscriptionsConfirmed", "2")+entry("SubscriptionsPending", "0")+"</Attributes>")(w, r)
	}
	member := func(protocol, endpoint string) string {
		return "<member><SubscriptionArn>" + near + ":" + protocol + "</SubscriptionArn><Protocol>" + protocol + "</Protocol><Endpoint>" + endpoint + "</Endpoint></member>"
	}
	f.handlers["ListSubscriptionsByTopic"] = func(w http.ResponseWriter, r *http.Request) {
		form, _ := url.ParseQuery(peek(r))
		switch {
		case form.Get("TopicArn") == far:
			xmlFailure(403, "AuthorizationError")(w, r)
		case form.Get("NextToken") == "":
			xmlAnswer("ListSubscriptionsByTopic", "<Subscriptions>"+member("https", "https://hooks.example.org/secret")+member("sqs", "arn:aws:sqs:eu-west-1:111122223333:q")+"</Subscriptions><NextToken>t</NextToken>")(w, r)
		default:
			xmlAnswer("ListSubscriptionsByTopic", "<Subscriptions>"+member("email", "caroline@example.org")+"</Subscriptions>")(w, r)
		}
	}
	s := collected(t, a, region)
	wantGaps := "sns:GetTopicAttributes TopicArn=" + far + "; sns:ListSubscriptionsByTopic TopicArn=" + far
	if s.gapIDs() != wantGaps {
		t.Errorf("gaps %q, want %q", s.gapIDs(), wantGaps)
	}
	var topics []*snapshot.Topic
	for _, row := range s.rows {
		if row.Topic != nil {
			topics = append(topics, row.Topic)
		}
	}
	two, zero := int64(2), int64(0)
	want := []*snapshot.Topic{{
		TopicArn: near, Owner: account, Policy: &snapshot.PolicyDocument{Document: json.RawMessage(`{"Statement":[]}`)},
		SubscriptionsConfirmed: &two, SubscriptionsPending: &zero,
		Subscriptions: []snapshot.Subscription{ // no address and no URL
			{SubscriptionArn: near + ":email", Protocol: "email"}, {SubscriptionArn: near + ":https", Protocol: "https"},
			{SubscriptionArn: near + ":sqs", Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:111122223333:q"},
		},
	}, {TopicArn: far}}
	if diff := cmp.Diff(want, topics); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

// A trail is asked what it records at home; elsewhere, and in a member account, its
// shadow shows that it exists.
func TestTrailsAndTheirShadows(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeTrails"] = answer(`{"trailList":[
		{"TrailARN":"arn:home","Name":"home","HomeRegion":"eu-west-1","IsMultiRegionTrail":true,"CloudWatchLogsLogGroupArn":"arn:aws:logs:eu-west-1:111122223333:log-group:Trail:*"},
		{"TrailARN":"arn:org","Name":"org","HomeRegion":"us-east-1","IsOrganizationTrail":true,"CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:999988887777:log-group:Trail:*"}]}`)
	f.handlers["GetTrailStatus"] = answer(`{"IsLogging":true,"LatestDeliveryTime":1772366400,"LatestDeliveryError":"AccessDenied"}`)
	f.handlers["GetEventSelectors"] = answer(`{"AdvancedEventSelectors":[{"Name":"all","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}`)
	f.handlers["DescribeMetricFilters"] = inTurn(
		answer(`{"metricFilters":[{"filterName":"b","filterPattern":"{ $.eventName = DeleteRecoveryPoint }","metricTransformations":[{"metricName":"Deleted","metricNamespace":"Security","metricValue":"1"}]}],"nextToken":"t"}`),
		answer(`{"metricFilters":[{"filterName":"a"}]}`))
	s := collected(t, a, region)
	if len(s.gaps) > 0 {
		t.Errorf("gaps %v", s.gaps)
	}
	var trails []*snapshot.Trail
	var filters []string
	for _, row := range s.rows {
		if row.Trail != nil {
			trails = append(trails, row.Trail)
		}
		if row.MetricFilter != nil {
			filters = append(filters, row.MetricFilter.LogGroupName+"/"+row.MetricFilter.FilterName)
		}
	}
	if len(trails) != 2 || trails[0].Status == nil || !*trails[0].Status.IsLogging || trails[0].Status.LatestDeliveryError != "AccessDenied" ||
		string(trails[0].AdvancedEventSelectors) != `[{"Name":"all","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]` || trails[0].EventSelectors != nil {
		t.Errorf("trail at home: %+v", trails[0])
	}
	if trails[1].Status != nil || trails[1].AdvancedEventSelectors != nil || f.count("GetTrailStatus") != 1 {
		t.Errorf("shadow: %+v", trails[1])
	}
	if diff := cmp.Diff([]string{"Trail/a", "Trail/b"}, filters); diff != "" || f.count("DescribeMetricFilters") != 2 {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
	if f.count("LookupEvents") != 0 {
		t.Error("events are looked up, though nobody asked for it")
	}
}

func TestLookupOfEvents(t *testing.T) {
	f, a, options := newFake(t)
	options.LookupEvents = true
	a = again(a, options, f, t)
	f.handlers["LookupEvents"] = func(w http.ResponseWriter, r *http.Request) {
		body := peek(r)
		switch {
		case !strings.Contains(body, `"DeleteRecoveryPoint"`):
			answer(`{}`)(w, r)
		case !strings.Contains(body, `"NextToken"`):
			answer(`{"Events":[{"EventId":"1","EventName":"DeleteRecoveryPoint","Username":"eve","EventTime":1772366400,"CloudTrailEvent":"{\"userIdentity\":{\"arn\":\"arn:eve\"},\"errorCode\":\"AccessDenied\",\"requestParameters\":{\"secret\":1}}","Resources":[{"ResourceType":"AWS::Backup::RecoveryPoint","ResourceName":"p"}]}],"NextToken":"t"}`)(w, r)
		default:
			answer(`{"Events":[{"EventId":"2","EventTime":1772280000,"CloudTrailEvent":"oops"}]}`)(w, r)
		}
	}
	s := collected(t, a, region)
	var events []*snapshot.TrailEvent
	for _, row := range s.rows {
		if row.TrailEvent != nil {
			events = append(events, row.TrailEvent)
		}
	}
	if len(s.gaps) > 0 || len(events) != 2 || events[0].EventId != "2" || events[1].PrincipalArn != "arn:eve" || events[1].ErrorCode != "AccessDenied" ||
		len(events[1].Resources) != 1 {
		t.Errorf("gaps %v, events %+v", s.gaps, events)
	}
	if s.call("cloudtrail:LookupEvents EventName=ScheduleKeyDeletion") == nil {
		t.Error("keys that were to be deleted are not looked for")
	}
}

// Alarms on other things are many, and left out.
func TestAlarmsThatTellOfBackups(t *testing.T) {
	f, a, _ := newFake(t)
	alarm := func(name, namespace string, actions ...any) map[string]any {
		return map[string]any{"AlarmArn": "arn:" + name, "AlarmName": name, "Namespace": namespace, "MetricName": "m", "AlarmActions": actions}
	}
	math := map[string]any{"AlarmArn": "arn:math", "AlarmName": "math", "AlarmActions": []any{"arn:do"}, "Metrics": []any{
		map[string]any{"Id": "e", "Expression": "m1*2"},
		map[string]any{"Id": "m1", "MetricStat": map[string]any{"Metric": map[string]any{"Namespace": "Security", "MetricName": "Deleted"}}},
	}}
	f.handlers["DescribeAlarms"] = inTurn(
		cborAnswer(map[string]any{"NextToken": "t", "MetricAlarms": []any{
			alarm("jobs", "AWS/Backup", topicARN(region, account, "alerts")), alarm("capacity", "AWS/DynamoDB", "arn:scale"), alarm("mute", "AWS/Backup"),
		}}),
		cborAnswer(map[string]any{"MetricAlarms": []any{math, alarm("rule", "AWS/Events", "arn:do")}}))
	f.handlers["GetTopicAttributes"] = xmlFailure(404, "NotFound")
	s := collected(t, a, region)
	var names []string
	for _, row := range s.rows {
		if m := row.MetricAlarm; m != nil {
			names = append(names, fmt.Sprint(m.AlarmName, m.Metrics))
		}
	}
	want := []string{"jobs[{AWS/Backup m}]", "math[{Security Deleted}]", "rule[{AWS/Events m}]"}
	if diff := cmp.Diff(want, names); diff != "" || len(s.gaps) > 0 {
		t.Errorf("alarms (-want +got):\n%s\ngaps %v", diff, s.gaps)
	}
	if f.count("GetTopicAttributes") != 1 {
		t.Error("the topic that an alarm tells is not asked about")
	}
}
