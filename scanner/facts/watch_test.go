package facts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func document(text string) snapshot.PolicyDocument {
	return snapshot.PolicyDocument{Document: json.RawMessage(text)}
}

func topicARN(name string) string { return "arn:aws:sns:" + dublin + ":" + account + ":" + name }

// topic lets services of AWS publish, and somebody listens.
func topic(name string) *snapshot.Topic {
	policy := document(fmt.Sprintf(`{"Statement": [{"Effect": "Allow", "Principal": {"Service": ["backup.amazonaws.com", "events.amazonaws.com", "cloudwatch.amazonaws.com"]},
		"Action": "sns:Publish", "Resource": %q}]}`, topicARN(name)))
	return &snapshot.Topic{TopicArn: topicARN(name), Owner: account, Policy: &policy, SubscriptionsConfirmed: p(int64(1))}
}

func eventRule(name, pattern string, targets ...string) *snapshot.EventRule {
	r := &snapshot.EventRule{Arn: "arn:aws:events:" + dublin + ":" + account + ":rule/" + name, Name: name, EventBusName: "default", State: "ENABLED",
		EventPattern: document(pattern)}
	for i, target := range targets {
		r.Targets = append(r.Targets, snapshot.EventTarget{Id: fmt.Sprint(i), Arn: target})
	}
	return r
}

func backupRule() *snapshot.EventRule {
	return eventRule("failures", `{"source": ["aws.backup"], "detail-type": ["Backup Job State Change"], "detail": {"state": ["FAILED", "EXPIRED", "ABORTED"]}}`, topicARN("Alerts"))
}

func callsRule() *snapshot.EventRule {
	return eventRule("calls", `{"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": [{"prefix": "Delete"}, "UpdateRecoveryPointLifecycle"]}}`, topicARN("Alerts"))
}

// trail is one of all Regions, which writes to a log group.
func trail() *snapshot.Trail {
	return &snapshot.Trail{
		TrailARN: "arn:aws:cloudtrail:" + dublin + ":" + account + ":trail/all", Name: "all", HomeRegion: dublin, IsMultiRegionTrail: p(true), IsOrganizationTrail: p(false),
		S3BucketName: "logs", CloudWatchLogsLogGroupArn: "arn:aws:logs:" + dublin + ":" + account + ":log-group:trail:*",
		Status: &snapshot.TrailStatus{IsLogging: p(true)}, EventSelectors: json.RawMessage(`[{"ReadWriteType": "All", "IncludeManagementEvents": true}]`),
	}
}

func filter() *snapshot.MetricFilter {
	return &snapshot.MetricFilter{LogGroupName: "trail", FilterName: "keys", FilterPattern: `{ ($.eventName = DisableKey) || ($.eventName = "ScheduleKey*") }`,
		MetricTransformations: []snapshot.MetricTransformation{{MetricNamespace: "Own", MetricName: "Keys", MetricValue: "1"}}}
}

func alarm() *snapshot.MetricAlarm {
	return &snapshot.MetricAlarm{AlarmArn: "arn:aws:cloudwatch:" + dublin + ":" + account + ":alarm:keys", AlarmName: "keys", ActionsEnabled: p(true),
		AlarmActions: []string{topicARN("Alarms")}, Metrics: []snapshot.AlarmMetric{{Namespace: "Own", MetricName: "Keys"}},
		ComparisonOperator: "GreaterThanOrEqualToThreshold", Threshold: p(1.0), Period: p(int64(300)), EvaluationPeriods: p(int64(1))}
}

// told is "FAILED=yes EXPIRED=no …" with the reasons of the first.
func told(list []facts.Telling) (answers, why string) {
	var all []string
	for _, t := range list {
		all = append(all, t.Event[strings.Index(t.Event, ":")+1:]+"="+t.Told)
	}
	return strings.Join(all, " "), strings.Join(list[0].Why, "; ")
}

func failures(t *testing.T, v *snapshot.BackupVault, rows ...any) (answers, why string) {
	t.Helper()
	return told(only(t, inDublin(t, append(rows, orders(), v, daily(), everything())...), facts.KindVault).Vault.Failures)
}

