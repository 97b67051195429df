package facts

import (
	"encoding/json"
	"fmt"
	"slices"

	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// watch is what would notice, in one Region.
type watch struct {
	rules   []*snapshot.EventRule
	topics  map[string]*snapshot.Topic // by ARN
	trails  []*snapshot.Trail
	alarms  []*snapshot.MetricAlarm
	filters []*snapshot.MetricFilter
}

// add reports whether a row is one of those.
func (w *watch) add(r snapshot.Row) bool {
	switch {
	case r.EventRule != nil:
		w.rules = append(w.rules, r.EventRule)
	case r.Topic != nil:
		w.topics[r.Topic.TopicArn] = r.Topic
	case r.Trail != nil:
		w.trails = append(w.trails, r.Trail)
	case r.MetricAlarm != nil:
		w.alarms = append(w.alarms, r.MetricAlarm)
	case r.MetricFilter != nil:
		w.filters = append(w.filters, r.MetricFilter)
	default:
		return false
	}
	return true
}

// maxReasons bounds what a Telling says of why.
const maxReasons = 4

// A telling gathers what might tell of one event.
type telling struct {
	told    pattern.Answer
	reasons [pattern.Yes + 1][]string // by what they lead to
	topics  []string                  // ARNs that were looked at
}

// add adds one that matches the event, if told says so, and would reach somebody, if
// live does.
func (t *telling) add(matches, live pattern.Answer, reason string) {
	if matches == pattern.No {
		return
	}
	told := min(matches, live)
	t.told = max(t.told, told)
	if !slices.Contains(t.reasons[told], reason) {
		t.reasons[told] = append(t.reasons[told], reason)
	}
}

func (t *telling) fact(event string) Telling {
	why := t.reasons[t.told]
	return Telling{Event: event, Told: answerWord(t.told), Why: orEmpty(why[:min(len(why), maxReasons)])}
}

// answerWord is an answer as facts have it.
func answerWord(a pattern.Answer) string {
	if a == pattern.Maybe {
		return "ambiguous"
	}
	return a.String()
}

// byRules adds the event rules of a Region that match an event, if it arrives on the
// default bus.
func (s *shard) byRules(t *telling, event pattern.Object, arrives pattern.Answer) {
	for _, rule := range s.watch.rules {
		matches := pattern.Maybe
		if rule.EventPattern.Document != nil {
			matches = pattern.Event(rule.EventPattern.Document, event)
		}
		if matches = min(matches, arrives); matches == pattern.No {
			continue
		}
		live, why := s.ruleLives(rule, t)
		if matches == pattern.Maybe && live != pattern.No {
			why += ", and whether it gets and matches the event is not known"
		}
		t.add(matches, live, "rule "+rule.Name+": "+why)
	}
}

// ruleLives says whether a rule that matches reaches somebody.
func (s *shard) ruleLives(rule *snapshot.EventRule, t *telling) (live pattern.Answer, why string) {
	switch rule.State {
	case "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS":
	case "DISABLED":
		return pattern.No, "it is disabled"
	default:
		return pattern.Maybe, fmt.Sprintf("its state is %q", rule.State)
	}
	why = "it has no targets"
	for _, target := range rule.Targets {
		reaches, because := s.targetLives(target, rule, t)
		if live == pattern.No || reaches > live {
			live, why = max(live, reaches), because
		}
	}
	return live, why
}

func (s *shard) targetLives(target snapshot.EventTarget, rule *snapshot.EventRule, t *telling) (pattern.Answer, string) {
	a, ok := parseARN(target.Arn)
	switch {
	case ok && a.service == "sns":
		live, why := s.topicLives(target.Arn, publisher{service: "events.amazonaws.com", source: rule.Arn}, t)
		if live == pattern.No && target.RoleArn != "" {
			return pattern.Maybe, why + ", but its target has a role of its own"
		}
		return live, why
	case ok && a.service == "logs":
		return pattern.No, "its target is a log group, which tells nobody"
	}
	return pattern.Maybe, fmt.Sprintf("what its target %s does was not looked at", target.Arn)
}

// A watchedCall is an API call of which somebody should be told.
type watchedCall struct{ service, name string } // "backup", "DeleteRecoveryPoint"

func (c watchedCall) String() string { return c.service + ":" + c.name }

// watchedCalls destroy backups or keys, or shorten what is kept, at once: the
// effects D, S and U of what people may do. The names are CloudTrail's.
var watchedCalls = []watchedCall{
	{"backup", "DeleteRecoveryPoint"}, {"backup", "UpdateRecoveryPointLifecycle"},
	{"dynamodb", "DeleteBackup"}, {"dynamodb", "DeleteTable"}, {"dynamodb", "UpdateContinuousBackups"},
	{"kms", "DeleteImportedKeyMaterial"}, {"kms", "DisableKey"}, {"kms", "PutKeyPolicy"}, {"kms", "ScheduleKeyDeletion"},
}

// logged is what a trail writes of a call that was done.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func (c watchedCall) logged(account, region string) pattern.Object {
	return pattern.Object{
		"eventName": c.name, "eventSource": c.service + ".amazonaws.com", "eventType": "AwsApiCall", "eventCategory": "Management",
		"readOnly": false, "managementEvent": true, "awsRegion": region, "recipientAccountId": account,
		"errorCode": pattern.Absent, "errorMessage": pattern.Absent,
		"eventVersion": pattern.Present, "eventTime": pattern.Present, "eventID": pattern.Present, "requestID": pattern.Present,
		"userIdentity": pattern.Present, "sourceIPAddress": pattern.Present, "userAgent": pattern.Present,
	}
}

// event is that as EventBridge has it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func (c watchedCall) event(account, region string) pattern.Object {
	return pattern.Object{
		"version": "0", "id": pattern.Present, "detail-type": "AWS API Call via CloudTrail", "source": "aws." + c.service, "account": account,
		"region": region, "time": pattern.Present, "resources": []any{}, "detail": c.logged(account, region),
	}
}

// jobEvent is the event of a backup job into a vault that comes to an end.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
func (s *shard) jobEvent(v *snapshot.BackupVault, state string) pattern.Object {
	return pattern.Object{
		"version": "0", "id": pattern.Present, "detail-type": "Backup Job State Change", "source": "aws.backup", "account": s.header.Account,
		"region": s.header.Region, "time": pattern.Present,
		"detail": pattern.Object{
			"state": state, "resourceType": dynamoDB, "backupVaultName": v.BackupVaultName, "backupVaultArn": v.BackupVaultArn,
			"backupJobId": pattern.Present, "resourceArn": pattern.Present, "creationDate": pattern.Present, "iamRoleArn": pattern.Present,
		},
	}
}

// topicNames are the topics that were looked at.
func topicNames(tellings ...*telling) map[string]bool {
	names := map[string]bool{}
	for _, t := range tellings {
		for _, topic := range t.topics {
			names[topic] = true
		}
	}
	return names
}

// decodeList reads a JSON list, nil where it is none.
func decodeList[T any](raw json.RawMessage) (list []T) {
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}