func TestWhoIsToldOfFailedJobs(t *testing.T) {
	const nobody = "ABORTED=no EXPIRED=no FAILED=no"
	const all, maybe = "ABORTED=yes EXPIRED=yes FAILED=yes", "ABORTED=ambiguous EXPIRED=ambiguous FAILED=ambiguous"
	notifying := func(topic string, events ...string) *snapshot.BackupVault {
		v := mainVault()
		v.Notifications = &snapshot.VaultNotifications{SNSTopicArn: topic, BackupVaultEvents: events}
		return v
	}
	rule := func(change func(*snapshot.EventRule)) *snapshot.EventRule { r := backupRule(); change(r); return r }
	alerts := func(change func(*snapshot.Topic)) *snapshot.Topic { x := topic("Alerts"); change(x); return x }
	policy := func(text string) func(*snapshot.Topic) {
		return func(x *snapshot.Topic) { d := document(text); x.Policy = &d }
	}
	conditioned := func(condition string) string {
		return `{"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": "*", "Condition": ` + condition + `}]}`
	}
	for _, c := range []struct {
		what      string
		vault     *snapshot.BackupVault
		rows      []any
		want, why string
	}{
		{"nobody", mainVault(), nil, nobody, ""},
		{"a rule", mainVault(), []any{backupRule(), topic("Alerts")}, all, "rule failures: tells topic Alerts"},
		{"a rule for all of the service's events", mainVault(), []any{eventRule("r", `{"source": [{"prefix": "aws.b"}]}`, topicARN("Alerts")), topic("Alerts")}, all, ""},
		{"a rule for some states", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"], "detail": {"state": ["FAILED"]}}`, topicARN("Alerts")), topic("Alerts")},
			"ABORTED=no EXPIRED=no FAILED=yes", ""},
		{"two rules together", mainVault(), []any{eventRule("a", `{"source": ["aws.backup"], "detail": {"state": [{"anything-but": ["COMPLETED", "FAILED"]}]}}`, topicARN("Alerts")),
			eventRule("b", `{"source": ["aws.backup"], "detail": {"state": ["FAILED"]}}`, topicARN("Alerts")), topic("Alerts")}, all, ""},
		{"a rule for another vault", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"], "detail": {"backupVaultName": ["Other"]}}`, topicARN("Alerts")), topic("Alerts")}, nobody, ""},
		{"a rule for another service's resources", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"], "detail": {"resourceType": ["EBS"]}}`, topicARN("Alerts")), topic("Alerts")}, nobody, ""},
		{"a rule with a matcher that is new", mainVault(), []any{eventRule("r", `{"source": [{"novel": "x"}]}`, topicARN("Alerts")), topic("Alerts")}, maybe,
			"rule r: tells topic Alerts, and whether it gets and matches the event is not known"},
		{"a rule that cannot be read", mainVault(), []any{rule(func(r *snapshot.EventRule) { r.EventPattern = snapshot.PolicyDocument{Unreadable: "{"} }), topic("Alerts")}, maybe, ""},
		{"a disabled rule", mainVault(), []any{rule(func(r *snapshot.EventRule) { r.State = "DISABLED" }), topic("Alerts")}, nobody, "rule failures: it is disabled"},
		{"a rule in a new state", mainVault(), []any{rule(func(r *snapshot.EventRule) { r.State = "NAPPING" }), topic("Alerts")}, maybe, `rule failures: its state is "NAPPING"`},
		{"a rule without targets", mainVault(), []any{rule(func(r *snapshot.EventRule) { r.Targets = nil })}, nobody, "rule failures: it has no targets"},
		{"a log group", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"]}`, "arn:aws:logs:eu-west-1:111122223333:log-group:x")}, nobody, "rule r: its target is a log group, which tells nobody"},
		{"a function", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"]}`, "arn:aws:lambda:eu-west-1:111122223333:function:x")}, maybe,
			"rule r: what its target arn:aws:lambda:eu-west-1:111122223333:function:x does was not looked at"},
		{"a function and a topic", mainVault(), []any{eventRule("r", `{"source": ["aws.backup"]}`, "arn:aws:lambda:eu-west-1:111122223333:function:x", topicARN("Alerts")), topic("Alerts")}, all, ""},

		{"a topic that is not there", mainVault(), []any{backupRule()}, nobody, "rule failures: topic Alerts does not exist"},
		{"a topic without subscribers", mainVault(), []any{backupRule(), alerts(func(x *snapshot.Topic) { x.SubscriptionsConfirmed = p(int64(0)) })}, nobody,
			"rule failures: topic Alerts has no confirmed subscription"},
		{"a topic whose subscribers are not known", mainVault(), []any{backupRule(), alerts(func(x *snapshot.Topic) { x.SubscriptionsConfirmed = nil })}, maybe, ""},
		{"a topic with the policy that all have", mainVault(), []any{backupRule(), alerts(policy(`{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["SNS:Publish"],
			"Resource": "` + topicARN("Alerts") + `", "Condition": {"StringEquals": {"AWS:SourceOwner": "111122223333"}}}]}`))}, nobody, "rule failures: topic Alerts does not let events.amazonaws.com publish"},
		{"a topic for this rule", mainVault(), []any{backupRule(), alerts(policy(conditioned(`{"ArnLike": {"aws:SourceArn": "arn:aws:events:*:111122223333:rule/failures"}}`)))}, all, ""},
		{"a topic for another rule", mainVault(), []any{backupRule(), alerts(policy(conditioned(`{"ArnLike": {"aws:SourceArn": "arn:aws:events:*:111122223333:rule/other"}}`)))}, nobody, ""},
		{"a topic for another account", mainVault(), []any{backupRule(), alerts(policy(conditioned(`{"StringEquals": {"aws:SourceAccount": "999999999999"}}`)))}, nobody, ""},
		{"a topic whose policy cannot be read", mainVault(), []any{backupRule(), alerts(policy(`{"Statement": 5}`))}, maybe, ""},
		{"a topic without a policy", mainVault(), []any{backupRule(), alerts(func(x *snapshot.Topic) { x.Policy = nil })}, maybe, "rule failures: whether topic Alerts lets events.amazonaws.com publish is not known"},
		{"a topic with AWS's key", mainVault(), []any{backupRule(), alerts(func(x *snapshot.Topic) { x.KmsMasterKeyId = "alias/aws/sns" })}, nobody, ""},
		{"a topic with a key", mainVault(), []any{backupRule(), alerts(func(x *snapshot.Topic) { x.KmsMasterKeyId = "k-2" })}, maybe, ""},
		{"a target with a role", mainVault(), []any{rule(func(r *snapshot.EventRule) { r.Targets[0].RoleArn = "arn:aws:iam::111122223333:role/R" }), alerts(policy(`{"Statement": []}`))}, maybe, ""},

		{"the vault", notifying(topicARN("Alerts"), "BACKUP_JOB_COMPLETED"), []any{topic("Alerts")}, all, "the vault's notifications: tells topic Alerts"},
		{"the vault, of what AWS does not send any more", notifying(topicARN("Alerts"), "BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED"), []any{topic("Alerts")}, nobody,
			"the vault's notifications: without BACKUP_JOB_COMPLETED AWS tells nothing of jobs that fail; BACKUP_JOB_FAILED and the like are no longer sent"},
		{"the vault, and nobody listens", notifying(topicARN("Alerts"), "BACKUP_JOB_COMPLETED"), []any{alerts(func(x *snapshot.Topic) { x.SubscriptionsConfirmed = p(int64(0)) })}, nobody, ""},
		{"the vault, a FIFO topic", notifying(topicARN("Alerts.fifo"), "BACKUP_JOB_COMPLETED"), []any{topic("Alerts.fifo")}, nobody, ""},
		{"the vault, a topic of another account", notifying("arn:aws:sns:eu-west-1:999999999999:T", "BACKUP_JOB_COMPLETED"),
			[]any{&snapshot.Topic{TopicArn: "arn:aws:sns:eu-west-1:999999999999:T", SubscriptionsConfirmed: p(int64(1))}}, nobody, ""},
		{"the vault, a condition that AWS Backup may not meet", notifying(topicARN("Alerts"), "BACKUP_JOB_COMPLETED"),
			[]any{alerts(policy(strings.Replace(conditioned(`{"StringEquals": {"aws:SourceAccount": "111122223333"}}`), "events", "backup", 1)))}, maybe, ""},
	} {
		answers, why := failures(t, c.vault, c.rows...)
		if answers != c.want || c.why != "" && why != c.why {
			t.Errorf("%s: %s, since %s", c.what, answers, why)
		}
	}
}

func TestVaultsOfCopies(t *testing.T) {
	far := &snapshot.BackupVault{BackupVaultArn: vaultARN(ohio, "Far"), BackupVaultName: "Far"}
	copied := point(tableARN(dublin, "Orders"), day)
	copied.BackupVaultArn, copied.BackupVaultName, copied.SourceBackupVaultArn = far.BackupVaultArn, "Far", vaultARN(dublin, "Main")
	own := point(tableARN(ohio, "Orders"), 2*day)
	own.BackupVaultArn, own.BackupVaultName = far.BackupVaultArn, "Far"
	for _, c := range []struct {
		what string
		plan *snapshot.BackupPlan
		rows []any
		want bool
	}{
		{"a rule copies here", daily(copyTo(rule("Daily", "", 366), nil)), nil, true},
		{"it holds copies", daily(), []any{copied}, true},
		{"it holds a backup of its own Region", daily(), []any{copied, own}, false},
	} {
		rows := append([]any{settings(true, true), far}, c.rows...)
		all := derive(t, shard(t, dublin, settings(true, true), orders(), mainVault(), c.plan, everything()), shard(t, ohio, rows...))
		if got := named(t, all, facts.KindVault, "Far").Vault.CopiesOnly; got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
		if named(t, all, facts.KindVault, "Main").Vault.CopiesOnly {
			t.Errorf("%s: backups go into Main", c.what)
		}
	}
}

func watched(t *testing.T, rows ...any) (facts.RegionWatch, []facts.TrailRecorder) {
	t.Helper()
	got := only(t, inDublin(t, append(rows, orders())...), facts.KindAccount).AccountOf
	if len(got.Watched) != 1 || got.Watched[0].Region != dublin {
		t.Fatalf("watched are %+v", got.Watched)
	}
	return got.Watched[0], got.Trails
}

const (
	quiet    = "DeleteRecoveryPoint=no UpdateRecoveryPointLifecycle=no DeleteBackup=no DeleteTable=no UpdateContinuousBackups=no DeleteImportedKeyMaterial=no DisableKey=no PutKeyPolicy=no ScheduleKeyDeletion=no"
	byRule   = "DeleteRecoveryPoint=yes UpdateRecoveryPointLifecycle=yes DeleteBackup=yes DeleteTable=yes UpdateContinuousBackups=no DeleteImportedKeyMaterial=yes DisableKey=no PutKeyPolicy=no ScheduleKeyDeletion=no"
	byFilter = "DeleteRecoveryPoint=no UpdateRecoveryPointLifecycle=no DeleteBackup=no DeleteTable=no UpdateContinuousBackups=no DeleteImportedKeyMaterial=no DisableKey=yes PutKeyPolicy=no ScheduleKeyDeletion=yes"
)

func TestWhoIsToldOfCalls(t *testing.T) {
	change := func(f func(*snapshot.Trail)) *snapshot.Trail { x := trail(); f(x); return x }
	alarming := func(f func(*snapshot.MetricAlarm)) *snapshot.MetricAlarm { x := alarm(); f(x); return x }
	maybe := func(s string) string { return strings.ReplaceAll(s, "=yes", "=ambiguous") }
	for _, c := range []struct {
		what, recorded, want string
		rows                 []any
	}{
		{"nothing", "no", quiet, nil},
		{"a rule without a trail", "no", quiet, []any{callsRule(), topic("Alerts")}},
		{"a rule", "yes", byRule, []any{callsRule(), topic("Alerts"), trail()}},
		{"a rule, and the trail is off", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.Status.IsLogging = p(false) })}},
		{"a rule, and the trail cannot deliver", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.Status.LatestDeliveryError = "NoSuchBucket" })}},
		{"a rule, and nobody knows whether the trail is on", "ambiguous", maybe(byRule), []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.Status = nil })}},
		{"a trail of another Region alone", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.HomeRegion, x.IsMultiRegionTrail = ohio, p(false) })}},
		{"a trail of this Region alone", "yes", byRule, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.IsMultiRegionTrail = p(false) })}},
		{"a trail that reads only", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.EventSelectors = json.RawMessage(`[{"ReadWriteType": "ReadOnly"}]`) })}},
		{"a trail of data events", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors = json.RawMessage(`[{"ReadWriteType": "All", "IncludeManagementEvents": false}]`)
		})}},
		{"a trail without keys", "no", strings.Replace(byRule, "DeleteImportedKeyMaterial=yes", "DeleteImportedKeyMaterial=no", 1), []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors = json.RawMessage(`[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]`)
		})}},
		{"an advanced trail", "yes", byRule, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors, x.AdvancedEventSelectors = nil, json.RawMessage(`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]}]}]`)
		})}},
		{"an advanced trail of data", "no", quiet, []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors, x.AdvancedEventSelectors = nil, json.RawMessage(`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]`)
		})}},
		{"an advanced trail that leaves keys out", "no", strings.Replace(byRule, "DeleteImportedKeyMaterial=yes", "DeleteImportedKeyMaterial=no", 1), []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors, x.AdvancedEventSelectors = nil, json.RawMessage(`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventSource", "NotStartsWith": ["kms."]}]}]`)
		})}},
		{"an advanced trail of a new field", "ambiguous", maybe(byRule), []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) {
			x.EventSelectors, x.AdvancedEventSelectors = nil, json.RawMessage(`[{"FieldSelectors": [{"Field": "novel", "Equals": ["x"]}]}]`)
		})}},
		{"a trail whose selectors are not known", "ambiguous", maybe(byRule), []any{callsRule(), topic("Alerts"), change(func(x *snapshot.Trail) { x.EventSelectors = nil })}},

		{"a filter and an alarm", "yes", byFilter, []any{trail(), filter(), alarm(), topic("Alarms")}},
		{"an alarm by the policy that all topics have", "yes", byFilter, []any{trail(), filter(), alarm(), func() *snapshot.Topic {
			x := topic("Alarms")
			d := document(`{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SNS:Publish", "Resource": "*", "Condition": {"StringEquals": {"AWS:SourceOwner": "111122223333"}}}]}`)
			x.Policy = &d
			return x
		}()}},
		{"a filter that no alarm watches", "yes", quiet, []any{trail(), filter()}},
		{"an alarm that is silent", "yes", quiet, []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.ActionsEnabled = p(false) }), topic("Alarms")}},
		{"an alarm that tells nobody", "yes", quiet, []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.AlarmActions = nil })}},
		{"an alarm of several calls", "yes", maybe(byFilter), []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.Threshold = p(5.0) }), topic("Alarms")}},
		{"an alarm after several periods", "yes", maybe(byFilter), []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.EvaluationPeriods = p(int64(3)) }), topic("Alarms")}},
		{"an alarm above nothing", "yes", byFilter, []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.ComparisonOperator, x.Threshold = "GreaterThanThreshold", p(0.0) }), topic("Alarms")}},
		{"an alarm of something else", "yes", maybe(byFilter), []any{trail(), filter(), alarming(func(x *snapshot.MetricAlarm) { x.AlarmActions = []string{"arn:aws:automate:eu-west-1:ec2:stop"} })}},
		{"a trail that cannot write to its group", "yes", quiet, []any{change(func(x *snapshot.Trail) { x.Status.LatestCloudWatchLogsDeliveryError = "no" }), filter(), alarm(), topic("Alarms")}},
		{"a log group of another account", "yes", strings.ReplaceAll(quiet, "=no", "=ambiguous"), []any{change(func(x *snapshot.Trail) {
			x.CloudWatchLogsLogGroupArn = "arn:aws:logs:eu-west-1:999999999999:log-group:trail:*"
		})}},
	} {
		got, _ := watched(t, c.rows...)
		if answers, why := told(got.Calls); answers != c.want || got.Recorded != c.recorded {
			t.Errorf("%s: recorded %s\ngot  %s, since %s\nwant %s", c.what, got.Recorded, answers, why, c.want)
		}
	}
}

// A trail of all Regions is asked in its home Region alone; elsewhere it is a shadow.
func TestATrailOfAnotherRegion(t *testing.T) {
	shadow := trail()
	shadow.Status, shadow.EventSelectors = nil, nil
	far := orders()
	far.TableArn = tableARN(ohio, "Orders")
	got := only(t, derive(t, shard(t, ohio, settings(true, true), far, shadow), shard(t, dublin, settings(true, true), trail(), filter(), alarm(), topic("Alarms"))), facts.KindAccount).AccountOf
	if len(got.Watched) != 1 || got.Watched[0].Region != ohio || got.Watched[0].Recorded != "yes" {
		t.Fatalf("watched are %+v", got.Watched)
	}
	if answers, _ := told(got.Watched[0].Calls); answers != byFilter {
		t.Errorf("told are %s", answers)
	}
	want := []facts.TrailRecorder{{TrailARN: shadow.TrailARN, HomeRegion: dublin, IsMultiRegionTrail: p(true), IsOrganizationTrail: p(false), IsLogging: p(true), S3BucketName: "logs", Records: "yes"}}
	if diff := cmp.Diff(want, got.Trails); diff != "" {
		t.Error(diff)
	}
}

func TestRegionsThatAreWatched(t *testing.T) {
	vault := &snapshot.BackupVault{BackupVaultArn: vaultARN(ohio, "Far"), BackupVaultName: "Far"}
	copied := point(tableARN(dublin, "Orders"), day)
	copied.BackupVaultArn, copied.BackupVaultName = vault.BackupVaultArn, "Far"
	all := derive(t, shard(t, dublin, orders()), shard(t, ohio, vault, copied), shard(t, "us-west-1", mainVault()), shard(t, snapshot.Global))
	var regions []string
	for _, w := range only(t, all, facts.KindAccount).AccountOf.Watched {
		regions = append(regions, w.Region)
	}
	if diff := cmp.Diff([]string{dublin, ohio}, regions); diff != "" {
		t.Error(diff)
	}
}

// A topic that was not read hides what it could tell, and nothing else.
func TestTopicsThatWereNotRead(t *testing.T) {
	for _, c := range []struct {
		gap  snapshot.Gap
		want bool
	}{
		{gap("sns:GetTopicAttributes", "TopicArn", topicARN("Alerts")), true},
		{gap("sns:GetTopicAttributes", "TopicArn", topicARN("Other")), false},
		{gap("sns:GetTopicAttributes"), true},
		{gap("sns:ListSubscriptionsByTopic", "TopicArn", topicARN("Alerts")), false},
	} {
		all := inDublin(t, orders(), mainVault(), daily(), everything(), backupRule(), callsRule(), trail(), c.gap)
		vault, account := only(t, all, facts.KindVault), only(t, all, facts.KindAccount)
		if hides(vault, "failures") != c.want || hides(account, "watched") != c.want || hides(account, "trails") {
			t.Errorf("%s: gaps %+v and %+v", c.gap.ID(), vault.Gaps, account.Gaps)
		}
	}
	unused := inDublin(t, orders(), mainVault(), daily(), everything(), gap("sns:GetTopicAttributes"))
	if vault := only(t, unused, facts.KindVault); hides(vault, "failures") {
		t.Errorf("nothing names a topic, and gaps are %+v", vault.Gaps)
	}
}
